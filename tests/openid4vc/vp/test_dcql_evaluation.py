import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openid4vc.errors import PresentationError
from openid4vc.vp import dcql
from openid4vc.vp.dcql import Answer, Candidate, Choice, DcqlQuery, Presented
from tests.openid4vc.vp.queries import OTHER_VCT, VCT, card, claims, credential, parse, with_optional


def evaluate(query: DcqlQuery, *candidates: Candidate, add: tuple[str, ...] = ()) -> list[Choice]:
    return dcql.evaluate(query, candidates, add=add)


def only(query: DcqlQuery, *candidates: Candidate, add: tuple[str, ...] = ()) -> Answer:
    (choice,) = evaluate(query, *candidates, add=add)
    (answer,) = choice.answers.values()
    return answer


def unanswerable(query: DcqlQuery, *candidates: Candidate) -> None:
    with pytest.raises(PresentationError) as caught:
        evaluate(query, *candidates)
    assert (caught.value.code, caught.value.error) == ("missing_credential", "access_denied")


def names(answer: Answer) -> list[str | None]:
    return [claim.id for claim in answer.claims]


def test_without_claims_nothing_is_revealed() -> None:
    assert only(parse(credential()), card(a=1, b=2)).paths == ()


def test_without_claim_sets_all_claims_are_revealed_or_the_credential_does_not_match() -> None:
    query = parse(credential(claims=claims("a", "b")))
    assert only(query, card(a=1, b=2, c=3)).paths == (("a",), ("b",))
    unanswerable(query, card(a=1, c=3))


def test_the_first_satisfiable_of_alternatives_is_chosen() -> None:
    query = parse(credential(claims=claims("a", "b", "c"), claim_sets=[["a", "b"], ["c"]]))
    assert names(only(query, card(a=1, b=2, c=3))) == ["a", "b"]
    assert names(only(query, card(a=1, c=3))) == ["c"]
    unanswerable(query, card(a=1))


def test_optional_claims_stay_at_home_unless_they_are_added() -> None:
    query = parse(with_optional("abcdefghi", "wxyz"))
    held = card(**dict.fromkeys("abcdefghiwxyz", 1))
    plain = only(query, held)
    assert names(plain) == list("abcdefghi")
    assert [claim.id for claim in plain.addable] == list("wxyz")
    more = only(query, held, add=("x", "z", "unknown"))
    assert names(more) == [*"abcdefghi", "x", "z"]
    assert [claim.id for claim in more.addable] == ["w", "y"]


def test_an_added_claim_that_the_credential_lacks_changes_nothing() -> None:
    query = parse(with_optional("ab", "xy"))
    answer = only(query, card(a=1, b=1, x=1), add=("x", "y"))
    assert names(answer) == ["a", "b", "x"] and answer.addable == ()


def test_added_claims_that_no_option_holds_together_are_added_as_far_as_one_option_goes() -> None:
    sets = [["a", "x"], ["a", "y"], ["a"]]
    query = parse(credential(claims=claims("a", "x", "y"), claim_sets=sets))
    assert names(only(query, card(a=1, x=1, y=1), add=("x", "y"))) == ["a", "x"]


def test_an_added_claim_can_be_named_with_its_query() -> None:
    query = parse(
        with_optional("a", "x"), credential("other", OTHER_VCT, claims=claims("a", "x"), claim_sets=[["a", "x"], ["a"]])
    )
    (choice,) = evaluate(query, card(a=1, x=1), card("2", OTHER_VCT, a=1, x=1), add=("other.x",))
    assert names(choice.answers["card"]) == ["a"] and names(choice.answers["other"]) == ["a", "x"]


