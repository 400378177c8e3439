"""The specifications' own examples, and the reference implementation on the other side."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from jwcrypto.jwk import JWK
from sd_jwt.common import SDObj
from sd_jwt.holder import SDJWTHolder
from sd_jwt.issuer import SDJWTIssuer
from sd_jwt.utils.yaml_specification import load_yaml_specification, remove_sdobj_wrappers
from sd_jwt.verifier import SDJWTVerifier

from openid4vc import base64url, sd_jwt, strict_json
from openid4vc.errors import ProtocolError
from openid4vc.jose import jwk, jws
from openid4vc.jose.jws import KeySigner
from openid4vc.sd_jwt import Bind, ClaimPath, Disclosable, KeyBinding, VerifiedSdJwt, disclosure
from tests.openid4vc.credentials import AUDIENCE, HOLDER, NONCE, NOW, Issuer, fresh_salts, present, receive, required
from tests.openid4vc.forging import new_key, public_jwk

ISSUER = new_key()
SOURCES = (
    "sd-jwt/sd-jwt-python/tests/testcases",
    "sd-jwt/sd-jwt-python/examples",
    "sd-jwt/ietf-draft/examples",
    "sd-jwt-vc/ietf-draft/examples",
)


def specifications(vectors: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    for source in SOURCES:
        for path in sorted((vectors / source).glob("*/specification.yml")):
            specification = load_yaml_specification(path)
            # One example names a holder's RSA key; all are bound to the holder of these tests instead.
            for claims in ("user_claims", "expect_verified_user_claims"):
                specification.get(claims, {}).pop("cnf", None)
            yield f"{source}/{path.parent.name}", specification


def ours(value: object) -> Any:
    """The reference implementation's marks (on keys of objects and on elements) to ours."""
    if isinstance(value, SDObj):
        return Disclosable(ours(value.value))
    if isinstance(value, dict):
        return {
            (name.value if isinstance(name, SDObj) else name): (
                Disclosable(ours(member)) if isinstance(name, SDObj) else ours(member)
            )
            for name, member in value.items()
        }
    return [ours(element) for element in value] if isinstance(value, list) else value


def chosen(frame: object, at: ClaimPath = ()) -> Iterator[ClaimPath]:
    """`holder_disclosed_claims` to paths; a frame that names a place chooses it, and what it names inside."""
    if isinstance(frame, dict):
        for name, inside in frame.items():
            if inside is True:
                yield (*at, name)
            yield from chosen(inside, (*at, name))
    elif isinstance(frame, list):
        for index, inside in enumerate(frame):
            if inside is True:
                yield (*at, index)
            yield from chosen(inside, (*at, index))


def exists(held: VerifiedSdJwt, path: ClaimPath) -> bool:
    """One example's frame names claims that it does not have; the reference implementation ignores them."""
    try:
        held.value_at(path)
    except KeyError:
        return False
    return True


def verify(text: str, key: EllipticCurvePublicKey, policy: KeyBinding, now: int = NOW) -> VerifiedSdJwt:
    return sd_jwt.verify(sd_jwt.parse(text), issuer_key=key, key_binding=policy, now=now, skew=60)


@pytest.mark.vectors
@pytest.mark.spec("RFC 9901 §4.2.1–4.2.3")
def test_the_disclosures_of_the_rfc_have_the_digests_of_the_rfc(vectors: Path) -> None:
    examples = json.loads((vectors / "sd-jwt" / "rfc9901-inline-disclosures.json").read_text("utf-8"))["disclosures"]
    assert len(examples) == 5
    for example in examples:
        text = example["disclosure"]
        content = strict_json.parse(base64url.decode(text))
        (parsed,) = disclosure.parse([text], disclosure.digests([text.encode()]), [content])
        assert parsed.digest == example["sha256_digest"]
        assert [part for part in (parsed.salt, parsed.name, parsed.value) if part is not None] == example["decoded"]


@pytest.mark.vectors
def test_every_example_specification_is_issued_presented_and_verified_as_it_says(vectors: Path) -> None:
    seen = 0
    for name, specification in specifications(vectors):
        payload = {**ours(specification["user_claims"]), "cnf": {"jwk": public_jwk(HOLDER)}}
        text = sd_jwt.issue(
            payload, protected=jws.protected({}), signer=KeySigner(ISSUER), salts=fresh_salts, digests=None
        )
        held = verify(text, ISSUER.public_key(), KeyBinding.forbidden())
        whole = remove_sdobj_wrappers(specification["user_claims"])
        assert {key: held.claims[key] for key in whole} == whole, name
        reveal = [path for path in chosen(specification["holder_disclosed_claims"] or {}) if exists(held, path)]
        shown = sd_jwt.present(held, reveal, binding=Bind(KeySigner(HOLDER), NONCE, AUDIENCE), now=NOW)
        verified = verify(shown, ISSUER.public_key(), required())
        if "expect_verified_user_claims" in specification:
            expected = specification["expect_verified_user_claims"]
            assert {key: value for key, value in verified.claims.items() if key != "cnf"} == expected, name
        seen += 1
    assert seen > 30


