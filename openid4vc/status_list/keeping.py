"""The status list as its issuer keeps it: one byte array, of which only what changed is compressed again.

Token Status List §4.1 (byte array, least significant bits first, zlib), §4.2 (JSON form), §13.2 (size), RFC 1950 §2.2
(zlib stream, Adler-32), RFC 1951 §3.2.3 (blocks).

The array is compressed in segments that end on a byte (a full flush) and refer to nothing before them, so that they can
be joined in any state of the others. Almost every entry is 0, and runs are all that there is to find: the strategy that
looks for nothing else takes a fraction of the time and gives a shorter list.
"""

import zlib
from typing import Final

from openid4vc import base64url
from openid4vc.status_list.bits import BITS

# 2^20 entries whatever the number issued: the size says nothing about how many there are (§13.2).
DEFAULT_SIZE: Final = 1 << 20
_SEGMENT: Final = 1 << 16
# CMF and FLG: deflate with a window of 32 KiB, no dictionary, default level.
_STREAM_START: Final = b"\x78\x9c"
# One last block with nothing in it: the blocks before it do not know that they are the last.
_LAST_BLOCK: Final = b"\x03\x00"
_ADLER: Final = 65521


class KeptStatusList:
    """`size` numbers of `bits` bits each, all 0 at first. What it holds beside them is the compressed segments."""

    def __init__(self, bits: int, size: int = DEFAULT_SIZE) -> None:
        """ValueError for another number of bits, or entries that do not fill whole bytes."""
        if bits not in BITS:
            raise ValueError("1, 2, 4 or 8 bits")
        if size <= 0 or size * bits % 8:
            raise ValueError("the entries must fill whole bytes")
        self.bits = bits
        self.size = size
        self._mask = (1 << bits) - 1
        self._data = bytearray(size * bits // 8)
        count = -(-len(self._data) // _SEGMENT)
        self._compressed: list[bytes] = [b""] * count
        self._sums = [0] * count
        self._changed = set(range(count))

    def get(self, index: int) -> int:
        """The entry at `index`; IndexError outside the list."""
        byte, shift = self._place(index)
        return self._data[byte] >> shift & self._mask

    def set(self, index: int, value: int) -> None:
        """Writes one entry and no other; IndexError outside the list, ValueError for a value that does not fit."""
        if not 0 <= value <= self._mask:
            raise ValueError(f"{value} does not fit in {self.bits} bits")
        byte, shift = self._place(index)
        self._data[byte] = self._data[byte] & ~(self._mask << shift) | value << shift
        self._changed.add(byte // _SEGMENT)

    def encode(self) -> dict[str, object]:
        """The JSON form: `bits` and `lst`. Costs what changed since the last time, and the length of the result."""
        for number in self._changed:
            self._compress(number)
        self._changed.clear()
        stream = b"".join((_STREAM_START, *self._compressed, _LAST_BLOCK, self._sum().to_bytes(4)))
        return {"bits": self.bits, "lst": base64url.encode(stream)}

    def _compress(self, number: int) -> None:
        with memoryview(self._data) as data, data[number * _SEGMENT : (number + 1) * _SEGMENT] as segment:
            # Negative: blocks alone, without the head and the sum of a zlib stream.
            compressor = zlib.compressobj(wbits=-zlib.MAX_WBITS, strategy=zlib.Z_RLE)
            self._compressed[number] = compressor.compress(segment) + compressor.flush(zlib.Z_FULL_FLUSH)
            self._sums[number] = zlib.adler32(segment)

    def _sum(self) -> int:
        """RFC 1950 §8.2 over everything, from the sums of the segments: s1 counts bytes, s2 counts s1 after each."""
        s1, s2 = 1, 0
        for number, of_segment in enumerate(self._sums):
            length = min(_SEGMENT, len(self._data) - number * _SEGMENT)
            s2 = (s2 + (of_segment >> 16) + length * (s1 - 1)) % _ADLER
            s1 = (s1 + (of_segment & 0xFFFF) - 1) % _ADLER
        return s2 << 16 | s1

    def _place(self, index: int) -> tuple[int, int]:
        """§4.1: entry 0 is in the least significant bits of byte 0."""
        # The entries fill the array: beyond the last one it refuses by itself, but from behind it would count too.
        if index < 0:
            raise IndexError("outside the list")
        return divmod(index * self.bits, 8)
