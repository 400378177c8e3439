"""RFC 9901 §7.3: a presentation is the holder's, made now, for this verifier, of exactly this."""

import hashlib
from dataclasses import replace

import pytest

from openid4vc import base64url, sd_jwt
from openid4vc.errors import KeyBindingError, ProtocolError
from openid4vc.jose.jws import KeySigner
from openid4vc.sd_jwt import Bind, KeyBinding
from openid4vc.sd_jwt.disclosure import digest
from tests.openid4vc.credentials import (
    AUDIENCE,
    HOLDER,
    NONCE,
    NOW,
    PAYLOAD,
    Issuer,
    assembled,
    bound,
    check,
    present,
    receive,
    required,
)
from tests.openid4vc.forging import forge, new_key, part, public_jwk

ISSUER = Issuer()
CARD = ISSUER.card()


def refused(text: str, code: str) -> None:
    with pytest.raises(ProtocolError) as caught:
        check(text, ISSUER)
    assert caught.value.code == code


def test_an_honest_presentation_is_accepted_and_what_its_holder_signed_is_told() -> None:
    verified = check(bound(CARD), ISSUER).sd_jwt
    assert verified.key_binding_claims == {"iat": NOW, "aud": AUDIENCE, "nonce": NONCE, "sd_hash": digest(CARD)}
    assert verified.holder_key == HOLDER.public_key()
    # A holder's own copy has a key, and nothing that was signed with it.
    received = receive(CARD, ISSUER).sd_jwt
    assert (received.holder_key, received.key_binding_claims) == (HOLDER.public_key(), None)


@pytest.mark.case("S-17")
def test_a_presentation_without_key_binding_is_refused() -> None:
    refused(CARD, "kb_missing")
    refused(present(CARD, ISSUER, [("name",)]).rpartition("~")[0] + "~", "kb_missing")


def test_who_asks_for_nothing_else_still_asks_for_what_the_policy_says() -> None:
    for text, policy, code in (
        (CARD, required(), "kb_missing"),
        (bound(CARD), KeyBinding.forbidden(), "kb_unexpected"),
    ):
        with pytest.raises(KeyBindingError) as caught:
            sd_jwt.verify_processed(replace(sd_jwt.parse(text), disclosures=()), {}, policy, NOW)
        assert caught.value.code == code


@pytest.mark.parametrize(("nonce", "audience"), [("", AUDIENCE), (NONCE, ""), ("", "")])
def test_no_policy_asks_for_key_binding_to_nothing(nonce: str, audience: str) -> None:
    with pytest.raises(ValueError, match="nonce and an audience"):
        KeyBinding.required(nonce=nonce, audience=audience, window=300)


def test_a_holder_refuses_key_binding_from_an_issuer() -> None:
    with pytest.raises(KeyBindingError, match="kb_unexpected"):
        receive(bound(CARD), ISSUER)


@pytest.mark.case("S-19")
@pytest.mark.parametrize("typ", ["JWT", "KB+JWT", "kb+jwt ", "KB+JWT ", "dc+sd-jwt", "application/kb+jwt", ""])
def test_another_type_is_no_key_binding(typ: str) -> None:
    refused(bound(CARD, typ=typ), "kb_typ")
    claims = {"iat": NOW, "aud": AUDIENCE, "nonce": NONCE, "sd_hash": digest(CARD)}
    refused(CARD + forge({"alg": "ES256"}, claims, HOLDER), "kb_typ")


@pytest.mark.case("S-20")
@pytest.mark.parametrize("nonce", ["other", None, "", 5, [NONCE], NONCE + " ", NONCE.upper(), True])
def test_another_nonce_is_refused(nonce: object) -> None:
    refused(bound(CARD, nonce=nonce), "kb_nonce")


@pytest.mark.case("S-21")
@pytest.mark.parametrize(
    "audience", [None, "", "https://verifier.example/response", AUDIENCE.partition(":")[2], [AUDIENCE], 5]
)
def test_another_audience_is_refused(audience: object) -> None:
    refused(bound(CARD, aud=audience), "kb_aud")


