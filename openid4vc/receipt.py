"""The receipt of a hand-over: what was given, to whom, why and until when, signed by the receiver.

A profile of ISO/IEC TS 27560:2023 (consent record information structure): a compact JWS with `typ`
`consent-receipt+jwt` and `x5c`, signed by the key of the verifier's access certificate, in the member `receipt` of its
direct_post answer. It holds names of claims and never their values.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from openid4vc.errors import FormatError, JoseError, PresentationError, TrustError
from openid4vc.jose import jws
from openid4vc.jose.jws import Signer
from openid4vc.strict_json import JsonObject, JsonValue
from openid4vc.trust.certificates import Certificate, parse_x5c

TYP: Final = "consent-receipt+jwt"
MAX_BYTES: Final = 64 << 10
# The mandatory members that are texts (27560 header and processing; * in the profile).
_TEXTS: Final = (
    "schema_version",
    "receipt_id",
    "record_id",
    "pii_principal_id",
    "language",
    "jurisdiction",
    "purpose",
    "lawful_basis",
    "retention_period",
    "privacy_notice",
    "withdrawal_method",
)
_OPTIONAL_TEXTS: Final = ("intended_use_identifier", "presentation_id", "registration_certificate_hash")
_NAME_LISTS: Final = ("claims_requested", "claims_presented")


@dataclass(frozen=True, slots=True)
class Party:
    """Somebody whom the receipt names; the controllers are the ones whom a person turns to."""

    party_id: str
    name: str
    address: str
    role: str | None


@dataclass(frozen=True, slots=True)
class Receipt:
    """A receipt whose signature held. `claims` are all its members, `text` the signed form to keep as evidence."""

    receipt_id: str
    record_id: str
    purpose: str
    lawful_basis: str
    retention_period: str
    privacy_notice: str
    withdrawal_method: str
    language: str
    controllers: tuple[Party, ...]
    presentation_id: str | None
    claims: Mapping[str, JsonValue]
    text: str


def create(claims: Mapping[str, object], *, signer: Signer, x5c: Sequence[str]) -> str:
    """A signed receipt; PresentationError `receipt_invalid` for claims that `verify` would refuse."""
    _read(dict(claims), "")
    return jws.create({"typ": TYP, "x5c": list(x5c)}, claims, signer)


def verify(text: str, *, access_certificate: Certificate) -> Receipt:
    """A receipt from the answer of the verifier whose request carried `access_certificate`.

    That certificate was verified with the request, moments ago; so the receipt's leaf must be that very one, and no
    chain is built anew. PresentationError `receipt_invalid` for everything else.
    """
    try:
        parsed = jws.parse(text, typ=TYP, max_bytes=MAX_BYTES)
        if parse_x5c(parsed.header.get("x5c"))[0].der != access_certificate.der:
            raise PresentationError("receipt_invalid", "signed by somebody else")
        claims = jws.verify(parsed, access_certificate.public_key).claims
    except (FormatError, JoseError, TrustError) as error:
        raise PresentationError("receipt_invalid", error.code) from error
    return _read(claims, text)


def _read(claims: JsonObject, text: str) -> Receipt:
    texts = {name: _text(claims, name) for name in _TEXTS}
    optional = {name: _optional(claims, name) for name in _OPTIONAL_TEXTS}
    if claims.get("user_approval") is not True:
        raise _invalid("user_approval")
    for information in _objects(claims, "pii_information"):
        _text(information, "pii_type")
        _names(information, "pii_attribute_id")
    for name in ("storage_locations", "recipient_third_parties"):
        _names(claims, name)
    for name in _NAME_LISTS:
        if name in claims:
            _names(claims, name)
    for event in _objects(claims, "events"):
        _text(event, "event_type")
        _text(event, "event_time")
    return Receipt(
        receipt_id=texts["receipt_id"],
        record_id=texts["record_id"],
        purpose=texts["purpose"],
        lawful_basis=texts["lawful_basis"],
        retention_period=texts["retention_period"],
        privacy_notice=texts["privacy_notice"],
        withdrawal_method=texts["withdrawal_method"],
        language=texts["language"],
        controllers=_controllers(claims),
        presentation_id=optional["presentation_id"],
        claims=claims,
        text=text,
    )


def _controllers(claims: JsonObject) -> tuple[Party, ...]:
    """The parties that `pii_controllers` names; a receipt without somebody to turn to is none."""
    parties = {
        party_id: Party(
            party_id, _text(party, "party_name"), _text(party, "party_address"), _optional(party, "party_role")
        )
        for party in _objects(claims, "parties")
        if (party_id := _text(party, "party_id"))
    }
    names = _names(claims, "pii_controllers")
    if not names or not all(name in parties for name in names):
        raise _invalid("pii_controllers")
    return tuple(parties[name] for name in names)


def _objects(parent: JsonObject, name: str) -> list[JsonObject]:
    value = parent.get(name)
    if not isinstance(value, list) or not value or not all(isinstance(member, dict) for member in value):
        raise _invalid(name)
    return value


def _names(parent: JsonObject, name: str) -> list[str]:
    value = parent.get(name)
    if not isinstance(value, list) or not all(isinstance(member, str) for member in value):
        raise _invalid(name)
    return value


def _text(parent: JsonObject, name: str) -> str:
    value = parent.get(name)
    if not isinstance(value, str) or not value:
        raise _invalid(name)
    return value


def _optional(parent: JsonObject, name: str) -> str | None:
    return _text(parent, name) if name in parent else None


def _invalid(detail: str) -> PresentationError:
    return PresentationError("receipt_invalid", detail)
