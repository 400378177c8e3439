"""The POST by which a wallet fetches a request: a nonce of its own, and what it can do.

OpenID4VP §5.10 (parameters, encrypted request object), §10.1 and Annex B.3.4 (metadata of a wallet); RFC 9101 §4
(request objects that are signed and then encrypted); OpenID Connect Discovery 1.0 §3 (`request_object_…_supported`).
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

from openid4vc import strict_json
from openid4vc.errors import FormatError, PresentationError
from openid4vc.jose import jwe
from openid4vc.strict_json import JsonObject, JsonValue
from openid4vc.vp import dcql, encryption_keys
from openid4vc.vp.client_id import Prefix
from openid4vc.vp.encryption_keys import ALG, ENC_VALUES, EncryptionKey
from openid4vc.vp.request import RESPONSE_MODE

MAX_METADATA_BYTES: Final = 65_536
_NONCE = re.compile(r"[!-~]{1,1024}")


@dataclass(frozen=True, slots=True)
class RequestUriPost:
    """`wallet_nonce`, when there is one, must come back inside the signed request.

    `encryption` is the wallet's key for the request object, None where it asks for no encryption.
    """

    wallet_nonce: str | None
    encryption: EncryptionKey | None


def create_form(wallet_nonce: str) -> dict[str, str]:
    """The form of a wallet of this specification: SD-JWT VC with ES256, answers in the `direct_post.jwt` mode."""
    algorithms = {"sd-jwt_alg_values": ["ES256"], "kb-jwt_alg_values": ["ES256"]}
    metadata = {
        "vp_formats_supported": {dcql.FORMAT: algorithms},
        "client_id_prefixes_supported": ["x509_hash", "x509_san_dns"],
        "request_object_signing_alg_values_supported": ["ES256"],
        "authorization_encryption_alg_values_supported": [ALG],
        "authorization_encryption_enc_values_supported": list(ENC_VALUES),
        "response_types_supported": ["vp_token"],
        "response_modes_supported": [RESPONSE_MODE],
    }
    return {"wallet_metadata": strict_json.write(metadata).decode("utf-8"), "wallet_nonce": wallet_nonce}


def parse_form(form: Mapping[str, str], *, prefix: Prefix) -> RequestUriPost:
    """The parameters of the form, each of which the caller has seen once; unknown ones are ignored.

    `prefix` is that of the request. PresentationError `request_invalid` for a nonce that can't be echoed or metadata
    that are none; `not_supported` when the wallet says that it can't answer our one form of request, or wants it
    encrypted and gives no key that can be used here.
    """
    nonce = form.get("wallet_nonce")
    if nonce is not None and not _NONCE.fullmatch(nonce):
        raise _invalid("wallet_nonce")
    if "wallet_metadata" not in form:
        return RequestUriPost(nonce, None)
    try:
        metadata = strict_json.parse_object(form["wallet_metadata"], max_bytes=MAX_METADATA_BYTES)
    except FormatError:
        raise _invalid("wallet_metadata") from None
    _check_formats(metadata)
    _check_offer(metadata, "client_id_prefixes_supported", [prefix])
    _check_offer(metadata, "request_object_signing_alg_values_supported", ["ES256"])
    _check_offer(metadata, "authorization_encryption_alg_values_supported", [ALG])
    _check_offer(metadata, "authorization_encryption_enc_values_supported", ENC_VALUES)
    _check_offer(metadata, "response_types_supported", ["vp_token"])
    _check_offer(metadata, "response_modes_supported", [RESPONSE_MODE])
    return RequestUriPost(nonce, _encryption(metadata))


def encrypt(request_object: str, key: EncryptionKey) -> str:
    """§5.10: the signed request object for the wallet alone, a JWT inside a JWE (RFC 9101 §4, RFC 7519 §5.2)."""
    return jwe.encrypt(request_object.encode("ascii"), key.jwk, enc=key.enc, kid=key.kid, cty="JWT")


def _check_formats(metadata: JsonObject) -> None:
    """§10.1 requires the member; one that is not there denies nothing, for the wallet has followed our link."""
    formats = metadata.get("vp_formats_supported", {dcql.FORMAT: {}})
    if not isinstance(formats, dict):
        raise _invalid("vp_formats_supported")
    ours = formats.get(dcql.FORMAT)
    if not isinstance(ours, dict):
        raise PresentationError("not_supported", "vp_formats_supported", error="vp_formats_not_supported")
    for name in ("sd-jwt_alg_values", "kb-jwt_alg_values"):
        _check_offer(ours, name, ["ES256"], error="vp_formats_not_supported")


def _check_offer(metadata: JsonObject, name: str, ours: Collection[str], *, error: str = "invalid_request") -> None:
    """One of ours is among what the wallet names; what it does not name it has shown by coming here."""
    values = metadata.get(name, list(ours))
    if not isinstance(values, list) or not values:
        raise _invalid(name)
    if not any(value in ours for value in values):
        raise PresentationError("not_supported", name, error=error)


def _encryption(metadata: JsonObject) -> EncryptionKey | None:
    """§5.10: a wallet that gives keys for it wants the request object encrypted; keys for signatures ask for nothing.

    OpenID4VP names no parameter for the content encryption; without that of OpenID Connect it is A128GCM, as for
    answers (§5.1).
    """
    if "jwks" not in metadata:
        return None
    keys = encryption_keys.keys_of(metadata["jwks"])
    if keys is None:
        raise _invalid("jwks")
    if all(_is_for_signatures(key) for key in keys):
        return None
    _check_offer(metadata, "request_object_encryption_alg_values_supported", [ALG])
    enc_values = metadata.get("request_object_encryption_enc_values_supported", ["A128GCM"])
    chosen = encryption_keys.choose(metadata["jwks"], enc_values)
    if chosen is None:
        raise PresentationError("not_supported", "jwks", error="invalid_request")
    return chosen


def _is_for_signatures(key: JsonValue) -> bool:
    return isinstance(key, dict) and key.get("use") == "sig"


def _invalid(detail: str) -> PresentationError:
    return PresentationError("request_invalid", detail, error="invalid_request")
