"""The one base64url decoder: canonical text without padding, or nothing.

RFC 7515 §2 (base64url without padding) with RFC 4648 §3.5: the bits after the last octet must be zero, so that one
value has one text and no changed character is ever accepted.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from operator import itemgetter
from string import ascii_letters, digits
from typing import Final

from pybase64 import b64decode, b64encode, b64encode_as_string

from openid4vc.errors import FormatError

_ALPHABET: Final = b"-_"
# By the number of characters beyond whole groups of four: which last characters leave zero bits, and the padding that
# the library wants after them. One character beyond is six bits, which are no octet.
_PADDING: Final[Sequence[Mapping[str, str]]] = (
    dict.fromkeys(ascii_letters + digits + "-_", ""),
    {},
    dict.fromkeys("AQgw", "=="),
    dict.fromkeys("AEIMQUYcgkosw048", "="),
)


def encode(data: bytes) -> str:
    """Octets to base64url text without padding."""
    return b64encode_as_string(data, _ALPHABET).rstrip("=")


def encode_ascii(data: bytes) -> bytes:
    """As `encode`, for text that is hashed or joined next."""
    return b64encode(data, _ALPHABET).rstrip(b"=")


def encode_each(parts: Iterable[bytes]) -> list[bytes]:
    """`encode_ascii` of each."""
    return [b64encode(part, _ALPHABET).rstrip(b"=") for part in parts]


def encode_alike(octets: bytes, count: int, characters: int) -> Sequence[str]:
    """As many texts of equal length as `octets` has equal parts, each part whole groups of three octets.

    Of each text the first `characters`: what a part was filled up with need not be in it. One encoding and one cut do
    for all.
    """
    return _cut(count, characters, len(octets))(b64encode_as_string(octets, _ALPHABET))


def decode(text: str) -> bytes:
    """Base64url text to octets; FormatError `base64url_invalid` for anything that is not its own re-encoding."""
    # The library knows padding, and the two characters of the other alphabet, as the same thing in other words.
    if "=" in text or "+" in text or "/" in text:
        raise FormatError("base64url_invalid", "alphabet")
    try:
        return b64decode(text + _PADDING[len(text) & 3][text[-1]], _ALPHABET, True) if text else b""
    except (ValueError, KeyError):
        raise FormatError("base64url_invalid", "not canonical, or another alphabet") from None


def decode_each(texts: Sequence[str]) -> list[bytes]:
    """`decode` of each; what may be asked of all together is asked once."""
    together = "".join(texts)
    if "=" in together or "+" in together or "/" in together:
        raise FormatError("base64url_invalid", "alphabet")
    parts = []
    try:
        for text in texts:
            parts.append(b64decode(text + _PADDING[len(text) & 3][text[-1]], _ALPHABET, True) if text else b"")
    except (ValueError, KeyError):
        raise FormatError("base64url_invalid", "not canonical, or another alphabet") from None
    return parts


# The largest credential takes some megabytes here, and few counts are in use at a time.
@lru_cache(maxsize=32)
def _cut(count: int, characters: int, octets: int) -> Callable[[str], Sequence[str]]:
    stride = octets // count * 4 // 3
    parts = [slice(start, start + characters) for start in range(0, count * stride, stride)]
    # For one part the library would give the part and no sequence of it.
    return itemgetter(*parts) if count > 1 else lambda text: (text[parts[0]],)
