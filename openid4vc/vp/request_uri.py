"""The POST by which a wallet fetches a request: a nonce of its own, and what it can do.

OpenID4VP §5.10.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from openid4vc import strict_json
from openid4vc.errors import FormatError, PresentationError
from openid4vc.vp import dcql

_NONCE = re.compile(r"[!-~]{1,1024}")


@dataclass(frozen=True, slots=True)
class RequestUriPost:
    """`wallet_nonce`, when there is one, must come back inside the signed request."""

    wallet_nonce: str | None


def create_form(wallet_nonce: str) -> dict[str, str]:
    """The form of a wallet of this specification: SD-JWT VC with ES256, answers in the `direct_post.jwt` mode."""
    algorithms = {"sd-jwt_alg_values": ["ES256"], "kb-jwt_alg_values": ["ES256"]}
    metadata = {
        "vp_formats_supported": {dcql.FORMAT: algorithms},
        "client_id_prefixes_supported": ["x509_hash", "x509_san_dns"],
        "request_object_signing_alg_values_supported": ["ES256"],
        "authorization_encryption_alg_values_supported": ["ECDH-ES"],
        "authorization_encryption_enc_values_supported": ["A256GCM", "A128GCM"],
        "response_types_supported": ["vp_token"],
        "response_modes_supported": ["direct_post.jwt"],
    }
    return {"wallet_metadata": strict_json.write(metadata).decode("utf-8"), "wallet_nonce": wallet_nonce}


def parse_form(form: Mapping[str, str]) -> RequestUriPost:
    """The parameters of the form, each of which the caller has seen once; unknown ones are ignored.

    PresentationError `request_invalid` for a nonce that can't be echoed or metadata that is no JSON object,
    `not_supported` when the wallet says that it has no SD-JWT VC.
    """
    nonce = form.get("wallet_nonce")
    if nonce is not None and not _NONCE.fullmatch(nonce):
        raise _invalid("wallet_nonce")
    if "wallet_metadata" in form:
        try:
            metadata = strict_json.parse_object(form["wallet_metadata"], max_bytes=65_536)
        except FormatError:
            raise _invalid("wallet_metadata") from None
        formats = metadata.get("vp_formats_supported", {dcql.FORMAT: {}})
        if not isinstance(formats, dict):
            raise _invalid("vp_formats_supported")
        if dcql.FORMAT not in formats:
            raise PresentationError("not_supported", "vp_formats_supported", error="vp_formats_not_supported")
    return RequestUriPost(nonce)


def _invalid(detail: str) -> PresentationError:
    return PresentationError("request_invalid", detail, error="invalid_request")
