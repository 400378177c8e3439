"""Reading requests of machines: forms, JSON bodies and access tokens, each in exactly one form."""

import re
from typing import Final
from urllib.parse import parse_qsl

from starlette.requests import Request

from issuer.issuance import Grant, grant_of
from issuer.service import IssuingOrganisation, Service
from openid4vc.errors import IssuanceError

FORM: Final = "application/x-www-form-urlencoded"
JSON: Final = "application/json"
_MAX_FIELDS: Final = 100
# RFC 6750 §2.1: b64token. The scheme is compared in any letter case (RFC 9110 §11.1).
_BEARER = re.compile(r"bearer +([A-Za-z0-9._~+/-]+=*)", re.IGNORECASE)


def organisation_of(request: Request) -> IssuingOrganisation | None:
    """The issuer that the path names, None when there is none."""
    service: Service = request.app.state.service
    return service.organisations.get(request.path_params["organisation"])


def media_type(request: Request) -> str:
    """The Content-Type without parameters."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


async def read_form(request: Request) -> dict[str, str]:
    """The parameters of the body, each once (RFC 6749 §3.2); the query string is not looked at.

    IssuanceError `request_malformed` (invalid_request).
    """
    if media_type(request) != FORM:
        raise _malformed("the body is not a form")
    try:
        text = (await request.body()).decode("ascii")
        pairs = parse_qsl(
            text, keep_blank_values=True, strict_parsing=bool(text), errors="strict", max_num_fields=_MAX_FIELDS
        )
    except ValueError:
        raise _malformed("the form cannot be read") from None
    form = dict(pairs)
    if len(form) != len(pairs):
        raise _malformed("a parameter twice")
    return form


async def read_json(request: Request, *, code: str, error: str) -> bytes:
    """The body of a JSON request; IssuanceError `code` (on the wire `error`) for another Content-Type."""
    if media_type(request) != JSON:
        raise IssuanceError(code, "the body is not application/json", error=error)
    return await request.body()


def bearer_token(request: Request) -> str | None:
    """The access token of the one Authorization header; a token anywhere else is none."""
    values = request.headers.getlist("authorization")
    if len(values) != 1:
        return None
    match = _BEARER.fullmatch(values[0])
    return match[1] if match else None


async def read_grant(request: Request, organisation: IssuingOrganisation) -> Grant | None:
    """What the request's access token allows, None without a good one."""
    token = bearer_token(request)
    if token is None:
        return None
    service: Service = request.app.state.service
    return await grant_of(service, organisation, token)


def _malformed(detail: str) -> IssuanceError:
    return IssuanceError("request_malformed", detail, error="invalid_request")
