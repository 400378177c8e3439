"""Salts: fresh random text for each Disclosure (RFC 9901 §4.2.1, §9.3)."""

from collections.abc import Callable
from typing import Final, TypeAlias

from openid4vc import base64url

# That many salts, none of which was ever given before.
Salts: TypeAlias = Callable[[int], list[str]]

# §9.3 asks for 128 bits, which are 22 characters; 18 octets are the least above them that fill whole characters.
MIN_CHARACTERS: Final = 22
_OCTETS: Final = 18
_CHARACTERS: Final = 24


def salts(random: Callable[[int], bytes]) -> Salts:
    """Salts of 144 bits; `random` gives that many octets from a cryptographic source, such as `os.urandom`."""

    def draw(count: int) -> list[str]:
        drawn = base64url.encode(random(_OCTETS * count))
        return [drawn[start : start + _CHARACTERS] for start in range(0, len(drawn), _CHARACTERS)]

    return draw
