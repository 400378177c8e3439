"""Forms come from our own pages: a token bound to the visitor's cookie, and an Origin that is ours.

The token is HMAC-SHA-256 keyed with the session cookie's value, before sign-in with that of a cookie which every
visitor of a form gets: sign-in itself is protected the same way, and nothing is stored.
"""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

from starlette.requests import Request

from web_service.errors import RequestError
from web_service.settings import is_loopback

SESSION_COOKIE: Final = "__Host-session"
VISITOR_COOKIE: Final = "__Host-visitor"
FIELD: Final = "_csrf"


def new_secret() -> str:
    """256 random bits for a cookie."""
    return secrets.token_urlsafe(32)


def secret_of(request: Request) -> str | None:
    """The cookie that this visitor's tokens are bound to, None before there is one."""
    return request.cookies.get(SESSION_COOKIE) or request.cookies.get(VISITOR_COOKIE) or None


def token_for(secret: str) -> str:
    """The token that a page puts into its forms."""
    digest = hmac.new(secret.encode(), b"todiste form token 1", hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def check(request: Request, form: Mapping[str, str], *, public_url: str) -> None:
    """Raise RequestError("csrf_refused", 403) unless the form is one of ours, sent by a page of ours."""
    secret = secret_of(request)
    if secret is None or not hmac.compare_digest(form.get(FIELD, "").encode(), token_for(secret).encode()):
        raise RequestError("csrf_refused", 403)
    check_origin(request, public_url=public_url)


def check_origin(request: Request, *, public_url: str) -> None:
    """Raise RequestError("csrf_refused", 403) for a request that another origin's page made.

    Under `Referrer-Policy: no-referrer` browsers send `Origin: null` with our own forms too (Fetch §3.2); then
    `Sec-Fetch-Site` tells. A client that sends neither is no browser that another page could use.
    """
    origin = request.headers.get("origin")
    if origin is not None and origin != "null":
        parts = urlsplit(origin)
        # A second process behind the same public URL may be opened directly on this machine.
        direct = is_loopback(parts.hostname or "") and parts.netloc == request.headers.get("host", "").lower()
        if origin != public_url and not direct:
            raise RequestError("csrf_refused", 403)
    elif request.headers.get("sec-fetch-site", "same-origin") != "same-origin":
        raise RequestError("csrf_refused", 403)
