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
from openid4vc.members import Members
from openid4vc.strict_json import JsonObject, JsonValue
from openid4vc.trust.certificates import Certificate, parse_x5c

TYP: Final = "consent-receipt+jwt"
MAX_BYTES: Final = 64 << 10
# Mandatory texts that are only kept (27560 header and processing), beside those that Receipt names.
_OTHER_TEXTS: Final = ("schema_version", "pii_principal_id", "jurisdiction")
_OPTIONAL_TEXTS: Final = ("intended_use_identifier", "registration_certificate_hash")
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
        claims = jws.read_claims(jws.verify(parsed, access_certificate.public_key))
    except (FormatError, JoseError, TrustError) as error:
        raise PresentationError("receipt_invalid", error.code) from error
    return _read(claims, text)


def _read(claims: JsonObject, text: str) -> Receipt:
    members = Members(claims, _invalid)
    if claims.get("user_approval") is not True:
        raise _invalid("user_approval")
    for name in _OTHER_TEXTS:
        members.text(name)
    for name in _OPTIONAL_TEXTS:
        members.optional_text(name)
    for information in _objects(members, "pii_information"):
        information.text("pii_type")
        information.texts("pii_attribute_id")
    for name in ("storage_locations", "recipient_third_parties", *(name for name in _NAME_LISTS if name in members)):
        _names(members, name)
    for event in _objects(members, "events"):
        event.text("event_type")
        event.text("event_time")
    return Receipt(
        receipt_id=members.text("receipt_id"),
        record_id=members.text("record_id"),
        purpose=members.text("purpose"),
        lawful_basis=members.text("lawful_basis"),
        retention_period=members.text("retention_period"),
        privacy_notice=members.text("privacy_notice"),
        withdrawal_method=members.text("withdrawal_method"),
        language=members.text("language"),
        controllers=_controllers(members),
        presentation_id=members.optional_text("presentation_id"),
        claims=claims,
        text=text,
    )


def _controllers(members: Members) -> tuple[Party, ...]:
    """The parties that `pii_controllers` names; a receipt without somebody to turn to is none."""
    parties = {}
    for party in _objects(members, "parties"):
        identifier = party.text("party_id")
        parties[identifier] = Party(
            identifier, party.text("party_name"), party.text("party_address"), party.optional_text("party_role")
        )
    try:
        return tuple(parties[name] for name in members.texts("pii_controllers"))
    except KeyError:
        raise _invalid("pii_controllers") from None


def _objects(members: Members, name: str) -> tuple[Members, ...]:
    found = members.objects(name)
    if not found:
        raise _invalid(name)
    return found


def _names(members: Members, name: str) -> None:
    """An array of texts, which may be empty: nobody else receives anything."""
    value = members.values.get(name)
    if not isinstance(value, list) or not all(isinstance(member, str) for member in value):
        raise _invalid(name)


def _invalid(detail: str) -> PresentationError:
    return PresentationError("receipt_invalid", detail)
