"""The vault's bytes: a versioned authenticated header, Argon2id, AES-256-GCM.

`docs/vault.md` has the layout. Nothing here touches a disk; `wallet_cli.vault` does.
"""

import hashlib
import hmac
import os
import struct
import time
from dataclasses import dataclass
from typing import Final

from wallet_cli.errors import WalletError

MAGIC: Final = b"TODISTE-VAULT\r\n\x00"
VERSION: Final = 1
_FIELDS: Final = struct.Struct(">16sHIIH16s12s")
_CHECK: Final = 32
HEADER_BYTES: Final = _FIELDS.size + 2 * _CHECK
MAX_BYTES: Final = 64 << 20
# A planted header must not make this process eat the machine before the passphrase is even tried.
_MAX_MEMORY_KIB: Final = 2 << 20
_MAX_PASSES: Final = 64
_MAX_LANES: Final = 64
_ENOUGH_SECONDS: Final = 0.25


@dataclass(frozen=True, slots=True)
class Cost:
    """What one try of a passphrase costs (RFC 9106): memory in KiB, passes over it, lanes."""

    memory_kib: int = 128 << 10
    passes: int = 3
    lanes: int = 4

    def check(self) -> None:
        """Refuse values that no vault has: WalletError `vault_damaged`."""
        fits = 8 * self.lanes <= self.memory_kib <= _MAX_MEMORY_KIB
        if not (fits and 1 <= self.passes <= _MAX_PASSES and 1 <= self.lanes <= _MAX_LANES):
            raise WalletError("vault_damaged")


@dataclass(frozen=True, slots=True)
class Header:
    """The fields in clear at the start of the file, all of them authenticated."""

    cost: Cost
    salt: bytes
    nonce: bytes

    def fields(self) -> bytes:
        cost = self.cost
        return _FIELDS.pack(MAGIC, VERSION, cost.memory_kib, cost.passes, cost.lanes, self.salt, self.nonce)


@dataclass(frozen=True, slots=True, repr=False)
class Keys:
    """What the passphrase becomes: one key for the contents, one that tells a wrong passphrase from a damaged file."""

    cost: Cost
    salt: bytes
    contents: bytes
    check: bytes


def derive(passphrase: str, cost: Cost, salt: bytes) -> Keys:
    """Argon2id over the passphrase's UTF-8 octets (NFC), 64 octets out; what was no UTF-8 counts as it was given."""
    import unicodedata

    from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

    kdf = Argon2id(salt=salt, length=64, iterations=cost.passes, lanes=cost.lanes, memory_cost=cost.memory_kib)
    octets = kdf.derive(unicodedata.normalize("NFC", passphrase).encode("utf-8", "surrogateescape"))
    return Keys(cost, salt, octets[:32], octets[32:])


def new_keys(passphrase: str, cost: Cost, *, enough_seconds: float = _ENOUGH_SECONDS) -> Keys:
    """Keys under a new salt; the passes are raised until one try takes `enough_seconds` on this machine."""
    salt = os.urandom(16)
    while True:
        started = time.perf_counter()
        keys = derive(passphrase, cost, salt)
        if time.perf_counter() - started >= enough_seconds or cost.passes >= _MAX_PASSES:
            return keys
        cost = Cost(cost.memory_kib, cost.passes + 1, cost.lanes)


def seal(contents: bytes, keys: Keys) -> bytes:
    """The whole file for these contents, under a nonce of its own."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    fields = Header(keys.cost, keys.salt, os.urandom(12)).fields()
    checked = fields + hmac.digest(keys.check, fields, "sha256")
    header = checked + hashlib.sha256(checked).digest()
    return header + AESGCM(keys.contents).encrypt(fields[-12:], contents, header)


def read_header(data: bytes) -> Header:
    """The header, with its checksum held: WalletError `vault_damaged`, or `vault_version` for a later format.

    The checksum is against accidents and costs no key; what an attacker changes is caught by `open_sealed`.
    """
    if len(data) < HEADER_BYTES or not data.startswith(MAGIC):
        raise WalletError("vault_damaged")
    checked, checksum = data[: HEADER_BYTES - _CHECK], data[HEADER_BYTES - _CHECK : HEADER_BYTES]
    if hashlib.sha256(checked).digest() != checksum:
        raise WalletError("vault_damaged")
    _, version, memory_kib, passes, lanes, salt, nonce = _FIELDS.unpack(data[: _FIELDS.size])
    if version != VERSION:
        raise WalletError("vault_version", version=version)
    cost = Cost(memory_kib, passes, lanes)
    cost.check()
    return Header(cost, salt, nonce)


def open_sealed(data: bytes, keys: Keys) -> bytes:
    """The contents: WalletError `vault_passphrase` when the passphrase is another, `vault_damaged` otherwise."""
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    fields, header = data[: _FIELDS.size], data[:HEADER_BYTES]
    stated = data[_FIELDS.size : _FIELDS.size + _CHECK]
    if not hmac.compare_digest(hmac.digest(keys.check, fields, "sha256"), stated):
        raise WalletError("vault_passphrase")
    try:
        return AESGCM(keys.contents).decrypt(fields[-12:], data[HEADER_BYTES:], header)
    except InvalidTag:
        raise WalletError("vault_damaged") from None
