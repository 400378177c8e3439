"""The parts of the compact form, the issuer-signed JWT, and what it says about time: RFC 9901 §7.1 steps 1, 2 and 6."""

import json
from collections.abc import Iterator
from hashlib import sha256
from hmac import new as hmac

from tests.vectors.rfc9901.parts import (
    GOOD,
    HEADER,
    HIDDEN,
    HOLDER,
    ISSUER,
    NAME,
    NOW,
    SALT,
    SKEW,
    STRANGER,
    Case,
    bound,
    decode,
    disclosure,
    encode,
    hashed,
    part,
    refused,
    sd_jwt,
)

JWT = GOOD.split("~")[0]
HEADER_TEXT, PAYLOAD, SIGNATURE = JWT.split(".")


def cases() -> Iterator[Case]:
    yield from _separation()
    yield from _algorithms()
    yield from _signatures()
    yield from _contents()
    yield from _times()


def _separation() -> Iterator[Case]:
    texts = {
        "no-tilde": JWT,
        "no-last-tilde": f"{JWT}~{NAME}",
        "empty-part": f"{JWT}~~{NAME}~",
        "two-last-tildes": f"{JWT}~{NAME}~~",
        "leading-tilde": f"~{JWT}~{NAME}~",
        "jwt-among-disclosures": f"{JWT}~{JWT}~{NAME}~",
        "disclosure-first": f"{NAME}~{JWT}~",
        "json-serialization": json.dumps({"payload": PAYLOAD, "signature": SIGNATURE}),
        "empty": "",
    }
    rule = "the issuer-signed JWT, then Disclosures, with one tilde after each"
    yield from refused("sd_jwt_malformed", "4, 7.1 step 1", rule, texts, only="holder")
    two = {"two-key-bindings": bound(bound(GOOD) + "~")}
    yield from refused("sd_jwt_malformed", "7.3 step 3", "one Key Binding JWT, the last part", two, only="verifier")
    parts = {"jwt-two-parts": f"{HEADER_TEXT}.{PAYLOAD}~{NAME}~", "jwt-four-parts": f"{JWT}.AA~{NAME}~"}
    yield from refused("jose_malformed", "7.1 step 1, RFC 7515 section 7.1", "a JWT has three parts", parts)


def _algorithms() -> Iterator[Case]:
    none = part({**HEADER, "alg": "none"})
    texts = {"alg-none": f"{none}.{PAYLOAD}.~{NAME}~", "alg-none-signed": f"{none}.{PAYLOAD}.{SIGNATURE}~{NAME}~"}
    yield from refused("alg_not_allowed", "7.1 step 2.1", "none MUST NOT be accepted", texts)
    names = ("None", "nOnE", "ES384", "RS256", "es256", "")
    headers: dict[str, dict[str, object]] = {
        **{f"alg-{name or 'empty'}": {**HEADER, "alg": name} for name in names},
        "alg-missing": {"typ": HEADER["typ"]},
        "alg-array": {**HEADER, "alg": ["ES256"]},
        "alg-null": {**HEADER, "alg": None},
    }
    texts = {name: sd_jwt(HIDDEN, NAME, header=header) for name, header in headers.items()}
    yield from refused("alg_not_allowed", "7.1 step 2.1", "ES256 alone by policy, exactly so written", texts)
    text = f"{part({**HEADER, 'alg': 'HS256'})}.{PAYLOAD}"
    mac = hmac(json.dumps(ISSUER.jwk).encode(), text.encode(), sha256).digest()
    texts = {"alg-hs256": f"{text}.{encode(mac)}~{NAME}~"}
    yield from refused("alg_not_allowed", "7.1 step 2.1", "a public key is no secret key", texts)
    algorithms: dict[str, object] = {
        "sd-alg-sha-512": "sha-512",
        "sd-alg-case": "SHA-256",
        "sd-alg-md5": "md5",
        "sd-alg-empty": "",
        "sd-alg-number": 256,
        "sd-alg-null": None,
    }
    texts = {name: sd_jwt({"_sd_alg": value, **HIDDEN}, NAME) for name, value in algorithms.items()}
    yield from refused("sd_alg_unsupported", "7.1 step 2.4", "sha-256 alone by policy, exactly so written", texts)


