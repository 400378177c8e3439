"""The status list itself: many small numbers in a byte array, compressed.

Token Status List §4.1 (byte array, least significant bits first, zlib) and §4.2 (JSON form).
"""

import zlib
from dataclasses import dataclass
from typing import Final

from openid4vc import base64url
from openid4vc.errors import FormatError, StatusError

BITS: Final = (1, 2, 4, 8)
# 2^20 entries whatever the number issued: the size says nothing about how many there are (§13.2).
DEFAULT_SIZE: Final = 1 << 20
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
        if not 0 <= index < self.size:
            raise StatusError("status_unknown", "index outside the list")
        byte, shift = _place(index, self.bits)
        return self.data[byte] >> shift & _mask(self.bits)

    def encode(self) -> dict[str, object]:
        """The JSON form: `bits` and `lst`."""
        return {"bits": self.bits, "lst": base64url.encode(zlib.compress(self.data, 9))}

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


class MutableStatusList:
    """A list that is being kept: starts with every entry 0, or from the data of an earlier one."""

    def __init__(self, bits: int, data: bytes) -> None:
        if bits not in BITS:
            raise ValueError("1, 2, 4 or 8 bits")
        self.bits = bits
        self._data = bytearray(data)

    @classmethod
    def empty(cls, bits: int, size: int = DEFAULT_SIZE) -> "MutableStatusList":
        """`size` entries, all 0; ValueError unless they fill whole bytes."""
        if size <= 0 or size * bits % 8:
            raise ValueError("the entries must fill whole bytes")
        return cls(bits, bytes(size * bits // 8))

    @property
    def size(self) -> int:
        """How many entries there are."""
        return len(self._data) * 8 // self.bits

    def get(self, index: int) -> int:
        """The entry at `index`; IndexError outside the list."""
        byte, shift = self._place(index)
        return self._data[byte] >> shift & _mask(self.bits)

    def set(self, index: int, value: int) -> None:
        """Writes one entry and no other; IndexError outside the list, ValueError for a value that does not fit."""
        mask = _mask(self.bits)
        if not 0 <= value <= mask:
            raise ValueError(f"{value} does not fit in {self.bits} bits")
        byte, shift = self._place(index)
        self._data[byte] = self._data[byte] & ~(mask << shift) | value << shift

    def frozen(self) -> StatusList:
        """The list as it is now."""
        return StatusList(self.bits, bytes(self._data))

    def _place(self, index: int) -> tuple[int, int]:
        if not 0 <= index < self.size:
            raise IndexError("outside the list")
        return _place(index, self.bits)


def _place(index: int, bits: int) -> tuple[int, int]:
    """§4.1: entry 0 is in the least significant bits of byte 0."""
    byte, position = divmod(index * bits, 8)
    return byte, position


def _mask(bits: int) -> int:
    return (1 << bits) - 1


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
