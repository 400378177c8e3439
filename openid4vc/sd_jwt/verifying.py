"""Verification: an SD-JWT, a key and a policy to the claims that were signed and shown.

RFC 9901 §7.1 (signature, digests, Disclosures), §7.2 (holder), §7.3 (verifier), in this file step by step. A number
with a section sign is a step of that section; one without is a step of §7.1, nested ones counted by their places.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey

from openid4vc import strict_json
from openid4vc.errors import FormatError, JoseError, KeyBindingError, SdJwtError
from openid4vc.jose import jwk, jws
from openid4vc.jose.jws import Jws
from openid4vc.sd_jwt import compact
from openid4vc.sd_jwt.compact import SdJwt
from openid4vc.sd_jwt.disclosure import SD_ALG, Disclosure
from openid4vc.sd_jwt.key_binding import TYP, Expected, KeyBinding
from openid4vc.strict_json import JsonObject, JsonValue

# A concrete place in the payload. Numbers count array elements as issued, with those that were not disclosed.
ClaimPath: TypeAlias = tuple[str | int, ...]

# A SHA-256 digest in base64url. What has another length was made by another hash or by nobody.
_DIGEST_LENGTHS: Final = frozenset({43})
# What holds nothing that could be disclosed.
_SCALARS: Final = frozenset({str, int, bool, float, type(None)})
# What stands where there is no `_sd`: JSON has no tuples.
_NO_DIGESTS: Final = ()
# RFC 7800 §3.1: one key in one form; the other forms would be fetched or decrypted, and are not.
_OTHER_KEY_FORMS: Final = frozenset({"jwe", "jku", "x5u"})
_CLOCK_SKEW: Final = 60


# Not frozen, though nobody changes them: it would cost three times as much to make one.
@dataclass(slots=True)
class ProcessedSdJwt:
    """An SD-JWT with its Disclosures put in their places; who signed it was somebody else's to say.

    `claims` is the processed payload; `disclosed` has one entry per Disclosure; `array_gaps` has the positions, as
    issued, of elements not disclosed; `holder_jwk` is the key of `cnf`.
    """

    sd_jwt: SdJwt
    claims: JsonObject
    disclosed: Mapping[ClaimPath, Disclosure]
    array_gaps: Mapping[ClaimPath, tuple[int, ...]]
    holder_jwk: JsonObject | None

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


@dataclass(slots=True)
class VerifiedSdJwt(ProcessedSdJwt):
    """An SD-JWT that held. `header` is the issuer's; `holder_key` is `holder_jwk`, read.

    `key_binding_claims` is None when the policy forbade key binding.
    """

    header: JsonObject
    holder_key: EllipticCurvePublicKey | None
    key_binding_claims: JsonObject | None


def verify(
    sd_jwt: SdJwt, *, issuer_key: EllipticCurvePublicKey, key_binding: KeyBinding, now: int, skew: int
) -> VerifiedSdJwt:
    """§7.2 or §7.3, by policy, under a key that the caller has found to be the issuer's (step 2.3).

    Raises JoseError, SdJwtError, KeyBindingError or FormatError. Key binding comes before the time claims, so that
    `expired` and `not_yet_valid` are said only of what its holder really showed.
    """
    # 1 (separate the parts) was `compact.parse`.
    # §7.3 steps 1 and 2, §7.2: nothing is worth doing for a presentation that the policy refuses anyhow.
    check_presence(sd_jwt, key_binding)
    # 2.1 (`alg`) was `compact.parse` too; 2.2: the signature, under the key that 2.3 found.
    verified = verify_processed(sd_jwt, jws.verify(sd_jwt.issuer_jwt, issuer_key), key_binding, now)
    # 6: in the processed payload; which claims must be present is the application's rule (§9.7).
    jws.check_times(verified.claims, now=now, skew=skew)
    return verified


def check_presence(sd_jwt: SdJwt, policy: KeyBinding) -> None:
    """§7.3 step 2 and §7.2: KeyBindingError `kb_missing` or `kb_unexpected`, before any other work."""
    if policy.expected is None and sd_jwt.key_binding_jwt is not None:
        raise KeyBindingError("kb_unexpected")
    if policy.expected is not None and sd_jwt.key_binding_jwt is None:
        raise KeyBindingError("kb_missing")


def verify_processed(sd_jwt: SdJwt, payload: JsonObject, key_binding: KeyBinding, now: int) -> VerifiedSdJwt:
    """Steps 2.4 to 5 and §7.3 step 5, for a format that finds the key itself; `payload` is what it found signed.

    SdJwtError, KeyBindingError, FormatError `json_too_deep`. The caller still owes step 6, the time claims.
    """
    processed = _Processing(sd_jwt, payload)
    key = None
    if processed.holder_jwk is not None:
        try:
            key = jwk.parse_public_key(processed.holder_jwk, "sig")
        except JoseError:
            raise KeyBindingError("cnf") from None
    # Asked again, for a caller that did not: a missing proof must never be taken for one that was not asked for.
    bound = None
    if key_binding.expected is None or sd_jwt.key_binding_jwt is None:
        check_presence(sd_jwt, key_binding)
    else:
        bound = _verify_key_binding(sd_jwt, sd_jwt.key_binding_jwt, key, key_binding.expected, now)
    return VerifiedSdJwt(
        sd_jwt,
        processed.claims,
        processed.disclosed,
        processed.array_gaps,
        processed.holder_jwk,
        sd_jwt.issuer_jwt.header,
        key,
        bound,
    )


def reopen(text: str) -> ProcessedSdJwt:
    """A holder's own copy, verified when it was received and kept since where nobody else can write.

    The signature is not checked again, everything else is; raises as `compact.parse` and `verify_processed`.
    """
    parsed = compact.parse(text)
    if parsed.key_binding_jwt is not None:
        raise KeyBindingError("kb_unexpected")
    processed = _Processing(parsed, parsed.unverified_claims)
    return ProcessedSdJwt(parsed, processed.claims, processed.disclosed, processed.array_gaps, processed.holder_jwk)


class _Processing:
    """Steps 2.4 to 5 over one payload. Recursion is bounded by strict_json.MAX_DEPTH, Disclosures included."""

    __slots__ = ("_by_digest", "_seen", "array_gaps", "claims", "disclosed", "holder_jwk")

    def __init__(self, sd_jwt: SdJwt, payload: JsonObject) -> None:
        # 2.4: one hash algorithm; absent means this one (§4.1.1).
        if payload.get("_sd_alg", SD_ALG) != SD_ALG:
            raise SdJwtError("sd_alg_unsupported")
        # 3.1: the digests were computed over the received characters when the text was taken apart.
        self._by_digest: dict[str, Disclosure] = {}
        for disclosure in sd_jwt.disclosures:
            self._by_digest[disclosure.digest] = disclosure
        if len(self._by_digest) != len(sd_jwt.disclosures):
            raise SdJwtError("disclosure_duplicate")
        self._seen: set[str] = set()
        self.disclosed: dict[ClaimPath, Disclosure] = {}
        self.array_gaps: dict[ClaimPath, tuple[int, ...]] = {}
        self.claims: JsonObject = self._container(payload, ())
        # 5: each digest was taken once, so that equal counts mean that every Disclosure was referenced.
        if len(self.disclosed) != len(self._by_digest):
            raise SdJwtError("disclosure_not_referenced")
        # §4.1.2: a key by its JWK alone; `kid`, `jkt` or a URL would need a look-up. In both roles, for a holder does
        # not keep what no verifier will take.
        self.holder_jwk: JsonObject | None = None
        if "cnf" in self.claims:
            cnf = self.claims["cnf"]
            if not isinstance(cnf, dict) or not isinstance(cnf.get("jwk"), dict):
                raise KeyBindingError("cnf")
            if not _OTHER_KEY_FORMS.isdisjoint(cnf):
                raise KeyBindingError("cnf")
            self.holder_jwk = cnf["jwk"]

    def _container(self, members: JsonValue, path: ClaimPath) -> JsonValue:
        """An object or array with Disclosures in their places; the very same one where it has no digests."""
        # Each Disclosure was bounded by itself; a chain of them would still reach any depth.
        if len(path) >= strict_json.MAX_DEPTH:
            raise FormatError("json_too_deep")
        if type(members) is not dict:
            return self._array(members, path)
        # 3.6: `_sd_alg` stands at the top level alone (§4.1.1), and goes.
        if "..." in members or ("_sd_alg" in members and path):
            raise SdJwtError("digest_malformed", "a reserved name out of its place")
        result = members
        digests: JsonValue = _NO_DIGESTS
        if not path or "_sd" in members:
            result = members.copy()
            result.pop("_sd_alg", None)
            # 3.5: the key `_sd` goes; an object that had nothing else becomes {}.
            digests = result.pop("_sd", _NO_DIGESTS)
        for name, value in members.items():
            if type(value) not in _SCALARS and name != "_sd":
                placed = self._container(value, (*path, name))
                if placed is not value:
                    if result is members:
                        result = members.copy()
                    result[name] = placed
        if digests is _NO_DIGESTS:
            return result
        # 3.2.1: an array of strings. Anything else under this name is not ignored but refused: it is no claim either.
        if type(digests) is not list:
            raise SdJwtError("digest_malformed")
        self._see(digests)
        for found in digests:
            # 3.3.1: the Disclosure of an embedded digest, none for a decoy or one not disclosed
            disclosure = self._by_digest.get(found)
            if disclosure is None:
                continue
            claim, value = disclosure.name, disclosure.value
            # 3.3.2.1 (3.3.2.2, the reserved names, was checked when the Disclosure was taken apart)
            if claim is None:
                raise SdJwtError("disclosure_malformed", "an array element under _sd")
            # 3.3.2.3: also between two Disclosures of one level.
            if claim in result:
                raise SdJwtError("disclosure_collision")
            # 3.3.2.4, 3.3.2.5
            below = (*path, claim)
            self.disclosed[below] = disclosure
            result[claim] = value if type(value) in _SCALARS else self._container(value, below)
        return result

    def _array(self, elements: list[JsonValue], path: ClaimPath) -> list[JsonValue]:
        result: list[JsonValue] = []
        gaps: list[int] = []
        same = True
        for index, element in enumerate(elements):
            value = element
            # 3.2.2: an object with the one key `...`; with a second key it is neither a digest nor a claim (§4.2.4.2).
            if type(element) is dict and "..." in element:
                if len(element) != 1:
                    raise SdJwtError("digest_malformed", "members beside ...")
                found = element["..."]
                self._see([found])
                # 3.3.1 and 3.4: an element not disclosed is left out; its position is kept for claim paths.
                disclosure = self._by_digest.get(found)
                if disclosure is None:
                    gaps.append(index)
                    continue
                # 3.3.3.1
                if disclosure.name is not None:
                    raise SdJwtError("disclosure_malformed", "a claim in place of an array element")
                # 3.3.3.2, 3.3.3.3
                self.disclosed[(*path, index)] = disclosure
                value = disclosure.value
            placed = value if type(value) in _SCALARS else self._container(value, (*path, index))
            same = same and placed is element
            result.append(placed)
        if gaps:
            self.array_gaps[path] = tuple(gaps)
        return elements if same and not gaps else result

    def _see(self, digests: list[JsonValue]) -> None:
        """3.2: strings that can be digests; 4: no digest twice, wherever it stands."""
        before = len(self._seen)
        try:
            # What has as many members as a digest has characters, and is no string, cannot be in a set.
            lengths = set(map(len, digests))
            self._seen.update(digests)
        except TypeError:
            raise SdJwtError("digest_malformed") from None
        if lengths != _DIGEST_LENGTHS and digests:
            raise SdJwtError("digest_malformed")
        if len(self._seen) != before + len(digests):
            raise SdJwtError("digest_duplicate")


def _verify_key_binding(
    sd_jwt: SdJwt,
    key_binding_jwt: Jws[JsonObject],
    key: EllipticCurvePublicKey | None,
    expected: Expected,
    now: int,
) -> JsonObject:
    """§7.3 step 5 under a policy that requires it: the claims of the Key Binding JWT.

    KeyBindingError `cnf`, `kb_typ`, `kb_signature`, `kb_iat`, `kb_nonce`, `kb_aud`, `kb_sd_hash`, `kb_expired`.
    """
    # §7.3 step 5.1: the key that the issuer confirmed (§4.1.2)
    if key is None:
        raise KeyBindingError("cnf")
    # §7.3 step 5.4; 5.2 (`alg`) was `compact.parse`
    if key_binding_jwt.header.get("typ") != TYP:
        raise KeyBindingError("kb_typ")
    # §7.3 step 5.3
    try:
        bound = jws.verify(key_binding_jwt, key)
    except JoseError:
        raise KeyBindingError("kb_signature") from None
    # §7.3 step 5.5: created now, in both directions
    iat: JsonValue = bound.get("iat")
    if type(iat) not in strict_json.NUMBERS or abs(now - iat) > expected.window:
        raise KeyBindingError("kb_iat")
    # §7.3 step 5.6: for this transaction and this verifier; exact strings, an array of audiences is not one.
    if bound.get("nonce") != expected.nonce:
        raise KeyBindingError("kb_nonce")
    if bound.get("aud") != expected.audience:
        raise KeyBindingError("kb_aud")
    # §7.3 step 5.7: over exactly what was received, by the algorithm of `_sd_alg` (§4.3.1), which is sha-256 by now
    if bound.get("sd_hash") != sd_jwt.sd_hash:
        raise KeyBindingError("kb_sd_hash")
    # §7.3 step 5.8: a valid JWT in all other respects (`iat` has its own window above); what is not understood is
    # ignored (RFC 7519 §4).
    # `iat` was looked at above, with its own window.
    if "exp" in bound or "nbf" in bound:
        try:
            jws.check_times({**bound, "iat": now}, now=now, skew=_CLOCK_SKEW)
        except JoseError:
            raise KeyBindingError("kb_expired") from None
    return bound