def _signatures() -> Iterator[Case]:
    signed = f"{HEADER_TEXT}.{PAYLOAD}"
    octets = ISSUER.sign(signed.encode())
    other = {
        "signature-flipped": bytes([octets[0] ^ 1]) + octets[1:],
        "signature-zero": bytes(64),
        "signature-r-zero": bytes(32) + octets[32:],
        "signature-swapped": octets[32:] + octets[:32],
        "signature-short": octets[:-1],
        "signature-long": octets + b"\0",
        "signature-der": ISSUER.der(signed.encode()),
        "signature-empty": b"",
    }
    texts = {name: f"{signed}.{encode(value)}~{NAME}~" for name, value in other.items()}
    texts["payload-changed"] = f"{HEADER_TEXT}.{part({**json.loads(decode(PAYLOAD)), 'a': 1})}.{SIGNATURE}~{NAME}~"
    texts["header-changed"] = f"{part({**HEADER, 'kid': 'x'})}.{PAYLOAD}.{SIGNATURE}~{NAME}~"
    yield from refused("bad_signature", "7.1 step 2.2", "the signature is valid", texts)
    texts = {
        "signed-by-stranger": sd_jwt(HIDDEN, NAME, key=STRANGER),
        "signed-by-holder": sd_jwt(HIDDEN, NAME, key=HOLDER),
    }
    yield from refused("bad_signature", "7.1 step 2.3", "the key is the issuer's", texts)
    written = {"padded": SIGNATURE + "=", "last-bits": SIGNATURE[:-1] + "B", "plus": SIGNATURE[:-1] + "+"}
    texts = {f"signature-{name}": f"{signed}.{value}~{NAME}~" for name, value in written.items()}
    yield from refused("jose_malformed", "RFC 7515 section 2", "base64url, canonical and without padding", texts)


def _contents() -> Iterator[Case]:
    payloads: dict[str, object] = {
        "payload-array": [1],
        "payload-text": b'"x"',
        "payload-not-json": b"{",
        "payload-duplicate-name": b'{"a":1,"a":2}',
        "payload-nan": b'{"a":NaN}',
        "payload-infinite": b'{"a":1e999}',
        "payload-utf-8": b'{"a":"\xff"}',
        "payload-empty": b"",
    }
    texts = {name: sd_jwt(payload) for name, payload in payloads.items()}
    yield from refused("jose_malformed", "7.1 step 2, RFC 7519 section 7.2", "the payload is one I-JSON object", texts)
    texts = {"header-duplicate-name": sd_jwt({}, header=b'{"alg":"ES256","alg":"ES256"}')}
    yield from refused("jose_malformed", "RFC 7515 section 4", "member names of a header are unique", texts)
    texts = {"header-crit": sd_jwt({}, header={**HEADER, "crit": ["x"], "x": 1})}
    rule = "a critical member that is not understood"
    yield from refused("jose_header", "7.1 step 2.2, RFC 7515 section 4.1.11", rule, texts)


def _times() -> Iterator[Case]:
    hidden = disclosure(SALT, "exp", NOW - SKEW)
    texts = {"exp-past": sd_jwt({"exp": NOW - SKEW}), "exp-disclosed": sd_jwt({"_sd": [hashed(hidden)]}, hidden)}
    yield from refused("expired", "7.1 step 6", "exp, in the processed payload, is in the future", texts)
    texts = {f"{name}-future": sd_jwt({name: NOW + SKEW + 1}) for name in ("nbf", "iat")}
    yield from refused("not_yet_valid", "7.1 step 6", "nbf and iat are in the past", texts)
    values: dict[str, object] = {"text": str(NOW + 60), "null": None, "true": True, "array": [NOW + 60], "negative": -1}
    texts = {f"exp-{name}": sd_jwt({"exp": value}) for name, value in values.items()}
    rule = "a time is a number; what is none is never no expiry"
    yield from refused("time_claim_invalid", "7.1 step 6, RFC 7519 section 2", rule, texts)
