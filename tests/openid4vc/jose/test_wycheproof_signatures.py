"""Project Wycheproof, signatures and keys: the same verdicts under every algorithm of the registry, and under ES256."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from openid4vc.errors import JoseError, ProtocolError
from openid4vc.jose import algorithms, jwk, jws
from openid4vc.jose.algorithms import ES256_ONLY, Algorithms
from tests.openid4vc.jose.wycheproof import Stricter, cases, compact, expected

pytestmark = pytest.mark.vectors

EVERYTHING = algorithms.policy(
    "ES256", "ES384", "ES512", "EdDSA", "Ed25519", "PS256", "PS384", "PS512", "RS256", "RS384", "RS512"
)

STRICTER: Mapping[str, Stricter] = {
    "json_web_signature": {
        "a MAC: whoever can check it can make it, so no policy can have one": frozenset(
            {1, 348, 352, 357, 358, 359, 373, 376, 377}
        ),
        "an empty payload: a signature over nothing, and nothing that could be said by it": frozenset(
            {259, 264, 268, 272, 320, 325}
        ),
        "the JWK says PS256 and the token PS384: one key serves one algorithm": frozenset({346, 350}),
        "the JWK says ES521, which is no algorithm": frozenset({347, 351}),
        "a character outside the alphabet inside the header: one text for one value": frozenset({372}),
    },
    "json_web_key": {"a MAC": frozenset({2, 13, 14, 15})},
    "json_web_crypto": {"a MAC": frozenset({1, 48})},
}


TOTALS = {"json_web_signature": 401, "json_web_key": 26, "json_web_crypto": 49}


def public_jwk(group: Mapping[str, Any], kid: object) -> object:
    """The one key of a group that a token names; none where the group has no public half, or two of that name."""
    public = group.get("public")
    if not isinstance(public, dict) or "keys" not in public:
        return public
    named = [key for key in public["keys"] if key.get("kid") == kid]
    return named[0] if len(named) == 1 else None


def accepts(group: Mapping[str, Any], text: str, policy: Algorithms) -> bool:
    """Whether the token holds under the group's public key; only a refusal of ours may come instead."""
    try:
        parsed = jws.parse(text, typ=None, algorithms=policy)
        key = jwk.parse_verification_key(
            public_jwk(group, parsed.header.get("kid")), algorithm=policy[parsed.header["alg"]]
        )
        jws.verify(parsed, key, algorithms=policy)
    except ProtocolError:
        return False
    return True


def is_es256(group: Mapping[str, Any]) -> bool:
    public = group.get("public") or {}
    return public.get("crv") == "P-256" and public.get("alg") == "ES256"


@pytest.mark.case("J-38")
@pytest.mark.parametrize(
    ("name", "total"), [("json_web_signature", 401), ("json_web_key", 26), ("json_web_crypto", 49)]
)
def test_tokens_hold_where_wycheproof_says_so(vectors: Path, name: str, total: int) -> None:
    seen = 0
    for group, case in cases(vectors, name):
        if "jws" not in case:
            continue
        seen += 1
        verdict = expected(case, STRICTER[name])
        assert accepts(group, compact(case["jws"]), EVERYTHING) is verdict, case["tcId"]
        assert accepts(group, compact(case["jws"]), ES256_ONLY) is (verdict and is_es256(group)), case["tcId"]
    assert seen == total


def test_es256_signatures_of_raw_numbers_hold_exactly_where_wycheproof_says_so(vectors: Path) -> None:
    seen = 0
    for group, case in cases(vectors, "ecdsa_secp256r1_sha256_p1363"):
        seen += 1
        key = ec.EllipticCurvePublicKey.from_encoded_point(
            ec.SECP256R1(), bytes.fromhex(group["publicKey"]["uncompressed"])
        )
        try:
            ES256_ONLY["ES256"].check(key, bytes.fromhex(case["sig"]), bytes.fromhex(case["msg"]))
        except JoseError:
            assert not expected(case, {}), case["tcId"]
        else:
            assert expected(case, {}), case["tcId"]
    assert seen == 262
