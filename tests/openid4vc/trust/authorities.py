"""Certificates for tests: authorities that can be told to do what a good one would not."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import NameOID

from openid4vc.trust.certificates import Certificate, from_x509

_USAGES = (
    "digital_signature",
    "content_commitment",
    "key_encipherment",
    "data_encipherment",
    "key_agreement",
    "key_cert_sign",
    "crl_sign",
    "encipher_only",
    "decipher_only",
)

NOW = 1_790_000_000
DAY = 86400


@dataclass(frozen=True)
class Holder:
    """A certificate with its key; it can issue others, whether it may or not."""

    certificate: Certificate
    key: EllipticCurvePrivateKey | RSAPrivateKey

    def issue(
        self,
        subject: str,
        *,
        ca: bool | None = False,
        path_length: int | None = None,
        usage: str | None = "digital_signature",
        extended: Sequence[x509.ObjectIdentifier] = (),
        organization_identifier: str | None = None,
        organization: str | None = None,
        country: str | None = None,
        dns_names: Sequence[str] = (),
        not_before: int = NOW - DAY,
        not_after: int = NOW + 365 * DAY,
        key: EllipticCurvePrivateKey | RSAPrivateKey | None = None,
        more: Sequence[x509.ExtensionType] = (),
        critical: bool = False,
    ) -> "Holder":
        """A certificate under this one. `usage` is the only key usage; `ca` None leaves out basicConstraints;
        `critical` marks every extension."""
        key = key or generate_private_key(SECP256R1())
        certificate = _certificate(
            _name(subject, organization_identifier, organization, country),
            self.certificate.x509.subject,
            key,
            self.key,
            _extensions(ca, path_length, usage, extended, dns_names, more),
            not_before,
            not_after,
            critical=critical,
        )
        return Holder(certificate, key)

    def authority(self, subject: str, *, path_length: int | None = None) -> "Holder":
        """An intermediate authority under this one."""
        return self.issue(subject, ca=True, path_length=path_length, usage="key_cert_sign")


def root(
    subject: str,
    *,
    path_length: int | None = None,
    not_before: int = NOW - DAY,
    not_after: int = NOW + 3650 * DAY,
    key: EllipticCurvePrivateKey | None = None,
    serial: int | None = None,
    more: Sequence[x509.ExtensionType] = (),
    organization: str | None = None,
    country: str | None = None,
) -> Holder:
    """A self-signed authority."""
    key = key or generate_private_key(SECP256R1())
    extensions = _extensions(True, path_length, "key_cert_sign", (), (), more)
    name = _name(subject, None, organization, country)
    return Holder(_certificate(name, name, key, key, extensions, not_before, not_after, serial), key)


def self_signed(subject: str, *, organization_identifier: str | None = None) -> Holder:
    """A leaf that vouches for itself."""
    key = generate_private_key(SECP256R1())
    name = _name(subject, organization_identifier)
    extensions = _extensions(False, None, "digital_signature", (), (), ())
    return Holder(_certificate(name, name, key, key, extensions, NOW - DAY, NOW + DAY), key)


def _certificate(
    subject: x509.Name,
    issuer: x509.Name,
    key: EllipticCurvePrivateKey | RSAPrivateKey,
    signer: EllipticCurvePrivateKey | RSAPrivateKey,
    extensions: Sequence[x509.ExtensionType],
    not_before: int,
    not_after: int,
    serial: int | None = None,
    critical: bool = False,
) -> Certificate:
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(serial or x509.random_serial_number())
        .not_valid_before(datetime.fromtimestamp(not_before, UTC))
        .not_valid_after(datetime.fromtimestamp(not_after, UTC))
    )
    for extension in extensions:
        builder = builder.add_extension(extension, critical=critical or isinstance(extension, x509.BasicConstraints))
    return from_x509(builder.sign(signer, SHA256()))


def _name(
    subject: str, organization_identifier: str | None, organization: str | None = None, country: str | None = None
) -> x509.Name:
    values = {
        NameOID.COMMON_NAME: subject,
        NameOID.ORGANIZATION_IDENTIFIER: organization_identifier,
        NameOID.ORGANIZATION_NAME: organization,
        NameOID.COUNTRY_NAME: country,
    }
    return x509.Name([x509.NameAttribute(oid, value) for oid, value in values.items() if value is not None])


def _extensions(
    ca: bool | None,
    path_length: int | None,
    usage: str | None,
    extended: Sequence[x509.ObjectIdentifier],
    dns_names: Sequence[str],
    more: Sequence[x509.ExtensionType],
) -> list[x509.ExtensionType]:
    extensions = list(more)
    if ca is not None:
        extensions.append(x509.BasicConstraints(ca, path_length))
    if usage is not None:
        flags = {name: name == usage for name in _USAGES}
        extensions.append(x509.KeyUsage(**flags))
    if extended:
        extensions.append(x509.ExtendedKeyUsage(list(extended)))
    if dns_names:
        extensions.append(x509.SubjectAlternativeName([x509.DNSName(name) for name in dns_names]))
    return extensions
