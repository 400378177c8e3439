"""Salts: fresh random text for each Disclosure (RFC 9901 §4.2.1, §9.3)."""

from collections.abc import Callable, Sequence
from typing import Final

from openid4vc import base64url

# §9.3 asks for 128 bits; 18 octets are the least above them that fill whole characters.
_OCTETS: Final = 18
_CHARACTERS: Final = 24


class Salts:
    """A source of salts of 144 bits.

    `random` gives as many octets as it is asked for, from a cryptographic source such as `os.urandom`.
    """

    def __init__(self, random: Callable[[int], bytes]) -> None:
        self._random = random

    def draw(self, count: int) -> Sequence[str]:
        """That many salts in base64url; ValueError when the source gave another number of octets than asked for."""
        octets = self._random(_OCTETS * count)
        if len(octets) != _OCTETS * count:
            raise ValueError("salts: not as many octets as asked for")
        return base64url.encode_alike(octets, count, _CHARACTERS) if count else ()
