"""The invocation: the link or QR code by which a verifier asks a wallet to fetch its request.

OpenID4VP §5 (parameters), §5.10 (`request_uri_method`), §13.1.2 (`openid4vp://`); HAIP 1.0 §5.1 (request by reference).
"""

from dataclasses import dataclass
from typing import Final, Literal
from urllib.parse import urlencode

from openid4vc import uri
from openid4vc.errors import PresentationError
from openid4vc.vp import client_id
from openid4vc.vp.client_id import ClientId

SCHEMES: Final = frozenset({"openid4vp", "haip-vp"})

Method = Literal["get", "post"]


@dataclass(frozen=True, slots=True)
class Invocation:
    """Nothing in it is proven: it says where the signed request is, and whose it must be."""

    client_id: ClientId
    request_uri: str
    request_uri_method: Method


def parse_uri(text: str, *, allow_loopback_http: bool) -> Invocation:
    """The link; every parameter but these three is ignored (§5.10.1: only the request object counts).

    PresentationError `request_invalid`, `client_id_prefix`, `not_supported` (a request by value); RetrievalError
    `net_forbidden` for an address that policy refuses.
    """
    parameters = uri.link_parameters(text, SCHEMES, error=PresentationError, code="request_invalid")
    asker = parameters.get("client_id")
    if not asker:
        raise PresentationError("request_invalid", "client_id", error="invalid_request")
    if "request_uri" not in parameters:
        by_value = "request" in parameters
        raise PresentationError(
            "not_supported" if by_value else "request_invalid", "no request_uri", error="invalid_request"
        )
    # RFC 9101 §5: never both.
    if "request" in parameters:
        raise PresentationError("request_invalid", "request beside request_uri", error="invalid_request")
    method = parameters.get("request_uri_method", "get")
    if method not in ("get", "post"):
        raise PresentationError("request_invalid", "request_uri_method", error="invalid_request_uri_method")
    return Invocation(
        client_id=client_id.parse(asker),
        request_uri=uri.parse_url(parameters["request_uri"], allow_loopback_http=allow_loopback_http).text,
        request_uri_method="post" if method == "post" else "get",
    )


def create(invocation: Invocation) -> str:
    """The link that a QR code holds."""
    query = urlencode(
        {
            "client_id": invocation.client_id.text,
            "request_uri": invocation.request_uri,
            "request_uri_method": invocation.request_uri_method,
        }
    )
    return f"openid4vp://?{query}"