@pytest.mark.parametrize(
    ("wanted", "held", "matches"),
    [
        (["FI"], "FI", True),
        (["SE", "FI"], "FI", True),
        (["SE"], "FI", False),
        ([1], 1, True),
        ([1], "1", False),
        ([1], True, False),
        ([True], 1, False),
        ([True], True, True),
        ([1], 1.0, False),
    ],
)
def test_values_are_compared_by_type_and_value(wanted: list[Any], held: object, matches: bool) -> None:
    query = parse(credential(claims=[{"path": ["a"], "values": wanted}]))
    if matches:
        assert only(query, card(a=held)).paths == (("a",),)
    else:
        unanswerable(query, card(a=held))


def test_of_an_array_only_the_elements_with_a_wanted_value_are_revealed() -> None:
    query = parse(credential(claims=[{"path": ["a", None], "values": ["FI"]}]))
    assert only(query, card(a=["SE", "FI"])).paths == (("a", 1),)


def test_another_type_or_format_does_not_match() -> None:
    query = parse(credential(claims=claims("a")))
    unanswerable(query, card(vct=OTHER_VCT, a=1))
    unanswerable(query, card(vct=VCT + "/", a=1))
    unanswerable(query, Candidate("1", "mso_mdoc", VCT, {"a": 1}))


@pytest.mark.spec("OpenID4VP 1.0 §6.1", "require_cryptographic_holder_binding")
def test_a_credential_without_a_holder_key_answers_only_where_no_binding_is_required() -> None:
    bearer = Candidate("1", "dc+sd-jwt", VCT, {"vct": VCT})
    unanswerable(parse(credential()), bearer)
    assert only(parse(credential(require_cryptographic_holder_binding=False)), bearer).candidate is bearer


@pytest.mark.spec("OpenID4VP 1.0 §6.1", "multiple")
def test_where_several_are_taken_the_others_are_offered_beside_each_answer() -> None:
    held = [card("1", a=1), card("2", a=2), card("3", b=3)]
    plain = evaluate(parse(credential(claims=claims("a"))), *held)
    assert [choice.further for choice in plain] == [{}, {}]
    several = evaluate(parse(credential(claims=claims("a"), multiple=True)), *held)
    offered = [(choice.answers["card"].candidate.id, choice.further["card"]) for choice in several]
    assert [(chosen, [other.candidate.id for other in others]) for chosen, others in offered] == [
        ("1", ["2"]),
        ("2", ["1"]),
    ]


def test_an_empty_claim_set_makes_all_claims_optional() -> None:
    query = parse(credential(claims=claims("a"), claim_sets=[["a"], []]))
    assert only(query, card()).claims == ()
    assert names(only(query, card(a=1))) == [] and names(only(query, card(a=1), add=("a",))) == ["a"]


def test_trusted_authorities_leave_out_other_issuers_where_they_can_be_evaluated() -> None:
    known = parse(credential(trusted_authorities=[{"type": "aki", "values": ["abc", "def"]}]))
    assert only(known, card("1"), card("2", authority_keys=frozenset({"def"}))).candidate.id == "2"
    unanswerable(known, card())
    other = [{"type": "aki", "values": ["abc"]}, {"type": "etsi_tl", "values": ["https://list.example"]}]
    assert only(parse(credential(trusted_authorities=other)), card()).candidate.id == "1"


def test_every_credential_is_needed_without_credential_sets() -> None:
    query = parse(credential("a"), credential("b", OTHER_VCT))
    assert list(evaluate(query, card(), card("2", OTHER_VCT))[0].answers) == ["a", "b"]
    unanswerable(query, card())


def test_the_first_option_comes_first_and_a_second_one_follows() -> None:
    query = parse(
        credential("pid"),
        credential("feedback", "F"),
        credential("statement", "S"),
        credential_sets=[{"options": [["pid", "feedback"], ["pid", "statement"]]}],
    )
    feedback, statement = card("2", "F"), card("3", "S")
    assert [list(choice.answers) for choice in evaluate(query, card(), statement, feedback)] == [
        ["pid", "feedback"],
        ["pid", "statement"],
    ]
    assert [list(choice.answers) for choice in evaluate(query, card(), statement)] == [["pid", "statement"]]
    unanswerable(query, statement, feedback)


