import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from openid4vc.errors import IssuanceError
from openid4vc.jose import jwk
from openid4vc.jose.jws import KeySigner
from openid4vc.vci import key_proof
from openid4vc.vci.key_proof import TYP, VerifiedProof
from tests.openid4vc.forging import forge, new_key, public_jwk, with_header

NOW = 1_790_000_000
ISSUER = "https://issuer.example/clinic"
KEY, OTHER = new_key(), new_key()
HEADER = {"typ": TYP, "alg": "ES256", "jwk": public_jwk(KEY)}
CLAIMS = {"aud": ISSUER, "iat": NOW, "nonce": "n-1"}


def proof(header: dict[str, Any] | None = None, **changes: Any) -> str:
    """A proof signed by KEY; a change to None leaves a claim out."""
    claims = {name: value for name, value in {**CLAIMS, **changes}.items() if value is not None}
    return forge(HEADER if header is None else header, claims, KEY)


def verify(text: str) -> VerifiedProof:
    return key_proof.verify(text, audience=ISSUER, now=NOW, window=300)


def refused(text: str, code: str = "proof_invalid") -> None:
    with pytest.raises(IssuanceError) as caught:
        verify(text)
    assert (caught.value.code, caught.value.error) == (code, "invalid_proof")


def test_a_proof_that_is_made_is_verified() -> None:
    text = key_proof.create(audience=ISSUER, nonce="n-1", iat=NOW, signer=KeySigner(KEY))
    assert verify(text) == VerifiedProof(public_jwk(KEY), jwk.thumbprint(public_jwk(KEY)), "n-1")


def test_members_of_the_jwk_beside_the_key_are_not_taken_over() -> None:
    named = {**public_jwk(KEY), "kid": "x", "use": "sig", "alg": "ES256"}
    assert verify(proof({**HEADER, "jwk": named})).jwk == public_jwk(KEY)


def test_a_clock_that_is_some_minutes_off_is_forgiven() -> None:
    assert verify(proof(iat=NOW - 299)).nonce == verify(proof(iat=NOW + 299)).nonce == "n-1"
    assert verify(proof(exp=NOW + 10, nbf=NOW - 10, jti="x")).nonce == "n-1"


@pytest.mark.case("C-32")
@pytest.mark.parametrize(
    "audience",
    [
        None,
        "https://other.example",
        f"{ISSUER}/credential",
        f"{ISSUER}/",
        ISSUER.upper(),
        [ISSUER],
        [ISSUER, "https://other.example"],
        "",
        1,
        {},
    ],
    ids=lambda _: "header",
)
def test_a_proof_for_another_audience_is_refused(audience: object) -> None:
    refused(proof(aud=audience))


@pytest.mark.case("C-34")
def test_a_proof_without_a_nonce_is_refused() -> None:
    refused(proof(nonce=None), "nonce_missing")
    refused(key_proof.create(audience=ISSUER, nonce=None, iat=NOW, signer=KeySigner(KEY)), "nonce_missing")
    for nonce in ("", 1, ["n-1"]):
        refused(proof(nonce=nonce))


@pytest.mark.case("C-35")
@pytest.mark.parametrize("iat", [None, "now", str(NOW), True, NOW - 3600, NOW + 3600, [NOW], -1, 1e30], ids=str)
def test_a_proof_that_was_not_made_now_is_refused(iat: object) -> None:
    refused(proof(iat=iat))


def test_a_proof_whose_own_time_is_over_is_refused() -> None:
    refused(proof(exp=NOW - 400))
    refused(proof(nbf=NOW + 400))
    refused(proof(exp="never"))


@pytest.mark.case("C-36")
def test_a_proof_that_the_named_key_did_not_sign_is_refused() -> None:
    refused(proof({**HEADER, "jwk": public_jwk(OTHER)}))
    refused(with_header(proof(), {"jwk": public_jwk(OTHER)}))
    refused(proof()[:-6] + "AAAAAA")
    # Recorded by another issuer, and handed on.
    refused(key_proof.create(audience="https://other.example", nonce="n-1", iat=NOW, signer=KeySigner(KEY)))


@pytest.mark.case("C-37")
@pytest.mark.parametrize("iss", ["wallet", "", 1], ids=str)
def test_an_anonymous_wallet_names_no_iss(iss: object) -> None:
    refused(proof(iss=iss))


@pytest.mark.parametrize(
    "change",
    [
        lambda: {"alg": "ES256", "jwk": public_jwk(KEY)},
        lambda: {**HEADER, "typ": "JWT"},
        lambda: {**HEADER, "typ": "openid4vci-proof+JWT"},
        lambda: {**HEADER, "alg": "none"},
        lambda: {**HEADER, "alg": "HS256"},
        lambda: {"typ": TYP, "alg": "ES256"},
        lambda: {**HEADER, "kid": "x"},
        lambda: {**HEADER, "x5c": ["x"]},
        lambda: {**HEADER, "jwk": {**public_jwk(KEY), "d": "AAAA"}},
        lambda: {**HEADER, "jwk": {**public_jwk(KEY), "use": "enc"}},
        lambda: {**HEADER, "jwk": {**public_jwk(KEY), "crv": "P-384"}},
        lambda: {**HEADER, "jwk": "x"},
        lambda: {**HEADER, "crit": ["b64"]},
    ],
)
def test_a_header_that_is_not_that_of_a_proof_is_refused(change: Callable[[], dict[str, Any]]) -> None:
    refused(proof(change()))


@pytest.mark.parametrize(
    "header",
    [
        {"typ": TYP, "alg": "ES256", "kid": "did:example:1#0"},
        {"typ": TYP, "alg": "ES256", "x5c": ["MIIB"]},
        {**HEADER, "key_attestation": "eyJ"},
        {**HEADER, "trust_chain": ["eyJ"]},
    ],
    ids=lambda _: "text",
)
def test_ways_to_name_a_key_that_are_not_spoken_are_refused_by_name(header: dict[str, Any]) -> None:
    refused(proof(header), "not_supported")


@pytest.mark.parametrize("text", ["", "a", "a.b.c", "{}", "a" * 20_000])
def test_what_is_no_jwt_is_refused(text: str) -> None:
    refused(text)


@pytest.mark.vectors
def test_the_proof_of_the_specification_is_verified(vectors: Path) -> None:
    vector = json.loads((vectors / "openid4vci/extracted-vectors.json").read_text("utf-8"))["jwt_proof"]
    audience, iat = vector["payload"]["aud"], vector["payload"]["iat"]
    verified = key_proof.verify(vector["jwt"], audience=audience, now=iat + 30, window=300)
    assert (verified.jwk, verified.nonce) == (vector["header"]["jwk"], vector["payload"]["nonce"])
