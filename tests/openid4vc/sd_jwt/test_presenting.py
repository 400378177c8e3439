"""What is shown is what was chosen, its parents and what is inside it; nothing else ever leaves."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openid4vc import base64url, sd_jwt
from openid4vc.errors import JoseError, KeyBindingError, SdJwtError
from openid4vc.jose import jws
from openid4vc.jose.jws import KeySigner
from openid4vc.sd_jwt import Bind, ClaimPath, Disclosable, KeyBinding, NoBinding, VerifiedSdJwt
from tests.openid4vc.credentials import (
    AUDIENCE,
    HOLDER,
    NONCE,
    NOW,
    Issuer,
    check,
    fresh_salts,
    plain,
    present,
    receive,
)
from tests.openid4vc.forging import new_key

ISSUER = Issuer()
CARD = ISSUER.card()
KEY = new_key()


def shown(*reveal: ClaimPath) -> dict[str, Any]:
    return check(present(CARD, ISSUER, reveal), ISSUER).claims


def test_nothing_chosen_shows_what_is_in_clear() -> None:
    assert shown() == {"kind": "adult", "home": {}}


def test_a_chosen_claim_is_shown_and_its_siblings_are_not() -> None:
    assert shown(("name",)) == {"kind": "adult", "home": {}, "name": "Aino"}
    assert shown(("home", "city")) == {"kind": "adult", "home": {"city": "Oulu"}}


def test_a_chosen_claim_brings_its_parents() -> None:
    assert shown(("loans", 2, "title")) == {"kind": "adult", "home": {}, "loans": ["B", {"title": "C"}]}


def test_a_chosen_claim_brings_everything_below_it() -> None:
    assert shown(("loans",)) == {"kind": "adult", "home": {}, "loans": ["A", "B", {"title": "C"}]}
    assert shown(("home",)) == {"kind": "adult", "home": {"city": "Oulu", "zip": "90100"}}


def test_a_claim_in_clear_needs_no_choosing_and_brings_nothing() -> None:
    assert shown(("kind",)) == shown()
    assert shown(("loans", 1)) == {"kind": "adult", "home": {}, "loans": ["B"]}


@pytest.mark.parametrize(
    "path",
    [
        *(("nothing",), ("loans", 3), ("loans", -1), ("loans", "A"), ("name", "first"), ("name", "Ai"), ("kind", 0)),
        *((), (0,)),
    ],
)
def test_what_is_not_there_cannot_be_chosen(path: ClaimPath) -> None:
    with pytest.raises(SdJwtError, match="claim_missing"):
        present(CARD, ISSUER, [path])


def test_a_verifier_can_ask_for_positions_as_issued() -> None:
    verified = check(present(CARD, ISSUER, [("loans", 2)]), ISSUER).sd_jwt
    assert verified.array_gaps == {("loans",): (0,)}
    assert verified.value_at(("loans", 2, "title")) == "C"
    with pytest.raises(KeyError):
        verified.value_at(("loans", 0))


def test_a_credential_with_a_holder_key_is_never_presented_without_key_binding() -> None:
    with pytest.raises(KeyBindingError, match="kb_missing"):
        sd_jwt.present(receive(CARD, ISSUER).sd_jwt, [], binding=NoBinding(), now=NOW)


def held(payload: dict[str, object]) -> VerifiedSdJwt:
    text = sd_jwt.issue(payload, protected=jws.protected({}), signer=KeySigner(KEY), salts=fresh_salts, digests=None)
    return sd_jwt.verify(
        sd_jwt.parse(text), issuer_key=KEY.public_key(), key_binding=KeyBinding.forbidden(), now=NOW, skew=60
    )


def test_an_sd_jwt_without_a_holder_key_is_presented_without_key_binding() -> None:
    text = sd_jwt.present(held({"a": Disclosable(1), "b": Disclosable(2)}), [("a",)], binding=NoBinding(), now=NOW)
    assert text.endswith("~") and text.count("~") == 2


def test_times_are_checked_where_nothing_more_is_known_of_the_payload() -> None:
    with pytest.raises(JoseError, match="expired"):
        held({"exp": NOW - 60})


SCALARS = st.one_of(st.integers(-1000, 1000), st.booleans(), st.none(), st.text("abc", max_size=3))
NAMES = st.text("xyz", min_size=1, max_size=3)


def marked(children: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    either = children | children.map(Disclosable)
    return st.lists(either, max_size=4) | st.dictionaries(NAMES, either, max_size=4)


PAYLOADS = st.dictionaries(
    NAMES, (tree := st.recursive(SCALARS, marked, max_leaves=12)) | tree.map(Disclosable), max_size=5
)


@given(PAYLOADS)
def test_what_is_issued_is_what_the_holder_gets(payload: dict[str, object]) -> None:
    assert held(payload).claims == plain(payload)


@given(PAYLOADS, st.data())
def test_any_choice_is_closed_verifies_and_shows_nothing_that_was_not_chosen(
    payload: dict[str, object], data: st.DataObject
) -> None:
    everything = held(payload)
    chosen = (
        data.draw(st.sets(st.sampled_from(sorted(everything.disclosed, key=repr)))) if everything.disclosed else set()
    )
    text = sd_jwt.present(everything, chosen, binding=NoBinding(), now=NOW)
    verified = sd_jwt.verify(
        sd_jwt.parse(text), issuer_key=KEY.public_key(), key_binding=KeyBinding.forbidden(), now=NOW, skew=60
    )
    allowed = {
        path
        for path in everything.disclosed
        if any(path[: len(one)] == one or one[: len(path)] == path for one in chosen)
    }
    assert set(verified.disclosed) == allowed
    for path, disclosure in everything.disclosed.items():
        assert (disclosure.text in text) is (path in allowed)
        assert (disclosure.salt in json.dumps(decoded(text))) is (path in allowed)
        if path in allowed:
            assert isinstance(verified.value_at(path), type(everything.value_at(path)))


def decoded(text: str) -> list[str]:
    return [base64url.decode(part).decode() for part in text.split("~")[1:-1]]


def test_a_presentation_is_signed_by_whoever_holds_the_key() -> None:
    bind = Bind(KeySigner(new_key()), "n", "a")
    stolen = sd_jwt.present(receive(CARD, ISSUER).sd_jwt, [("name",)], binding=bind, now=NOW)
    policy = KeyBinding.required(nonce="n", audience="a", window=300)
    with pytest.raises(KeyBindingError, match="kb_signature"):
        sd_jwt.verify(sd_jwt.parse(stolen), issuer_key=ISSUER.key.public_key(), key_binding=policy, now=NOW, skew=60)
    honest = sd_jwt.present(
        receive(CARD, ISSUER).sd_jwt, [("name",)], binding=Bind(KeySigner(HOLDER), "n", "a"), now=NOW
    )
    assert sd_jwt.verify(sd_jwt.parse(honest), issuer_key=ISSUER.key.public_key(), key_binding=policy, now=NOW, skew=60)


def test_a_holders_own_copy_is_opened_without_its_issuer_and_presented_the_same() -> None:
    card = ISSUER.card()
    opened, verified = sd_jwt.reopen(card), receive(card, ISSUER).sd_jwt
    for field in ("sd_jwt", "claims", "disclosed", "array_gaps", "holder_jwk"):
        assert getattr(opened, field) == getattr(verified, field)
    binding = Bind(KeySigner(HOLDER), NONCE, AUDIENCE)
    assert check(sd_jwt.present(opened, [("name",)], binding=binding, now=NOW), ISSUER).claims["name"] == "Aino"


def test_what_is_no_holders_copy_is_not_opened() -> None:
    card = ISSUER.card()
    with pytest.raises(KeyBindingError, match="kb_unexpected"):
        sd_jwt.reopen(present(card, ISSUER, []))
    with pytest.raises(SdJwtError, match="disclosure_not_referenced"):
        sd_jwt.reopen(card + ISSUER.card().split("~")[1] + "~")
