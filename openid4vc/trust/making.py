"""Making certificates: one root per role, and leaves under it. For demo installations and tests.

RFC 5280 §4 (profile); subject, names, key usage and life are those of the project's certificate table.
"""

import ipaddress
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from openid4vc.trust.certificates import Certificate, Role, from_x509

DAY: Final = 86400
# Time claims are rounded down to the hour and clocks differ: what is made now was already valid two days ago.
BACKDATED: Final = 2 * DAY
ROOT_LIFE_DAYS: Final = 3650
LEAF_LIFE_DAYS: Final[Mapping[Role, int]] = {
    Role.ISSUER: 730,
    Role.STATUS: 730,
    Role.SEALING: 730,
    Role.ACCESS: 365,
    Role.REGISTRAR: 730,
    Role.WALLET_PROVIDER: 730,
    Role.LIST: 730,
    Role.TLS: 365,
}
# The organisation of every root made here; `--production` refuses anchors that carry it.
DEMO_ORGANIZATION: Final = "Todiste demo"
# RFC 5280 §4.2.1.3, as the library names them.
_USAGES: Final = (
    *("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement"),
    *("key_cert_sign", "crl_sign", "encipher_only", "decipher_only"),
)
# contentCommitment: what PDF readers look for in a seal (ETSI EN 319 412-2 §4.3.2).
_MORE_USAGES: Final[Mapping[Role, tuple[str, ...]]] = {Role.SEALING: ("content_commitment",)}


@dataclass(frozen=True, slots=True)
class Root:
    """A root certificate with its private key."""

    role: Role
    certificate: Certificate
    private_key: EllipticCurvePrivateKey


def is_demo(anchor: Certificate) -> bool:
    """Whether an anchor was made here, which a production installation must refuse."""
    return anchor.organization == DEMO_ORGANIZATION


def make_root(role: Role, *, now: int) -> Root:
    """A new root for one role. It signs leaves only (pathLenConstraint 0)."""
    key = generate_private_key(SECP256R1())
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "FI"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, DEMO_ORGANIZATION),
            x509.NameAttribute(NameOID.COMMON_NAME, f"Todiste demo root: {role}"),
        ]
    )
    builder = (
        _builder(name, name, key.public_key(), now - BACKDATED, now + ROOT_LIFE_DAYS * DAY)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_key_usage("key_cert_sign", "crl_sign"), critical=True)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key()), critical=False)
    )
    return Root(role, from_x509(builder.sign(key, SHA256())), key)


def make_leaf(
    role: Role,
    root: Root,
    *,
    organization: str,
    organization_identifier: str | None,
    common_name: str,
    dns_names: Iterable[str],
    public_key: EllipticCurvePublicKey,
    now: int,
    life_days: int,
) -> Certificate:
    """A leaf for one role, signed by that role's root and never living longer than it.

    `dns_names` may hold IP addresses, which become iPAddress names. ValueError when the root is another role's.
    """
    if root.role is not role:
        raise ValueError(f"a root for {root.role} signs nothing for {role}")
    attributes = [
        x509.NameAttribute(NameOID.COUNTRY_NAME, "FI"),
        x509.NameAttribute(NameOID.ORGANIZATION_NAME, organization),
        x509.NameAttribute(NameOID.COMMON_NAME, common_name),
    ]
    if organization_identifier is not None:
        attributes.insert(2, x509.NameAttribute(NameOID.ORGANIZATION_IDENTIFIER, organization_identifier))
    not_after = min(now + life_days * DAY, root.certificate.not_after)
    issuer = root.certificate.x509
    builder = (
        _builder(x509.Name(attributes), issuer.subject, public_key, now - BACKDATED, not_after)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_key_usage("digital_signature", *_MORE_USAGES.get(role, ())), critical=True)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(root.private_key.public_key()), critical=False
        )
    )
    if names := [_general_name(name) for name in dns_names]:
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
    if role is Role.TLS:
        builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
    return from_x509(builder.sign(root.private_key, SHA256()))


def _builder(
    subject: x509.Name, issuer: x509.Name, public_key: EllipticCurvePublicKey, not_before: int, not_after: int
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime.fromtimestamp(not_before, UTC))
        .not_valid_after(datetime.fromtimestamp(not_after, UTC))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)
    )


def _key_usage(*usages: str) -> x509.KeyUsage:
    return x509.KeyUsage(**{usage: usage in usages for usage in _USAGES})


def _general_name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)
