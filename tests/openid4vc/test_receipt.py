"""Receipts: what a wallet keeps as evidence of a hand-over."""

from collections.abc import Callable, Mapping
from copy import deepcopy
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

from openid4vc import receipt
from openid4vc.errors import PresentationError
from openid4vc.jose.jws import KeySigner
from openid4vc.receipt import Party, Receipt
from openid4vc.trust.certificates import x5c
from tests.openid4vc.forging import forge
from tests.openid4vc.trust.authorities import Holder, root

ROOT = root("Access")
OFFICE = ROOT.issue("Office", organization_identifier="NTRFI-9900102-9")
CLAIMS: dict[str, Any] = {
    "schema_version": "tyokyky-receipt/1 (ISO/IEC TS 27560:2023 profile)",
    "receipt_id": "rc_1",
    "record_id": "cr_1",
    "pii_principal_id": "pw:6f3c",
    "language": "fi",
    "jurisdiction": "FI",
    "purpose": "tyoll-terveysvaikutus",
    "lawful_basis": "law:380/2023",
    "user_approval": True,
    "pii_information": [
        {
            "pii_type": "lausuntopalaute",
            "pii_attribute_id": ["work_ability", "restrictions"],
            "special_pii_category": "health",
            "pii_optional": False,
        }
    ],
    "pii_controllers": ["p1"],
    "recipient_third_parties": [],
    "storage_locations": ["FI"],
    "retention_period": "P12M",
    "privacy_notice": "https://office.example/tietosuoja/P1",
    "withdrawal_method": "https://office.example/poisto",
    "parties": [
        {
            "party_id": "p1",
            "party_name": "Mallilan työllisyysalue",
            "party_address": "Mallikatu 1, 00000 MALLILA",
            "party_role": "controller",
        },
        {"party_id": "p2", "party_name": "Rekisteröijä", "party_address": "-"},
    ],
    "events": [
        {
            "event_type": "given",
            "event_time": "2026-11-24T09:12:04Z",
            "event_state": "active",
            "validity_duration": "P12M",
        }
    ],
    "intended_use_identifier": "P1",
    "presentation_id": "n-0S6_WzA2Mj",
    "claims_presented": ["work_ability", "restrictions"],
    "registration_certificate_hash": "abc",
}
HEADER: dict[str, object] = {"alg": "ES256", "typ": "consent-receipt+jwt", "x5c": x5c([OFFICE.certificate])}


def key(holder: Holder) -> EllipticCurvePrivateKey:
    assert isinstance(holder.key, EllipticCurvePrivateKey)
    return holder.key


def verify(text: str) -> Receipt:
    return receipt.verify(text, access_certificate=OFFICE.certificate)


def refused(text: str) -> None:
    with pytest.raises(PresentationError) as caught:
        verify(text)
    assert caught.value.code == "receipt_invalid"


def signed(claims: Mapping[str, object] = CLAIMS, header: Mapping[str, object] = HEADER) -> str:
    return forge(header, claims, key(OFFICE))


def test_a_receipt_that_we_make_is_one_that_a_wallet_keeps() -> None:
    text = receipt.create(CLAIMS, signer=KeySigner(key(OFFICE)), x5c=x5c([OFFICE.certificate]))
    read = verify(text)
    assert (read.receipt_id, read.purpose, read.retention_period) == ("rc_1", "tyoll-terveysvaikutus", "P12M")
    assert read.controllers == (Party("p1", "Mallilan työllisyysalue", "Mallikatu 1, 00000 MALLILA", "controller"),)
    assert (read.presentation_id, read.claims, read.text) == ("n-0S6_WzA2Mj", CLAIMS, text)


def test_a_receipt_is_signed_by_the_very_certificate_that_signed_the_request() -> None:
    renewed = ROOT.issue("Office", organization_identifier="NTRFI-9900102-9")
    refused(forge({**HEADER, "x5c": x5c([renewed.certificate])}, CLAIMS, key(renewed)))
    refused(forge(HEADER, CLAIMS, key(renewed)))
    refused(signed(header={**HEADER, "x5c": None}))
    refused(signed(header={**HEADER, "typ": "JWT"}))
    refused(signed(header={**HEADER, "alg": "none"}))


OPTIONAL = {"intended_use_identifier", "presentation_id", "claims_presented", "registration_certificate_hash"}


@pytest.mark.parametrize("name", sorted(set(CLAIMS) - OPTIONAL))
def test_every_mandatory_member_must_be_there(name: str) -> None:
    refused(signed({each: value for each, value in CLAIMS.items() if each != name}))


@pytest.mark.parametrize(
    "spoil",
    [
        lambda c: c.update(user_approval=False),
        lambda c: c.update(user_approval="yes"),
        lambda c: c.update(receipt_id=7),
        lambda c: c.update(purpose=""),
        lambda c: c.update(presentation_id=None),
        lambda c: c.update(pii_controllers=[]),
        lambda c: c.update(pii_controllers=["p3"]),
        lambda c: c.update(parties=[]),
        lambda c: c["parties"][0].pop("party_name"),
        lambda c: c["parties"][0].update(party_role=1),
        lambda c: c.update(pii_information=[]),
        lambda c: c["pii_information"][0].pop("pii_type"),
        lambda c: c["pii_information"][0].update(pii_attribute_id={"work_ability": "limited"}),
        lambda c: c.update(storage_locations="FI"),
        lambda c: c.update(recipient_third_parties=[1]),
        lambda c: c.update(claims_presented={"work_ability": "limited"}),
        lambda c: c.update(events=[]),
        lambda c: c["events"][0].pop("event_time"),
    ],
)
def test_members_of_another_shape_make_it_no_receipt(spoil: Callable[[dict[str, Any]], object]) -> None:
    claims = deepcopy(CLAIMS)
    spoil(claims)
    refused(signed(claims))
    with pytest.raises(PresentationError):
        receipt.create(claims, signer=KeySigner(key(OFFICE)), x5c=[])


def test_what_is_too_large_or_no_token_is_no_receipt() -> None:
    for text in ("", "garbage", signed({**CLAIMS, "more": "x" * receipt.MAX_BYTES})):
        refused(text)
