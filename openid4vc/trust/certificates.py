"""An X.509 certificate as the protocols see it: whose it is, its P-256 key, its names and its time.

RFC 5280 (certificates), RFC 7515 §4.1.6 (`x5c`), ETSI EN 319 412-1 §5.1.4 (organizationIdentifier), HAIP 1.0 §5 and
§6.1.1 (`x5c` without the anchor; `x509_hash` is the base64url SHA-256 of the DER of the leaf).
"""

import base64
import binascii
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import NameOID

from openid4vc import base64url
from openid4vc.errors import TrustError
from openid4vc.jose.algorithms import Algorithms, PublicKey

MAX_CHAIN: Final = 5
MAX_DER: Final = 16 * 1024
_MAX_BASE64: Final = (MAX_DER + 2) // 3 * 4
# What the library raises for a certificate that it cannot read; only the first is a ValueError.
_UNREADABLE: Final = (ValueError, TypeError, x509.InvalidVersion, x509.UnsupportedGeneralNameType)


class Role(StrEnum):
    """What a certificate is for; the values are the names of the trust folders (one root per role)."""

    ISSUER = "issuers"
    STATUS = "status"
    ACCESS = "access"
    REGISTRAR = "registrars"
    WALLET_PROVIDER = "wallet-providers"
    TLS = "tls"
    LIST = "lists"
    SEALING = "sealing"


@dataclass(frozen=True, slots=True)
class Certificate:
    """One certificate, read but not trusted. Times are seconds; `not_after` is the last second that counts."""

    x509: x509.Certificate
    der: bytes
    organization_identifier: str | None
    organization: str | None
    common_name: str | None
    dns_names: tuple[str, ...]
    uri_names: tuple[str, ...]
    not_before: int
    not_after: int

    @property
    def public_key(self) -> EllipticCurvePublicKey:
        """The key, which must be on P-256: TrustError `x5c_invalid` (HAIP 1.0 §7: ES256 only)."""
        key = self._any_key()
        if not isinstance(key, EllipticCurvePublicKey) or not isinstance(key.curve, SECP256R1):
            raise TrustError("x5c_invalid", "key is not on P-256")
        return key

    def verification_key(self, algorithms: Algorithms) -> PublicKey:
        """The key, which one of these algorithms must be able to use: TrustError `x5c_invalid`."""
        key = self._any_key()
        if not isinstance(key, PublicKey) or not any(algorithm.takes(key) for algorithm in algorithms.values()):
            raise TrustError("x5c_invalid", "key is for no algorithm that is allowed")
        return key

    def _any_key(self) -> object:
        try:
            return self.x509.public_key()
        except (ValueError, UnsupportedAlgorithm) as error:
            raise TrustError("x5c_invalid", "key cannot be read") from error

    @property
    def sha256(self) -> str:
        """Base64url SHA-256 of the DER: the value of an `x509_hash` client identifier (OpenID4VP 1.0 §5.9.3)."""
        return base64url.encode(hashlib.sha256(self.der).digest())

    @property
    def x5c_member(self) -> str:
        """Standard base64 of the DER: one member of `x5c`."""
        return base64.b64encode(self.der).decode()

    def has_dns_name(self, host: str) -> bool:
        """Whether a dNSName of the subjectAltName is this very host (RFC 9525 §6.3).

        Letter case is the only freedom: no wildcard, no trailing dot, no U-label, never the common name.
        """
        return host.isascii() and host.lower() in {name.lower() for name in self.dns_names if _is_host_name(name)}


def x5c(certificates: Iterable[Certificate]) -> list[str]:
    """The header member `x5c`, leaf first."""
    return [certificate.x5c_member for certificate in certificates]


def parse_x5c(value: object) -> tuple[Certificate, ...]:
    """The header member `x5c` (RFC 7515 §4.1.6): one to five certificates, leaf first, none twice.

    TrustError `x5c_invalid`. That each one signs the one before is `chain.verify`'s to say.
    """
    if not isinstance(value, list) or not 1 <= len(value) <= MAX_CHAIN:
        raise TrustError("x5c_invalid", "one to five certificates")
    certificates = tuple(parse_der(_standard_base64(member)) for member in value)
    if len({certificate.der for certificate in certificates}) != len(certificates):
        raise TrustError("x5c_invalid", "a certificate twice")
    return certificates


