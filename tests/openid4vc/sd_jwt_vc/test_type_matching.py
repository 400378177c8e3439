"""Which types match: the cases in tests/vectors/type_metadata, and what matching never is."""

import json
from pathlib import Path
from typing import Any

import pytest

from openid4vc.errors import CredentialError, ProtocolError
from openid4vc.sd_jwt_vc import integrity, type_extension
from openid4vc.sd_jwt_vc.credential import VerifiedCredential
from openid4vc.sd_jwt_vc.type_extension import Reference
from openid4vc.sd_jwt_vc.type_matching import TypeMatching
from openid4vc.sd_jwt_vc.type_metadata import TypeMetadata
from tests.openid4vc.credentials import PAYLOAD, VCT, Issuer, bound, check, receive

CASES: list[dict[str, Any]] = json.loads(
    (Path(__file__).parents[2] / "vectors" / "type_metadata" / "matching.json").read_text("utf-8")
)
OTHER = "https://types.example/national-card/1"


def described(vct: str, *extended: str) -> TypeMetadata:
    chain = (vct, *extended)
    documents = {
        name: json.dumps({"vct": name, **({"extends": above} if above else {})}).encode()
        for name, above in zip(chain, (*extended, None), strict=True)
    }
    return type_extension.resolve(Reference(vct, None), documents)


def policy(case: dict[str, Any]) -> TypeMatching:
    if case["vct_values"] is None:
        return TypeMatching.any_type()
    documents = [described(vct, *extended) for vct, extended in case["extends"].items()]
    return TypeMatching.wider(case["vct_values"], by_aka_vcts=case["by_aka_vcts"], described=documents)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_a_type_matches_as_the_policy_says_or_not_at_all(case: dict[str, Any]) -> None:
    claims = case["claims"]
    if case["error"] is None:
        assert policy(case).match(claims["vct"], claims) == case["taken_as"]
        return
    with pytest.raises(CredentialError) as caught:
        policy(case).match(claims["vct"], claims)
    assert caught.value.code == case["error"]


@pytest.mark.parametrize("case", [case for case in CASES if case["vct_values"]], ids=lambda case: case["name"])
def test_exact_is_the_own_type_alone(case: dict[str, Any]) -> None:
    claims, wanted = case["claims"], case["vct_values"]
    code = case["error"] or ("vct_wrong" if claims["vct"] not in wanted else None)
    if code is None:
        assert TypeMatching.exact(wanted).match(claims["vct"], claims) == claims["vct"]
        return
    with pytest.raises(CredentialError) as caught:
        TypeMatching.exact(wanted).match(claims["vct"], claims)
    assert caught.value.code == code


def test_a_type_matches_by_what_it_extends_only_if_its_description_is_the_one_its_issuer_meant() -> None:
    national = described(OTHER, VCT)
    matching = TypeMatching.wider([VCT], by_aka_vcts=False, described=[national])
    meant = {"vct": OTHER, "vct#integrity": integrity.of(national.document)}
    assert matching.match(OTHER, meant) == VCT
    for value in (integrity.of(b"{}"), 5, None):
        with pytest.raises(CredentialError, match="type_metadata_integrity"):
            matching.match(OTHER, {**meant, "vct#integrity": value})
    # Its own type needs no description.
    assert TypeMatching.exact([OTHER]).match(OTHER, {**meant, "vct#integrity": integrity.of(b"{}")}) == OTHER


def test_a_description_that_extends_only_other_types_makes_nothing_match() -> None:
    matching = TypeMatching.wider([VCT], by_aka_vcts=False, described=[described(OTHER, VCT + "/a", VCT + "/b")])
    with pytest.raises(CredentialError, match="vct_wrong"):
        matching.match(OTHER, {"vct": OTHER})


def test_a_policy_that_asks_for_nothing_wider_believes_nothing_further() -> None:
    assert TypeMatching.any_type() == TypeMatching(None, by_aka_vcts=False, described={})
    assert TypeMatching.exact([VCT]) == TypeMatching([VCT], by_aka_vcts=False, described={})


AKA = TypeMatching.wider([VCT], by_aka_vcts=True, described=[])
EXTENDING = TypeMatching.wider([VCT], by_aka_vcts=False, described=[described(OTHER, VCT)])
NATIONAL = {**PAYLOAD, "vct": OTHER, "aka_vcts": [VCT]}


def taken(issuer: Issuer, types: TypeMatching) -> VerifiedCredential:
    text = issuer.forged(NATIONAL)
    receive(text, issuer, types=types)
    return check(bound(text), issuer, types=types)


@pytest.mark.parametrize("types", [AKA, EXTENDING], ids=["aka_vcts", "extends"])
def test_a_credential_of_a_further_type_is_taken_where_policy_says_so_and_keeps_its_own(types: TypeMatching) -> None:
    verified = taken(Issuer(vct=[OTHER]), types)
    assert verified.vct == OTHER
    assert "aka_vcts" not in verified.claims


@pytest.mark.parametrize("types", [AKA, EXTENDING], ids=["aka_vcts", "extends"])
def test_authority_is_for_the_own_type_whatever_else_a_credential_says_of_itself(types: TypeMatching) -> None:
    """ "Credential Type Extension and Issuer Authorization": whoever may issue the wanted type may not issue this."""
    with pytest.raises(ProtocolError, match="issuer_not_authorised_for_type"):
        taken(Issuer(vct=[VCT]), types)


@pytest.mark.parametrize("value", [[], None, [VCT], "urn:example:b", [OTHER, 5]])
def test_malformed_further_types_are_refused_though_nobody_asked_for_them(value: object) -> None:
    issuer = Issuer()
    text = issuer.forged({**PAYLOAD, "aka_vcts": value})
    with pytest.raises(CredentialError, match="aka_vcts_invalid"):
        receive(text, issuer)
    with pytest.raises(CredentialError, match="aka_vcts_invalid"):
        check(bound(text), issuer)


@pytest.mark.vectors
def test_the_drafts_example_of_further_types(vectors: Path) -> None:
    """Figure "Example Unsecured Payload excerpt with `aka_vcts`", and what its text says of it."""
    path = vectors / "sd-jwt-vc" / "type-metadata" / "example-with-aka-vcts.json"
    claims = json.loads(path.read_text("utf-8"))["json"]
    wanted = ["urn:example:eudi:pid"]
    assert TypeMatching.wider(wanted, by_aka_vcts=True, described=[]).match(claims["vct"], claims) == wanted[0]
    with pytest.raises(CredentialError, match="vct_wrong"):
        TypeMatching.exact(wanted).match(claims["vct"], claims)