def test_a_set_that_is_not_required_comes_after_the_answer_without_it() -> None:
    query = parse(
        credential("a"),
        credential("b", OTHER_VCT),
        credential_sets=[{"options": [["b"]], "required": False}, {"options": [["a"]]}],
    )
    both = evaluate(query, card(), card("2", OTHER_VCT))
    assert [list(choice.answers) for choice in both] == [["a"], ["a", "b"]]
    assert [list(choice.answers) for choice in evaluate(query, card())] == [["a"]]
    unanswerable(query, card("2", OTHER_VCT))


def test_nothing_at_all_is_never_an_answer() -> None:
    query = parse(credential("a"), credential_sets=[{"options": [["a"]], "required": False}])
    assert [list(choice.answers) for choice in evaluate(query, card())] == [["a"]]
    unanswerable(query, card(vct=OTHER_VCT))


def test_each_matching_credential_is_a_choice_in_the_order_given() -> None:
    query = parse(credential(claims=claims("a")))
    assert [choice.answers["card"].candidate.id for choice in evaluate(query, card("9", a=1), card("5", a=2))] == [
        "9",
        "5",
    ]


def test_a_query_with_billions_of_combinations_is_cut_short() -> None:
    credentials = [credential(f"c{number}") for number in range(32)]
    options = [[f"c{number}"] for number in range(32)]
    query = parse(*credentials, credential_sets=[{"options": options}] * 32)
    assert len(evaluate(query, *(card(str(number)) for number in range(20)))) == 64


def test_what_an_answer_holds_anyway_takes_no_room_from_other_ways() -> None:
    names = [f"c{number}" for number in range(10)]
    needed: list[dict[str, Any]] = [{"options": [names]}]
    held = [{"options": [[name]], "required": False} for name in names]
    query = parse(
        *map(credential, (*names, "x")), credential_sets=[*held, *needed, {"options": [["x"]], "required": False}]
    )
    assert [list(choice.answers) for choice in evaluate(query, card())] == [names, [*names, "x"]]


@pytest.mark.vectors
def test_the_alternatives_of_the_specification_are_chosen_in_its_order(vectors: Path) -> None:
    file = vectors / "openid4vp/1.0/examples/query_lang/claims_alternatives.json"
    query = dcql.parse(json.loads(file.read_text("utf-8")))
    vct = query.credentials[0].vct_values[0]
    held = {"family_name": "x", "postal_code": "x", "locality": "x", "region": "x", "date_of_birth": "x"}
    assert names(only(query, card(vct=vct, **held))) == ["a", "c", "d", "e"]
    del held["region"]
    assert names(only(query, card(vct=vct, **held))) == ["a", "b", "e"]


claim_names = st.sampled_from("abcde")


@given(
    sets=st.lists(st.lists(claim_names, min_size=1, max_size=5, unique=True), min_size=1, max_size=12),
    held=st.sets(claim_names),
    add=st.sets(claim_names),
)
def test_whatever_is_chosen_is_one_whole_option_with_nothing_beside_it(
    sets: list[list[str]], held: set[str], add: set[str]
) -> None:
    query = parse(credential(claims=claims(*"abcde"), claim_sets=sets))
    satisfiable = [set(option) for option in sets if set(option) <= held]
    candidate = card(**dict.fromkeys(held, 1))
    if not satisfiable:
        unanswerable(query, candidate)
        return
    answer = only(query, candidate, add=tuple(add))
    revealed = {path[0] for path in answer.paths}
    assert revealed in satisfiable and set(names(answer)) == revealed
    # Nothing smaller with the same added claims would have done, and the verifier is content with it.
    assert not any(option < revealed and option & add == revealed & add for option in satisfiable)
    disclosed = {str(name): 1 for name in revealed}
    assert dcql.check(query, {"card": [Presented(VCT, disclosed)]}).surplus == ()
