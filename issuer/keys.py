"""The keys of an organisation: one per role, private ones encrypted on disk, each with its certificate.

    keys/
    ├── passphrase                     opens the private keys (0600; ISSUER_PASSPHRASE_FILE for another place)
    └── <organisation>/
        ├── credential.key.pem  credential.pem      signs credentials
        ├── status.key.pem      status.pem          signs status lists
        ├── access.key.pem      access.pem          signs issuer metadata
        └── data.key                                wraps the keys of documents

A key never serves two roles. At start each is read, held against its certificate and its end; a service that could only
sign what nobody can verify does not start.
"""

import base64
import binascii
import os
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from issuer.data_protection import KEY_BYTES, DataKey
from issuer.dates import DAY
from issuer.errors import IssuerError
from openid4vc.errors import TrustError
from openid4vc.jose.jws import KeySigner, Signer
from openid4vc.trust import certificates, keys_pem
from openid4vc.trust.certificates import Certificate, Role

# From here on the log and the metrics say that a certificate is about to end.
WARN_BEFORE: Final = 30 * DAY


class Purpose(StrEnum):
    """What an organisation signs with a key; the value is the key's file name."""

    CREDENTIAL = "credential"
    STATUS = "status"
    ACCESS = "access"

    @property
    def role(self) -> Role:
        """The role of its certificate."""
        return {"credential": Role.ISSUER, "status": Role.STATUS, "access": Role.ACCESS}[self.value]


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A private key behind the Signer seam and its chain, leaf first, without the anchor."""

    signer: Signer
    chain: tuple[Certificate, ...]

    @property
    def certificate(self) -> Certificate:
        """The leaf."""
        return self.chain[0]

    @property
    def x5c(self) -> list[str]:
        """The header member."""
        return certificates.x5c(self.chain)


@dataclass(frozen=True, slots=True)
class OrganisationKeys:
    """All keys of one organisation."""

    credential: SigningKey
    status: SigningKey
    access: SigningKey
    data: DataKey

    def by_purpose(self) -> dict[Purpose, SigningKey]:
        """The signing keys."""
        return {Purpose.CREDENTIAL: self.credential, Purpose.STATUS: self.status, Purpose.ACCESS: self.access}


def key_path(folder: Path, purpose: Purpose) -> Path:
    """Where a private key lies."""
    return folder / f"{purpose}.key.pem"


def certificate_path(folder: Path, purpose: Purpose) -> Path:
    """Where its chain lies, leaf first."""
    return folder / f"{purpose}.pem"


def data_key_path(folder: Path) -> Path:
    """Where the data key lies."""
    return folder / "data.key"


def read_passphrase(path: Path) -> bytes:
    """The passphrase of the private keys; IssuerError `key_missing`, `key_file_readable`."""
    return _read_secret(path).strip()


def write_passphrase(path: Path) -> None:
    """A fresh passphrase of 256 bits."""
    keys_pem.write_atomically(path, secrets.token_urlsafe(32).encode() + b"\n", mode=0o600)


def write_data_key(path: Path) -> None:
    """A fresh data key."""
    keys_pem.write_atomically(path, base64.b64encode(secrets.token_bytes(KEY_BYTES)) + b"\n", mode=0o600)


def write_chain(path: Path, chain: Sequence[Certificate]) -> None:
    """A chain in PEM, leaf first."""
    text = b"".join(certificate.x509.public_bytes(Encoding.PEM) for certificate in chain)
    keys_pem.write_atomically(path, text, mode=0o644)


def read_chain(path: Path) -> tuple[Certificate, ...]:
    """A chain from PEM; IssuerError `certificate_needed` where there is none, `key_unreadable` for anything else."""
    try:
        parsed = x509.load_pem_x509_certificates(path.read_bytes())
        return tuple(certificates.from_x509(certificate) for certificate in parsed)
    except FileNotFoundError:
        raise IssuerError("certificate_needed", file=str(path)) from None
    except (OSError, ValueError):
        raise TrustError("key_unreadable", "certificate", file=str(path)) from None


def read_keys(folder: Path, slug: str, passphrase: bytes, *, now: int) -> OrganisationKeys:
    """The keys of an organisation, checked.

    IssuerError `key_missing`, `key_file_readable`, `certificate_needed`; TrustError `key_unreadable`,
    `key_certificate_mismatch`, `cert_expired`, `cert_not_yet_valid`.
    """
    read = {purpose: _read_signing_key(folder, purpose, passphrase, now) for purpose in Purpose}
    return OrganisationKeys(
        credential=read[Purpose.CREDENTIAL],
        status=read[Purpose.STATUS],
        access=read[Purpose.ACCESS],
        data=DataKey(slug, _read_data_key(data_key_path(folder))),
    )


def ends_soon(certificate: Certificate, now: int) -> bool:
    """Whether it is time to renew it."""
    return certificate.not_after - now < WARN_BEFORE


def _read_signing_key(folder: Path, purpose: Purpose, passphrase: bytes, now: int) -> SigningKey:
    path = key_path(folder, purpose)
    _check_private(path)
    signer = KeySigner(keys_pem.read_key(path, passphrase))
    chain = read_chain(certificate_path(folder, purpose))
    leaf = chain[0]
    certificates.check_key(leaf, signer.public_key)
    if now > leaf.not_after:
        raise TrustError("cert_expired", f"{purpose} certificate")
    if now < leaf.not_before:
        raise TrustError("cert_not_yet_valid", f"{purpose} certificate")
    return SigningKey(signer, chain)


def _read_data_key(path: Path) -> bytes:
    try:
        return base64.b64decode(_read_secret(path).strip(), validate=True)
    except binascii.Error:
        raise TrustError("key_unreadable", "data key", file=str(path)) from None


def _read_secret(path: Path) -> bytes:
    _check_private(path)
    return path.read_bytes()


def _check_private(path: Path) -> None:
    """A secret that others on the machine can read is none."""
    try:
        mode = os.stat(path).st_mode
    except OSError:
        raise IssuerError("key_missing", file=str(path)) from None
    if mode & 0o077:
        raise IssuerError("key_file_readable", file=str(path))
