"""Reading certificates: `x5c`, names and hashes."""

import base64
import hashlib

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import NameOID

from openid4vc.errors import TrustError
from openid4vc.jose.algorithms import ES256_ONLY
from openid4vc.trust.certificates import (
    MAX_DER,
    Certificate,
    _has_positive_serial,
    check_key,
    from_x509,
    parse_der,
    parse_x5c,
    x5c,
)
from tests.openid4vc.trust.authorities import NOW, Holder, root


@pytest.fixture(scope="module")
def ca() -> Holder:
    return root("Root")


@pytest.fixture(scope="module")
def leaf(ca: Holder) -> Certificate:
    return ca.issue("Leaf", organization_identifier="NTRFI-9900101-0", dns_names=["good.example"]).certificate


def code(value: object) -> str:
    with pytest.raises(TrustError) as caught:
        parse_x5c(value)
    return caught.value.code


def test_a_certificate_survives_the_header_unchanged(leaf: Certificate) -> None:
    (read,) = parse_x5c(x5c([leaf]))
    assert read == leaf
    assert (read.organization_identifier, read.common_name, read.dns_names) == (
        "NTRFI-9900101-0",
        "Leaf",
        ("good.example",),
    )
    assert (read.not_before, read.not_after) == (NOW - 86400, NOW + 365 * 86400)


def test_x5c_must_be_an_array_of_one_to_five_certificates_in_canonical_base64_der(
    ca: Holder, leaf: Certificate
) -> None:
    good = leaf.x5c_member
    pem = leaf.x509.public_bytes(Encoding.PEM).decode()
    url = base64.urlsafe_b64encode(leaf.der + b"\xff").decode().rstrip("=")
    longer = [[good + "\n"], [good.rstrip("=") + "=" * 3]]
    values: list[object] = [None, good, {}, [], [pem], [url], [None], [[good]], [""], ["A"], ["é" + good], *longer]
    for value in values:
        assert code(value) == "x5c_invalid"
    many = [ca.issue(f"L{n}").certificate.x5c_member for n in range(6)]
    assert len(parse_x5c(many[:5])) == 5
    assert code(many) == "x5c_invalid"
    assert code([good, good]) == "x5c_invalid"


def test_one_certificate_has_one_text(ca: Holder) -> None:
    # RFC 4648 §3.5: "Rh==" stands for the same octet as "Rg==". A certificate whose text has such bits to spare:
    member = next(text for n in range(200) if (text := ca.issue("L" * (n % 3 + 1)).certificate.x5c_member)[-1] == "=")
    assert len(parse_x5c([member])) == 1
    stem = member.rstrip("=")
    other = stem[:-1] + chr(ord(stem[-1]) + 1) + member[len(stem) :]
    assert base64.b64decode(other, validate=True) == base64.b64decode(member, validate=True)
    assert code([other]) == "x5c_invalid"


def sized(ca: Holder, size: int) -> Certificate:
    """A certificate whose DER has this many octets."""
    filling = size - 600
    while True:
        filler = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.3.6.1.4.1.99999.3"), bytes(filling))
        certificate = ca.issue("Large", more=[filler]).certificate
        if len(certificate.der) == size:
            return certificate
        # The length of an ECDSA signature varies by itself.
        filling += size - len(certificate.der)


def test_a_certificate_is_as_large_as_the_limit_and_no_larger(ca: Holder) -> None:
    largest, larger = sized(ca, MAX_DER), sized(ca, MAX_DER + 1)
    assert parse_x5c([largest.x5c_member]) == (largest,)
    assert code([larger.x5c_member]) == "x5c_invalid"
    assert parse_der(largest.der) == largest
    with pytest.raises(TrustError, match="x5c_invalid"):
        parse_der(larger.der)


