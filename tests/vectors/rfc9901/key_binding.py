"""Key binding: RFC 9901 §7.2 (holder) and §7.3 steps 2 and 5 (verifier), with §4.3."""

from collections.abc import Iterator, Mapping
from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from tests.vectors.rfc9901.parts import (
    AUDIENCE,
    GOOD,
    HEADER,
    HIDDEN,
    HOLDER,
    ISSUER,
    KB_HEADER,
    NAME,
    NONCE,
    NOW,
    SALT_2,
    SKEW,
    STRANGER,
    WINDOW,
    Case,
    Key,
    bound,
    decode,
    disclosure,
    encode,
    hashed,
    jws,
    refused,
    sd_jwt,
)

CITY = disclosure(SALT_2, "city", "Oulu")


def cases() -> Iterator[Case]:
    texts = {"kb-at-holder": bound(GOOD)}
    yield from refused("kb_unexpected", "7.2", "an issuer hands over no SD-JWT+KB", texts, only="holder")
    yield from _kb("kb_missing", "7.3 step 2", "required and not there", {"missing": GOOD})
    yield from _keys()
    yield from _signatures()
    yield from _header_and_claims()
    yield from _hashes()


def _kb(error: str, section: str, rule: str, texts: Mapping[str, str]) -> Iterator[Case]:
    named = {f"kb-{name}": text for name, text in texts.items()}
    yield from refused(error, section, rule, named, only="verifier")


def _keys() -> Iterator[Case]:
    confirmations: dict[str, dict[str, object]] = {
        "absent": {},
        "null": {"cnf": None},
        "kid": {"cnf": {"kid": "k"}},
        "jku": {"cnf": {"jku": "https://keys.example", "kid": "k"}},
        "text": {"cnf": {"jwk": "k"}},
        "symmetric": {"cnf": {"jwk": {"kty": "oct", "k": "AA"}}},
        "p-384": {"cnf": {"jwk": Key("test holder", ec.SECP384R1()).jwk}},
        "private": {"cnf": {"jwk": {**HOLDER.jwk, "d": encode(bytes(32))}}},
        "off-curve": {"cnf": {"jwk": {**HOLDER.jwk, "y": HOLDER.jwk["x"]}}},
    }
    texts = {f"cnf-{name}": bound(jws(HEADER, payload) + "~") for name, payload in confirmations.items()}
    yield from _kb("cnf", "7.3 step 5.1, 4.1.2", "the holder's public key, by value, for ES256 by policy", texts)


def _signatures() -> Iterator[Case]:
    unsigned = bound(GOOD, header={**KB_HEADER, "alg": "none"})
    texts = {"alg-none": unsigned[: unsigned.rindex(".") + 1]}
    algorithms = ("none", "HS256", "ES384")
    texts |= {f"alg-{alg}-signed": bound(GOOD, header={**KB_HEADER, "alg": alg}) for alg in algorithms}
    yield from _kb("kb_signature", "7.3 step 5.2", "ES256 alone by policy; none MUST NOT be accepted", texts)
    texts = {"signed-by-stranger": bound(GOOD, key=STRANGER), "signed-by-issuer": bound(GOOD, key=ISSUER)}
    signed, _, signature = bound(GOOD).rpartition(".")
    octets = decode(signature)
    r, s = (int.from_bytes(half, "big") for half in (octets[:32], octets[32:]))
    texts["signature-flipped"] = f"{signed}.{encode(bytes([octets[0] ^ 1]) + octets[1:])}"
    texts["signature-der"] = f"{signed}.{encode(encode_dss_signature(r, s))}"
    yield from _kb("kb_signature", "7.3 step 5.3", "a valid signature by the key that the issuer confirmed", texts)
    contents: dict[str, object] = {"array": [1], "duplicate-name": b'{"iat":1,"iat":1}'}
    texts = {f"payload-{name}": GOOD + jws(KB_HEADER, content, HOLDER) for name, content in contents.items()}
    texts["crit"] = bound(GOOD, header={**KB_HEADER, "crit": ["x"], "x": 1})
    yield from _kb("kb_signature", "7.3 step 5.8", "a valid JWT in all other respects", texts)