@pytest.mark.case("J-35")
@pytest.mark.parametrize(
    "audience", [AUDIENCE[:-1], AUDIENCE + "/", AUDIENCE.upper(), [AUDIENCE, "other"], [], {}, AUDIENCE + " "]
)
def test_an_audience_that_is_not_exactly_ours_is_refused(audience: object) -> None:
    refused(bound(CARD, aud=audience), "kb_aud")


@pytest.mark.spec("OpenID4VP 1.0 App. A.4")
def test_an_origin_is_an_audience_by_its_prefix_and_none_without() -> None:
    """Over the Digital Credentials API, where a request has no client_id that an answer could name."""
    origin = "origin:https://verifier.example"
    policy = KeyBinding.required(nonce=NONCE, audience=origin, window=300)
    shown = sd_jwt.present(receive(CARD, ISSUER).sd_jwt, [], binding=Bind(KeySigner(HOLDER), NONCE, origin), now=NOW)
    verified = sd_jwt.verify(
        sd_jwt.parse(shown), issuer_key=ISSUER.key.public_key(), key_binding=policy, now=NOW, skew=60
    )
    assert verified.key_binding_claims is not None and verified.key_binding_claims["aud"] == origin
    refused(shown, "kb_aud")
    for other in (AUDIENCE, origin.removeprefix("origin:"), origin + "/"):
        with pytest.raises(KeyBindingError, match="kb_aud"):
            sd_jwt.verify(
                sd_jwt.parse(bound(CARD, aud=other)),
                issuer_key=ISSUER.key.public_key(),
                key_binding=policy,
                now=NOW,
                skew=60,
            )


@pytest.mark.case("S-22")
def test_a_hash_of_anything_but_this_presentation_is_refused() -> None:
    for value in (None, "", 5, digest(CARD + "x"), digest(CARD[:-1]), [digest(CARD)]):
        refused(bound(CARD, sd_hash=value), "kb_sd_hash")
    refused(bound(CARD, sd_hash=base64url.encode(hashlib.sha512(CARD.encode()).digest())), "kb_sd_hash")
    # One good disclosure more, one less, two in another order than the holder signed.
    few = present(CARD, ISSUER, [("name",)]).rpartition("~")[0] + "~"
    more = present(CARD, ISSUER, [("name",), ("birthdate",)]).rpartition("~")[0] + "~"
    jwt, first, second, _ = more.split("~")
    refused(bound(more, sd_hash=digest(few)), "kb_sd_hash")
    refused(bound(few, sd_hash=digest(more)), "kb_sd_hash")
    refused(bound("~".join((jwt, second, first, "")), sd_hash=digest(more)), "kb_sd_hash")


@pytest.mark.case("S-23")
def test_a_moment_outside_the_window_is_refused() -> None:
    year = 365 * 86400
    for iat in (None, str(NOW), True, [NOW], NOW - year, NOW + year, NOW - 600, NOW + 600, NOW - 301, NOW + 301):
        refused(bound(CARD, iat=iat), "kb_iat")
    for iat in (NOW - 240, NOW + 240, NOW - 300, NOW + 300, NOW + 0.5):
        assert check(bound(CARD, iat=iat), ISSUER)


@pytest.mark.case("S-24")
def test_another_key_is_not_the_holders() -> None:
    for key in (new_key(), ISSUER.key):
        refused(bound(CARD, key=key), "kb_signature")
    other_holder = new_key()
    other = ISSUER.card(holder_jwk=public_jwk(other_holder))
    assert check(bound(other, key=other_holder), ISSUER)
    refused(bound(CARD, key=other_holder), "kb_signature")


