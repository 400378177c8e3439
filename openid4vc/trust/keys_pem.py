"""Private keys in files: PKCS #8 PEM, encrypted where there is a passphrase, readable by their owner alone.

RFC 7468 §10, §11 (textual encoding), RFC 5958 (PKCS #8).
"""

import os
import tempfile
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from openid4vc.errors import TrustError


def write_key(path: Path, key: EllipticCurvePrivateKey, passphrase: bytes | None) -> None:
    """A private key to a file of its own, mode 0600, whole or not at all; None writes it in clear (demo only)."""
    encryption: KeySerializationEncryption
    encryption = NoEncryption() if passphrase is None else BestAvailableEncryption(passphrase)
    write_atomically(path, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption), mode=0o600)


def read_key(path: Path, passphrase: bytes | None) -> EllipticCurvePrivateKey:
    """A P-256 private key from a file; TrustError `key_unreadable` with the fact `file`.

    A wrong passphrase, a passphrase for a key in clear, another kind of key and a broken file look alike.
    """
    try:
        key = load_pem_private_key(path.read_bytes(), passphrase)
    except (OSError, ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise TrustError("key_unreadable", "private key", file=str(path)) from error
    if not isinstance(key, EllipticCurvePrivateKey) or not isinstance(key.curve, SECP256R1):
        raise TrustError("key_unreadable", "not a P-256 key", file=str(path))
    return key


def write_atomically(path: Path, data: bytes, *, mode: int) -> None:
    """All of `data` or what was there before: a new file beside, flushed, then renamed over."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".new")
    try:
        with os.fdopen(descriptor, "wb") as file:
            os.fchmod(file.fileno(), mode)
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    # The rename is only there after a power cut when the directory is.
    directory = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)
