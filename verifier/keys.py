"""The installation's folder, and the keys in it: one per role and organisation, each in a file of its own.

DATA_DIR/
├── mode                     demo or production; written at init
├── installation.json        the organisations that ask here
├── keys/passphrase          of the key files below (0600), unless settings name another file
├── keys/data.key            wraps the keys of requests and results (verifier.sealing)
├── keys/<slug>/access.key.pem, access.json    signs requests and receipts; its x5c
├── registrations/<slug>/<purpose>.jwt         registration certificates
├── purposes/<id>.json       purposes registered beyond the packaged ones
└── trust/<role>/            whom to believe
"""

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey, generate_private_key

from openid4vc import strict_json
from openid4vc.errors import ProtocolError
from openid4vc.jose.jws import KeySigner
from openid4vc.trust import certificates, keys_pem
from openid4vc.trust.certificates import Certificate
from verifier.errors import VerifierError
from verifier.sealing import DataKey, SealingError

_FORMAT: Final = 1


@dataclass(frozen=True, slots=True)
class AccessKey:
    """What an organisation signs requests and receipts with, and how wallets recognise it."""

    signer: KeySigner
    chain: tuple[Certificate, ...]

    @property
    def certificate(self) -> Certificate:
        return self.chain[0]

    @property
    def client_id(self) -> str:
        """OpenID4VP 1.0 §5.9.3, `x509_hash`; HAIP 1.0 §5."""
        return f"x509_hash:{self.certificate.sha256}"

    @property
    def x5c(self) -> list[str]:
        return certificates.x5c(self.chain)


@dataclass(frozen=True, slots=True)
class Installation:
    """What `init` wrote down: the organisations that ask here, by id."""

    directory: Path
    organisations: tuple[str, ...]

    @classmethod
    def read(cls, directory: Path) -> "Installation":
        """VerifierError `asker_not_initialised` where nobody has run `init`."""
        try:
            written = strict_json.parse_object((directory / "installation.json").read_bytes())
            return cls(directory, tuple(written["organisations"]))
        except (OSError, ProtocolError, KeyError):
            raise VerifierError("asker_not_initialised", directory=str(directory)) from None

    def write(self) -> bool:
        """Write it down; False where the file says the same already."""
        path = self.directory / "installation.json"
        text = strict_json.write({"version": _FORMAT, "organisations": list(self.organisations)})
        if path.exists() and path.read_bytes() == text:
            return False
        keys_pem.write_atomically(path, text, mode=0o644)
        return True

    @property
    def purposes(self) -> Path:
        return self.directory / "purposes"


class KeyStore:
    """The key files of an installation, opened with its passphrase."""

    def __init__(self, directory: Path, passphrase_file: Path | None) -> None:
        self._directory = directory
        self._passphrase_file = passphrase_file or directory / "keys" / "passphrase"

    def prepare(self) -> None:
        """Folders, passphrase and data key, each only if missing."""
        (self._directory / "keys").mkdir(parents=True, exist_ok=True, mode=0o700)
        if not self._passphrase_file.exists():
            keys_pem.write_atomically(self._passphrase_file, secrets.token_urlsafe(32).encode(), mode=0o600)
        DataKey.create(self._directory / "keys" / "data.key")

    def data_key(self) -> DataKey:
        try:
            return DataKey.read(self._directory / "keys" / "data.key")
        except (OSError, SealingError):
            raise VerifierError("access_key_missing", name="data") from None

    def has_access_key(self, slug: str) -> bool:
        return (self._folder(slug) / "access.json").exists()

    def new_access_key(self) -> EllipticCurvePrivateKey:
        return generate_private_key(SECP256R1())

    def write_access_key(self, slug: str, key: EllipticCurvePrivateKey, chain: Iterable[Certificate]) -> None:
        """The key first: a chain that is there always has its key."""
        folder = self._folder(slug)
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        keys_pem.write_key(folder / "access.key.pem", key, self._passphrase())
        keys_pem.write_atomically(
            folder / "access.json", strict_json.write({"x5c": certificates.x5c(chain)}), mode=0o644
        )

    def access_key(self, slug: str) -> AccessKey:
        """VerifierError `access_key_missing`; TrustError `key_unreadable`, or a chain that does not fit it."""
        folder = self._folder(slug)
        try:
            written: Mapping[str, Any] = strict_json.parse_object((folder / "access.json").read_bytes())
        except OSError:
            raise VerifierError("access_key_missing", name=f"access of {slug}") from None
        signer = KeySigner(keys_pem.read_key(folder / "access.key.pem", self._passphrase()))
        chain = certificates.parse_x5c(written["x5c"])
        certificates.check_key(chain[0], signer.public_key)
        return AccessKey(signer, chain)

    def registration(self, slug: str, purpose: str) -> str | None:
        """The registration certificate for one purpose, None where there is none."""
        path = self._registration_file(slug, purpose)
        return path.read_text("ascii") if path.exists() else None

    def write_registration(self, slug: str, purpose: str, text: str) -> None:
        path = self._registration_file(slug, purpose)
        path.parent.mkdir(parents=True, exist_ok=True)
        keys_pem.write_atomically(path, text.encode("ascii"), mode=0o644)

    def _folder(self, slug: str) -> Path:
        return self._directory / "keys" / slug

    def _registration_file(self, slug: str, purpose: str) -> Path:
        return self._directory / "registrations" / slug / f"{purpose}.jwt"

    def _passphrase(self) -> bytes:
        try:
            return self._passphrase_file.read_bytes().strip()
        except OSError:
            raise VerifierError("access_key_missing", name="passphrase") from None
