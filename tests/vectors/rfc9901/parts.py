"""Building blocks of SD-JWTs, good and bad: the standard library and `cryptography` alone, none of the code under test.

Keys are fixed and signatures deterministic (RFC 6979), so that what is made is the same each time.
"""

import base64
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

NOW = 1_700_000_000
NONCE, AUDIENCE, WINDOW, SKEW = "n-0S6_WzA2Mj", "https://verifier.example", 300, 60
Row = dict[str, Any]


def encode(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode("ascii")


def decode(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def part(content: object) -> str:
    """One part of a JWS: bytes as they are, anything else as JSON."""
    return encode(content if isinstance(content, bytes) else json.dumps(content, separators=(",", ":")).encode())


def hashed(text: str) -> str:
    return encode(sha256(text.encode("ascii")).digest())


@dataclass(frozen=True)
class Key:
    """A test key, known to everybody: the private value is the hash of its name."""

    name: str
    curve: ec.EllipticCurve = field(default_factory=ec.SECP256R1)

    @property
    def private(self) -> ec.EllipticCurvePrivateKey:
        return ec.derive_private_key(int.from_bytes(sha256(self.name.encode()).digest(), "big") >> 1, self.curve)

    @property
    def jwk(self) -> dict[str, str]:
        numbers, size = self.private.public_key().public_numbers(), self.curve.key_size // 8
        x, y = (encode(value.to_bytes(size, "big")) for value in (numbers.x, numbers.y))
        return {"kty": "EC", "crv": "P-256" if size == 32 else "P-384", "x": x, "y": y}

    def der(self, data: bytes) -> bytes:
        return self.private.sign(data, ec.ECDSA(SHA256(), deterministic_signing=True))

    def sign(self, data: bytes) -> bytes:
        return b"".join(value.to_bytes(32, "big") for value in decode_dss_signature(self.der(data)))


ISSUER, HOLDER, STRANGER = Key("test issuer"), Key("test holder"), Key("test stranger")
HEADER = {"alg": "ES256", "typ": "example+sd-jwt"}
BOUND = {"cnf": {"jwk": HOLDER.jwk}}
KB_HEADER = {"alg": "ES256", "typ": "kb+jwt"}


def jws(header: object, payload: object, key: Key = ISSUER) -> str:
    text = f"{part(header)}.{part(payload)}"
    return f"{text}.{encode(key.sign(text.encode()))}"


def sd_jwt(payload: object, *disclosures: str, header: object = HEADER, key: Key = ISSUER) -> str:
    """`payload` gets the holder's key unless it has a `cnf`, so that each can be shown to a verifier too."""
    if isinstance(payload, Mapping):
        payload = {**BOUND, **payload}
    return "~".join((jws(header, payload, key), *disclosures, ""))


def bound(text: str, *, header: object = KB_HEADER, key: Key = HOLDER, **changes: object) -> str:
    """`text` with a Key Binding JWT over it; a change to None drops the claim."""
    claims = {"iat": NOW, "aud": AUDIENCE, "nonce": NONCE, "sd_hash": hashed(text), **changes}
    return text + jws(header, {name: value for name, value in claims.items() if value is not None}, key)


def disclosure(*content: object) -> str:
    return part(list(content))


SALT, SALT_2 = "c2FsdHNhbHRzYWx0c2FsdA", "c2FsdHNhbHRzYWx0c2FsdB"
NAME, ELEMENT = disclosure(SALT, "name", "Aino"), disclosure(SALT, "FI")
NAME_2 = disclosure(SALT_2, "name", "Eino")
HIDDEN = {"_sd": [hashed(NAME)]}
GOOD = sd_jwt(HIDDEN, NAME)
# A Disclosure whose digest hides another one.
HOME = disclosure(SALT_2, "home", {"_sd": [hashed(NAME)]})
RECURSIVE = {"_sd": [hashed(HOME)]}


@dataclass(frozen=True)
class Case:
    """`expect` is an error code, or the claims beside the holder's key. Without `only`, holder and verifier decide
    alike: the verifier gets the SD-JWT with a good Key Binding JWT over it as it is."""

    id: str
    section: str
    rule: str
    sd_jwt: str
    expect: str | Mapping[str, object]
    only: str | None = None

    def rows(self) -> Iterator[Row]:
        expect = {"error": self.expect} if isinstance(self.expect, str) else {"claims": {**BOUND, **self.expect}}
        about = {"section": self.section, "rule": self.rule}
        if self.only is not None:
            yield {"id": self.id, **about, "role": self.only, "sd_jwt": self.sd_jwt, "expect": expect}
            return
        for role, text in (("holder", self.sd_jwt), ("verifier", bound(self.sd_jwt))):
            yield {"id": f"{self.id}/{role}", **about, "role": role, "sd_jwt": text, "expect": expect}


def refused(
    error: str, section: str, rule: str, texts: Mapping[str, str], *, only: str | None = None
) -> Iterator[Case]:
    """Texts, by id, that are refused by the same rule."""
    for name, text in texts.items():
        yield Case(name, section, rule, text, error, only)