def parse_der(der: bytes) -> Certificate:
    """One DER certificate and nothing after it; TrustError `x5c_invalid`."""
    if len(der) > MAX_DER:
        raise TrustError("x5c_invalid", "certificate too large")
    # RFC 5280 §4.1.2.2. The library only warns, and not in the terms of this tree.
    if not _has_positive_serial(der):
        raise TrustError("x5c_invalid", "serial number")
    try:
        return from_x509(x509.load_der_x509_certificate(der))
    except _UNREADABLE:
        raise TrustError("x5c_invalid", "not a DER certificate") from None


def from_x509(certificate: x509.Certificate) -> Certificate:
    """A certificate object of `cryptography` to ours; ValueError where an extension cannot be read."""
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        names = x509.SubjectAlternativeName([])
    except x509.DuplicateExtension:
        raise ValueError("an extension twice") from None
    # The library reads names when they are asked for; a chain compares this one later, where nothing may go wrong.
    _ = certificate.issuer
    return Certificate(
        x509=certificate,
        der=certificate.public_bytes(Encoding.DER),
        organization_identifier=_subject(certificate, NameOID.ORGANIZATION_IDENTIFIER),
        organization=_subject(certificate, NameOID.ORGANIZATION_NAME),
        common_name=_subject(certificate, NameOID.COMMON_NAME),
        dns_names=tuple(names.get_values_for_type(x509.DNSName)),
        uri_names=tuple(names.get_values_for_type(x509.UniformResourceIdentifier)),
        not_before=int(certificate.not_valid_before_utc.timestamp()),
        not_after=int(certificate.not_valid_after_utc.timestamp()),
    )


def check_key(certificate: Certificate, public_key: EllipticCurvePublicKey) -> None:
    """That a signing key and its certificate belong together; TrustError `key_certificate_mismatch`.

    A service asks this at start, so that it never signs what nobody can verify.
    """
    encoded = (Encoding.X962, PublicFormat.UncompressedPoint)
    if certificate.public_key.public_bytes(*encoded) != public_key.public_bytes(*encoded):
        raise TrustError("key_certificate_mismatch")


def _has_positive_serial(der: bytes) -> bool:
    """Whether the INTEGER after the version is positive; False also for what is no certificate."""
    try:
        tbs, _ = _content(der, _content(der, 0)[0])
        if der[tbs] == 0xA0:
            tbs = sum(_content(der, tbs))
        start, length = _content(der, tbs)
        serial = der[start : start + length]
        return serial[0] < 0x80 and any(serial)
    except IndexError:
        return False


def _content(der: bytes, offset: int) -> tuple[int, int]:
    """Where the content of the DER element at `offset` starts, and how long it is (X.690 §8.1.3)."""
    first = der[offset + 1]
    if first < 0x80:
        return offset + 2, first
    octets = first & 0x7F
    return offset + 2 + octets, int.from_bytes(der[offset + 2 : offset + 2 + octets])


def _subject(certificate: x509.Certificate, oid: x509.ObjectIdentifier) -> str | None:
    """The one value of an attribute of the subject. Two would let two readers see two organisations."""
    values = certificate.subject.get_attributes_for_oid(oid)
    if len(values) > 1:
        raise ValueError("an attribute of the subject twice")
    if not values:
        return None
    # Octets are the value of an x500UniqueIdentifier alone; elsewhere the library refuses them.
    return str(values[0].value)


def _standard_base64(member: object) -> bytes:
    """RFC 7515 §4.1.6: base64 (not base64url) of the DER, one text for one value."""
    if not isinstance(member, str) or len(member) > _MAX_BASE64:
        raise TrustError("x5c_invalid", "member")
    try:
        der = base64.b64decode(member)
    except (binascii.Error, ValueError):
        raise TrustError("x5c_invalid", "not base64") from None
    # The decoder passes over what is not in its alphabet, and over bits to spare.
    if base64.b64encode(der).decode() != member:
        raise TrustError("x5c_invalid", "not canonical base64")
    return der


def _is_host_name(name: str) -> bool:
    """An exact A-label host name: letters, digits, hyphens and inner dots."""
    return all(
        label and all(character.isascii() and (character.isalnum() or character == "-") for character in label)
        for label in name.split(".")
    )
