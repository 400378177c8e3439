"""The one base64url decoder: canonical text without padding, or nothing.

RFC 7515 §2 (base64url without padding) with RFC 4648 §3.5: the bits after the last octet must be zero, so that one
value has one text and no changed character is ever accepted.
"""

import binascii
from typing import Final

from openid4vc.errors import FormatError

_TO_URL: Final = bytes.maketrans(b"+/", b"-_")
# The standard alphabet's own characters and the padding become something that no alphabet has.
_FROM_URL: Final = bytes.maketrans(b"-_+/=", b"+/!!!")
# By the number of characters beyond whole groups of four: how many pad characters the library wants, and which last
# character leaves zero bits.
_PADDING: Final = (b"", b"", b"==", b"=")
_LAST: Final = (None, None, frozenset(b"AQgw"), frozenset(b"AEIMQUYcgkosw048"))


def encode(data: bytes) -> str:
    """Octets to base64url text without padding."""
    return binascii.b2a_base64(data, newline=False).translate(_TO_URL).rstrip(b"=").decode("ascii")


def decode(text: str) -> bytes:
    """Base64url text to octets; FormatError `base64url_invalid` for anything that is not its own re-encoding."""
    try:
        raw = text.encode("ascii")
    except UnicodeEncodeError:
        raise FormatError("base64url_invalid", "not ASCII") from None
    beyond = len(raw) % 4
    if beyond == 1:
        raise FormatError("base64url_invalid", "length")
    last = _LAST[beyond]
    if last is not None and raw[-1] not in last:
        raise FormatError("base64url_invalid", "not canonical")
    try:
        return binascii.a2b_base64(raw.translate(_FROM_URL) + _PADDING[beyond], strict_mode=True)
    except binascii.Error:
        raise FormatError("base64url_invalid", "alphabet") from None
