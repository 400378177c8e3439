"""What x509_chains.json is made with: certificates by name, the same bytes each time, and cases over them.

Nothing here imports what is tested.
"""

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256, SHA384, SHA512, HashAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from tests.vectors.x509_keys import PrivateKey, elliptic

NOW = 1_790_000_000
DAY = 86400
_USAGES = (
    "digital_signature content_commitment key_encipherment data_encipherment key_agreement key_cert_sign crl_sign "
    "encipher_only decipher_only"
).split()
Extensions = Sequence[x509.ExtensionType | tuple[x509.ExtensionType, bool]]


@dataclass(frozen=True)
class Made:
    """A certificate with its key, so that it can issue others, whether it may or not."""

    der: bytes
    key: PrivateKey
    subject: x509.Name


@dataclass
class Vectors:
    """What has been made so far."""

    certificates: dict[str, Made] = field(default_factory=dict)
    cases: list[dict[str, object]] = field(default_factory=list)

    def make(
        self,
        name: str,
        issuer: str | None,
        *,
        ca: bool | None = False,
        path_length: int | None = None,
        usage: str | None = "",
        extended: Sequence[x509.ObjectIdentifier] = (),
        dns: Sequence[str] = (),
        more: Extensions = (),
        not_before: int = NOW - DAY,
        not_after: int = NOW + 365 * DAY,
        key: PrivateKey | None = None,
        subject: str | None = None,
        attributes: Sequence[tuple[x509.ObjectIdentifier, str]] = (),
        serial: int | None = None,
    ) -> str:
        """A certificate under `issuer` (None: under itself); the name that cases call it by.

        `usage` "" is what the kind of certificate needs, None leaves the extension out, anything else is the one use.
        """
        key = key or elliptic(name, ec.SECP256R1())
        own = _name(subject or name, attributes)
        signer = self.certificates[issuer] if issuer else Made(b"", key, own)
        if usage == "":
            usage = "key_cert_sign" if ca else "digital_signature"
        extensions: list[tuple[x509.ExtensionType, bool]] = []
        if ca is not None:
            extensions.append((x509.BasicConstraints(ca, path_length), True))
        if usage is not None:
            extensions.append((x509.KeyUsage(**{flag: flag == usage for flag in _USAGES}), True))
        if extended:
            extensions.append((x509.ExtendedKeyUsage(list(extended)), False))
        if dns:
            extensions.append((x509.SubjectAlternativeName([x509.DNSName(host) for host in dns]), False))
        extensions += [each if isinstance(each, tuple) else (each, False) for each in more]
        builder = (
            x509.CertificateBuilder()
            .subject_name(own)
            .issuer_name(signer.subject)
            .public_key(key.public_key())
            .serial_number(serial or int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big"))
            .not_valid_before(datetime.fromtimestamp(not_before, UTC))
            .not_valid_after(datetime.fromtimestamp(not_after, UTC))
        )
        for extension, critical in extensions:
            builder = builder.add_extension(extension, critical)
        deterministic = True if isinstance(signer.key, ec.EllipticCurvePrivateKey) else None
        made = builder.sign(signer.key, _digest(signer.key), ecdsa_deterministic=deterministic)
        self.certificates[name] = Made(made.public_bytes(Encoding.DER), key, own)
        return name

    def authority(self, name: str, issuer: str | None, **terms: object) -> str:
        return self.make(name, issuer, ca=True, not_after=NOW + 3650 * DAY, **terms)

    def raw(self, name: str, der: bytes, like: str) -> str:
        """A certificate whose bytes no builder would make; its key and subject are those of another."""
        other = self.certificates[like]
        self.certificates[name] = Made(der, other.key, other.subject)
        return name

    def document(self) -> dict[str, object]:
        """What goes into the file."""
        certificates = {name: base64.b64encode(each.der).decode("ascii") for name, each in self.certificates.items()}
        return {
            "about": "X.509 chains; README.md says how to read them",
            "certificates": certificates,
            "cases": self.cases,
        }

    def case(
        self,
        group: str,
        comment: str,
        x5c: Sequence[str],
        anchors: Sequence[str],
        error: str | None,
        *,
        roles: Sequence[str] = ("issuers",),
        time: int = NOW,
    ) -> None:
        """One case; several under one group are numbered. `error` is the code owed, None where the chain holds."""
        number = sum(1 for case in self.cases if case["group"] == group) + 1
        self.cases.append(
            {
                "id": f"{group}-{number}",
                "group": group,
                "comment": comment,
                "x5c": list(x5c),
                "anchors": list(anchors),
                "checks": [{"role": role, "time": time, "error": error} for role in roles],
            }
        )


def _name(common_name: str, attributes: Sequence[tuple[x509.ObjectIdentifier, str]]) -> x509.Name:
    parts = [(NameOID.COUNTRY_NAME, "FI"), (NameOID.COMMON_NAME, common_name), *attributes]
    return x509.Name([x509.NameAttribute(oid, value) for oid, value in parts])


def _digest(key: PrivateKey) -> HashAlgorithm | None:
    if isinstance(key, ec.EllipticCurvePrivateKey):
        return {256: SHA256(), 384: SHA384(), 521: SHA512()}[key.curve.key_size]
    return SHA256() if isinstance(key, rsa.RSAPrivateKey) else None


def resigned(der: bytes, key: rsa.RSAPrivateKey, digest: HashAlgorithm, last_arc: int) -> bytes:
    """A certificate that says sha256WithRSAEncryption, made anew under an older hash (its OID differs in one octet)."""
    prefix = bytes.fromhex("06092a864886f70d0101")
    changed = der.replace(prefix + b"\x0b", prefix + bytes([last_arc]))
    tbs = x509.load_der_x509_certificate(der).tbs_certificate_bytes
    tbs = tbs.replace(prefix + b"\x0b", prefix + bytes([last_arc]))
    signature = key.sign(tbs, padding.PKCS1v15(), digest)
    return changed[: -len(signature)] + signature