@pytest.mark.parametrize("header", [{"alg": "none"}, {"alg": "HS256"}, {"alg": "ES256", "crit": ["x"]}, {}])
def test_an_unsigned_or_unreadable_key_binding_is_no_signature(header: dict[str, object]) -> None:
    _, payload, signature = bound(CARD)[len(CARD) :].split(".")
    refused(f"{CARD}{part({**header, 'typ': 'kb+jwt'})}.{payload}.{signature}", "kb_signature")
    refused(f"{CARD}{part({**header, 'typ': 'kb+jwt'})}.{payload}.", "kb_signature")


def test_an_embedded_key_does_not_replace_the_holders() -> None:
    attacker = new_key()
    claims = {"iat": NOW, "aud": AUDIENCE, "nonce": NONCE, "sd_hash": digest(CARD)}
    header = {"alg": "ES256", "typ": "kb+jwt", "jwk": public_jwk(attacker)}
    refused(CARD + forge(header, claims, attacker), "kb_signature")


@pytest.mark.case("S-25")
def test_a_key_binding_that_is_over_or_not_begun_is_refused_and_further_claims_are_ignored() -> None:
    for claims in ({"exp": NOW - 61}, {"nbf": NOW + 61}, {"exp": "tomorrow"}, {"nbf": True}):
        refused(bound(CARD, **claims), "kb_expired")
    assert check(bound(CARD, exp=NOW - 59, nbf=NOW + 60, jti="a", sub={"a": 1}, transaction=[1]), ISSUER)
    # The moment has its own window, wider than what clocks are forgiven elsewhere, whatever else is there.
    for times in ({"exp": NOW + 600}, {"nbf": NOW}):
        assert check(bound(CARD, iat=NOW + 300, **times), ISSUER)


@pytest.mark.case("S-26")
@pytest.mark.parametrize(
    "cnf",
    [
        None, {}, {"kid": "a"}, {"jkt": "a"}, {"jku": "https://canary.example/"}, {"x5u": "https://canary.example/"},
        {"jwk": {"kty": "oct", "k": "c2VjcmV0"}}, {"jwk": {**public_jwk(HOLDER), "d": public_jwk(HOLDER)["x"]}},
        {"jwk": {**public_jwk(HOLDER), "use": "enc"}}, {"jwk": {**public_jwk(HOLDER), "crv": "P-384"}},
        {"jwk": {**public_jwk(HOLDER), "y": public_jwk(HOLDER)["x"]}}, {"jwk": "key"}, {"jwk": None},
        {"jwk": public_jwk(HOLDER), "jku": "https://canary.example/"}, {"jwk": public_jwk(HOLDER), "jwe": "a"},
        [public_jwk(HOLDER)], "key",
    ],
)  # fmt: skip
def test_a_credential_that_names_no_usable_holder_key_is_refused(cnf: object) -> None:
    payload = {
        name: value for name, value in PAYLOAD.items() if name not in ("cnf", "name", "birthdate", "loans", "home")
    }
    text = assembled(ISSUER, payload if cnf is None else {**payload, "cnf": cnf}, [])
    refused(bound(text), "cnf")
    with pytest.raises(KeyBindingError, match="cnf"):
        receive(text, ISSUER)


@pytest.mark.case("S-27")
def test_a_holder_key_of_four_members_is_enough_and_more_do_no_harm() -> None:
    payload = {name: PAYLOAD[name] for name in ("vct", "nbf", "exp", "status")}
    for jwk in (
        public_jwk(HOLDER),
        {**public_jwk(HOLDER), "kid": "a", "use": "sig", "alg": "ES256", "x": public_jwk(HOLDER)["x"]},
    ):
        assert check(bound(assembled(ISSUER, {**payload, "cnf": {"jwk": jwk, "kid": "a"}}, [])), ISSUER)


@pytest.mark.case("S-35")
def test_a_bearer_credential_is_refused_with_and_without_a_key_binding_of_whoever_copied_it() -> None:
    payload = {name: PAYLOAD[name] for name in ("vct", "nbf", "exp", "status")}
    bearer = assembled(ISSUER, payload, [])
    refused(bearer, "kb_missing")
    refused(bound(bearer, key=new_key()), "cnf")
