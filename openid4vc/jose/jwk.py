"""A JSON Web Key: a public key as it travels in headers and claims, on P-256 unless a policy allows more.

RFC 7517 (format), RFC 7518 §6.2.1 (elliptic curve members), §6.3.1 (RSA members), RFC 8037 §2 (Ed25519), RFC 7638
(thumbprint).
"""

import hashlib
from collections.abc import Callable, Mapping
from typing import Any, Final, Literal

from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePublicKey,
    EllipticCurvePublicNumbers,
)
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicNumbers
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_public_key

from openid4vc import base64url
from openid4vc.errors import FormatError, JoseError
from openid4vc.jose import weak_keys
from openid4vc.jose.algorithms import Ecdsa, PublicKey, SignatureAlgorithm

Use = Literal["sig", "enc"]

# RFC 5480 §2: the SubjectPublicKeyInfo of an uncompressed point on P-256, up to its coordinates. What begins like this
# is a key on that curve or an error, and the library reads it faster than it reads the point alone.
_P256_SPKI: Final = bytes.fromhex("3059301306072a8648ce3d020106082a8648ce3d03010703420004")
_load_spki: Final[Callable[[bytes], Any]] = load_der_public_key

# Private and symmetric members (RFC 7518 §6.2.2, §6.3.2, §6.4.1): whoever sends one has lost the key already.
_SECRET_MEMBERS: Final = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k", "priv"})
_PURPOSE_MEMBERS: Final = frozenset({"use", "alg", "key_ops"})
_ALGORITHMS: Final[Mapping[str, str]] = {"sig": "ES256", "enc": "ECDH-ES"}
# As FIPS 186-5 §A.1.1 has it, cut down to what is in use; a large one is only slow.
_MAX_EXPONENT: Final = (1 << 32) - 1
_KEY_OPERATIONS: Final[Mapping[str, frozenset[str]]] = {
    "sig": frozenset({"verify"}),
    "enc": frozenset({"deriveKey", "deriveBits"}),
}


def parse_public_key(jwk: object, use: Use) -> EllipticCurvePublicKey:
    """A JWK from outside to a key that may serve `use`; JoseError `jwk_invalid` for everything else.

    Unknown members are ignored (RFC 7517 §4); `use`, `key_ops` and `alg` bind where they are present.
    """
    # Read as JSON it is a dict; asking the abstract class would cost as much as decoding a coordinate.
    if type(jwk) is not dict and not isinstance(jwk, Mapping):
        raise JoseError("jwk_invalid", "not an object")
    if jwk.get("kty") != "EC" or jwk.get("crv") != "P-256":
        raise JoseError("jwk_invalid", "not a P-256 key")
    if not _SECRET_MEMBERS.isdisjoint(jwk):
        raise JoseError("jwk_invalid", "private members")
    if not _PURPOSE_MEMBERS.isdisjoint(jwk):
        _check_purpose(jwk, use, _ALGORITHMS[use])
    x, y = jwk.get("x"), jwk.get("y")
    if type(x) is not str or type(y) is not str:
        raise JoseError("jwk_invalid", "coordinates")
    try:
        point = b"".join(base64url.decode_each((x, y)))
    except FormatError:
        raise JoseError("jwk_invalid", "coordinates") from None
    # RFC 7518 §6.2.1.2: exactly as many octets as the curve has, leading zeros kept.
    if len(x) != 43 or len(y) != 43:
        raise JoseError("jwk_invalid", "coordinates")
    try:
        key: EllipticCurvePublicKey = _load_spki(_P256_SPKI + point)
    except ValueError:
        raise JoseError("jwk_invalid", "not a point of the curve") from None
    return key


def parse_verification_key(jwk: object, *, algorithm: SignatureAlgorithm) -> PublicKey:
    """A JWK from outside to a key for signatures by `algorithm` and no other; JoseError `jwk_invalid`.

    `algorithm` is the one of the policy that the token's `alg` names: a JWK whose own `alg` says another is refused
    (RFC 8725 §3.1), and so is an RSA key of a generator known to be broken (§3.5).
    """
    if not isinstance(jwk, (dict, Mapping)):
        raise JoseError("jwk_invalid", "not an object")
    if jwk.get("kty") != algorithm.kty or (algorithm.crv is not None and jwk.get("crv") != algorithm.crv):
        raise JoseError("jwk_invalid", f"not a key for {algorithm.name}")
    if not _SECRET_MEMBERS.isdisjoint(jwk):
        raise JoseError("jwk_invalid", "private members")
    _check_purpose(jwk, "sig", algorithm.name)
    try:
        key = _verification_key(jwk, algorithm)
    except ValueError:
        raise JoseError("jwk_invalid", "not a key, or a weak one") from None
    if not algorithm.takes(key):
        raise JoseError("jwk_invalid", "size")
    return key


