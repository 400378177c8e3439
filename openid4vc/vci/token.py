"""The token request and response of the pre-authorized code: the code, and what the person was told, for a token.

OpenID4VCI §6.1 (request), §6.2 (response), §6.3 (errors); RFC 6749 §5, RFC 6750 §2.1.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from openid4vc import strict_json
from openid4vc.errors import FormatError, IssuanceError
from openid4vc.members import Members
from openid4vc.strict_json import JsonObject

GRANT: Final = "urn:ietf:params:oauth:grant-type:pre-authorized_code"

_MAX_BYTES: Final = 65_536
_MAX_LIFE: Final = 10 * 365 * 86_400
# RFC 6750 §2.1: what an Authorization header can carry, so that no line end ever gets into one.
_B64TOKEN = re.compile(r"[A-Za-z0-9._~+/-]{1,4096}=*")


@dataclass(frozen=True, slots=True)
class TokenRequest:
    """§6.1. `client_id` is None for a wallet that stays anonymous."""

    pre_authorized_code: str
    tx_code: str | None
    client_id: str | None


@dataclass(frozen=True, slots=True)
class TokenResponse:
    """§6.2. `credential_identifiers` per configuration id are from `authorization_details`; empty without them."""

    access_token: str
    expires_in: int | None
    credential_identifiers: Mapping[str, tuple[str, ...]]


def parse_request(form: Mapping[str, str]) -> TokenRequest:
    """The parameters of the form, each of which the caller has seen once; unknown ones are ignored (§6.1).

    IssuanceError `request_malformed` (invalid_request), `unsupported_grant` (unsupported_grant_type).
    """
    grant_type = form.get("grant_type")
    if not grant_type:
        raise _malformed("grant_type")
    if grant_type != GRANT:
        raise IssuanceError("unsupported_grant", error="unsupported_grant_type")
    code, tx_code, client_id = form.get("pre-authorized_code"), form.get("tx_code"), form.get("client_id")
    if not code:
        raise _malformed("pre-authorized_code")
    # RFC 6749 §3.1: a parameter without a value is treated as if it were not there.
    if tx_code is not None and len(tx_code) > 64:
        raise _malformed("tx_code")
    if client_id is not None and len(client_id) > 4096:
        raise _malformed("client_id")
    return TokenRequest(code, tx_code or None, client_id or None)


def create_request(*, pre_authorized_code: str, tx_code: str | None, client_id: str | None) -> dict[str, str]:
    """The form that a wallet posts."""
    form = {"grant_type": GRANT, "pre-authorized_code": pre_authorized_code}
    if tx_code is not None:
        form["tx_code"] = tx_code
    if client_id is not None:
        form["client_id"] = client_id
    return form


def create_response(*, access_token: str, expires_in: int) -> JsonObject:
    """The answer in the one form that we emit: a bearer token of short life (§13.10)."""
    return {"access_token": access_token, "token_type": "Bearer", "expires_in": expires_in}


def parse_response(raw: bytes) -> TokenResponse:
    """The answer of a token endpoint; IssuanceError `token_response_invalid`."""
    try:
        members = Members(strict_json.parse_object(raw, max_bytes=_MAX_BYTES), _invalid)
    except FormatError:
        raise _invalid("JSON") from None
    token = members.text("access_token")
    if not _B64TOKEN.fullmatch(token):
        raise _invalid("access_token")
    # RFC 6749 §7.1: the type in any letter case. DPoP is not spoken here, and was not asked for.
    if members.text("token_type").lower() != "bearer":
        raise _invalid("token_type")
    return TokenResponse(
        access_token=token,
        expires_in=members.optional_integer("expires_in", least=0, most=_MAX_LIFE),
        credential_identifiers=_credential_identifiers(members),
    )


def _credential_identifiers(members: Members) -> dict[str, tuple[str, ...]]:
    """§6.2: details of other types are somebody else's."""
    identifiers: dict[str, tuple[str, ...]] = {}
    for details in members.objects("authorization_details"):
        if details.values.get("type") == "openid_credential":
            identifiers[details.text("credential_configuration_id")] = details.texts("credential_identifiers")
    return identifiers


def _malformed(detail: str) -> IssuanceError:
    return IssuanceError("request_malformed", detail, error="invalid_request")


def _invalid(detail: str) -> IssuanceError:
    return IssuanceError("token_response_invalid", detail)
