"""Issuing: claims with marks to signed digests and their Disclosures.

RFC 9901 §4.1 (payload), §4.2 (Disclosures, also inside arrays and other Disclosures), §4.2.5 (decoys), §9.3 (salts).
"""

from collections.abc import Mapping, Sequence
from typing import Final, final

from openid4vc import strict_json
from openid4vc.errors import SdJwtError
from openid4vc.jose import jws
from openid4vc.jose.jws import Signer
from openid4vc.sd_jwt import disclosure
from openid4vc.sd_jwt.compact import MAX_DISCLOSURES
from openid4vc.sd_jwt.salts import Salts
from openid4vc.strict_json import JsonObject, JsonValue

_NOTHING: Final[Mapping[str, object]] = {}
# Asking an abstract class about each value would cost more than hashing it.
_SCALARS: Final = frozenset({str, int, bool, float, type(None)})
# Digests stand two levels below the object or array that they belong to, where strict_json must still read them.
MAX_DEPTH: Final = strict_json.MAX_DEPTH - 2


@final
class Disclosable:
    """Marks a member's value or an array element as selectively disclosable; marks may stand inside what it holds."""

    __slots__ = ("value",)

    def __init__(self, value: object) -> None:
        self.value = value


def issue(
    claims: Mapping[str, object],
    *,
    protected: bytes,
    signer: Signer,
    salts: Salts,
    digests: int | None,
    clear: Mapping[str, object] = _NOTHING,
) -> str:
    """An SD-JWT in compact form, with all its Disclosures.

    `protected` is the header, by `jws.protected`. `claims` may hold marks anywhere; `clear` has further members of the
    payload, signed as they are. `digests` is the size of the top-level `_sd`, filled up with decoys so that it says
    nothing; None adds no decoy.

    SdJwtError: `claim_reserved`, also for one name in both; `too_many_disclosures`. ValueError: more top-level
    Disclosures than `digests`, a repeated salt, a mark where none can be, nesting beyond MAX_DEPTH.
    """
    issuing = _Issuing(salts)
    payload, count = issuing.members(claims, 0)
    if not claims.keys().isdisjoint(clear) or not disclosure.RESERVED_NAMES.isdisjoint(clear):
        raise SdJwtError("claim_reserved")
    payload |= clear
    if digests is not None:
        if count > digests:
            raise ValueError("more disclosures than digests")
        if count < digests:
            payload["_sd"] = sorted([*payload.get("_sd", ()), *issuing.decoys(digests - count)])
    if issuing.salts:
        payload["_sd_alg"] = disclosure.SD_ALG
        # §9.3: a salt used twice lets a verifier guess what was not shown.
        if len(set(issuing.salts)) != len(issuing.salts):
            raise ValueError("a salt that was used already")
    if len(issuing.disclosures) > MAX_DISCLOSURES:
        raise SdJwtError("too_many_disclosures")
    return b"~".join((jws.sign(protected, payload, signer), *issuing.disclosures, b"")).decode()


class _Issuing:
    """One payload's salts and Disclosures, in the order in which they are made."""

    __slots__ = ("_source", "disclosures", "salts")

    def __init__(self, salts: Salts) -> None:
        self._source = salts
        self.salts: list[str] = []
        self.disclosures: list[bytes] = []

    def members(self, members: Mapping[str, object], depth: int) -> tuple[JsonObject, int]:
        """The object as it is signed, and how many of its own members became digests."""
        if depth >= MAX_DEPTH:
            raise ValueError("nested too deeply")
        if not members.keys().isdisjoint(disclosure.RESERVED_NAMES):
            raise SdJwtError("claim_reserved")
        result: JsonObject = {}
        names: list[str] = []
        values: list[JsonValue] = []
        for name, value in members.items():
            if type(value) is Disclosable:
                inner = value.value
                # Most values are scalars or lists of them, which are signed as they are.
                if type(inner) not in _SCALARS and (
                    type(inner) is not list or depth + 1 == MAX_DEPTH or not _SCALARS.issuperset(map(type, inner))
                ):
                    inner = self._value(inner, depth + 1)
                names.append(name)
                values.append(inner)
            else:
                result[name] = value if type(value) in _SCALARS else self._value(value, depth + 1)
        if names:
            salts = self._source.draw(len(names))
            # As many of each: asking for that again would cost one part in a hundred and fifty of issuing.
            texts = disclosure.encode(zip(salts, names, values))  # noqa: B905
            self.salts.extend(salts)
            self.disclosures.extend(texts)
            # §4.2.4.1: the order must say nothing about the order of the claims.
            result["_sd"] = sorted(disclosure.digests(texts))
        return result, len(names)

    def decoys(self, count: int) -> Sequence[str]:
        """§4.2.5: digests of something that nobody can ask about."""
        return disclosure.digests([salt.encode("ascii") for salt in self._salts_for(count)])

    def _value(self, value: object, depth: int) -> JsonValue:
        if isinstance(value, (list, tuple)):
            if depth >= MAX_DEPTH:
                raise ValueError("nested too deeply")
            return [element if type(element) in _SCALARS else self._element(element, depth + 1) for element in value]
        if isinstance(value, (dict, Mapping)):
            return self.members(value, depth)[0]
        if isinstance(value, Disclosable):
            raise ValueError("a mark inside a mark, with nothing between them")
        return value

    def _element(self, element: object, depth: int) -> JsonValue:
        if isinstance(element, Disclosable):
            value = self._value(element.value, depth)
            texts = disclosure.encode([(*self._salts_for(1), value)])
            self.disclosures += texts
            return {"...": disclosure.digests(texts)[0]}
        return self._value(element, depth)

    def _salts_for(self, count: int) -> Sequence[str]:
        salts = self._source.draw(count)
        self.salts += salts
        return salts
