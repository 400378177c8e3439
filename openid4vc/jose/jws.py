"""A JSON Web Signature in compact form, mostly over claims; ES256 unless the caller's policy allows more.

RFC 7515 §3.1, §7.1 (compact form), RFC 7518 §3.4 (ES256), RFC 7519 §4.1 (time claims), RFC 8725 (why so strict).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache, partial
from hashlib import sha256
from typing import Any, Final, Generic, NamedTuple, Protocol, TypeVar

from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    SECP256R1,
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
)
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.hashes import SHA256

from openid4vc import base64url, strict_json
from openid4vc.errors import FormatError, JoseError
from openid4vc.jose.algorithms import ES256_ONLY, Algorithms, PublicKey
from openid4vc.strict_json import NUMBERS, JsonObject

MAX_BYTES: Final = 1 << 20
# Room for five certificates or a key attestation; a longer header is refused before anything is decoded.
MAX_HEADER_CHARACTERS: Final = 1 << 16
MAX_KID_CHARACTERS: Final = 1024
# Room for two certificates; a few hundred such headers are in memory at most.
_MAX_KEPT_CHARACTERS: Final = 4096
# crit, b64: no extension is understood here (RFC 7515 §4.1.11, RFC 7797). jku, x5u: a key is never fetched because a
# token says where from. zip: nothing here is compressed.
_FORBIDDEN_MEMBERS: Final = frozenset({"crit", "b64", "jku", "x5u", "zip"})
# Hashing before the library is called costs it less than hashing inside.
_ES256: Final = ECDSA(Prehashed(SHA256()))
# 9999-12-31T23:59:59Z: the last second that calendars on every platform can show.
_LAST_SECOND: Final = 253402300799
_TIMES: Final = ("exp", "nbf", "iat")

Payload = TypeVar("Payload")


class Signer(Protocol):
    """Whatever holds a P-256 private key: in memory, in a vault, behind PKCS#11."""

    @property
    def public_key(self) -> EllipticCurvePublicKey:
        """The public half."""
        ...

    def sign(self, data: bytes) -> bytes:
        """ES256 over `data`: 64 octets, r then s (RFC 7518 §3.4)."""
        ...


class KeySigner:
    """A Signer over a private key in memory."""

    def __init__(self, private_key: EllipticCurvePrivateKey) -> None:
        if not isinstance(private_key.curve, SECP256R1):
            raise JoseError("alg_not_allowed", "ES256 needs a P-256 key")
        self._private_key = private_key

    @property
    def public_key(self) -> EllipticCurvePublicKey:
        """The public half."""
        return self._private_key.public_key()

    def sign(self, data: bytes) -> bytes:
        """ES256 over `data`: 64 octets, r then s."""
        # DER (RFC 3279 §2.2.3): 30 len 02 len r 02 len s, every length in one octet, a zero before a high first bit.
        der = self._private_key.sign(sha256(data).digest(), _ES256)
        end = 4 + der[3]
        if end >= 36 and len(der) >= end + 34:
            return der[end - 32 : end] + der[-32:]
        # One number in 256 is shorter.
        return der[4:end][-32:].rjust(32, b"\0") + der[end + 2 :][-32:].rjust(32, b"\0")


# Not frozen, though nobody changes them: each credential makes several, and a frozen one costs three times as much.
@dataclass(slots=True)
class Jws(Generic[Payload]):
    """A compact JWS taken apart. Nothing in it is trusted.

    `protected` is the text of the header; `payload` the octets, or the claims in them where those were read at once,
    None where they are no JSON object; `signing_input` what was signed: header and payload as received (RFC 7515 §5.2,
    step 8).
    """

    text: str
    protected: str
    header: JsonObject
    payload: Payload | None
    signature: bytes
    signing_input: bytes


class EncodedJws(NamedTuple):
    """A compact JWS of which only the header was read: `payload` and `signature` are still base64url."""

    protected: str
    header: JsonObject
    payload: str
    signature: str
    signing_input: bytes


# What the class does with its fields, without naming each: half the time.
_encoded_jws: Final = partial(tuple.__new__, EncodedJws)


def parse(
    text: str,
    typ: str | None,
    *,
    max_bytes: int = MAX_BYTES,
    algorithms: Algorithms = ES256_ONLY,
) -> Jws[bytes]:
    """A compact JWS to its parts; `typ` is compared exactly, None takes any or none.

    An `alg` outside `algorithms` is refused before anything else is looked at.
    Raises FormatError `too_large`, JoseError `jose_malformed`, `alg_not_allowed`, `jose_header` or `typ_wrong`.
    """
    if len(text) > max_bytes:
        raise FormatError("too_large", "JWS")
    encoded = split(text, algorithms)
    if typ is not None and encoded.header.get("typ") != typ:
        raise JoseError("typ_wrong")
    try:
        payload, signature = base64url.decode_each((encoded.payload, encoded.signature))
    except FormatError:
        raise JoseError("jose_malformed", "payload or signature") from None
    # RFC 7515 App. F: a detached payload is a choice between two sides that nobody made here.
    if not payload:
        raise JoseError("jose_malformed", "no payload")
    return Jws(text, encoded.protected, encoded.header, payload, signature, encoded.signing_input)


