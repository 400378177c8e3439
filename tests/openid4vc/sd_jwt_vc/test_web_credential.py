"""Credentials of issuers whose keys are found by web metadata: policy fixes the mechanism, and the credential never."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey, derive_private_key
from sd_jwt.utils.demo_utils import load_yaml_settings
from sd_jwt.utils.yaml_specification import load_yaml_specification, remove_sdobj_wrappers

from openid4vc import base64url, sd_jwt
from openid4vc.errors import ProtocolError
from openid4vc.jose import jws
from openid4vc.jose.jws import KeySigner
from openid4vc.sd_jwt import Bind, Disclosable, KeyBinding
from openid4vc.sd_jwt_vc import web_credential
from openid4vc.sd_jwt_vc.issuer_metadata import PublishedKey, PublishedKeys
from openid4vc.sd_jwt_vc.type_matching import TypeMatching
from openid4vc.sd_jwt_vc.web_credential import WebCredential
from openid4vc.trust.issuer_chains import IssuerChains
from openid4vc.trust.issuers import TrustedIssuers
from tests.openid4vc.credentials import (
    ANY_TYPE,
    AUDIENCE,
    HOLDER,
    NONCE,
    NOW,
    PAYLOAD,
    THIS_TYPE,
    VCT,
    Issuer,
    bound,
    fresh_salts,
    receive,
    required,
)
from tests.openid4vc.forging import new_key, public_jwk
from tests.openid4vc.sd_jwt.test_vectors import chosen, ours

ISS = "https://web.example/library"
WEB = Issuer(web_iss=ISS, anchors=())
OTHER = Issuer()
HEADER = {"typ": "dc+sd-jwt", "kid": "1"}
CLAIMS = {**PAYLOAD, "iss": ISS}


def jwk_key(private: Mapping[str, str]) -> EllipticCurvePrivateKey:
    return derive_private_key(int.from_bytes(base64url.decode(private["d"]), "big"), SECP256R1())


def published(
    key: EllipticCurvePrivateKey = WEB.key, *, iss: str = ISS, kid: str | None = "1", until: int = NOW + 60
) -> PublishedKeys:
    return PublishedKeys(iss, (PublishedKey(kid, key.public_key()),), fetched=NOW - 60, until=until)


KEYS = {ISS: published()}


def verify(
    text: str,
    *,
    keys: Mapping[str, PublishedKeys] = KEYS,
    entries: tuple[Issuer, ...] = (WEB, OTHER),
    key_binding: KeyBinding | None = None,
    types: TypeMatching = THIS_TYPE,
    now: int = NOW,
) -> WebCredential:
    return web_credential.verify(
        text,
        issuers=TrustedIssuers([each.entry for each in entries]),
        published=keys,
        key_binding=key_binding or KeyBinding.forbidden(),
        types=types,
        now=now,
        skew=60,
    )


def refused(text: str, code: str, **changes: Any) -> None:
    """By the wallet, and by a verifier although the holder signed it."""
    for received, key_binding in ((text, KeyBinding.forbidden()), (bound(text), required())):
        with pytest.raises(ProtocolError) as caught:
            verify(received, key_binding=key_binding, **changes)
        assert caught.value.code == code


def test_a_credential_holds_under_the_key_that_its_issuer_publishes() -> None:
    text = WEB.forged(CLAIMS, HEADER)
    got = verify(bound(text), key_binding=required())
    assert (got.vct, got.iss, got.issuer) == (VCT, ISS, WEB.entry)
    assert got.claims == receive(OTHER.forged(PAYLOAD), OTHER).claims
    assert (got.holder_jwk, got.exp, got.nbf) == (public_jwk(HOLDER), PAYLOAD["exp"], PAYLOAD["nbf"])
    assert got.status is not None
    # Without a name in the header the only key there is.
    assert verify(WEB.forged(CLAIMS, {"typ": "dc+sd-jwt"})).iss == ISS


def both(text: str, *entries: Issuer) -> tuple[str, str]:
    """Why each of the two ways refuses a credential, by the same trust folder."""
    issuers = TrustedIssuers([each.entry for each in entries])
    with pytest.raises(ProtocolError) as by_web:
        verify(text, entries=entries)
    with_chains = Issuer()
    with_chains.issuers = IssuerChains(issuers, limit=4)
    with pytest.raises(ProtocolError) as by_x5c:
        receive(text, with_chains)
    return by_web.value.code, by_x5c.value.code


def test_a_credential_cannot_choose_how_its_issuers_key_is_found() -> None:
    # A good chain, and the name of an issuer whose keys are on the web: neither way takes it.
    header = {"typ": "dc+sd-jwt", "x5c": OTHER.x5c, "kid": "1"}
    assert both(OTHER.forged(CLAIMS, header), WEB, OTHER) == ("key_discovery_forbidden", "key_discovery_forbidden")
    # The key of the web in a header with somebody's chain.
    assert both(WEB.forged(CLAIMS, header), WEB, OTHER) == ("key_discovery_forbidden", "bad_signature")
    # No chain, of an issuer that is known by its chain.
    named = {**PAYLOAD, "iss": "https://issuer.example"}
    assert both(OTHER.forged(named, HEADER), WEB, OTHER) == ("key_discovery_forbidden", "x5c_invalid")
    # A web issuer's own chain, although its entry has the anchors of that chain.
    anchored = Issuer(web_iss=ISS)
    assert both(anchored.forged(CLAIMS), anchored) == ("key_discovery_forbidden", "key_discovery_forbidden")
    assert both(anchored.forged(PAYLOAD), anchored) == ("key_discovery_forbidden", "untrusted_issuer")


def test_by_x5c_the_same_name_is_taken_where_no_policy_says_otherwise() -> None:
    issuer = Issuer(dns_names=["web.example"])
    assert receive(issuer.forged(CLAIMS), issuer).issuer is issuer.entry


@pytest.mark.parametrize(
    "iss", ["https://web.example", ISS + "/", ISS.upper(), "", None, 5, [ISS], {"iss": ISS}, "https://issuer.example"]
)
def test_the_issuer_must_be_named_and_be_one_of_policy(iss: object) -> None:
    refused(WEB.forged({**PAYLOAD, "iss": iss}, HEADER), "key_discovery_forbidden")


def test_an_issuer_that_is_not_named_or_only_disclosed_is_nobody() -> None:
    refused(WEB.forged(PAYLOAD, HEADER), "key_discovery_forbidden")
    refused(WEB.forged({**PAYLOAD, "iss": Disclosable(ISS)}, HEADER), "key_discovery_forbidden")


def test_keys_that_are_missing_too_old_or_of_another_name_prove_nothing() -> None:
    text = WEB.forged(CLAIMS, HEADER)
    for keys in ({}, {ISS: published(until=NOW)}, {ISS: published(kid="2")}, {ISS: published(iss=ISS + "/")}):
        refused(text, "issuer_keys_unavailable", keys=keys)
    refused(text, "bad_signature", keys={ISS: published(new_key())})


def test_an_issuer_counts_as_long_as_the_list_that_names_it() -> None:
    text = WEB.forged(CLAIMS, HEADER)
    last, past = (Issuer(web_iss=ISS, anchors=(), valid_until=until) for until in (NOW, NOW - 1))
    assert verify(text, entries=(last,)).issuer is last.entry
    refused(text, "trust_list_invalid", entries=(past,))


def test_the_header_names_no_key_of_its_own() -> None:
    attacker = new_key()
    header = {**HEADER, "jwk": public_jwk(attacker)}
    text = sd_jwt.issue(
        CLAIMS, protected=jws.protected(header), signer=KeySigner(attacker), salts=fresh_salts, digests=None
    )
    refused(text, "bad_signature")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"vct": "https://types.example/other/1"}, "issuer_not_authorised_for_type"),
        ({"vct": 5}, "vct_missing"),
        ({"aka_vcts": []}, "aka_vcts_invalid"),
        ({"exp": NOW - 60}, "expired"),
        ({"nbf": NOW + 61}, "not_yet_valid"),
        ({"exp": "x"}, "time_claim_invalid"),
        ({"status": {}}, "status_unknown"),
        ({"cnf": {"jwk": {"kty": "EC"}}}, "cnf"),
        ({"vct#integrity": Disclosable("sha256-x")}, "never_sd_disclosed"),
    ],
)
def test_everything_else_is_checked_as_for_every_credential(changes: dict[str, object], code: str) -> None:
    refused(WEB.forged({**CLAIMS, **changes}, HEADER), code)


def test_a_credential_without_holder_status_or_type_is_refused_too() -> None:
    def without(name: str) -> dict[str, object]:
        return {member: value for member, value in CLAIMS.items() if member != name}

    with pytest.raises(ProtocolError, match="cnf"):
        verify(WEB.forged(without("cnf"), HEADER))
    refused(WEB.forged({**without("status"), "nbf": NOW - 90000}, HEADER), "status_missing")
    refused(WEB.forged(without("vct"), HEADER), "vct_missing")
    refused(WEB.forged(CLAIMS, HEADER), "vct_wrong", types=TypeMatching.exact(["urn:example:other"]))
    refused(WEB.forged(CLAIMS, {"kid": "1", "typ": "vc+sd-jwt"}), "typ_wrong")


def test_a_presentation_is_bound_and_a_received_credential_is_not() -> None:
    text = WEB.forged(CLAIMS, HEADER)
    # Before any other work: without keys too.
    with pytest.raises(ProtocolError, match="kb_missing"):
        verify(text, key_binding=required(), keys={})
    with pytest.raises(ProtocolError, match="kb_unexpected"):
        verify(bound(text), keys={})
    with pytest.raises(ProtocolError, match="kb_signature"):
        verify(bound(text, key=new_key()), key_binding=required())


@pytest.mark.vectors
@pytest.mark.parametrize("name", ["01", "02", "03-pid"])
def test_the_examples_of_the_draft_hold_under_the_drafts_own_key(vectors: Path, name: str) -> None:
    """draft-ietf-oauth-sd-jwt-vc-19, examples/NAME/specification.yml and settings.yml (key, times, nonce).

    They name no status, and some no issuer; those are what a recipient's policy adds.
    """
    folder = vectors / "sd-jwt-vc" / "ietf-draft" / "examples"
    settings = load_yaml_settings(folder / "settings.yml")
    specification = load_yaml_specification(folder / name / "specification.yml")
    keys = settings["key_settings"]
    payload = {
        "iss": "https://example.com",
        **ours(specification["user_claims"]),
        "iat": settings["iat"],
        "exp": settings["exp"],
        "cnf": {"jwk": {member: keys["holder_key"][member] for member in ("kty", "crv", "x", "y")}},
    }
    header = specification["extra_header_parameters"]
    text = sd_jwt.issue(
        payload,
        protected=jws.protected(header),
        signer=KeySigner(jwk_key(keys["issuer_key"])),
        salts=fresh_salts,
        digests=None,
    )
    trusted = Issuer(web_iss=payload["iss"], vct=[payload["vct"]], status_optional=True)
    found = {
        payload["iss"]: published(
            jwk_key(keys["issuer_key"]), iss=payload["iss"], kid=specification["extra_header_parameters"].get("kid")
        )
    }
    held = verify(text, keys=found, entries=(trusted,), types=ANY_TYPE)
    whole = remove_sdobj_wrappers(specification["user_claims"])
    assert {member: held.sd_jwt.claims[member] for member in whole} == whole
    reveal = list(chosen(specification["holder_disclosed_claims"]))
    binding = Bind(KeySigner(jwk_key(keys["holder_key"])), NONCE, AUDIENCE)
    shown = sd_jwt.present(held.sd_jwt, reveal, binding=binding, now=NOW)
    proven = verify(shown, keys=found, entries=(trusted,), types=ANY_TYPE, key_binding=required())
    assert set(proven.claims) == set(specification["holder_disclosed_claims"])
