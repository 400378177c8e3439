"""Issuing: claims with marks to signed digests and their Disclosures.

RFC 9901 §4.1 (payload), §4.2 (Disclosures, also inside arrays and other Disclosures), §4.2.5 (decoys), §9.3 (salts).
"""

from collections.abc import Callable, Mapping
from typing import Final

from openid4vc import strict_json
from openid4vc.errors import SdJwtError
from openid4vc.jose import jws
from openid4vc.jose.jws import Signer
from openid4vc.sd_jwt import disclosure
from openid4vc.sd_jwt.compact import MAX_DISCLOSURES
from openid4vc.strict_json import JsonObject, JsonValue

# §9.3: 128 bits, which are 22 characters of base64url.
MIN_SALT_CHARACTERS: Final = 22


class Disclosable:
    """Marks a member's value or an array element as selectively disclosable; marks may stand inside what it holds."""

    __slots__ = ("value",)

    def __init__(self, value: object) -> None:
        self.value = value


def issue(
    payload: Mapping[str, object],
    *,
    header: Mapping[str, object],
    signer: Signer,
    salt: Callable[[], str],
    digests: int | None,
) -> str:
    """An SD-JWT in compact form, with all its Disclosures.

    `salt` gives fresh base64url text of at least 128 random bits at each call. `digests` is the size of the top-level
    `_sd`, filled up with decoys so that it says nothing; None adds no decoy.

    SdJwtError: `claim_reserved`, `too_many_disclosures`. ValueError: more top-level Disclosures than `digests`, a short
    or repeated salt, a mark where none can be, nesting beyond strict_json.MAX_DEPTH.
    """
    issuing = _Issuing(salt)
    claims, count = issuing.members(payload, 0)
    if digests is not None:
        if count > digests:
            raise ValueError("more disclosures than digests")
        decoys = [issuing.decoy() for _ in range(digests - count)]
        if decoys:
            claims["_sd"] = sorted([*claims.get("_sd", ()), *decoys])
    if issuing.hashed:
        claims["_sd_alg"] = disclosure.SD_ALG
    if len(issuing.disclosures) > MAX_DISCLOSURES:
        raise SdJwtError("too_many_disclosures")
    return "~".join((jws.create(header, claims, signer), *issuing.disclosures, ""))


class _Issuing:
    """One payload's Disclosures and digests, in the order in which they are made."""

    def __init__(self, salt: Callable[[], str]) -> None:
        self._next_salt = salt
        self._salts: set[str] = set()
        self.disclosures: list[str] = []
        self.hashed = False

    def members(self, members: Mapping[str, object], depth: int) -> tuple[JsonObject, int]:
        """The object as it is signed, and how many of its own members became digests."""
        _check_depth(depth)
        result: JsonObject = {}
        digests: list[str] = []
        if not disclosure.RESERVED_NAMES.isdisjoint(members):
            raise SdJwtError("claim_reserved")
        for name, value in members.items():
            if isinstance(value, Disclosable):
                digests.append(self._digest([self._salt(), name, self._value(value.value, depth + 1)]))
            else:
                result[name] = self._value(value, depth + 1)
        if digests:
            # §4.2.4.1: the order must say nothing about the order of the claims.
            result["_sd"] = sorted(digests)
        return result, len(digests)

    def decoy(self) -> str:
        """§4.2.5: a digest of something that nobody can ask about."""
        self.hashed = True
        return disclosure.digest(self._salt())

    def _value(self, value: object, depth: int) -> JsonValue:
        # Most values are text; asking an abstract class about each would cost more than hashing it.
        if isinstance(value, str | int | None):
            return value
        if isinstance(value, Mapping):
            return self.members(value, depth)[0]
        if isinstance(value, list | tuple):
            _check_depth(depth)
            return [self._element(element, depth) for element in value]
        if isinstance(value, Disclosable):
            raise ValueError("a mark inside a mark, with nothing between them")
        return value

    def _element(self, element: object, depth: int) -> JsonValue:
        if isinstance(element, Disclosable):
            return {"...": self._digest([self._salt(), self._value(element.value, depth + 1)])}
        return self._value(element, depth + 1)

    def _digest(self, content: list[JsonValue]) -> str:
        text = disclosure.encode(content)
        self.disclosures.append(text)
        self.hashed = True
        return disclosure.digest(text)

    def _salt(self) -> str:
        salt = self._next_salt()
        # §9.3: a short or repeated salt lets a verifier guess what was not shown.
        if len(salt) < MIN_SALT_CHARACTERS or salt in self._salts:
            raise ValueError("a salt that is too short, or was used already")
        self._salts.add(salt)
        return salt


def _check_depth(depth: int) -> None:
    if depth >= strict_json.MAX_DEPTH:
        raise ValueError("nested too deeply")
