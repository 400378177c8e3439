"""Registration certificates: what a relying party may ask, as the wallet reads it."""

from collections.abc import Mapping
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

from openid4vc.errors import RegistrationError
from openid4vc.jose.jws import KeySigner
from openid4vc.relying_party import registration_certificate
from openid4vc.relying_party.registration_certificate import (
    MAX_LIFE,
    LocalizedText,
    RegisteredCredential,
    RegistrationCertificate,
)
from openid4vc.status_list.reference import StatusReference
from openid4vc.trust.certificates import x5c
from tests.openid4vc.forging import forge
from tests.openid4vc.trust.authorities import NOW, Holder, root

ROOT = root("Registrars")
REGISTRAR = ROOT.issue("Registrar")
OFFICE = root("Access").issue("Office", organization_identifier="NTRFI-9900102-9")
VCT = "https://tyypit.example/tyokyky/lausuntopalaute/1"
CLAIMS: dict[str, Any] = {
    "name": "Työllisyysalue",
    "sub": "NTRFI-9900102-9",
    "sub_ln": "Mallilan kaupunki",
    "country": "FI",
    "registry_uri": "https://register.example",
    "srv_description": [[{"lang": "fi", "value": "Työllisyyspalvelut"}]],
    "entitlements": ["https://uri.etsi.org/19475/Entitlement/Service_Provider"],
    "privacy_policy": "https://office.example/tietosuoja",
    "info_uri": "https://office.example",
    "support_uri": "https://office.example/poisto",
    "supervisory_authority": {"name": "Tietosuojavaltuutettu", "email": "x@dpa.example"},
    "policy_id": "0.4.0.19475.3.1",
    "certificate_policy": "https://register.example/policy",
    "iat": NOW - 100,
    "exp": NOW + 1000,
    "status": {"status_list": {"idx": 3, "uri": "https://register.example/status/1"}},
    "credentials": [
        {"format": "dc+sd-jwt", "meta": {"vct_values": [VCT]}, "claims": [{"path": ["a", None]}, {"path": ["b", 0]}]},
        {"format": "mso_mdoc", "meta": {"doctype_value": "org.iso.18013.5.1.mDL"}},
    ],
    "purpose": [{"lang": "fi", "value": "Vaikutus"}, {"lang": "sv", "value": "Inverkan"}],
    "intended_use_id": "P1",
    "retention": "P12M",
    "lawful_basis": "law:380/2023",
}
HEADER: dict[str, object] = {"alg": "ES256", "typ": "rc-wrp+jwt", "x5c": x5c([REGISTRAR.certificate])}


def key(holder: Holder) -> EllipticCurvePrivateKey:
    assert isinstance(holder.key, EllipticCurvePrivateKey)
    return holder.key


def verify(text: str, *, access: Holder = OFFICE, now: int = NOW) -> RegistrationCertificate:
    return registration_certificate.verify(
        text, anchors=[ROOT.certificate], access_certificate=access.certificate, now=now
    )


def refused(text: str, *, access: Holder = OFFICE, now: int = NOW) -> str:
    with pytest.raises(RegistrationError) as caught:
        verify(text, access=access, now=now)
    return caught.value.code


def signed(changes: Mapping[str, object] | None = None, header: Mapping[str, object] = HEADER) -> str:
    claims = {**CLAIMS, **(changes or {})}
    return forge(header, {name: value for name, value in claims.items() if value is not ...}, key(REGISTRAR))


def test_a_certificate_says_who_may_ask_what_and_why() -> None:
    text = registration_certificate.create(CLAIMS, signer=KeySigner(key(REGISTRAR)), x5c=x5c([REGISTRAR.certificate]))
    read = verify(text)
    assert (read.sub, read.name, read.legal_name) == ("NTRFI-9900102-9", "Työllisyysalue", "Mallilan kaupunki")
    assert read.purpose == (LocalizedText("fi", "Vaikutus"), LocalizedText("sv", "Inverkan"))
    assert read.credentials == (
        RegisteredCredential("dc+sd-jwt", frozenset({VCT}), (("a", None), ("b", 0))),
        RegisteredCredential("mso_mdoc", frozenset({"org.iso.18013.5.1.mDL"}), None),
    )
    assert (read.retention, read.lawful_basis, read.intended_use_id) == ("P12M", "law:380/2023", "P1")
    assert read.status == StatusReference("https://register.example/status/1", 3)
    assert (read.text, len(read.sha256)) == (text, 43)


def test_what_is_not_stated_is_none() -> None:
    names = ("retention", "lawful_basis", "sub_ln", "country", "support_uri", "privacy_policy", "status", "exp")
    read = verify(signed(dict.fromkeys((*names, "srv_description", "supervisory_authority"), ...)))
    assert all(getattr(read, name) is None for name in ("retention", "lawful_basis", "legal_name", "status", "exp"))
    assert (read.srv_description, read.supervisory_authority) == ((), None)
    person = verify(signed({"sub_ln": ..., "sub_gn": "Aino", "sub_fn": "Esimerkki"}))
    assert person.legal_name == "Aino Esimerkki"


