"""Language tags: whether a text has the form of one (RFC 5646 §2.1)."""

import re
from typing import Final

# The production `langtag`, then `privateuse`. The regular tags among the grandfathered ones have the first form too.
_WELL_FORMED: Final = re.compile(
    r"""
    (?: [a-z]{2,3} (?: -[a-z]{3} ){0,3} | [a-z]{4} | [a-z]{5,8} )   # language, with extlang
    (?: -[a-z]{4} )?                                                # script
    (?: -(?: [a-z]{2} | [0-9]{3} ) )?                               # region
    (?: -(?: [a-z0-9]{5,8} | [0-9][a-z0-9]{3} ) )*                  # variants
    (?: -[0-9a-wy-z] (?: -[a-z0-9]{2,8} )+ )*                       # extensions
    (?: -x (?: -[a-z0-9]{1,8} )+ )?                                 # private use
    | x (?: -[a-z0-9]{1,8} )+
    """,
    re.ASCII | re.IGNORECASE | re.VERBOSE,
)
_IRREGULAR: Final = frozenset(
    """
    en-gb-oed i-ami i-bnn i-default i-enochian i-hak i-klingon i-lux i-mingo i-navajo i-pwn i-tao i-tay i-tsu sgn-be-fr
    sgn-be-nl sgn-ch-de
    """.split()
)
# §4.4.1 asks for room for 35 characters and more; nobody has a tag of this length.
_MAX_CHARACTERS: Final = 255


def is_well_formed(text: str) -> bool:
    """Whether the text conforms to the grammar; that its subtags are registered is not looked at."""
    if len(text) > _MAX_CHARACTERS:
        return False
    return _WELL_FORMED.fullmatch(text) is not None or text.lower() in _IRREGULAR
