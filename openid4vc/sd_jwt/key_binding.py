"""The Key Binding JWT: the holder signs this very presentation, for this verifier, now.

RFC 9901 §4.3 (format), §7.3 steps 1, 2 and 5 (verification), §9.5 (why it is policy); RFC 7800 §3 (`cnf`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from openid4vc.errors import FormatError, JoseError, KeyBindingError
from openid4vc.jose import jwk, jws
from openid4vc.sd_jwt.compact import SdJwt
from openid4vc.sd_jwt.disclosure import digest
from openid4vc.strict_json import JsonObject

TYP: Final = "kb+jwt"
_CLOCK_SKEW: Final = 60
# RFC 7800 §3.1: one key in one form; the other forms would be fetched or decrypted, and are not.
_OTHER_KEY_FORMS: Final = frozenset({"jwe", "jku", "x5u"})


@dataclass(frozen=True, slots=True)
class Expected:
    """What a Key Binding JWT must say: the nonce of the request, the verifier's full client_id, `iat` ± window."""

    nonce: str
    audience: str
    window: int


@dataclass(frozen=True, slots=True)
class KeyBinding:
    """The policy, decided before anything is parsed (§7.3 step 1). There is no third way and no default."""

    expected: Expected | None

    @classmethod
    def required(cls, *, nonce: str, audience: str, window: int) -> "KeyBinding":
        """A verifier's policy. ValueError for an empty nonce or audience: they would bind the proof to nothing."""
        if not nonce or not audience:
            raise ValueError("key binding needs a nonce and an audience")
        return cls(Expected(nonce, audience, window))

    @classmethod
    def forbidden(cls) -> "KeyBinding":
        """A holder's policy: an issuer hands over an SD-JWT and never an SD-JWT+KB (§7.2)."""
        return cls(None)


def check_presence(sd_jwt: SdJwt, policy: KeyBinding) -> None:
    """§7.3 step 2 and §7.2: KeyBindingError `kb_missing` or `kb_unexpected`, before any other work."""
    if policy.expected is None and sd_jwt.key_binding_jwt is not None:
        raise KeyBindingError("kb_unexpected")
    if policy.expected is not None and sd_jwt.key_binding_jwt is None:
        raise KeyBindingError("kb_missing")


def holder_jwk(claims: Mapping[str, object]) -> JsonObject | None:
    """The JWK that `cnf` names, or None where there is no `cnf`.

    KeyBindingError `cnf` for a `cnf` without a usable JWK: `kid`, `jkt` or a URL would need a look-up.
    """
    if "cnf" not in claims:
        return None
    cnf = claims["cnf"]
    if not isinstance(cnf, dict) or not isinstance(cnf.get("jwk"), dict) or not _OTHER_KEY_FORMS.isdisjoint(cnf):
        raise KeyBindingError("cnf")
    key: JsonObject = cnf["jwk"]
    return key


def verify(sd_jwt: SdJwt, claims: Mapping[str, object], policy: KeyBinding, *, now: int) -> JsonObject | None:
    """§7.3 step 5 under a policy that requires it: the claims of the Key Binding JWT, or None where it is forbidden.

    `claims` is the processed payload. KeyBindingError `kb_missing`, `kb_unexpected`, `cnf`, `kb_typ`, `kb_signature`,
    `kb_iat`, `kb_nonce`, `kb_aud`, `kb_sd_hash`, `kb_expired`.
    """
    check_presence(sd_jwt, policy)
    expected = policy.expected
    if expected is None or sd_jwt.key_binding_jwt is None:
        return None
    bound = _verify_signature(sd_jwt.key_binding_jwt, claims)
    # 5.5: created now, in both directions.
    iat = bound.get("iat")
    if isinstance(iat, bool) or not isinstance(iat, int | float) or abs(now - iat) > expected.window:
        raise KeyBindingError("kb_iat")
    # 5.6: for this transaction and this verifier; exact strings, an array of audiences is not one.
    if bound.get("nonce") != expected.nonce:
        raise KeyBindingError("kb_nonce")
    if bound.get("aud") != expected.audience:
        raise KeyBindingError("kb_aud")
    # 5.7: over exactly what was received. `_sd_alg` is sha-256 by now (§4.3.1 takes the same algorithm).
    if bound.get("sd_hash") != digest(sd_jwt.presentation):
        raise KeyBindingError("kb_sd_hash")
    # 5.8: a valid JWT in all other respects (`iat` has its own window above); what is not understood is ignored
    # (RFC 7519 §4).
    try:
        jws.check_times({name: bound[name] for name in ("exp", "nbf") if name in bound}, now=now, skew=_CLOCK_SKEW)
    except JoseError:
        raise KeyBindingError("kb_expired") from None
    return bound


def _verify_signature(text: str, claims: Mapping[str, object]) -> JsonObject:
    """Steps 5.1–5.4: key from `cnf`, algorithm, signature, `typ`."""
    key = holder_jwk(claims)
    if key is None:
        raise KeyBindingError("cnf")
    try:
        public_key = jwk.parse_public_key(key, use="sig")
    except JoseError:
        raise KeyBindingError("cnf") from None
    try:
        return jws.verify(jws.parse(text, typ=TYP), public_key).claims
    except (JoseError, FormatError) as error:
        raise KeyBindingError("kb_typ" if error.code == "typ_wrong" else "kb_signature") from None
