"""The authorization response: the answer of a wallet, encrypted to the key of the request, or a refusal.

OpenID4VP §8.1 (parameters), §8.2 (`direct_post` and its answer), §8.3 and §8.3.1 (encryption), §8.5 (errors).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

from openid4vc import strict_json
from openid4vc.errors import FormatError, PresentationError
from openid4vc.jose import jwe
from openid4vc.strict_json import JsonObject, JsonValue
from openid4vc.vp.encryption_keys import ENC_VALUES
from openid4vc.vp.request import AuthorizationRequest

MAX_PRESENTATIONS: Final = 64
# §8.5 and RFC 6749 §4.1.2.1: what a wallet may say. Its words are never shown; the code picks ours.
WALLET_ERRORS: Final = frozenset(
    {
        "access_denied",
        "invalid_client",
        "invalid_request",
        "invalid_request_uri_method",
        "invalid_scope",
        "invalid_transaction_data",
        "server_error",
        "temporarily_unavailable",
        "unauthorized_client",
        "unsupported_response_type",
        "vp_formats_not_supported",
        "wallet_unavailable",
    }
)


@dataclass(frozen=True, slots=True)
class EncryptedResponse:
    """§8.3.1: an answer that is still closed. `kid` names the key of the request it is for."""

    jwe: str
    kid: str


@dataclass(frozen=True, slots=True)
class ErrorResponse:
    """§8.5: the wallet says no. `error` is one of WALLET_ERRORS."""

    error: str
    state: str | None


@dataclass(frozen=True, slots=True)
class ResponseParameters:
    """§8.1: presentations by the id of the credential query, nothing verified."""

    vp_token: Mapping[str, tuple[str, ...]]
    state: str | None


@dataclass(frozen=True, slots=True)
class DirectPostAnswer:
    """§8.2: what the verifier answers a wallet. `redirect_uri` is where the browser may go on; `receipt` is ours."""

    redirect_uri: str | None
    receipt: str | None


def encrypt(vp_token: Mapping[str, Sequence[str]], request: AuthorizationRequest) -> dict[str, str]:
    """The form to post: the presentations and the request's `state`, for the request's key."""
    parameters: JsonObject = {"vp_token": {query_id: list(texts) for query_id, texts in vp_token.items()}}
    if request.state is not None:
        parameters["state"] = request.state
    key = request.encryption
    return {"response": jwe.encrypt(strict_json.write(parameters), key.jwk, enc=key.enc, kid=key.kid)}


def access_denied(request: AuthorizationRequest) -> dict[str, str]:
    """The form of a refusal, and of a query that can't be answered: nobody can tell the two apart (§15.9.2)."""
    form = {"error": "access_denied"}
    if request.state is not None:
        form["state"] = request.state
    return form


def parse_form(form: Mapping[str, str]) -> EncryptedResponse | ErrorResponse:
    """The parameters of the form, each of which the caller has seen once.

    PresentationError `response_mode_mismatch` for an answer that is not encrypted, `response_malformed`; JoseError
    `decryption_failed` for a JWE without a readable `kid`.
    """
    if "response" in form:
        if "error" in form or "vp_token" in form:
            raise _malformed("response beside error or vp_token")
        kid = jwe.key_id(form["response"])
        if kid is None:
            raise _malformed("kid")
        return EncryptedResponse(form["response"], kid)
    if "vp_token" in form:
        raise PresentationError("response_mode_mismatch", error="invalid_request")
    return _error(form.get("error"), form.get("state"))


def decrypt(response: EncryptedResponse, private_key: EllipticCurvePrivateKey) -> ResponseParameters | ErrorResponse:
    """The parameters inside, for the key of the request that `response.kid` names.

    JoseError `decryption_failed`; PresentationError `response_malformed` for anything but presentations as text, or one
    error.
    """
    opened = jwe.decrypt(response.jwe, private_key, kid=response.kid, enc_values=ENC_VALUES)
    try:
        parameters = strict_json.parse_object(opened.plaintext)
    except FormatError:
        raise _malformed("JSON") from None
    state = parameters.get("state")
    if state is not None and not isinstance(state, str):
        raise _malformed("state")
    if "error" in parameters:
        if "vp_token" in parameters:
            raise _malformed("vp_token beside error")
        return _error(parameters["error"], state)
    return ResponseParameters(_vp_token(parameters.get("vp_token")), state)


def create_answer(*, redirect_uri: str | None, receipt: str | None) -> JsonObject:
    """§8.2: the answer to a wallet; an empty object says only that the response was taken."""
    answer: JsonObject = {}
    if redirect_uri is not None:
        answer["redirect_uri"] = redirect_uri
    if receipt is not None:
        answer["receipt"] = receipt
    return answer


def parse_answer(raw: bytes) -> DirectPostAnswer:
    """The verifier's answer; what is not text is as good as absent, for the response has been taken already.

    PresentationError `response_malformed` when it is no JSON object at all.
    """
    try:
        answer = strict_json.parse_object(raw, max_bytes=262_144)
    except FormatError:
        raise _malformed("JSON") from None
    redirect_uri, receipt = answer.get("redirect_uri"), answer.get("receipt")
    return DirectPostAnswer(
        redirect_uri=redirect_uri if isinstance(redirect_uri, str) else None,
        receipt=receipt if isinstance(receipt, str) else None,
    )


def _vp_token(value: JsonValue) -> dict[str, tuple[str, ...]]:
    """§8.1, for SD-JWT VC: an object of arrays of texts, none of them empty."""
    if not isinstance(value, dict) or not value:
        raise _malformed("vp_token")
    vp_token: dict[str, tuple[str, ...]] = {}
    count = 0
    for query_id, texts in value.items():
        if not isinstance(texts, list) or not texts or not all(isinstance(text, str) and text for text in texts):
            raise _malformed("presentations")
        count += len(texts)
        if count > MAX_PRESENTATIONS:
            raise _malformed("number of presentations")
        vp_token[query_id] = tuple(texts)
    return vp_token


def _error(error: JsonValue, state: str | None) -> ErrorResponse:
    if not isinstance(error, str) or error not in WALLET_ERRORS:
        raise _malformed("error")
    return ErrorResponse(error, state)


def _malformed(detail: str) -> PresentationError:
    return PresentationError("response_malformed", detail, error="invalid_request")
