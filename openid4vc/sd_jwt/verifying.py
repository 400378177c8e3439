"""Verification: an SD-JWT, a key and a policy to the claims that were signed and shown.

RFC 9901 §7.1 (signature, digests, Disclosures), §7.2 (holder), §7.3 (verifier). The steps carry the spec's numbers.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey

from openid4vc import strict_json
from openid4vc.errors import FormatError, SdJwtError
from openid4vc.jose import jws
from openid4vc.jose.jws import VerifiedJws
from openid4vc.sd_jwt import key_binding as binding
from openid4vc.sd_jwt.compact import SdJwt
from openid4vc.sd_jwt.disclosure import SD_ALG, Disclosure
from openid4vc.sd_jwt.key_binding import KeyBinding
from openid4vc.strict_json import JsonObject, JsonValue

# A concrete place in the payload. Numbers count array elements as issued, with those that were not disclosed.
ClaimPath: TypeAlias = tuple[str | int, ...]

# A SHA-256 digest in canonical base64url: 43 characters, the last with two zero bits.
_DIGEST: Final = re.compile(r"[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]")


@dataclass(frozen=True, slots=True)
class VerifiedSdJwt:
    """An SD-JWT that held: the processed payload, and where each part of it came from.

    `disclosed` has one entry per Disclosure; `array_gaps` has the positions, as issued, of elements not disclosed;
    `holder_jwk` is the key of `cnf`; `key_binding_claims` is None when the policy forbade key binding.
    """

    sd_jwt: SdJwt
    header: JsonObject
    claims: JsonObject
    disclosed: Mapping[ClaimPath, Disclosure]
    array_gaps: Mapping[ClaimPath, tuple[int, ...]]
    holder_jwk: JsonObject | None
    key_binding_claims: JsonObject | None

    def value_at(self, path: ClaimPath) -> JsonValue:
        """The value at a concrete path; KeyError where nothing is, or nothing was disclosed."""
        value: JsonValue = self.claims
        for depth, step in enumerate(path):
            if isinstance(step, str):
                if not isinstance(value, dict) or step not in value:
                    raise KeyError(path)
                value = value[step]
                continue
            gaps = self.array_gaps.get(path[:depth], ())
            index = step - sum(gap < step for gap in gaps)
            if not isinstance(value, list) or step < 0 or step in gaps or index >= len(value):
                raise KeyError(path)
            value = value[index]
        return value


def verify(
    sd_jwt: SdJwt, *, issuer_key: EllipticCurvePublicKey, key_binding: KeyBinding, now: int, skew: int
) -> VerifiedSdJwt:
    """§7.2 or §7.3, by policy, under a key that the caller has found to be the issuer's (§7.1 step 2.3).

    Raises JoseError, SdJwtError, KeyBindingError or FormatError. Key binding comes before the time claims, so that
    `expired` and `not_yet_valid` are said only of what its holder really showed.
    """
    # §7.3 steps 1 and 2, §7.2: nothing is worth doing for a presentation that the policy refuses anyhow.
    binding.check_presence(sd_jwt, key_binding)
    verified = verify_processed(sd_jwt, jws.verify(sd_jwt.issuer_jwt, issuer_key), key_binding=key_binding, now=now)
    # §7.1 step 6; which claims must be present is the application's rule (§9.7).
    jws.check_times(verified.claims, now=now, skew=skew)
    return verified


def verify_processed(sd_jwt: SdJwt, issuer_jwt: VerifiedJws, *, key_binding: KeyBinding, now: int) -> VerifiedSdJwt:
    """§7.1 steps 2.5 to 5 and §7.3 step 5, for a format that finds the key itself; `issuer_jwt` is `sd_jwt`'s own.

    SdJwtError, KeyBindingError, FormatError `json_too_deep`. The caller still owes §7.1 step 6, the time claims.
    """
    # 2.5: one hash algorithm; absent means this one (§4.1.1).
    if issuer_jwt.claims.get("_sd_alg", SD_ALG) != SD_ALG:
        raise SdJwtError("sd_alg_unsupported")
    processing = _Processing(sd_jwt.disclosures)
    claims = processing.processed(issuer_jwt.claims)
    # Checked in both roles: a holder does not keep what no verifier will take.
    holder_jwk = binding.holder_jwk(claims)
    return VerifiedSdJwt(
        sd_jwt=sd_jwt,
        header=issuer_jwt.header,
        claims=claims,
        disclosed=processing.disclosed,
        array_gaps=processing.array_gaps,
        holder_jwk=holder_jwk,
        key_binding_claims=binding.verify(sd_jwt, claims, key_binding, now=now),
    )


class _Processing:
    """§7.1 steps 3 to 5 over one payload. Recursion is bounded by strict_json.MAX_DEPTH, Disclosures included."""

    def __init__(self, disclosures: tuple[Disclosure, ...]) -> None:
        # 3.1: the digests were computed over the received characters when the text was taken apart.
        self._by_digest = {disclosure.digest: disclosure for disclosure in disclosures}
        if len(self._by_digest) != len(disclosures):
            raise SdJwtError("disclosure_duplicate")
        self._seen: set[str] = set()
        self.disclosed: dict[ClaimPath, Disclosure] = {}
        self.array_gaps: dict[ClaimPath, tuple[int, ...]] = {}

    def processed(self, payload: JsonObject) -> JsonObject:
        # 3.6: `_sd_alg` stands at the top level alone (§4.1.1); anywhere deeper it is refused below.
        claims = self._object({name: value for name, value in payload.items() if name != "_sd_alg"}, ())
        # 5: each digest was taken once, so that equal counts mean that every Disclosure was referenced.
        if len(self.disclosed) != len(self._by_digest):
            raise SdJwtError("disclosure_not_referenced")
        return claims

    def _value(self, value: JsonValue, path: ClaimPath) -> JsonValue:
        if isinstance(value, dict):
            return self._object(value, path)
        if isinstance(value, list):
            return self._array(value, path)
        return value

    def _object(self, members: JsonObject, path: ClaimPath) -> JsonObject:
        _check_depth(path)
        result: JsonObject = {}
        for name, value in members.items():
            if name == "_sd":
                continue
            if name in ("...", "_sd_alg"):
                raise SdJwtError("digest_malformed", "a reserved name out of its place")
            result[name] = self._value(value, (*path, name)) if isinstance(value, dict | list) else value
        # 3.5: the key `_sd` is not copied; an object that had nothing else becomes {}.
        if "_sd" not in members:
            return result
        # 3.2.1: an array of strings. Anything else under this name is not ignored but refused: it is no claim either.
        digests = members["_sd"]
        if not isinstance(digests, list):
            raise SdJwtError("digest_malformed")
        for digest in digests:
            disclosure = self._take(digest)
            if disclosure is None:
                continue
            # 3.3.2.1 (3.3.2.2, the reserved names, was checked when the Disclosure was taken apart)
            if disclosure.name is None:
                raise SdJwtError("disclosure_malformed", "an array element under _sd")
            # 3.3.2.3: also between two Disclosures of one level.
            if disclosure.name in result:
                raise SdJwtError("disclosure_collision")
            # 3.3.2.4, 3.3.2.5
            below = (*path, disclosure.name)
            self.disclosed[below] = disclosure
            result[disclosure.name] = self._value(disclosure.value, below)
        return result

    def _array(self, elements: list[JsonValue], path: ClaimPath) -> list[JsonValue]:
        _check_depth(path)
        result: list[JsonValue] = []
        gaps: list[int] = []
        for index, element in enumerate(elements):
            value = element
            # 3.2.2: an object with the one key `...`; with a second key it is neither a digest nor a claim (§4.2.4.2).
            if isinstance(element, dict) and "..." in element:
                if len(element) != 1:
                    raise SdJwtError("digest_malformed", "members beside ...")
                disclosure = self._take(element["..."])
                # 3.4: an element that was not disclosed is left out; its position is kept for claim paths.
                if disclosure is None:
                    gaps.append(index)
                    continue
                # 3.3.3.1
                if disclosure.name is not None:
                    raise SdJwtError("disclosure_malformed", "a claim in place of an array element")
                # 3.3.3.2, 3.3.3.3
                self.disclosed[(*path, index)] = disclosure
                value = disclosure.value
            result.append(self._value(value, (*path, index)))
        if gaps:
            self.array_gaps[path] = tuple(gaps)
        return result

    def _take(self, digest: JsonValue) -> Disclosure | None:
        """3.3.1: the Disclosure of an embedded digest, None for a decoy or one not disclosed; 4: each digest once."""
        if not isinstance(digest, str) or _DIGEST.fullmatch(digest) is None:
            raise SdJwtError("digest_malformed")
        if digest in self._seen:
            raise SdJwtError("digest_duplicate")
        self._seen.add(digest)
        return self._by_digest.get(digest)


def _check_depth(path: ClaimPath) -> None:
    # Each Disclosure was bounded by itself; a chain of them would still reach any depth.
    if len(path) >= strict_json.MAX_DEPTH:
        raise FormatError("json_too_deep")