def element(content: bytes) -> bytes:
    """A SEQUENCE (X.690 §8.1.3)."""
    length = len(content)
    if length < 0x80:
        return bytes([0x30, length]) + content
    octets = length.to_bytes((length.bit_length() + 7) // 8)
    return bytes([0x30, 0x80 | len(octets)]) + octets + content


@pytest.mark.parametrize(
    ("serial", "positive"),
    [
        ("020101", True),
        ("02017f", True),
        ("02020080", True),
        ("020200ff", True),
        ("0203010000", True),
        ("020100", False),
        ("02020000", False),
        ("020180", False),
        ("0201ff", False),
        ("02810101", True),
        ("0281010001", False),
        ("028001", False),
        ("0200", False),
        ("02", False),
        ("", False),
    ],
)
@pytest.mark.parametrize("version", ["", "a003020102"])
@pytest.mark.parametrize("more", [0, 90, 200, 300])
def test_a_serial_number_is_positive(serial: str, positive: bool, version: str, more: int) -> None:
    """RFC 5280 §4.1.2.2; a certificate of version 1 does not say its version. Lengths are of one octet to three."""
    tbs = element(bytes.fromhex(version + serial) + bytes(more if positive else 0))
    assert _has_positive_serial(element(tbs)) is positive


def test_der_that_is_no_certificate_or_more_than_one_is_refused(leaf: Certificate) -> None:
    serial = leaf.x509.serial_number.to_bytes(20, "big").lstrip(b"\0")
    at = leaf.der.index(serial)
    negative = leaf.der[:at] + bytes([serial[0] | 0x80]) + leaf.der[at + 1 :]
    usage = leaf.der.index(bytes.fromhex("0603551d0f")) + 7
    malformed = leaf.der[:usage] + b"\x05" + leaf.der[usage + 1 :]
    for der in (b"", b"0", leaf.der[:-1], leaf.der + b"\0", leaf.der * 100, negative, malformed):
        with pytest.raises(TrustError) as caught:
            parse_der(der)
        assert caught.value.code == "x5c_invalid"


def test_two_organisations_in_one_subject_are_none(ca: Holder) -> None:
    names = [x509.NameAttribute(NameOID.ORGANIZATION_IDENTIFIER, value) for value in ("NTRFI-1", "NTRFI-2")]
    builder = x509.CertificateBuilder().subject_name(x509.Name(names)).issuer_name(ca.certificate.x509.subject)
    builder = builder.public_key(ca.key.public_key()).serial_number(1)
    builder = builder.not_valid_before(ca.certificate.x509.not_valid_before_utc)
    builder = builder.not_valid_after(ca.certificate.x509.not_valid_after_utc)
    signed = builder.sign(ca.key, SHA256())
    with pytest.raises(ValueError, match="twice"):
        from_x509(signed)
    assert code([base64.b64encode(signed.public_bytes(Encoding.DER)).decode()]) == "x5c_invalid"


@pytest.mark.parametrize("key", [ec.generate_private_key(ec.SECP384R1()), rsa.generate_private_key(65537, 2048)])
def test_a_key_that_is_not_on_p256_is_refused_when_it_is_asked_for(
    ca: Holder, key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
) -> None:
    certificate = ca.issue("Other", key=key).certificate
    with pytest.raises(TrustError) as caught:
        _ = certificate.public_key
    assert caught.value.code == "x5c_invalid"


@pytest.mark.parametrize(
    ("part", "broken"),
    [
        # id-ecPublicKey (RFC 5480 §2.1.1) to an algorithm that nobody knows.
        ("06072a8648ce3d0201", "06072a8648ce3d0209"),
        # The octet that says that a point is uncompressed.
        ("03420004", "03420005"),
    ],
)
def test_a_key_that_cannot_be_read_is_refused_when_it_is_asked_for(leaf: Certificate, part: str, broken: str) -> None:
    certificate = parse_der(leaf.der.replace(bytes.fromhex(part), bytes.fromhex(broken)))
    for ask in (lambda: certificate.public_key, lambda: certificate.verification_key(ES256_ONLY)):
        with pytest.raises(TrustError) as caught:
            ask()
        assert caught.value.code == "x5c_invalid"


@pytest.mark.parametrize("name", [b"Leaf", b"Root"])
def test_a_certificate_whose_subject_or_issuer_cannot_be_read_is_refused(leaf: Certificate, name: bytes) -> None:
    with pytest.raises(TrustError, match="x5c_invalid"):
        parse_der(leaf.der.replace(b"\x0c\x04" + name, b"\x0c\x04\xff\xff\xff\xff"))


@pytest.mark.case("X-11")
def test_a_host_is_an_exact_dns_name_of_the_certificate_but_for_letter_case(ca: Holder) -> None:
    names = ["good.example", "*.wild.example", "xn--hyv-rla.example", "good.example\0.evil.example"]
    certificate = ca.issue("only-in-cn.example", dns_names=names).certificate
    for host in ("good.example", "GOOD.Example", "xn--hyv-rla.example"):
        assert certificate.has_dns_name(host)
    refused = [
        "only-in-cn.example",
        "other.example",
        "a.wild.example",
        "*.wild.example",
        "good.example.",
        ".good.example",
    ]
    refused += ["hyvä.example", "good.example\0.evil.example", "good.example\0", "", "example", "sub.good.example"]
    for host in refused:
        assert not certificate.has_dns_name(host)
    assert not ca.issue("good.example").certificate.has_dns_name("good.example")


@pytest.mark.case("X-12")
def test_the_x509_hash_is_that_of_the_der_of_the_leaf_in_base64url_without_padding(
    ca: Holder, leaf: Certificate
) -> None:
    digest = hashlib.sha256(leaf.der).digest()
    assert leaf.sha256 == base64.urlsafe_b64encode(digest).decode().rstrip("=")
    spki = leaf.public_key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    others = [
        hashlib.sha256(data).digest() for data in (spki, leaf.x509.public_bytes(Encoding.PEM), ca.certificate.der)
    ]
    wrong = [base64.urlsafe_b64encode(other).decode().rstrip("=") for other in others]
    assert leaf.sha256 not in [*wrong, digest.hex(), base64.urlsafe_b64encode(digest).decode()]


@pytest.mark.case("X-24")
def test_a_key_that_is_not_the_certificates_is_found_at_start(ca: Holder) -> None:
    holder = ca.issue("Signer")
    assert isinstance(holder.key, ec.EllipticCurvePrivateKey)
    check_key(holder.certificate, holder.key.public_key())
    with pytest.raises(TrustError) as caught:
        check_key(holder.certificate, ec.generate_private_key(ec.SECP256R1()).public_key())
    assert caught.value.code == "key_certificate_mismatch"
