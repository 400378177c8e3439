"""Certificates of a demonstration: each member of a root and of a leaf, role by role."""

from collections.abc import Iterable
from ipaddress import ip_address

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from openid4vc.trust import making
from openid4vc.trust.certificates import Certificate, Role, check_key
from tests.openid4vc.trust.authorities import DAY, NOW

KEY = generate_private_key(SECP256R1())
# The names of the extensions as RFC 5280 §4.2 has them, with the members of a key usage that are set.
Extensions = list[tuple[str, bool, object]]


def extensions(certificate: Certificate) -> Extensions:
    return [(each.oid._name, each.critical, each.value) for each in certificate.x509.extensions]


def usage(*names: str) -> x509.KeyUsage:
    every = ("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement")
    every += ("key_cert_sign", "crl_sign", "encipher_only", "decipher_only")
    assert set(names) <= set(every)
    return x509.KeyUsage(**{name: name in names for name in every})


def key_identifiers(subject: EllipticCurvePublicKey, issuer: EllipticCurvePublicKey) -> tuple[object, object]:
    return (
        x509.SubjectKeyIdentifier.from_public_key(subject),
        x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer),
    )


def subject(certificate: Certificate) -> list[tuple[x509.ObjectIdentifier, object]]:
    return [(attribute.oid, attribute.value) for attribute in certificate.x509.subject]


def leaf(
    role: Role,
    root: making.Root,
    *,
    organization_identifier: str | None = "NTRFI-9900101-0",
    dns_names: Iterable[str] = (),
    now: int = NOW,
    life_days: int = 30,
) -> Certificate:
    return making.make_leaf(
        role,
        root,
        organization="Hospital",
        organization_identifier=organization_identifier,
        common_name="Hospital signer",
        dns_names=dns_names,
        public_key=KEY.public_key(),
        now=now,
        life_days=life_days,
    )


@pytest.mark.parametrize("role", list(Role))
def test_a_root_signs_leaves_of_its_role_for_ten_years(role: Role) -> None:
    root = making.make_root(role, now=NOW)
    made = root.certificate
    assert root.role is role
    assert subject(made) == [
        (NameOID.COUNTRY_NAME, "FI"),
        (NameOID.ORGANIZATION_NAME, "Todiste demo"),
        (NameOID.COMMON_NAME, f"Todiste demo root: {role}"),
    ]
    assert made.x509.issuer == made.x509.subject
    assert (made.not_before, made.not_after) == (NOW - 2 * DAY, NOW + 3650 * DAY)
    subject_key, authority_key = key_identifiers(made.public_key, made.public_key)
    assert extensions(made) == [
        ("subjectKeyIdentifier", False, subject_key),
        ("basicConstraints", True, x509.BasicConstraints(ca=True, path_length=0)),
        ("keyUsage", True, usage("key_cert_sign", "crl_sign")),
        ("authorityKeyIdentifier", False, authority_key),
    ]
    assert isinstance(made.x509.signature_hash_algorithm, SHA256)
    made.x509.verify_directly_issued_by(made.x509)
    check_key(made, root.private_key.public_key())


@pytest.mark.parametrize("role", list(Role))
def test_a_leaf_says_who_signs_and_for_what(role: Role) -> None:
    root = making.make_root(role, now=NOW)
    made = leaf(role, root)
    assert subject(made) == [
        (NameOID.COUNTRY_NAME, "FI"),
        (NameOID.ORGANIZATION_NAME, "Hospital"),
        (NameOID.ORGANIZATION_IDENTIFIER, "NTRFI-9900101-0"),
        (NameOID.COMMON_NAME, "Hospital signer"),
    ]
    assert made.x509.issuer == root.certificate.x509.subject
    assert (made.not_before, made.not_after) == (NOW - 2 * DAY, NOW + 30 * DAY)
    subject_key, authority_key = key_identifiers(KEY.public_key(), root.private_key.public_key())
    signs = ("digital_signature", "content_commitment") if role is Role.SEALING else ("digital_signature",)
    expected: Extensions = [
        ("subjectKeyIdentifier", False, subject_key),
        ("basicConstraints", True, x509.BasicConstraints(ca=False, path_length=None)),
        ("keyUsage", True, usage(*signs)),
        ("authorityKeyIdentifier", False, authority_key),
    ]
    if role is Role.TLS:
        expected.append(("extendedKeyUsage", False, x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH])))
    assert extensions(made) == expected
    assert isinstance(made.x509.signature_hash_algorithm, SHA256)
    made.x509.verify_directly_issued_by(root.certificate.x509)
    check_key(made, KEY.public_key())


def test_host_names_and_addresses_stand_in_the_alternative_name_each_as_what_it_is() -> None:
    root = making.make_root(Role.TLS, now=NOW)
    made = leaf(Role.TLS, root, dns_names=["hospital.example", "127.0.0.1", "::1"])
    names = [
        x509.DNSName("hospital.example"),
        x509.IPAddress(ip_address("127.0.0.1")),
        x509.IPAddress(ip_address("::1")),
    ]
    assert ("subjectAltName", False, x509.SubjectAlternativeName(names)) in extensions(made)


def test_an_organisation_without_identifier_has_none_in_its_subject() -> None:
    made = leaf(Role.ISSUER, making.make_root(Role.ISSUER, now=NOW), organization_identifier=None)
    assert [oid for oid, _ in subject(made)] == [
        NameOID.COUNTRY_NAME,
        NameOID.ORGANIZATION_NAME,
        NameOID.COMMON_NAME,
    ]


@pytest.mark.parametrize(("days", "lasts"), [(1, 1), (3649, 3649), (3650, 3650), (3651, 3650)])
def test_a_leaf_lives_as_long_as_it_was_asked_for_and_no_longer_than_its_root(days: int, lasts: int) -> None:
    made = leaf(Role.ACCESS, making.make_root(Role.ACCESS, now=NOW), life_days=days)
    assert made.not_after == NOW + lasts * DAY


def test_two_certificates_never_have_the_same_serial_number() -> None:
    root = making.make_root(Role.ACCESS, now=NOW)
    made = [root.certificate, leaf(Role.ACCESS, root), leaf(Role.ACCESS, root)]
    assert len({certificate.x509.serial_number for certificate in made}) == 3


def test_a_root_signs_nothing_for_another_role() -> None:
    with pytest.raises(ValueError, match="signs nothing"):
        leaf(Role.ACCESS, making.make_root(Role.ISSUER, now=NOW))


@pytest.mark.usefixtures("east_of_greenwich")
def test_the_times_of_a_certificate_are_in_utc_wherever_it_is_made() -> None:
    root = making.make_root(Role.ACCESS, now=NOW)
    assert (root.certificate.not_before, root.certificate.not_after) == (NOW - 2 * DAY, NOW + 3650 * DAY)
