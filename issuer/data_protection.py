"""Keys for what is kept about people: one per document, wrapped by the organisation's, destroyed at the end.

A document's key is drawn at random, kept only wrapped, and lost for ever when its row's `wrapped_key` is erased: from
then on the ciphertext that backups or the write-ahead log may still hold says nothing to anyone (design: retention).
AES-256-GCM throughout; the context (which document, which use) is authenticated, so that no ciphertext can be moved.
"""

import secrets
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from issuer.errors import IssuerError

KEY_BYTES: Final = 32
_NONCE_BYTES: Final = 12


def seal(key: bytes, plaintext: bytes, context: str) -> bytes:
    """Nonce and ciphertext. A key seals one document's few values, so random 96-bit nonces never meet."""
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, plaintext, context.encode())


def unseal(key: bytes, sealed: bytes, context: str) -> bytes:
    """The plaintext; IssuerError `data_key_wrong` when key, context or ciphertext are not those of `seal`."""
    try:
        return AESGCM(key).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], context.encode())
    except (InvalidTag, ValueError):
        raise IssuerError("data_key_wrong") from None


class DataKey:
    """An organisation's data key: wraps document keys, and yields keys for other uses that must never meet this one."""

    def __init__(self, organisation: str, key: bytes) -> None:
        if len(key) != KEY_BYTES:
            raise IssuerError("data_key_wrong")
        self._organisation = organisation
        self._key = key
        self._wrapping = self.derived("document-keys")

    def new_document_key(self, document_id: str) -> tuple[bytes, bytes]:
        """A fresh document key: as it is, and wrapped for the row."""
        key = secrets.token_bytes(KEY_BYTES)
        return key, seal(self._wrapping, key, self._context(document_id))

    def open_document_key(self, document_id: str, wrapped: bytes) -> bytes:
        return unseal(self._wrapping, wrapped, self._context(document_id))

    def derived(self, use: str) -> bytes:
        """A key of 256 bits for one named use (HKDF, RFC 5869); uses never share a key."""
        info = f"todiste issuer {self._organisation} {use}".encode()
        return HKDF(algorithm=hashes.SHA256(), length=KEY_BYTES, salt=None, info=info).derive(self._key)

    def _context(self, document_id: str) -> str:
        return f"{self._organisation} {document_id}"
