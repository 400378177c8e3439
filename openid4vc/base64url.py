"""The one base64url decoder: canonical text without padding, or nothing.

RFC 7515 §2 (base64url without padding) with RFC 4648 §3.5: the bits after the last octet must be zero, so that one
value has one text and no changed character is ever accepted.
"""

import binascii
from typing import Final

import pybase64

from openid4vc.errors import FormatError

_ALPHABET: Final = b"-_"
# By the number of characters beyond whole groups of four: how many pad characters the library wants, and which last
# character leaves zero bits.
_PADDING: Final = ("", "", "==", "=")
_LAST: Final = (None, None, frozenset("AQgw"), frozenset("AEIMQUYcgkosw048"))


def encode(data: bytes) -> str:
    """Octets to base64url text without padding."""
    return pybase64.b64encode_as_string(data, _ALPHABET).rstrip("=")


def encode_ascii(data: bytes) -> bytes:
    """As `encode`, for text that is hashed or joined next."""
    return pybase64.b64encode(data, _ALPHABET).rstrip(b"=")


def decode(text: str) -> bytes:
    """Base64url text to octets; FormatError `base64url_invalid` for anything that is not its own re-encoding."""
    beyond = len(text) & 3
    if beyond == 1:
        raise FormatError("base64url_invalid", "length")
    last = _LAST[beyond]
    if last is not None and text[-1] not in last:
        raise FormatError("base64url_invalid", "not canonical")
    # The library knows padding, and the two characters of the other alphabet, as the same thing in other words.
    if "=" in text or "+" in text or "/" in text:
        raise FormatError("base64url_invalid", "alphabet")
    try:
        return pybase64.b64decode(text + _PADDING[beyond], _ALPHABET, validate=True)
    except (binascii.Error, ValueError):
        raise FormatError("base64url_invalid", "alphabet") from None
