"""A JSON Web Key: a P-256 public key as it travels in headers and claims.

RFC 7517 (format), RFC 7518 §6.2.1 (elliptic curve members), RFC 7638 (thumbprint).
"""

import hashlib
from collections.abc import Mapping
from typing import Final, Literal

from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePublicKey,
    EllipticCurvePublicNumbers,
)
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from openid4vc import base64url
from openid4vc.errors import FormatError, JoseError

Use = Literal["sig", "enc"]

_P256: Final = SECP256R1()

# Private and symmetric members (RFC 7518 §6.2.2, §6.3.2, §6.4.1): whoever sends one has lost the key already.
_SECRET_MEMBERS: Final = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k", "priv"})
_ALGORITHMS: Final[Mapping[str, str]] = {"sig": "ES256", "enc": "ECDH-ES"}
_KEY_OPERATIONS: Final[Mapping[str, frozenset[str]]] = {
    "sig": frozenset({"verify"}),
    "enc": frozenset({"deriveKey", "deriveBits"}),
}


def parse_public_key(jwk: object, *, use: Use) -> EllipticCurvePublicKey:
    """A JWK from outside to a key that may serve `use`; JoseError `jwk_invalid` for everything else.

    Unknown members are ignored (RFC 7517 §4); `use`, `key_ops` and `alg` bind where they are present.
    """
    # Read as JSON it is a dict; asking the abstract class would cost as much as decoding a coordinate.
    if not isinstance(jwk, (dict, Mapping)):
        raise JoseError("jwk_invalid", "not an object")
    if jwk.get("kty") != "EC" or jwk.get("crv") != "P-256":
        raise JoseError("jwk_invalid", "not a P-256 key")
    if not _SECRET_MEMBERS.isdisjoint(jwk):
        raise JoseError("jwk_invalid", "private members")
    _check_purpose(jwk, use)
    x = int.from_bytes(_coordinate(jwk.get("x")), "big")
    y = int.from_bytes(_coordinate(jwk.get("y")), "big")
    try:
        return EllipticCurvePublicNumbers(x, y, _P256).public_key()
    except ValueError:
        raise JoseError("jwk_invalid", "not a point of the curve") from None


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
    return base64url.encode(hashlib.sha256(canonical.encode("ascii")).digest())


def _check_purpose(jwk: Mapping[str, object], use: Use) -> None:
    """RFC 7517 §4.2–4.4: a key made for something else is not used."""
    if jwk.get("use", use) != use:
        raise JoseError("jwk_invalid", "use")
    if jwk.get("alg", _ALGORITHMS[use]) != _ALGORITHMS[use]:
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


def _coordinate(value: object) -> bytes:
    """RFC 7518 §6.2.1.2: exactly 32 octets, leading zeros kept."""
    if not isinstance(value, str):
        raise JoseError("jwk_invalid", "coordinate")
    try:
        octets = base64url.decode(value)
    except FormatError:
        raise JoseError("jwk_invalid", "coordinate") from None
    if len(octets) != 32:
        raise JoseError("jwk_invalid", "coordinate")
    return octets
