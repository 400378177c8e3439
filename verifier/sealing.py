"""Encryption at rest: every request and every result has a key of its own, wrapped by the installation's data key.

Destroying the wrapped key destroys the content for good, in backups and write-ahead logs too.
Format: one octet of version, 12 of nonce, AES-256-GCM ciphertext with tag; the record's id is authenticated with it.
"""

import os
import secrets
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_VERSION: Final = b"\x01"
_KEY_OCTETS: Final = 32
_NONCE_OCTETS: Final = 12


class SealingError(Exception):
    """Content that this key did not seal for this record: the wrong data key, or a changed row."""


def seal(plaintext: bytes, *, key: bytes, record: str) -> bytes:
    """Encrypt for one record; a sealed value moved to another row does not open."""
    nonce = secrets.token_bytes(_NONCE_OCTETS)
    return _VERSION + nonce + AESGCM(key).encrypt(nonce, plaintext, record.encode())


def unseal(sealed: bytes, *, key: bytes, record: str) -> bytes:
    """Decrypt, or SealingError."""
    if sealed[:1] != _VERSION:
        raise SealingError
    nonce, ciphertext = sealed[1 : 1 + _NONCE_OCTETS], sealed[1 + _NONCE_OCTETS :]
    try:
        return AESGCM(key).decrypt(nonce, ciphertext, record.encode())
    except (InvalidTag, ValueError):
        raise SealingError from None


class DataKey:
    """The installation's key that wraps the keys of records; it encrypts nothing else."""

    def __init__(self, key: bytes) -> None:
        if len(key) != _KEY_OCTETS:
            raise SealingError
        self._key = key

    @classmethod
    def create(cls, path: Path) -> "DataKey":
        """Write a new one (0600), or read the one that is there."""
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return cls.read(path)
        with os.fdopen(descriptor, "wb") as file:
            key = secrets.token_bytes(_KEY_OCTETS)
            file.write(key)
            file.flush()
            os.fsync(file.fileno())
        return cls(key)

    @classmethod
    def read(cls, path: Path) -> "DataKey":
        return cls(path.read_bytes())

    def new_record_key(self, record: str) -> tuple[bytes, bytes]:
        """(a fresh key, the same wrapped for the record's row)."""
        key = secrets.token_bytes(_KEY_OCTETS)
        return key, seal(key, key=self._key, record=record)

    def record_key(self, wrapped: bytes, record: str) -> bytes:
        """The key of a record's row, or SealingError."""
        return unseal(wrapped, key=self._key, record=record)
