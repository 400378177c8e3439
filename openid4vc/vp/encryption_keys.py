"""For which key of the other side a JWE is made, and by which content encryption.

OpenID4VP §8.3 (a key of the verifier, for the answer), §5.10 (a key of the wallet, for the request object).
"""

from dataclasses import dataclass
from typing import Final

from openid4vc.errors import JoseError
from openid4vc.jose import jwk
from openid4vc.strict_json import JsonObject, JsonValue

ALG: Final = "ECDH-ES"
# In order of preference (HAIP 1.0 §5).
ENC_VALUES: Final = ("A256GCM", "A128GCM")
MAX_KEYS: Final = 32
MAX_KID_CHARACTERS: Final = 256


@dataclass(frozen=True, slots=True)
class EncryptionKey:
    """A key of the other side, its name there, and the content encryption."""

    jwk: JsonObject
    kid: str
    enc: str


def choose(key_set: JsonValue, enc_values: JsonValue) -> EncryptionKey | None:
    """The first key of a JWK Set that can be used here, by the best of `enc_values`; None where either is missing.

    Each key has a `kid` and an `alg`, which the JWE takes over; other kinds are for somebody else (RFC 7517 §5).
    """
    keys = keys_of(key_set)
    usable = None if keys is None else next((key for key in keys if _is_usable(key)), None)
    enc = next((value for value in ENC_VALUES if isinstance(enc_values, list) and value in enc_values), None)
    return None if usable is None or enc is None else EncryptionKey(usable, usable["kid"], enc)


def keys_of(key_set: JsonValue) -> list[JsonValue] | None:
    """The members of a JWK Set of at most MAX_KEYS, whatever they are; None for what is no such set."""
    keys = key_set.get("keys") if isinstance(key_set, dict) else None
    return keys if isinstance(keys, list) and len(keys) <= MAX_KEYS else None


def _is_usable(key: JsonValue) -> bool:
    if not isinstance(key, dict) or key.get("alg") != ALG:
        return False
    kid = key.get("kid")
    if not isinstance(kid, str) or not 0 < len(kid) <= MAX_KID_CHARACTERS:
        return False
    try:
        jwk.parse_public_key(key, use="enc")
    except JoseError:
        return False
    return True
