"""The authorization request: the signed question of a verifier.

OpenID4VP §5 (parameters), §5.9.3 (x509 prefixes), §5.10.1 (processing), §8.2 and §8.3.1 (`direct_post.jwt`);
RFC 9101 (request objects); HAIP 1.0 §5 and §5.1 (what of all that is used).

Knowingly unchecked: `iss` (§5 says to ignore it), `response_uri` against the certificate under `x509_hash` (its names
are not what identifies the client there).
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from openid4vc import uri
from openid4vc.errors import FormatError, JoseError, PresentationError, TrustError
from openid4vc.jose import jws
from openid4vc.jose.jws import Signer
from openid4vc.strict_json import JsonObject, JsonValue
from openid4vc.trust import chain
from openid4vc.trust.certificates import Certificate, Role, parse_x5c
from openid4vc.vp import client_id, dcql, encryption_keys
from openid4vc.vp.client_id import ClientId
from openid4vc.vp.dcql import DcqlQuery
from openid4vc.vp.encryption_keys import ENC_VALUES, EncryptionKey
from openid4vc.vp.invocation import Invocation

TYP: Final = "oauth-authz-req+jwt"
MEDIA_TYPE: Final = "application/oauth-authz-req+jwt"
# §5.8: a wallet that is found by its scheme has no name of its own.
AUDIENCE: Final = "https://self-issued.me/v2"
RESPONSE_MODE: Final = "direct_post.jwt"
MAX_BYTES: Final = 262_144
CLOCK_SKEW: Final = 60

# §5.2: what nonce and state may be made of.
_URL_SAFE = re.compile(r"[A-Za-z0-9._~-]{1,1024}")


@dataclass(frozen=True, slots=True)
class VerifierInfo:
    """§5.11: an attestation about the verifier, as sent. `credential_ids` None: about the whole request."""

    format: str
    data: JsonValue
    credential_ids: tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class AuthorizationRequest:
    """A request whose signature, chain and client identifier held, and of which every parameter we use was checked."""

    client_id: ClientId
    certificate: Certificate
    nonce: str
    state: str | None
    response_uri: str
    dcql: DcqlQuery
    dcql_query: JsonObject
    encryption: EncryptionKey
    verifier_info: tuple[VerifierInfo, ...]
    exp: int | None


def verify(
    text: str,
    *,
    invocation: Invocation,
    anchors: Sequence[Certificate],
    wallet_nonce: str | None,
    allow_loopback_http: bool,
    now: int,
) -> AuthorizationRequest:
    """The fetched request object, for the invocation that named it; `wallet_nonce` is what was posted, if anything.

    PresentationError `request_untrusted` (signature, type, chain), `client_id_mismatch`, `client_id_prefix`,
    `request_expired`, `request_invalid`, `wallet_nonce_mismatch`, `transaction_data_unsupported`, `dcql_invalid`,
    `not_supported`, `no_usable_encryption_key`; RetrievalError `net_forbidden` for a `response_uri` that policy
    refuses. Whatever it is, nothing is posted.
    """
    claims, certificate = _authenticate(text, anchors, now)
    # §5.10.1: the same identifier, prefix included. A request_uri that serves another verifier's request ends here.
    if claims.get("client_id") != invocation.client_id.text:
        raise PresentationError("client_id_mismatch", error="invalid_request")
    asker = client_id.parse(invocation.client_id.text)
    asker.check(certificate)
    _check_times(claims, now)
    if wallet_nonce is not None and claims.get("wallet_nonce") != wallet_nonce:
        raise PresentationError("wallet_nonce_mismatch", error="invalid_request")
    _check_parameters(claims)
    _check_audience(claims, invocation)
    query = claims.get("dcql_query")
    if not isinstance(query, dict):
        raise _invalid("dcql_query")
    parsed = dcql.parse(query)
    return AuthorizationRequest(
        client_id=asker,
        certificate=certificate,
        nonce=_url_safe(claims, "nonce"),
        state=_state(claims, parsed),
        response_uri=_response_uri(claims, asker, allow_loopback_http),
        dcql=parsed,
        dcql_query=query,
        encryption=_encryption_key(claims),
        verifier_info=_verifier_info(claims.get("verifier_info")),
        exp=int(claims["exp"]) if "exp" in claims else None,
    )


def create(parameters: Mapping[str, object], *, signer: Signer, x5c: Sequence[str]) -> str:
    """A request object over `parameters`, with the constants of our one emitted form added."""
    constants = {"response_type": "vp_token", "response_mode": RESPONSE_MODE, "aud": AUDIENCE}
    return jws.create({"typ": TYP, "x5c": list(x5c)}, {**constants, **parameters}, signer)


def client_metadata(encryption_jwk: Mapping[str, str], kid: str) -> JsonObject:
    """§5.1, §11.1 and Annex B.3.4: what the wallet must know to answer, and no more."""
    return {
        "jwks": {"keys": [{**encryption_jwk, "kid": kid, "use": "enc", "alg": "ECDH-ES"}]},
        "encrypted_response_enc_values_supported": list(ENC_VALUES),
        "vp_formats_supported": {dcql.FORMAT: {"sd-jwt_alg_values": ["ES256"], "kb-jwt_alg_values": ["ES256"]}},
    }


def _authenticate(text: str, anchors: Sequence[Certificate], now: int) -> tuple[JsonObject, Certificate]:
    """Who signed this, before anything in it is read. One code for every fault: an unidentified asker is just that."""
    try:
        signed = jws.parse(text, typ=TYP, max_bytes=MAX_BYTES)
        certificate = chain.verify(parse_x5c(signed.header.get("x5c")), role=Role.ACCESS, anchors=anchors, now=now)
        return jws.read_claims(jws.verify(signed, certificate.public_key)), certificate
    except (FormatError, JoseError, TrustError) as error:
        raise PresentationError("request_untrusted", error.code, error="invalid_request") from error


def _check_times(claims: JsonObject, now: int) -> None:
    try:
        jws.check_times(claims, now=now, skew=CLOCK_SKEW)
    except JoseError as error:
        code = "request_expired" if error.code == "expired" else "request_invalid"
        raise PresentationError(code, error.code, error="invalid_request") from None


def _check_parameters(claims: JsonObject) -> None:
    """The parameters that only have one good value, and those that may not be there."""
    # §5: the one parameter that must not be ignored when it is unknown.
    if "transaction_data" in claims:
        raise PresentationError("transaction_data_unsupported", error="invalid_transaction_data")
    # RFC 9101 §4: no request inside a request. §5.5: of `dcql_query` and `scope` exactly one, and no scope is defined.
    # §8.2: `redirect_uri` never beside `response_uri`.
    for name in ("request", "request_uri", "scope", "redirect_uri"):
        if name in claims:
            raise _invalid(name)
    if claims.get("response_type") != "vp_token":
        raise _invalid("response_type")
    if claims.get("response_mode") != RESPONSE_MODE:
        raise _invalid("response_mode")


def _check_audience(claims: JsonObject, invocation: Invocation) -> None:
    """§5.8: one symbolic name for every wallet that is found by its scheme; RFC 9101 §4 leaves `aud` to the sender.

    Accepted besides, because a widespread library (oid4vc-ts up to 0.4) writes it: the very `request_uri` that this
    came from. It names no other wallet, so it takes nothing away from what the constant says.
    """
    audience = claims.get("aud", AUDIENCE)
    # RFC 7519 §4.1.3: one audience, as a text or alone in an array, is the same.
    if isinstance(audience, list) and len(audience) == 1:
        audience = audience[0]
    if audience not in (AUDIENCE, invocation.request_uri):
        raise _invalid("aud")


def _state(claims: JsonObject, query: DcqlQuery) -> str | None:
    """§5.3: without a key binding in every answer, `state` alone ties answer to request, and must be there."""
    if "state" in claims:
        return _url_safe(claims, "state")
    if not all(credential.require_cryptographic_holder_binding for credential in query.credentials):
        raise _invalid("state")
    return None


def _response_uri(claims: JsonObject, asker: ClientId, allow_loopback_http: bool) -> str:
    value = claims.get("response_uri")
    if not isinstance(value, str):
        raise _invalid("response_uri")
    url = uri.parse_url(value, allow_loopback_http=allow_loopback_http)
    # §5.9.3: under x509_san_dns the answer goes to the very host that was certified.
    if asker.prefix == "x509_san_dns" and url.host != asker.value.lower():
        raise PresentationError("client_id_mismatch", "response_uri", error="invalid_request")
    return url.text


def _encryption_key(claims: JsonObject) -> EncryptionKey:
    """§8.3: the first key that we can use; the others are for other wallets."""
    metadata = claims.get("client_metadata")
    if not isinstance(metadata, dict):
        raise _invalid("client_metadata")
    _check_formats(metadata)
    key_set = metadata.get("jwks")
    # §5.1: A128GCM where nothing is said.
    chosen = encryption_keys.choose(key_set, metadata.get("encrypted_response_enc_values_supported", ["A128GCM"]))
    if chosen is None:
        raise PresentationError("no_usable_encryption_key", error="invalid_request")
    # §5.1: "uniquely identifies the key within the context of the request".
    named = [
        key for key in encryption_keys.keys_of(key_set) or () if isinstance(key, dict) and key.get("kid") == chosen.kid
    ]
    if len(named) > 1:
        raise _invalid("kid is not unique")
    return chosen


def _check_formats(metadata: JsonObject) -> None:
    """§11.1, Annex B.3.4: a verifier that could not read what we send is not sent it.

    §5.1 wants the member where a wallet cannot know otherwise; the query names the format, and a member that is not
    there denies nothing.
    """
    formats = metadata.get("vp_formats_supported", {dcql.FORMAT: {}})
    ours = formats.get(dcql.FORMAT) if isinstance(formats, dict) else None
    if not isinstance(ours, dict):
        raise PresentationError("not_supported", "vp_formats_supported", error="vp_formats_not_supported")
    for name in ("sd-jwt_alg_values", "kb-jwt_alg_values"):
        algorithms = ours.get(name, ["ES256"])
        if not isinstance(algorithms, list) or "ES256" not in algorithms:
            raise PresentationError("not_supported", name, error="vp_formats_not_supported")


def _verifier_info(value: JsonValue) -> tuple[VerifierInfo, ...]:
    """§5.1, §5.11: what is not understood is ignored; what is, must be verified by whoever uses it.

    Also an attestation that is said to be about no credential: taken for one about all it would say more than it does.
    """
    entries = []
    for entry in value if isinstance(value, list) else ():
        if not isinstance(entry, dict) or not isinstance(entry.get("format"), str) or "data" not in entry:
            continue
        ids = entry.get("credential_ids")
        if "credential_ids" in entry and not (isinstance(ids, list) and ids and all(isinstance(i, str) for i in ids)):
            continue
        entries.append(VerifierInfo(entry["format"], entry["data"], None if ids is None else tuple(ids)))
    return tuple(entries)


def _url_safe(claims: JsonObject, name: str) -> str:
    value = claims.get(name)
    if not isinstance(value, str) or not _URL_SAFE.fullmatch(value):
        raise _invalid(name)
    return value


def _invalid(detail: str) -> PresentationError:
    return PresentationError("request_invalid", detail, error="invalid_request")
