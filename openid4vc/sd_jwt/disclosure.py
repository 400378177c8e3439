"""A Disclosure: salt, name and value of one claim, or salt and value of one array element.

RFC 9901 §4.2.1 (object properties), §4.2.2 (array elements), §4.2.3 (hashing).
"""

from collections.abc import Iterable, Sequence
from functools import partial
from hashlib import sha256
from typing import Final, NamedTuple

from openid4vc import base64url, strict_json
from openid4vc.errors import SdJwtError
from openid4vc.strict_json import JsonValue

SD_ALG: Final = "sha-256"
# §4.1, §4.1.1, §4.2.4: what these names mean is fixed, so no claim may have them, in clear or disclosed.
RESERVED_NAMES: Final = frozenset({"_sd", "...", "_sd_alg"})


# Not a dataclass: a dozen are made for each credential, and a frozen dataclass costs three times as much to make.
class Disclosure(NamedTuple):
    """One Disclosure as received; `name` is None for an array element. The digest is over the very characters."""

    text: str
    digest: str
    salt: str
    name: str | None
    value: JsonValue


# What the class does with its fields, without naming each: half the time.
_disclosure: Final = partial(tuple.__new__, Disclosure)


def parse(texts: Sequence[str], hashes: Sequence[str], contents: Sequence[JsonValue]) -> tuple[Disclosure, ...]:
    """Base64url texts, the digest of each, and the JSON that it was found to be, to Disclosures.

    SdJwtError: `disclosure_malformed`; `disclosure_name` for a reserved name (§7.1 step 3.3.2.2).
    """
    disclosures = []
    for text, hashed, content in zip(texts, hashes, contents, strict=True):
        if type(content) is not list:
            raise SdJwtError("disclosure_malformed", "not an array")
        if len(content) == 3:
            salt, name, value = content
            if type(name) is not str:
                raise SdJwtError("disclosure_malformed", "name")
            if name in RESERVED_NAMES:
                raise SdJwtError("disclosure_name")
        elif len(content) == 2:
            salt, value = content
            name = None
        else:
            raise SdJwtError("disclosure_malformed", "not [salt, name, value] or [salt, value]")
        if type(salt) is not str:
            raise SdJwtError("disclosure_malformed", "salt")
        disclosures.append(_disclosure((text, hashed, salt, name, value)))
    return tuple(disclosures)


def encode(contents: Iterable[Sequence[JsonValue]]) -> list[bytes]:
    """Each (salt, name, value) or (salt, value) to the ASCII text that is hashed and sent."""
    return base64url.encode_each(map(strict_json.write, contents))


def digests(texts: Sequence[bytes]) -> Sequence[str]:
    """The digest of each, as `digest`."""
    if not texts:
        return ()
    # With an octet of zero behind them, 32 octets are 44 characters, of which the last says nothing.
    hashed = b"\0".join([sha256(text).digest() for text in texts]) + b"\0"
    return base64url.encode_alike(hashed, len(texts), 43)


def digest(text: str) -> str:
    """SHA-256 over the ASCII of base64url text, base64url-encoded (§4.2.3; §4.3.1 hashes a presentation alike)."""
    return base64url.encode(sha256(text.encode()).digest())