def split(text: str, algorithms: Algorithms) -> EncodedJws:
    """The first half of `parse`, for whoever decodes more than this at once; JoseError as there."""
    # Whatever stands between the first dot and the last is the payload; a third dot is not in its alphabet.
    first, last = text.find("."), text.rfind(".")
    if first == last or first > MAX_HEADER_CHARACTERS or not text.isascii():
        raise JoseError("jose_malformed", "not three parts, too long a header, or no ASCII")
    protected = text[:first]
    if algorithms is ES256_ONLY and first <= _MAX_KEPT_CHARACTERS:
        header = _es256_header(protected)
    else:
        header = _read_header(protected, algorithms)
    return _encoded_jws((protected, header, text[first + 1 : last], text[last + 1 :], text[:last].encode()))


def verify(jws: Jws[Payload], key: PublicKey, *, algorithms: Algorithms = ES256_ONLY) -> Payload:
    """The payload, once its signature held under `key` by the `alg` of the header.

    That must be in `algorithms` and fit the key, which the caller chose: JoseError `alg_not_allowed`, `bad_signature`.
    Where the key came as a JWK, it was read for this very algorithm (`jwk.parse_verification_key`). JoseError
    `jose_malformed` for claims that could not be read, after the signature: that is what finds a changed octet.
    """
    # RFC 8725 §3.1: algorithm and key belong together; a token's `alg` never chooses how a key is used.
    algorithm = algorithms.get(jws.header.get("alg", ""))
    if algorithm is None:
        raise JoseError("alg_not_allowed")
    algorithm.check(key, jws.signature, jws.signing_input)
    if jws.payload is None:
        raise JoseError("jose_malformed", "payload")
    return jws.payload


def read_claims(payload: bytes) -> JsonObject:
    """The payload of a JWT: a JSON object (RFC 7519 §7.2). Trusted as far as `payload` is.

    JoseError `jose_malformed`.
    """
    try:
        claims = strict_json.parse(payload)
    except FormatError:
        raise JoseError("jose_malformed", "payload") from None
    if type(claims) is not dict:
        raise JoseError("jose_malformed", "payload")
    return claims


def create(header: Mapping[str, object], claims: Mapping[str, object], signer: Signer) -> str:
    """A compact JWS over `claims`; `alg` is added here, because the signer decides it."""
    return sign(protected(header), claims, signer).decode()


def protected(header: Mapping[str, object]) -> bytes:
    """The text of a header, for `sign`: one that is always the same need be written only once."""
    return base64url.encode_ascii(strict_json.write({**header, "alg": "ES256"}))


def sign(protected: bytes, claims: Mapping[str, object], signer: Signer) -> bytes:
    """A compact JWS over `claims` under what `protected` made: ASCII, for callers that join it to something."""
    signing_input = b".".join((protected, base64url.encode_ascii(strict_json.write(claims))))
    return b".".join((signing_input, base64url.encode_ascii(signer.sign(signing_input))))


def check_times(claims: Mapping[str, object], now: int, skew: int) -> None:
    """RFC 7519 §4.1.4–4.1.6: `exp`, `nbf` and `iat` where they are present; which must be present is the caller's rule.

    JoseError: `time_claim_invalid` for what is not a time (a non-number is never "no expiry"), `expired`,
    `not_yet_valid` (with the fact `time`).
    """
    for name in _TIMES:
        if name not in claims:
            continue
        value: Any = claims[name]
        # RFC 7519 §2 NumericDate: a JSON number. The comparison also refuses NaN, for claims that did not come through
        # strict_json.
        if type(value) not in NUMBERS or not 0 <= value <= _LAST_SECOND:
            raise JoseError("time_claim_invalid", name)
        if name == "exp":
            if now - skew >= value:
                raise JoseError("expired", time=int(value))
        elif now + skew < value:
            raise JoseError("not_yet_valid", name, time=int(value))


def _read_header(protected: str, algorithms: Algorithms) -> JsonObject:
    """RFC 8725 §3.1: the algorithm is ours to choose, and is looked at before any key is."""
    try:
        header = strict_json.parse_object(base64url.decode(protected))
    except FormatError:
        raise JoseError("jose_malformed", "header") from None
    alg = header.get("alg")
    if not isinstance(alg, str) or alg not in algorithms:
        raise JoseError("alg_not_allowed")
    if not _FORBIDDEN_MEMBERS.isdisjoint(header):
        raise JoseError("jose_header", "a member that is not processed here")
    kid = header.get("kid", "")
    if not isinstance(kid, str) or len(kid) > MAX_KID_CHARACTERS:
        raise JoseError("jose_header", "kid")
    return header


# Its text alone says what a header means, and most that arrive are the same few: an issuer signs every credential under
# one. What is refused is not kept.
@lru_cache(maxsize=256)
def _es256_header(protected: str) -> JsonObject:
    return _read_header(protected, ES256_ONLY)
