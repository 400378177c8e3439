"""The credential request and response: proofs in, credentials out.

OpenID4VCI §8.2 (request), §8.3 (response), §8.3.1.2 (errors). Encryption of either (§10), deferred issuance (§9) and
proof types other than `jwt` are not spoken; what asks for them is refused.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from openid4vc import strict_json
from openid4vc.errors import FormatError, IssuanceError
from openid4vc.members import Members
from openid4vc.strict_json import JsonObject

MAX_RESPONSE_BYTES: Final = 1 << 20
MAX_CREDENTIALS: Final = 100


@dataclass(frozen=True, slots=True)
class CredentialRequest:
    """§8.2: exactly one of the two names is set; `proofs` are key proofs as sent, none twice, nothing verified."""

    configuration_id: str | None
    identifier: str | None
    proofs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CredentialResponse:
    """§8.3, issued at once: `credentials` as sent, nothing verified, in no order that means anything."""

    credentials: tuple[str, ...]
    notification_id: str | None


def parse_request(raw: bytes, *, max_proofs: int) -> CredentialRequest:
    """A request whose configuration needs a key; more than `max_proofs` are refused before any is looked at.

    IssuanceError `credential_request_malformed` (invalid_credential_request), `proof_missing`, `proof_invalid`
    (invalid_proof), `not_supported` (invalid_encryption_parameters or invalid_proof).
    """
    try:
        members = Members(strict_json.parse_object(raw), _malformed)
    except FormatError:
        raise _malformed("JSON") from None
    configuration_id = members.optional_text("credential_configuration_id")
    identifier = members.optional_text("credential_identifier")
    if (configuration_id is None) == (identifier is None):
        raise _malformed("exactly one of credential_configuration_id and credential_identifier")
    if "credential_response_encryption" in members:
        raise IssuanceError("not_supported", "response encryption", error="invalid_encryption_parameters")
    # The parameter of drafts before 1.0: beside `proofs` it would be a second, unread proof.
    if "proof" in members:
        raise IssuanceError("proof_invalid", "proof is not a parameter", error="invalid_proof")
    return CredentialRequest(configuration_id, identifier, _proofs(members, max_proofs))


def create_request(*, configuration_id: str | None, identifier: str | None, proofs: Sequence[str]) -> JsonObject:
    """The request of a wallet; `identifier` where the token response gave one (§8.2), else `configuration_id`."""
    if (configuration_id is None) == (identifier is None):
        raise ValueError("exactly one of configuration_id and identifier")
    name = "credential_configuration_id" if identifier is None else "credential_identifier"
    return {name: configuration_id if identifier is None else identifier, "proofs": {"jwt": list(proofs)}}


def create_response(credentials: Sequence[str], notification_id: str | None) -> JsonObject:
    """The answer in the one form that we emit."""
    response: JsonObject = {"credentials": [{"credential": credential} for credential in credentials]}
    if notification_id is not None:
        response["notification_id"] = notification_id
    return response


def parse_response(raw: bytes) -> CredentialResponse:
    """The answer of a credential endpoint; IssuanceError `credential_response_invalid`, `not_supported` (deferred)."""
    try:
        members = Members(strict_json.parse_object(raw, max_bytes=MAX_RESPONSE_BYTES), _invalid)
    except FormatError:
        raise _invalid("JSON") from None
    if "transaction_id" in members:
        raise IssuanceError("not_supported", "deferred issuance")
    credentials = tuple(
        item.text("credential", max_length=MAX_RESPONSE_BYTES)
        for item in members.objects("credentials", max_items=MAX_CREDENTIALS)
    )
    if not credentials or len(set(credentials)) != len(credentials):
        raise _invalid("credentials")
    return CredentialResponse(credentials, members.optional_text("notification_id"))


def _proofs(members: Members, max_proofs: int) -> tuple[str, ...]:
    """§8.2: exactly one proof type, with a non-empty array."""
    if "proofs" not in members:
        raise IssuanceError("proof_missing", error="invalid_proof")
    proofs = members.values["proofs"]
    if not isinstance(proofs, dict) or len(proofs) != 1:
        raise IssuanceError("proof_invalid", "exactly one proof type", error="invalid_proof")
    if "jwt" not in proofs:
        raise IssuanceError("not_supported", "proof type", error="invalid_proof")
    texts = proofs["jwt"]
    if not isinstance(texts, list) or not texts or not all(isinstance(text, str) for text in texts):
        raise IssuanceError("proof_invalid", "array of texts", error="invalid_proof")
    if len(texts) > max_proofs or len(set(texts)) != len(texts):
        raise IssuanceError("proof_invalid", "number of proofs", error="invalid_proof")
    return tuple(texts)


def _malformed(detail: str) -> IssuanceError:
    return IssuanceError("credential_request_malformed", detail, error="invalid_credential_request")


def _invalid(detail: str) -> IssuanceError:
    return IssuanceError("credential_response_invalid", detail)
