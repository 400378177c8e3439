import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openid4vc.errors import PresentationError
from openid4vc.vp import dcql
from tests.openid4vc.vp.queries import VCT, claims, credential, parse

GOOD = {
    "credentials": [
        credential("a", claims=claims("x", "y"), claim_sets=[["x", "y"], ["x"]]),
        credential("b", trusted_authorities=[{"type": "aki", "values": ["s9tIpPmhxdiuNkHMEWNpYim8S8Y"]}]),
    ],
    "credential_sets": [{"options": [["a"], ["b"]]}, {"options": [["b"]], "required": False}],
}


def spoil(change: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
    query = copy.deepcopy(GOOD)
    change(query)
    return query


def put(*where_and_value: Any) -> Callable[[dict[str, Any]], object]:
    *where, value = where_and_value

    def change(query: Any) -> None:
        for step in where[:-1]:
            query = query[step]
        query[where[-1]] = value

    return change


FIRST = ("credentials", 0)
MALFORMED = {
    "no credentials": put("credentials", []),
    "credentials null": put("credentials", None),
    "credentials an object": put("credentials", {}),
    "a credential query that is text": put(*FIRST, "a"),
    "an id twice": put("credentials", 1, "id", "a"),
    "an empty id": put(*FIRST, "id", ""),
    "a bad id character": put(*FIRST, "id", "a.b"),
    "an id with a line end": put(*FIRST, "id", "a\n"),
    "a number as id": put(*FIRST, "id", 1),
    "no id": lambda query: query["credentials"][0].pop("id"),
    "no format": lambda query: query["credentials"][0].pop("format"),
    "an empty format": put(*FIRST, "format", ""),
    "a number as format": put(*FIRST, "format", 1),
    "no meta": lambda query: query["credentials"][0].pop("meta"),
    "meta text": put(*FIRST, "meta", "x"),
    "no vct_values": put(*FIRST, "meta", {}),
    "empty vct_values": put(*FIRST, "meta", "vct_values", []),
    "a number in vct_values": put(*FIRST, "meta", "vct_values", [1]),
    "multiple text": put(*FIRST, "multiple", "true"),
    "holder binding number": put(*FIRST, "require_cryptographic_holder_binding", 0),
    "empty claims": put(*FIRST, "claims", []),
    "claims null": put(*FIRST, "claims", None),
    "a claim that is text": put(*FIRST, "claims", 0, "x"),
    "a claim without path": put(*FIRST, "claims", 0, {"id": "x"}),
    "an empty path": put(*FIRST, "claims", 0, "path", []),
    "a negative index": put(*FIRST, "claims", 0, "path", ["x", -1]),
    "a huge index": put(*FIRST, "claims", 0, "path", ["x", 10**9]),
    "a boolean in a path": put(*FIRST, "claims", 0, "path", [True]),
    "an endless path": put(*FIRST, "claims", 0, "path", ["x"] * 10_000),
    "a claim id twice": put(*FIRST, "claims", 1, "id", "x"),
    "a claim id null": put(*FIRST, "claims", 1, "id", None),
    "empty values": put(*FIRST, "claims", 0, "values", []),
    "values text": put(*FIRST, "claims", 0, "values", "x"),
    "a fraction in values": put(*FIRST, "claims", 0, "values", [1.5]),
    "null in values": put(*FIRST, "claims", 0, "values", [None]),
    "an object in values": put(*FIRST, "claims", 0, "values", [{}]),
    "claim_sets without claims": lambda query: query["credentials"][0].pop("claims"),
    "claim_sets without ids": put(*FIRST, "claims", 0, {"path": ["x"]}),
    "a claim without an id that no option names": lambda query: query["credentials"].append(
        credential("c", claims=[*claims("x"), {"path": ["y"]}], claim_sets=[["x"]])
    ),
    "an empty claim set without claims": put("credentials", 1, "claim_sets", [[]]),
    "empty claim_sets": put(*FIRST, "claim_sets", []),
    "an unknown claim in claim_sets": put(*FIRST, "claim_sets", [["z"]]),
    "a claim set that is text": put(*FIRST, "claim_sets", ["x"]),
    "an endless claim set": put(*FIRST, "claim_sets", [["x"] * 10_000]),
    "a number in claim_sets": put(*FIRST, "claim_sets", [[0]]),
    "empty trusted_authorities": put("credentials", 1, "trusted_authorities", []),
    "an authority that is text": put("credentials", 1, "trusted_authorities", ["aki"]),
    "an authority without a type": put("credentials", 1, "trusted_authorities", [{"values": ["a"]}]),
    "an authority with a number": put("credentials", 1, "trusted_authorities", [{"type": "aki", "values": [1]}]),
    "an authority without values": put("credentials", 1, "trusted_authorities", [{"type": "aki"}]),
    "an authority with empty values": put("credentials", 1, "trusted_authorities", [{"type": "aki", "values": []}]),
    "empty credential_sets": put("credential_sets", []),
    "a set that is text": put("credential_sets", 0, "a"),
    "an option that is text": put("credential_sets", 0, "options", ["a"]),
    "an endless option": put("credential_sets", 0, "options", [["a"] * 10_000]),
    "no options": put("credential_sets", 0, {}),
    "empty options": put("credential_sets", 0, "options", []),
    "an empty option": put("credential_sets", 0, "options", [[]]),
    "an unknown id in an option": put("credential_sets", 0, "options", [["c"]]),
    "required text": put("credential_sets", 0, "required", "no"),
    "10 000 credentials": put("credentials", [credential(f"c{number}") for number in range(10_000)]),
    "10 000 claims": put(*FIRST, "claims", claims(*(f"c{number}" for number in range(10_000)))),
    "10 000 claim sets": put(*FIRST, "claim_sets", [["x"]] * 10_000),
}


@pytest.mark.case("W-24")
@pytest.mark.parametrize("change", MALFORMED.values(), ids=MALFORMED)
def test_a_malformed_query_is_refused(change: Callable[[dict[str, Any]], object]) -> None:
    with pytest.raises(PresentationError) as caught:
        dcql.parse(spoil(change))
    assert (caught.value.code, caught.value.error) == ("dcql_invalid", "invalid_request")


IDS = [f"c{number}" for number in range(257)]
CARDS = [credential(name) for name in IDS]
LIMITED: dict[str, tuple[int, Callable[[int], dict[str, Any]]]] = {
    "credentials": (32, lambda size: {"credentials": CARDS[:size]}),
    "an id": (256, lambda size: {"credentials": [credential("x" * size)]}),
    "vct_values": (256, lambda size: {"credentials": [credential(meta={"vct_values": IDS[:size]})]}),
    "claims": (256, lambda size: {"credentials": [credential(claims=claims(*IDS[:size]))]}),
    "values": (256, lambda size: {"credentials": [credential(claims=[{"path": ["x"], "values": IDS[:size]}])]}),
    "claim_sets": (256, lambda size: spoil(put(*FIRST, "claim_sets", [["x"]] * size))),
    "an option of claims": (256, lambda size: spoil(put(*FIRST, "claim_sets", [["x"] * size]))),
    "trusted_authorities": (
        64,
        lambda size: spoil(put("credentials", 1, "trusted_authorities", [{"type": "aki", "values": ["a"]}] * size)),
    ),
    "values of an authority": (
        256,
        lambda size: spoil(put("credentials", 1, "trusted_authorities", 0, "values", IDS[:size])),
    ),
    "credential_sets": (32, lambda size: spoil(put("credential_sets", [{"options": [["a"]]}] * size))),
    "options": (64, lambda size: spoil(put("credential_sets", 0, "options", [["a"]] * size))),
    "an option of credentials": (32, lambda size: spoil(put("credential_sets", 0, "options", [["a"] * size]))),
}


@pytest.mark.parametrize(("limit", "query"), LIMITED.values(), ids=LIMITED)
def test_a_query_of_exactly_a_limit_is_parsed_and_one_beyond_it_is_refused(
    limit: int, query: Callable[[int], dict[str, Any]]
) -> None:
    assert dcql.parse(query(limit))
    with pytest.raises(PresentationError, match="dcql_invalid"):
        dcql.parse(query(limit + 1))


@pytest.mark.case("V-23")
@pytest.mark.parametrize("query", [None, [], "x", 1, {}, {"credentials": "x"}], ids=str)
def test_what_is_no_query_at_all_is_refused_before_a_request_is_made_of_it(query: object) -> None:
    with pytest.raises(PresentationError, match="dcql_invalid"):
        dcql.parse(query)


def test_a_good_query_is_parsed_with_its_defaults() -> None:
    query = dcql.parse(GOOD)
    first, second = query.credentials
    assert (first.id, first.vct_values, first.multiple, first.require_cryptographic_holder_binding) == (
        "a",
        (VCT,),
        False,
        True,
    )
    assert [claim.path for claim in first.claims] == [("x",), ("y",)]
    assert first.claim_sets == (0b11, 0b01)
    assert second.claims == () and second.trusted_authorities[0].type == "aki"
    assert [entry.required for entry in query.credential_sets] == [True, False]
    assert parse(credential()).credential_sets == ()


def test_unknown_members_are_ignored_everywhere() -> None:
    assert dcql.parse(spoil(put("x", 1))) == dcql.parse(GOOD)
    assert dcql.parse(spoil(put(*FIRST, "purpose", "x"))) == dcql.parse(GOOD)
    assert dcql.parse(spoil(put(*FIRST, "claims", 0, "intent_to_retain", True))) == dcql.parse(GOOD)


@pytest.mark.spec("OpenID4VP 1.0 Annex B")
@pytest.mark.parametrize("format_", ["mso_mdoc", "ldp_vc", "vc+jws", "a format of next year"])
def test_a_query_for_other_formats_alone_is_not_supported(format_: str) -> None:
    other = {"id": "other", "format": format_, "meta": {}}
    with pytest.raises(PresentationError) as caught:
        parse(other)
    assert (caught.value.code, caught.value.error) == ("not_supported", "vp_formats_not_supported")
    assert parse(other, credential("card")).credentials[0].vct_values == ()


def test_a_set_that_names_one_member_twice_is_the_set_with_it_once() -> None:
    query = parse(
        credential("a", claims=claims("x", "y"), claim_sets=[["x", "x"], ["y"]]),
        credential_sets=[{"options": [["a", "a"]]}],
    )
    assert query.credentials[0].claim_sets == (0b01, 0b10)
    assert query.credential_sets[0].options == (("a",),)


@pytest.mark.spec("OpenID4VP 1.0 §6.1", "claims")
def test_a_claims_query_for_a_claim_that_was_asked_already_is_ignored() -> None:
    (query,) = parse(credential(claims=[{"path": ["x"], "values": [1]}, {"path": ["x"], "values": [2]}])).credentials
    assert [claim.values for claim in query.claims] == [(1,)]


def test_different_values_of_one_claim_stay_apart_in_different_claim_sets() -> None:
    one = {"id": "one", "path": ["x"], "values": [1]}
    two = {"id": "two", "path": ["x"], "values": [2]}
    (query,) = parse(credential(claims=[one, two], claim_sets=[["one"], ["two"], ["two", "one"]])).credentials
    assert query.claim_sets == (0b01, 0b10, 0b10)


def test_claims_in_every_combination_are_mandatory_and_those_in_some_are_optional() -> None:
    (query,) = parse(
        credential(claims=claims("a", "b", "c", "d"), claim_sets=[["a", "b", "c"], ["a", "b"]])
    ).credentials
    assert [claim.id for claim in dcql.mandatory_claims(query)] == ["a", "b"]
    assert [claim.id for claim in dcql.optional_claims(query)] == ["c"]
    # In whatever order, and with a claim that no combination holds.
    (query,) = parse(
        credential(claims=claims("z", "a", "b", "c"), claim_sets=[["a", "b"], ["a", "c"], ["a", "b", "c"]])
    ).credentials
    assert [claim.id for claim in dcql.mandatory_claims(query)] == ["a"]
    assert [claim.id for claim in dcql.optional_claims(query)] == ["b", "c"]
    (query,) = parse(credential(claims=claims("a", "b"))).credentials
    assert [claim.id for claim in dcql.mandatory_claims(query)] == ["a", "b"]
    assert dcql.optional_claims(query) == ()
    (query,) = parse(credential()).credentials
    assert dcql.mandatory_claims(query) == dcql.optional_claims(query) == ()


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-2, 2)
    | st.floats(allow_nan=False)
    | st.sampled_from(["", "a", "dc+sd-jwt"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["id", "path", "values"]), inner),
    max_leaves=8,
)
places = st.lists(
    st.sampled_from([0, "credentials", "credential_sets", "id", "format", "meta", "vct_values", "claims"])
)


@given(where=places, value=json_values)
def test_any_value_in_any_place_is_parsed_or_refused_and_never_a_crash(where: list[Any], value: object) -> None:
    query: Any = copy.deepcopy(GOOD)
    node = query
    for step in where:
        if isinstance(node, dict) and step in node and isinstance(node[step], dict | list):
            node = node[step]
        elif isinstance(node, list) and step == 0 and node and isinstance(node[0], dict | list):
            node = node[0]
        elif isinstance(node, dict) and isinstance(step, str):
            node[step] = value
            break
    try:
        assert dcql.parse(query).credentials
    except PresentationError as error:
        assert error.code in ("dcql_invalid", "not_supported")


@pytest.mark.vectors
def test_the_queries_of_the_specification_are_parsed(vectors: Path) -> None:
    parsed = 0
    for file in sorted(vectors.glob("openid4vp/1.[01]/examples/query_lang/*.json")):
        query = json.loads(file.read_text("utf-8"))
        if all(entry["format"] == "mso_mdoc" for entry in query["credentials"]):
            with pytest.raises(PresentationError, match="not_supported"):
                dcql.parse(query)
        else:
            assert len(dcql.parse(query).credentials) == len(query["credentials"])
            parsed += 1
    assert parsed >= 8