def from_public_key(key: EllipticCurvePublicKey) -> dict[str, str]:
    """The minimal JWK of a P-256 key: kty, crv, x, y."""
    if not isinstance(key.curve, SECP256R1):
        raise JoseError("jwk_invalid", "not a P-256 key")
    point = key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return {"kty": "EC", "crv": "P-256", "x": base64url.encode(point[1:33]), "y": base64url.encode(point[33:])}


def thumbprint(jwk: Mapping[str, object]) -> str:
    """SHA-256 thumbprint (RFC 7638 §3.2 with the EC members), so that one key has one name whatever else its JWK holds.

    JoseError `jwk_invalid` when the members of a P-256 key are missing or not canonical.
    """
    if jwk.get("kty") != "EC" or jwk.get("crv") != "P-256":
        raise JoseError("jwk_invalid", "not a P-256 key")
    x, y = jwk.get("x"), jwk.get("y")
    _coordinate(x)
    _coordinate(y)
    # The coordinates are base64url now, so that no JSON escape can be needed.
    canonical = f'{{"crv":"P-256","kty":"EC","x":"{x}","y":"{y}"}}'
    return base64url.encode(hashlib.sha256(canonical.encode()).digest())


def _verification_key(jwk: Mapping[str, object], algorithm: SignatureAlgorithm) -> PublicKey:
    """The key from its own members; ValueError for numbers that are no key, or a weak one."""
    if isinstance(algorithm, Ecdsa):
        x, y = (int.from_bytes(_coordinate(jwk.get(name), algorithm.octets)) for name in ("x", "y"))
        return EllipticCurvePublicNumbers(x, y, algorithm.curve).public_key()
    if algorithm.kty == "OKP":
        return Ed25519PublicKey.from_public_bytes(_coordinate(jwk.get("x")))
    modulus, exponent = (_unsigned(jwk.get(name)) for name in ("n", "e"))
    if exponent > _MAX_EXPONENT or weak_keys.is_roca(modulus):
        raise ValueError("weak key")
    return RSAPublicNumbers(exponent, modulus).public_key()


def _unsigned(value: object) -> int:
    """RFC 7518 §2, Base64urlUInt: big-endian, and no octet more than the number needs."""
    octets = _octets(value)
    if not octets or octets[0] == 0:
        raise ValueError("not canonical")
    return int.from_bytes(octets)


def _check_purpose(jwk: Mapping[str, object], use: Use, alg: str) -> None:
    """RFC 7517 §4.2–4.4: a key made for something else is not used."""
    if jwk.get("use", use) != use:
        raise JoseError("jwk_invalid", "use")
    if jwk.get("alg", alg) != alg:
        raise JoseError("jwk_invalid", "alg")
    if "key_ops" not in jwk:
        return
    operations = jwk["key_ops"]
    if not isinstance(operations, list) or not all(isinstance(operation, str) for operation in operations):
        raise JoseError("jwk_invalid", "key_ops")
    # WebCrypto exports the public half of an ECDH pair with an empty list, for it takes part in no operation by itself.
    allowed = _KEY_OPERATIONS[use]
    if allowed.isdisjoint(operations) and not (use == "enc" and operations == []):
        raise JoseError("jwk_invalid", "key_ops")


def _coordinate(value: object, size: int = 32) -> bytes:
    """RFC 7518 §6.2.1.2: exactly as many octets as the curve has, leading zeros kept."""
    octets = _octets(value)
    if len(octets) != size:
        raise JoseError("jwk_invalid", "coordinate")
    return octets


def _octets(value: object) -> bytes:
    if not isinstance(value, str):
        raise JoseError("jwk_invalid", "number")
    try:
        return base64url.decode(value)
    except FormatError:
        raise JoseError("jwk_invalid", "number") from None
