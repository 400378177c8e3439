"""Salts: fresh random text for each Disclosure (RFC 9901 §4.2.1, §9.3)."""

from collections.abc import Callable, Iterator
from typing import Final

from openid4vc import base64url

# §9.3 asks for 128 bits, which are 22 characters; 18 octets are the least above them that fill whole characters.
MIN_CHARACTERS: Final = 22
_OCTETS: Final = 18
_CHARACTERS: Final = 24
# Most credentials need no second draw; what is drawn and not used is forgotten with the generator.
_DRAW: Final = 32


def salts(random: Callable[[int], bytes]) -> Iterator[str]:
    """Salts without end; `random` gives that many octets from a cryptographic source, such as `os.urandom`."""
    while True:
        drawn = base64url.encode(random(_OCTETS * _DRAW))
        for start in range(0, len(drawn), _CHARACTERS):
            yield drawn[start : start + _CHARACTERS]
