"""The one base64url decoder: canonical text without padding, or nothing.

RFC 7515 §2 (base64url without padding) with RFC 4648 §3.5: the bits after the last octet must be zero, so that one
value has one text and no changed character is ever accepted.
"""

import base64
import binascii

from openid4vc.errors import FormatError


def encode(data: bytes) -> str:
    """Octets to base64url text without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def decode(text: str) -> bytes:
    """Base64url text to octets; FormatError `base64url_invalid` for anything that is not its own re-encoding."""
    try:
        raw = text.encode("ascii")
    except UnicodeEncodeError:
        raise FormatError("base64url_invalid", "not ASCII") from None
    # A trailing "=" would survive the comparison below on some lengths, so it is refused by itself.
    if raw.endswith(b"=") or len(raw) % 4 == 1:
        raise FormatError("base64url_invalid", "padding or length")
    try:
        data = base64.b64decode(raw + b"=" * (-len(raw) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise FormatError("base64url_invalid", "alphabet") from None
    if base64.urlsafe_b64encode(data).rstrip(b"=") != raw:
        raise FormatError("base64url_invalid", "not canonical")
    return data