def _header_and_claims() -> Iterator[Case]:
    headers: dict[str, dict[str, object]] = {
        "missing": {"alg": "ES256"},
        "jwt": {**KB_HEADER, "typ": "JWT"},
        "case": {**KB_HEADER, "typ": "KB+JWT"},
        "space": {**KB_HEADER, "typ": "kb+jwt "},
        "array": {**KB_HEADER, "typ": ["kb+jwt"]},
        "of-issuer": dict(HEADER),
    }
    texts = {f"typ-{name}": bound(GOOD, header=header) for name, header in headers.items()}
    yield from _kb("kb_typ", "7.3 step 5.4", "typ is kb+jwt", texts)
    values: dict[str, object] = {
        "missing": None,
        "text": str(NOW),
        "true": True,
        "array": [NOW],
        "past": NOW - WINDOW - 1,
        "future": NOW + WINDOW + 1,
        "milliseconds": NOW * 1000,
    }
    texts = {f"iat-{name}": bound(GOOD, iat=value) for name, value in values.items()}
    yield from _kb("kb_iat", "7.3 step 5.5", "iat is a time within the window", texts)
    values = {
        "missing": None,
        "other": "other",
        "empty": "",
        "longer": NONCE + "x",
        "case": NONCE.upper(),
        "array": [NONCE],
        "number": 1,
    }
    texts = {f"nonce-{name}": bound(GOOD, nonce=value) for name, value in values.items()}
    yield from _kb("kb_nonce", "7.3 step 5.6", "nonce is that of this transaction, a string", texts)
    values = {
        "missing": None,
        "other": "https://other.example",
        "slash": AUDIENCE + "/",
        "case": AUDIENCE.upper(),
        "shorter": AUDIENCE[:-1],
        "array": [AUDIENCE],
    }
    texts = {f"aud-{name}": bound(GOOD, aud=value) for name, value in values.items()}
    yield from _kb("kb_aud", "7.3 step 5.6, 4.3", "aud is this verifier, one string", texts)
    times: dict[str, dict[str, object]] = {
        "exp-past": {"exp": NOW - SKEW},
        "exp-text": {"exp": "x"},
        "nbf-future": {"nbf": NOW + SKEW + 1},
    }
    texts = {name: bound(GOOD, **claims) for name, claims in times.items()}
    yield from _kb("kb_expired", "7.3 step 5.8", "a valid JWT in all other respects", texts)


def _hashes() -> Iterator[Case]:
    without = sd_jwt(HIDDEN)
    payload = {"_sd": [hashed(NAME), hashed(CITY)]}
    one_way, other_way = sd_jwt(payload, NAME, CITY), sd_jwt(payload, CITY, NAME)
    hashes: dict[str, object] = {
        "missing": None,
        "of-nothing": hashed(""),
        "empty": "",
        "number": 1,
        "hex": sha256(GOOD.encode()).hexdigest(),
        "padded": hashed(GOOD) + "=",
        "without-last-tilde": hashed(GOOD[:-1]),
        "of-jwt-alone": hashed(GOOD.split("~")[0]),
        "disclosure-added": hashed(without),
    }
    texts = {f"sd-hash-{name}": bound(GOOD, sd_hash=value) for name, value in hashes.items()}
    texts["sd-hash-disclosure-removed"] = bound(without, sd_hash=hashed(GOOD))
    texts["sd-hash-disclosures-swapped"] = bound(other_way, sd_hash=hashed(one_way))
    texts["sd-hash-of-another"] = sd_jwt({"a": 1}) + bound(GOOD)[len(GOOD) :]
    yield from _kb("kb_sd_hash", "7.3 step 5.7", "the digest over exactly what was received", texts)
