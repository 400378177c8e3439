"""Published examples of registration certificates: what of them is read, and which drafts of the standard are not.

The examples were made for TS 119 475 v1.1.1 and for a proposal of December 2025. v1.2.1, which is read here, took
the claims of the proposal over and changed others; each difference is data below, so that a change of ours shows.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

from openid4vc.errors import RegistrationError
from openid4vc.relying_party import registration_certificate
from openid4vc.relying_party.registration_certificate import (
    LocalizedText,
    RegisteredCredential,
    RegistrationCertificate,
)
from openid4vc.trust.certificates import x5c
from tests.openid4vc.forging import forge
from tests.openid4vc.trust.authorities import root

pytestmark = pytest.mark.vectors

IAT = 1_751_100_000
ROOT = root("Registrars", not_before=IAT - 86400)
REGISTRAR = ROOT.issue("Registrar", not_before=IAT - 86400)
SHOP = root("Access").issue("Shop", organization_identifier="LEIXG-743700EB2QF2J1WRO915")
OLD, PROPOSED = "v1.1.1", "aspirational-2025-12-05"

# What v1.2.1 (clause 5.2, tables 5 to 9) says in another way than the proposal.
SINCE_THE_PROPOSAL: Mapping[str, object] = {
    "wrp": ...,
    "sub": "LEIXG-743700EB2QF2J1WRO915",
    "sub_ln": "Webshop Holding Company Ltd",
    "srv_description": [[{"lang": "en-GB", "value": "Webshop selling stuff."}]],
    "privacy_policy": "https://example-company.com/en/privacy-policy",
    "info_uri": "https://webshop.invalid",
    "support_uri": "https://webshop.invalid/data-deletion",
    "purpose": [{"lang": "en-GB", "value": "Required for sending parcels."}],
}


def example(vectors: Path, version: str, what: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(
        (vectors / "wrprc" / version / f"wrprc-{what}-example.json").read_text("utf-8")
    )
    return document


def changed(claims: Mapping[str, object], changes: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in {**claims, **changes}.items() if value is not ...}


def verify(claims: Mapping[str, object], header: Mapping[str, object]) -> RegistrationCertificate:
    """The example as a registrar of ours would have signed it: with our chain, and by ES256."""
    assert isinstance(REGISTRAR.key, EllipticCurvePrivateKey)
    made = forge({**header, "alg": "ES256", "x5c": x5c([REGISTRAR.certificate])}, claims, REGISTRAR.key)
    return registration_certificate.verify(
        made, anchors=[ROOT.certificate], access_certificate=SHOP.certificate, now=IAT + 60
    )


def refused(claims: Mapping[str, object], header: Mapping[str, object]) -> str:
    with pytest.raises(RegistrationError) as caught:
        verify(claims, header)
    assert caught.value.code == "registration_invalid"
    return caught.value.detail


def test_the_proposal_is_read_once_it_says_what_the_standard_says_now(vectors: Path) -> None:
    claims = changed(example(vectors, PROPOSED, "payload"), SINCE_THE_PROPOSAL)
    read = verify(claims, example(vectors, PROPOSED, "header-area"))
    assert (read.sub, read.name, read.legal_name) == (
        "LEIXG-743700EB2QF2J1WRO915",
        "Webshop",
        "Webshop Holding Company Ltd",
    )
    assert read.purpose == (LocalizedText("en-GB", "Required for sending parcels."),)
    paths = (("given_name",), ("family_name",), ("address",))
    assert read.credentials == (
        RegisteredCredential("dc+sd-jwt", frozenset({"https://credentials.invalid/address-credential"}), paths),
        RegisteredCredential("mso_mdoc", frozenset({"org.iso.18013.5.1.mDL"}), paths),
    )
    assert read.supervisory_authority is not None
    assert read.supervisory_authority["name"] == "Data Protection Ombudsman"
    assert (read.status is not None, read.exp, read.intended_use_id) == (
        True,
        None,
        "956be599-9658-48c7-b410-0fbd073b6afc",
    )


@pytest.mark.parametrize("member", ["sub", "srv_description", "privacy_policy", "info_uri", "support_uri", "purpose"])
def test_what_the_proposal_says_in_its_own_way_is_refused_and_not_guessed_at(vectors: Path, member: str) -> None:
    proposal = example(vectors, PROPOSED, "payload")
    claims = changed(proposal, {**SINCE_THE_PROPOSAL, member: proposal.get(member, ...)})
    assert refused(claims, example(vectors, PROPOSED, "header-area"))


def test_the_examples_of_the_old_version_are_no_certificates_of_this_one(vectors: Path) -> None:
    claims, header = example(vectors, OLD, "payload"), example(vectors, OLD, "header-area")
    # v1.1.1 described an unencoded payload (RFC 7797) in the header; and its payload has an object for `sub`.
    assert refused(claims, header) == "jose_header"
    assert refused(claims, {"typ": header["typ"]})
    # Neither the subject alone nor the credentials alone make it one.
    for changes in (
        {"sub": "LEIXG-743700EB2QF2J1WRO915"},
        {"credentials": example(vectors, PROPOSED, "payload")["credentials"]},
    ):
        assert refused(changed(claims, changes), {"typ": header["typ"]})


def test_the_algorithm_and_the_certificate_of_an_example_are_not_ours(vectors: Path) -> None:
    for version in (OLD, PROPOSED):
        header = example(vectors, version, "header-area")
        assert (header["typ"], header["alg"]) == ("rc-wrp+jwt", "ES384")
        with pytest.raises(RegistrationError) as caught:
            registration_certificate.verify(
                forge({"typ": "rc-wrp+jwt", **header, "alg": "ES384"}, {}, REGISTRAR.key),
                anchors=[ROOT.certificate],
                access_certificate=SHOP.certificate,
                now=IAT,
            )
        assert caught.value.detail == "alg_not_allowed"
