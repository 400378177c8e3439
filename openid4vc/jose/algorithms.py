"""Which signature algorithm may verify what: a closed registry, and the policies that are made from it.

RFC 7518 §3.1 (ES*, PS*, RS*), RFC 8037 §3.1 (EdDSA), RFC 9864 §2.2 (Ed25519), RFC 8725 §3.1–3.2 (the verifier chooses,
one key serves one algorithm). `none` and the symmetric algorithms are not in the registry, so that no policy can have
them: whoever can check a MAC can make one.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from hashlib import sha256, sha384, sha512
from types import MappingProxyType
from typing import Any, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    SECP256R1,
    SECP384R1,
    SECP521R1,
    EllipticCurve,
    EllipticCurvePublicKey,
)
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed, encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256, SHA384, SHA512, HashAlgorithm

from openid4vc.errors import JoseError

PublicKey = EllipticCurvePublicKey | RSAPublicKey | Ed25519PublicKey

# RFC 7518 §3.3, §3.5: 2048 bits or larger. The upper bound is ours: a verification grows with the square of the size.
_RSA_BITS: Final = range(2048, 8192 + 1)


def _sequence(length: int) -> bytes:
    """The first octets of a SEQUENCE in DER; a length of 128 and more takes a second octet."""
    return bytes((0x30, length) if length < 128 else (0x30, 0x81, length))


class SignatureAlgorithm(ABC):
    """One `alg`, tied to one kind of key (`kty` and `crv` as in its JWK), one hash and one length of signature."""

    name: str
    kty: str
    crv: str | None

    @abstractmethod
    def takes(self, key: object) -> bool:
        """Whether a public key is of the kind and size that this algorithm uses."""

    @abstractmethod
    def check(self, key: Any, signature: bytes, data: bytes) -> None:
        """JoseError `alg_not_allowed` for a key of another kind, `bad_signature`."""


class Ecdsa(SignatureAlgorithm):
    """ECDSA on one curve, r then s, each as long as the order of the curve (RFC 7518 §3.4)."""

    kty = "EC"

    def __init__(
        self, name: str, crv: str, curve: EllipticCurve, digest: HashAlgorithm, hashed: Callable[[bytes], Any]
    ) -> None:
        self.name, self.crv, self.curve = name, crv, curve
        self.octets: Final = (curve.key_size + 7) // 8
        self._curve_type = type(curve)
        # Hashing before the library is called costs it less than hashing inside.
        self._hashed = hashed
        self._scheme = ECDSA(Prehashed(digest))
        # The library wants DER (RFC 3279 §2.2.3). What stands there before a number as long as the order, by its first
        # octet: from 128 on the number would be negative without a zero. Nothing for 0, as the number is shorter.
        full, longer = bytes((2, self.octets)), bytes((2, self.octets + 1, 0))
        self._heads: Final = (b"", *[full] * 127, *[longer] * 128)
        # What stands before both numbers, by the length of their two heads.
        self._sequences: Final = {heads: _sequence(heads + 2 * self.octets) for heads in (4, 5, 6)}

    def takes(self, key: object) -> bool:
        # Keys of other kinds have no curve; asking the abstract class about each key would cost as much as hashing
        # what it signed.
        return isinstance(getattr(key, "curve", None), self._curve_type)

    def check(self, key: Any, signature: bytes, data: bytes) -> None:
        if not isinstance(getattr(key, "curve", None), self._curve_type):
            raise JoseError("alg_not_allowed", f"{self.name} needs a {self.crv} key")
        octets = self.octets
        if len(signature) != 2 * octets:
            raise JoseError("bad_signature", f"not {2 * octets} octets")
        r, s = signature[:octets], signature[octets:]
        head_r, head_s = self._heads[r[0]], self._heads[s[0]]
        if head_r and head_s:
            der = b"".join((self._sequences[len(head_r) + len(head_s)], head_r, r, head_s, s))
        else:
            der = encode_dss_signature(int.from_bytes(r), int.from_bytes(s))
        try:
            key.verify(der, self._hashed(data).digest(), self._scheme)
        except InvalidSignature:
            raise JoseError("bad_signature") from None


class Rsa(SignatureAlgorithm):
    """RSASSA-PSS with a salt as long as the hash (RFC 7518 §3.5), or RSASSA-PKCS1-v1_5 (§3.3).

    The library holds a signature to the length of the modulus (RFC 8017 §8.1.2 and §8.2.2, step 1).
    """

    kty = "RSA"
    crv = None

    def __init__(self, name: str, digest: HashAlgorithm, *, pss: bool) -> None:
        self.name = name
        self._digest = digest
        self._padding = padding.PSS(padding.MGF1(digest), digest.digest_size) if pss else padding.PKCS1v15()

    def takes(self, key: object) -> bool:
        return isinstance(key, RSAPublicKey) and key.key_size in _RSA_BITS

    def check(self, key: Any, signature: bytes, data: bytes) -> None:
        if not self.takes(key):
            raise JoseError("alg_not_allowed", f"{self.name} needs an RSA key of 2048 to 8192 bits")
        try:
            key.verify(signature, data, self._padding, self._digest)
        except InvalidSignature:
            raise JoseError("bad_signature") from None


class Ed25519(SignatureAlgorithm):
    """Ed25519, under its polymorphic name `EdDSA` (RFC 8037) or its own (RFC 9864). Ed448 is not in the registry.

    The library holds a signature to 64 octets (RFC 8032 §5.1.7).
    """

    kty = "OKP"
    crv = "Ed25519"

    def __init__(self, name: str) -> None:
        self.name = name

    def takes(self, key: object) -> bool:
        return isinstance(key, Ed25519PublicKey)

    def check(self, key: Any, signature: bytes, data: bytes) -> None:
        if not self.takes(key):
            raise JoseError("alg_not_allowed", f"{self.name} needs an Ed25519 key")
        try:
            key.verify(signature, data)
        except InvalidSignature:
            raise JoseError("bad_signature") from None


# A policy: the algorithms that one kind of object may be signed with, by their `alg`.
Algorithms = Mapping[str, SignatureAlgorithm]

_REGISTRY: Final[Mapping[str, SignatureAlgorithm]] = {
    algorithm.name: algorithm
    for algorithm in (
        Ecdsa("ES256", "P-256", SECP256R1(), SHA256(), sha256),
        Ecdsa("ES384", "P-384", SECP384R1(), SHA384(), sha384),
        Ecdsa("ES512", "P-521", SECP521R1(), SHA512(), sha512),
        Ed25519("EdDSA"),
        Ed25519("Ed25519"),
        Rsa("PS256", SHA256(), pss=True),
        Rsa("PS384", SHA384(), pss=True),
        Rsa("PS512", SHA512(), pss=True),
        Rsa("RS256", SHA256(), pss=False),
        Rsa("RS384", SHA384(), pss=False),
        Rsa("RS512", SHA512(), pss=False),
    )
}


def policy(*names: str) -> Algorithms:
    """The policy that allows exactly these; ValueError for a name that is not in the registry."""
    if unknown := [name for name in names if name not in _REGISTRY]:
        raise ValueError(f"not in the registry: {', '.join(unknown)}")
    return MappingProxyType({name: _REGISTRY[name] for name in names})


# What everything is signed with unless its own module says otherwise (HAIP 1.0 §7).
ES256_ONLY: Final = policy("ES256")
