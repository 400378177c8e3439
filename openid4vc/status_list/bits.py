"""The status list as everybody else reads it: many small numbers in a byte array, inflated once.

Token Status List §4.1 (byte array, least significant bits first, zlib) and §4.2 (JSON form).
"""

import zlib
from dataclasses import dataclass
from typing import Final

from openid4vc import base64url
from openid4vc.errors import FormatError, StatusError

BITS: Final = (1, 2, 4, 8)
# §11.1: what a list may inflate to. 64 million entries of two bits.
MAX_INFLATED: Final = 16 << 20


@dataclass(frozen=True, slots=True)
class StatusList:
    """`data` holds `size` numbers of `bits` bits each."""

    bits: int
    data: bytes

    @property
    def size(self) -> int:
        """How many entries there are."""
        return len(self.data) * 8 // self.bits

    def get(self, index: int) -> int:
        """The entry at `index`; StatusError `status_unknown` outside the list (§8.3 step 5)."""
        bits = self.bits
        # §4.1: entry 0 is in the least significant bits of byte 0.
        place = index * bits
        if not 0 <= place >> 3 < len(self.data):
            raise StatusError("status_unknown", "index outside the list")
        return self.data[place >> 3] >> (place & 7) & (1 << bits) - 1

    @classmethod
    def decode(cls, value: object, *, cap: int = MAX_INFLATED) -> "StatusList":
        """The JSON form to a list; StatusError `status_list_invalid`. Stops inflating at `cap` bytes."""
        if not isinstance(value, dict):
            raise StatusError("status_list_invalid", "not an object")
        bits, lst = value.get("bits"), value.get("lst")
        if type(bits) is not int or bits not in BITS:
            raise StatusError("status_list_invalid", "bits")
        if not isinstance(lst, str):
            raise StatusError("status_list_invalid", "lst")
        try:
            compressed = base64url.decode(lst)
        except FormatError:
            raise StatusError("status_list_invalid", "lst is not base64url") from None
        return cls(bits, _inflate(compressed, cap))


def _inflate(compressed: bytes, cap: int) -> bytes:
    """One whole zlib stream (RFC 1950, whatever window and level its header names) and nothing after it."""
    inflater = zlib.decompressobj(wbits=zlib.MAX_WBITS)
    try:
        # One more than the cap, so that a list of exactly the cap is told from a longer one.
        data = inflater.decompress(compressed, cap + 1)
    except zlib.error:
        raise StatusError("status_list_invalid", "not a zlib stream") from None
    if len(data) > cap:
        raise StatusError("status_list_invalid", "inflates beyond the cap")
    # eof also says that the Adler-32 at the end was there and right.
    if not inflater.eof or inflater.unused_data:
        raise StatusError("status_list_invalid", "zlib stream cut off, or something after it")
    if not data:
        raise StatusError("status_list_invalid", "empty list")
    return data
