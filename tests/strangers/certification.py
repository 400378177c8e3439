"""A certificate authority that is nobody's but the strangers': `cryptography` alone, none of our code."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID


def encode(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode("ascii")


def pem(key: ec.EllipticCurvePrivateKey) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode("ascii")


def pem_chain(x5c: Sequence[str]) -> str:
    certificates = (x509.load_der_x509_certificate(base64.b64decode(one)) for one in x5c)
    return "".join(one.public_bytes(Encoding.PEM).decode("ascii") for one in certificates)


def private_jwk(key: ec.EllipticCurvePrivateKey) -> dict[str, str]:
    numbers = key.private_numbers()
    public = numbers.public_numbers
    parts = {"x": public.x, "y": public.y, "d": numbers.private_value}
    return {"kty": "EC", "crv": "P-256"} | {name: encode(value.to_bytes(32, "big")) for name, value in parts.items()}


@dataclass(frozen=True, slots=True)
class Authority:
    """A root or an intermediate; `chain` are the certificates that go along with a leaf, without the root."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey
    chain: tuple[x509.Certificate, ...]

    @property
    def pem(self) -> str:
        return self.certificate.public_bytes(Encoding.PEM).decode("ascii")

    def below(self, name: str) -> "Authority":
        """An intermediate."""
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = _sign(name, key, self.certificate.subject, self.key, authority=True, names=())
        return Authority(certificate, key, (certificate, *self.chain))

    def leaf(self, name: str, *names: x509.GeneralName) -> tuple[list[str], ec.EllipticCurvePrivateKey]:
        """`x5c` for a new key, leaf first, and the key."""
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = _sign(name, key, self.certificate.subject, self.key, authority=False, names=names)
        chain = (certificate, *self.chain)
        return [base64.b64encode(one.public_bytes(Encoding.DER)).decode("ascii") for one in chain], key


def root(name: str) -> Authority:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    return Authority(_sign(name, key, subject, key, authority=True, names=()), key, ())


def _sign(
    name: str,
    key: ec.EllipticCurvePrivateKey,
    issuer: x509.Name,
    signer: ec.EllipticCurvePrivateKey,
    *,
    authority: bool,
    names: Sequence[x509.GeneralName],
) -> x509.Certificate:
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=30))
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        .add_extension(_usage(authority=authority), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False)
    )
    if names:
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
    return builder.sign(signer, SHA256())


def _usage(*, authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not authority,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=authority,
        crl_sign=authority,
        encipher_only=False,
        decipher_only=False,
    )
