"""Passwords as Argon2id hashes in PHC form, and passwords that `init` makes for demo accounts."""

import os
import secrets
from typing import Final

from cryptography.exceptions import InvalidKey
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

# Memory in KiB and passes of RFC 9106 §4's second recommendation. One lane: OpenSSL runs several on a pool of threads,
# and two derivations at once, each with several lanes, wait for each other for ever (seen with OpenSSL of
# cryptography 50.0.2).
MEMORY: Final = 64 * 1024
PASSES: Final = 3
LANES: Final = 1
MAX_LENGTH: Final = 200
_WORD_LETTERS: Final = "abcdefghijkmnpqrstuvwxyz23456789"


def hash_password(password: str) -> str:
    """A new PHC string `$argon2id$…`."""
    kdf = Argon2id(salt=os.urandom(16), length=32, iterations=PASSES, lanes=LANES, memory_cost=MEMORY)
    return kdf.derive_phc_encoded(password.encode("utf-8"))


def verify_password(password: str, hashed: str) -> bool:
    """Whether the password is the one that was hashed; takes as long as the hash's own parameters say."""
    if len(password) > MAX_LENGTH:
        return False
    try:
        Argon2id.verify_phc_encoded(password.encode("utf-8"), hashed)
    except InvalidKey:
        return False
    return True


def new_password() -> str:
    """A password of 100 random bits that can be typed: four groups of five letters and digits."""
    return "-".join("".join(secrets.choice(_WORD_LETTERS) for _ in range(5)) for _ in range(4))
