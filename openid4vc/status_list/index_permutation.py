"""Which index the n-th credential of a list gets: a permutation that only the holder of the key can follow.

Token Status List §13.2–13.4, HAIP 1.0 §6.1: indexes are unique and unpredictable. A counter is unique; sent through a
keyed Feistel network it is also unpredictable, with no table of used indexes and no collision to retry.
"""

from hashlib import blake2s
from typing import Final

_ROUNDS: Final = 10
_KEY_BYTES: Final = 32
# A round gives so many bits.
_MAX_HALF: Final = 32


class Permutation:
    """A bijection of 0 … 2^bits - 1 under a 32-byte key (Luby and Rackoff; ten rounds of keyed BLAKE2s)."""

    def __init__(self, key: bytes, bits: int = 20) -> None:
        if len(key) != _KEY_BYTES:
            raise ValueError("the key has 32 bytes")
        half, odd = divmod(bits, 2)
        if odd or not 1 <= half <= _MAX_HALF:
            raise ValueError("an even number of bits, 2 to 64")
        self._key = key
        self._half = half
        self.size = 1 << bits

    def index(self, n: int) -> int:
        """The index of the n-th credential, counted from 0; ValueError when the list has no n-th."""
        if not 0 <= n < self.size:
            raise ValueError("outside the list")
        mask = (1 << self._half) - 1
        left, right = n >> self._half, n & mask
        for number in range(_ROUNDS):
            left, right = right, left ^ (self._round(number, right) & mask)
        return left << self._half | right

    def _round(self, number: int, value: int) -> int:
        # The width is part of the input, so that one key for two lists of different size gives unrelated orders.
        message = bytes((self._half, number)) + value.to_bytes(4)
        return int.from_bytes(blake2s(message, key=self._key, digest_size=4).digest())
