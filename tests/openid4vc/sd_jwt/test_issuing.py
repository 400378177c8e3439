import json
from collections.abc import Callable
from typing import Any

import pytest

from openid4vc import base64url, sd_jwt
from openid4vc.errors import SdJwtError
from openid4vc.jose import jws
from openid4vc.jose.jws import KeySigner
from openid4vc.sd_jwt import Disclosable, KeyBinding
from openid4vc.sd_jwt.disclosure import digest
from openid4vc.sd_jwt.issuing import MAX_DEPTH
from tests.openid4vc.credentials import fresh_salts, plain
from tests.openid4vc.forging import new_key

KEY = new_key()


def issue(payload: dict[str, object], digests: int | None = None) -> str:
    return sd_jwt.issue(payload, protected=jws.protected({}), signer=KeySigner(KEY), salts=fresh_salts, digests=digests)


def payload_of(text: str) -> dict[str, Any]:
    return json.loads(base64url.decode(text.split(".")[1]))


def disclosures_of(text: str) -> list[list[Any]]:
    return [json.loads(base64url.decode(part)) for part in text.split("~")[1:-1]]


def test_without_marks_nothing_of_selective_disclosure_appears() -> None:
    text = issue({"a": 1, "b": [1, {"c": 2}]})
    assert payload_of(text) == {"a": 1, "b": [1, {"c": 2}]}
    assert text.endswith("~") and text.count("~") == 1


def test_marks_become_digests_at_their_level_in_sorted_order() -> None:
    text = issue({f"n{number}": Disclosable(number) for number in range(20)})
    payload = payload_of(text)
    assert payload == {"_sd": sorted(payload["_sd"]), "_sd_alg": "sha-256"}
    assert sorted(payload["_sd"]) == sorted(digest(part) for part in text.split("~")[1:-1])
    assert {name: value for _, name, value in disclosures_of(text)} == {f"n{number}": number for number in range(20)}


def test_array_elements_and_marks_inside_marks_become_digests() -> None:
    text = issue({"loans": Disclosable([Disclosable("A"), {"title": Disclosable("B")}, ["C", Disclosable("D")]])})
    by_size = sorted(disclosures_of(text), key=len)
    assert [content[1] for content in by_size[:2]] == ["A", "D"]
    title, loans = by_size[2:]
    assert title[1:] == ["title", "B"]
    assert loans[1] == "loans"
    assert [list(element) for element in loans[2]] == [["..."], ["_sd"], ["C", loans[2][2][1]]]
    assert list(payload_of(text)) == ["_sd", "_sd_alg"]


def test_no_digests_asked_for_are_no_digests() -> None:
    assert payload_of(issue({"a": 1}, digests=0)) == {"a": 1}


@pytest.mark.parametrize("count", [0, 1, 5, 8])
def test_the_number_of_digests_says_nothing_of_the_number_of_claims(count: int) -> None:
    payload = payload_of(issue({f"n{number}": Disclosable(number) for number in range(count)}, digests=8))
    assert len(set(payload["_sd"])) == 8
    assert payload["_sd"] == sorted(payload["_sd"])
    assert payload["_sd_alg"] == "sha-256"


def test_more_claims_than_digests_is_an_error_of_the_caller() -> None:
    with pytest.raises(ValueError, match="more disclosures"):
        issue({f"n{number}": Disclosable(number) for number in range(9)}, digests=8)


@pytest.mark.parametrize("name", ["_sd", "...", "_sd_alg"])
def test_a_reserved_name_is_refused_at_every_depth(name: str) -> None:
    for payload in (
        {name: 1},
        {name: Disclosable(1)},
        {"a": {name: 1}},
        {"a": [{name: 1}]},
        {"a": Disclosable({name: 1})},
        {"a": [Disclosable({"b": {name: 1}})]},
    ):
        with pytest.raises(SdJwtError, match="claim_reserved"):
            issue(payload)


def test_what_stands_in_clear_beside_the_claims_is_signed_as_it_is_and_shares_no_name() -> None:
    def made(clear: dict[str, object]) -> str:
        claims = {"a": Disclosable(1), "b": 2}
        return sd_jwt.issue(
            claims, protected=jws.protected({}), signer=KeySigner(KEY), salts=fresh_salts, digests=None, clear=clear
        )

    payload = payload_of(made({"c": {"d": [3]}}))
    assert {name: payload[name] for name in ("b", "c")} == {"b": 2, "c": {"d": [3]}}
    for name in ("a", "b", "_sd", "_sd_alg", "..."):
        with pytest.raises(SdJwtError, match="claim_reserved"):
            made({name: 1})


def test_a_mark_directly_inside_a_mark_and_endless_nesting_are_errors_of_the_caller() -> None:
    endless: list[object] = []
    endless.append(endless)
    for value in (Disclosable(Disclosable(1)), [Disclosable(Disclosable(1))], endless):
        with pytest.raises(ValueError, match=r"mark|nested"):
            issue({"a": value})


@pytest.mark.parametrize(
    "around",
    [
        lambda value: {"a": value},
        lambda value: [value],
        lambda value: {"a": Disclosable(value)},
        lambda value: [Disclosable(value)],
    ],
    ids=["member", "element", "disclosable member", "disclosable element"],
)
def test_claims_are_as_deep_as_can_be_read_and_no_deeper(around: Callable[[object], object]) -> None:
    value: object = 1
    for _ in range(MAX_DEPTH - 1):
        value = around(value)
    payload = {"a": value}
    assert sd_jwt.reopen(issue(payload)).claims == plain(payload)
    with pytest.raises(ValueError, match="nested"):
        issue({"a": around(value)})


def test_a_disclosable_list_is_as_deep_as_any_other() -> None:
    def around(levels: int) -> dict[str, object]:
        value: object = Disclosable([1])
        for _ in range(levels):
            value = {"a": value}
        return {"a": value}

    deepest = around(MAX_DEPTH - 2)
    assert sd_jwt.reopen(issue(deepest)).claims == plain(deepest)
    with pytest.raises(ValueError, match="nested"):
        issue(around(MAX_DEPTH - 1))


def test_more_disclosures_than_anybody_takes_are_not_issued() -> None:
    sd_jwt.reopen(issue({"a": [Disclosable(number) for number in range(1000)]}))
    with pytest.raises(SdJwtError, match="too_many_disclosures"):
        issue({"a": [Disclosable(number) for number in range(1001)]})


def test_verification_needs_no_key_binding_policy_by_default_because_there_is_none() -> None:
    text = issue({"a": Disclosable(1)})
    with pytest.raises(TypeError):
        sd_jwt.verify(sd_jwt.parse(text), issuer_key=KEY.public_key(), now=0, skew=60)  # type: ignore[call-arg]
    verified = sd_jwt.verify(
        sd_jwt.parse(text), issuer_key=KEY.public_key(), key_binding=KeyBinding.forbidden(), now=0, skew=60
    )
    assert verified.claims == {"a": 1}