@pytest.mark.vectors
def test_what_the_reference_implementation_issues_and_presents_is_verified_alike(vectors: Path) -> None:
    for name, specification in specifications(vectors):
        theirs = SDJWTIssuer(
            specification["user_claims"],
            JWK.from_pyca(ISSUER),
            JWK.from_pyca(HOLDER.public_key()),
            add_decoy_claims=bool(specification.get("add_decoy_claims")),
        )
        held = verify(theirs.sd_jwt_issuance, ISSUER.public_key(), KeyBinding.forbidden())
        whole = remove_sdobj_wrappers(specification["user_claims"])
        assert {key: held.claims[key] for key in whole} == whole, name
        holder = SDJWTHolder(theirs.sd_jwt_issuance)
        holder.create_presentation(
            specification["holder_disclosed_claims"] or {}, NONCE, AUDIENCE, JWK.from_pyca(HOLDER)
        )
        issued_at = json.loads(_payload(holder.sd_jwt_presentation.rpartition("~")[2]))["iat"]
        verified = verify(holder.sd_jwt_presentation, ISSUER.public_key(), required(), now=issued_at)
        other = SDJWTVerifier(
            holder.sd_jwt_presentation, lambda *_: JWK.from_pyca(ISSUER.public_key()), AUDIENCE, NONCE
        )
        assert verified.claims == other.get_verified_payload(), name


def _payload(jwt: str) -> bytes:
    return base64url.decode(jwt.split(".")[1])


@pytest.mark.vectors
@pytest.mark.spec("OpenID4VP 1.0 App. B.3")
def test_the_complete_example_of_openid4vp_verifies_and_no_part_of_it_can_change(vectors: Path) -> None:
    folder = vectors / "openid4vp" / "1.0" / "examples" / "sd_jwt_vcld"
    # The file is wrapped for print.
    text = "".join((folder / "01" / "sd_jwt_presentation.txt").read_text("ascii").split())
    expected = json.loads((folder / "01" / "verified_contents.json").read_text("utf-8"))
    bound_claims = json.loads((folder / "01" / "kb_jwt_payload.json").read_text("utf-8"))
    issuer_key = jwk.parse_public_key(
        {
            "kty": "EC",
            "crv": "P-256",
            "x": "b28d4MwZMjw8-00CG4xfnn9SLMVMM19SlqZpVb_uNtQ",
            "y": "Xv5zWwuoaTgdS6hV43yI6gBwTnjukmFQQnJ_kCxzqk8",
        },
        use="sig",
    )
    policy = KeyBinding.required(nonce=bound_claims["nonce"], audience=bound_claims["aud"], window=300)
    verified = verify(text, issuer_key, policy, now=bound_claims["iat"])
    assert verified.claims == expected
    assert verified.key_binding_claims == bound_claims
    assert list(verified.disclosed) == [("ld", "credentialSubject", "givenName")]
    for index in range(0, len(text), 7):
        changed = text[:index] + ("A" if text[index] != "A" else "B") + text[index + 1 :]
        with pytest.raises(ProtocolError):
            verify(changed, issuer_key, policy, now=bound_claims["iat"])


@pytest.mark.vectors
def test_an_example_under_an_algorithm_that_is_not_accepted_is_refused(vectors: Path) -> None:
    path = vectors / "sd-jwt-vc/eudi-lib-jvm-sdjwt-kt/src/test/resources/exampleIssuanceSdJwt.txt"
    with pytest.raises(ProtocolError, match="alg_not_allowed"):
        sd_jwt.parse("".join(path.read_text("ascii").split()))


@pytest.mark.case("S-39")
def test_what_is_issued_here_verifies_elsewhere_and_shows_in_clear_only_what_must_be() -> None:
    issuer = Issuer()
    card = issuer.card({"kind": "adult", "name": Disclosable("Aino"), "loans": Disclosable([Disclosable("A"), "B"])})
    shown = present(card, issuer, [("name",), ("loans",)])
    key = JWK.from_pyca(issuer.key.public_key())
    other = SDJWTVerifier(shown, lambda *_: key, AUDIENCE, NONCE)
    assert other.get_verified_payload() == receive(card, issuer).all_claims
    in_clear = json.loads(_payload(card.split("~")[0]))
    assert set(in_clear) == {"vct", "nbf", "exp", "cnf", "status", "kind", "_sd", "_sd_alg"}
    assert len(in_clear["_sd"]) == 8
