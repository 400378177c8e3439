"""What opens an offer: its link, its transaction code, the pre-authorized code, the access token.

All are drawn from the operating system's source (`secrets`), never counted and never derived from one another.
The database finds them by SHA-256, which is enough for values of 128 bits and more.
"""

import hashlib
import hmac
import secrets
from typing import Final

_CROCKFORD: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
HANDLE_CHARACTERS: Final = 26  # 130 bits
TX_CODE_DIGITS: Final = 6
TOKEN_CHARACTERS: Final = 43  # 256 bits
_BASE64URL: Final = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")


def new_handle() -> str:
    """The last part of an offer's link: 26 characters of Crockford's base32, for a small QR code."""
    return "".join(secrets.choice(_CROCKFORD) for _ in range(HANDLE_CHARACTERS))


def is_handle(text: str) -> bool:
    """Whether a path could name an offer at all; saves the database the look-up of what cannot be there."""
    return len(text) == HANDLE_CHARACTERS and all(character in _CROCKFORD for character in text)


def new_tx_code() -> str:
    """Six uniform digits (OpenID4VCI §4.1.1 tx_code)."""
    return f"{secrets.randbelow(10**TX_CODE_DIGITS):0{TX_CODE_DIGITS}d}"


def new_token() -> str:
    """256 bits in base64url: pre-authorized codes, access tokens, notification ids."""
    return secrets.token_urlsafe(32)


def is_token(text: str) -> bool:
    """Whether a text could be one of those at all."""
    return len(text) == TOKEN_CHARACTERS and all(character in _BASE64URL for character in text)


def new_row_id() -> str:
    """128 bits in hexadecimal, for rows whose names nobody outside sees."""
    return secrets.token_hex(16)


def lookup_hash(secret: str) -> str:
    """What the database knows of a secret."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def same_code(given: str, expected: str) -> bool:
    """Exact comparison in constant time: no trimming, no other script's digits, no other length."""
    return hmac.compare_digest(given.encode("utf-8", "surrogatepass"), expected.encode())