def test_the_spellings_of_table_7_to_9_and_of_ts5_are_both_read() -> None:
    flat = verify(signed({"srv_description": CLAIMS["srv_description"][0]}))
    assert flat.srv_description == verify(signed()).srv_description == (LocalizedText("fi", "Työllisyyspalvelut"),)
    credential = {"format": "dc+sd-jwt", "meta": {"vct_values": [VCT]}}
    singular = verify(signed({"credentials": [{**credential, "claim": [{"path": ["a"]}]}]}))
    assert singular.credentials[0].claims == (("a",),)
    both = {**credential, "claim": [{"path": ["a"]}], "claims": [{"path": ["b"]}]}
    assert refused(signed({"credentials": [both]})) == "registration_invalid"


def test_a_certificate_of_another_organisation_is_not_this_ones() -> None:
    other = root("Access").issue("Other", organization_identifier="NTRFI-9900104-5")
    nameless = root("Access").issue("Nameless")
    assert refused(signed(), access=other) == "registration_untrusted"
    assert refused(signed(), access=nameless) == "registration_untrusted"


def test_a_certificate_that_no_trusted_registrar_signed_is_untrusted() -> None:
    fake = root("Registrars").issue("Registrar")
    chain = {**HEADER, "x5c": x5c([fake.certificate])}
    assert refused(forge(chain, CLAIMS, key(fake))) == "registration_untrusted"
    assert refused(forge(HEADER, CLAIMS, key(fake))) == "registration_untrusted"
    assert refused(signed(header={**HEADER, "x5c": None})) == "registration_untrusted"
    # The relying party's own access certificate is no registrar's.
    own = {**HEADER, "x5c": x5c([OFFICE.certificate])}
    assert refused(forge(own, CLAIMS, key(OFFICE))) == "registration_untrusted"


def test_a_certificate_is_in_force_from_its_issue_to_its_end_and_twelve_months_at_most() -> None:
    assert refused(signed(), now=NOW + 1100) == "registration_untrusted"
    assert refused(signed({"iat": NOW + 100, "exp": NOW + 200})) == "registration_untrusted"
    endless = signed({"exp": ..., "iat": NOW - MAX_LIFE})
    verify(endless)
    assert refused(endless, now=NOW + 1) == "registration_untrusted"
    assert refused(signed({"exp": NOW - 100 + MAX_LIFE + 1})) == "registration_invalid"


@pytest.mark.parametrize("typ", [None, "JWT", "rc-wrp+cwt", "oauth-authz-req+jwt"])
def test_another_type_of_token_is_no_registration_certificate(typ: str | None) -> None:
    assert refused(signed(header={**HEADER, "typ": typ})) == "registration_invalid"


@pytest.mark.parametrize(
    "changes",
    [
        {"sub": ...},
        {"sub": {"id": "NTRFI-9900102-9"}},
        {"name": ""},
        {"iat": ...},
        {"iat": 1.5},
        {"iat": NOW + 20, "exp": NOW + 10},
        {"purpose": ...},
        {"purpose": []},
        {"purpose": "Vaikutus"},
        {"purpose": [{"lang": "fi", "content": "Vaikutus"}]},
        {"credentials": ...},
        {"credentials": []},
        {"credentials": [{"format": "dc+sd-jwt", "meta": VCT}]},
        {"credentials": [{"format": "dc+sd-jwt", "meta": {}}]},
        {"credentials": [{"format": "dc+sd-jwt", "meta": {"vct_values": []}}]},
        {"credentials": [{"format": "dc+sd-jwt", "meta": {"vct_values": VCT}}]},
        {"credentials": [{"meta": {"vct_values": [VCT]}}]},
        {"credentials": [{"format": "dc+sd-jwt", "meta": {"vct_values": [VCT]}, "claims": []}]},
        {"credentials": [{"format": "dc+sd-jwt", "meta": {"vct_values": [VCT]}, "claims": [{"path": []}]}]},
        {"credentials": [{"format": "dc+sd-jwt", "meta": {"vct_values": [VCT]}, "claims": [{"path": "a"}]}]},
        {"credentials": [{"format": "dc+sd-jwt", "meta": {"vct_values": [VCT]}, "claims": [{"path": [-1]}]}]},
        {"credentials": [{"format": "dc+sd-jwt", "meta": {"vct_values": [VCT]}, "claims": [{"path": [True]}]}]},
        {"srv_description": []},
        {"srv_description": [[]]},
        {"srv_description": "Palvelu"},
        {"retention": "12 months"},
        {"retention": "P"},
        {"lawful_basis": "because"},
        {"support_uri": ["https://office.example/poisto"]},
        {"supervisory_authority": "Tietosuojavaltuutettu"},
        {"status": {}},
        {"status": None},
    ],
)
def test_members_of_another_shape_make_it_no_certificate(changes: dict[str, object]) -> None:
    assert refused(signed(changes)) == "registration_invalid"
    claims = {name: value for name, value in {**CLAIMS, **changes}.items() if value is not ...}
    with pytest.raises(RegistrationError):
        registration_certificate.create(claims, signer=KeySigner(key(REGISTRAR)), x5c=[])


def test_text_that_is_no_token_is_no_certificate() -> None:
    for text in ("", "garbage", "e30.e30.e30"):
        assert refused(text) == "registration_invalid"
