"""Requests of an honest verifier, and every way to spoil one."""

from typing import Any

from openid4vc.jose import jwk
from openid4vc.trust.certificates import Certificate
from openid4vc.vp import client_id, invocation, request
from openid4vc.vp.invocation import Invocation
from openid4vc.vp.request import AuthorizationRequest
from tests.openid4vc.access import ANCHORS, NOW, AccessHolder
from tests.openid4vc.forging import new_key
from tests.openid4vc.vp.queries import claims, credential

VERIFIER = AccessHolder()
REQUEST_URI = "https://verifier.example/r/1"
RESPONSE_URI = "https://verifier.example/response/1"
ENCRYPTION_KEY = new_key()
ENCRYPTION_JWK = jwk.from_public_key(ENCRYPTION_KEY.public_key())
QUERY = {"credentials": [credential(claims=claims("a"))]}


def parameters(asker: str | None = None, **changes: Any) -> dict[str, Any]:
    """The parameters of a request; a change to None leaves one out."""
    usual = {
        "client_id": VERIFIER.client_id if asker is None else asker,
        "response_uri": RESPONSE_URI,
        "nonce": "n-0S6_WzA2Mj~.",
        "state": "s-1",
        "iat": NOW,
        "exp": NOW + 600,
        "dcql_query": QUERY,
        "client_metadata": request.client_metadata(ENCRYPTION_JWK, "k1"),
    }
    return {name: value for name, value in {**usual, **changes}.items() if value is not None}


def signed(holder: AccessHolder = VERIFIER, **changes: Any) -> str:
    return request.create(parameters(**changes), signer=holder.signer, x5c=holder.x5c)


def invoked(asker: str = VERIFIER.client_id) -> Invocation:
    return Invocation(client_id.parse(asker), REQUEST_URI, "post")


def verify(
    text: str,
    *,
    asker: str = VERIFIER.client_id,
    anchors: list[Certificate] = ANCHORS,
    wallet_nonce: str | None = None,
    allow_loopback_http: bool = False,
    now: int = NOW,
) -> AuthorizationRequest:
    return request.verify(
        text,
        invocation=invoked(asker),
        anchors=anchors,
        wallet_nonce=wallet_nonce,
        allow_loopback_http=allow_loopback_http,
        now=now,
    )


__all__ = ["ENCRYPTION_JWK", "ENCRYPTION_KEY", "QUERY", "RESPONSE_URI", "VERIFIER", "invocation", "signed", "verify"]
