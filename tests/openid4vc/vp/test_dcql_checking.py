import pytest

from openid4vc.errors import PresentationError
from openid4vc.vp import dcql
from openid4vc.vp.dcql import DcqlQuery, Presented
from tests.openid4vc.vp.queries import OTHER_VCT, claims, credential, parse, presented, with_optional

PAIR = parse(
    credential("pid", claims=claims("name")),
    credential("feedback", "F", claims=claims("a")),
    credential("statement", "S", claims=claims("b")),
    credential_sets=[
        {"options": [["pid", "feedback"], ["pid", "statement"]]},
        {"options": [["statement"]], "required": False},
    ],
)
PID, FEEDBACK, STATEMENT = presented(name="x"), presented("F", a=1), presented("S", b=1)


def refused(query: DcqlQuery, code: str, **answers: list[Presented]) -> None:
    with pytest.raises(PresentationError) as caught:
        dcql.check(query, answers)
    assert (caught.value.code, caught.value.error) == (code, "invalid_request")


def test_an_answer_to_one_option_is_enough() -> None:
    checked = dcql.check(PAIR, {"pid": [PID], "feedback": [FEEDBACK]})
    assert list(checked.credentials) == ["pid", "feedback"] and checked.surplus == ()
    assert list(dcql.check(PAIR, {"statement": [STATEMENT], "pid": [PID]}).credentials) == ["pid", "statement"]


def test_one_whole_option_is_needed() -> None:
    refused(PAIR, "missing_credential", feedback=[FEEDBACK], statement=[STATEMENT])
    refused(PAIR, "missing_credential", pid=[PID])
    refused(PAIR, "missing_credential")


def test_without_credential_sets_every_query_is_answered() -> None:
    query = parse(credential("a"), credential("b", OTHER_VCT))
    refused(query, "missing_credential", a=[presented()])
    assert len(dcql.check(query, {"a": [presented()], "b": [presented(OTHER_VCT)]}).credentials) == 2


def test_an_unneeded_credential_is_named_as_surplus_and_not_used() -> None:
    query = parse(credential("a"), credential("b", OTHER_VCT), credential_sets=[{"options": [["a"], ["b"]]}])
    checked = dcql.check(query, {"a": [presented()], "b": [presented(OTHER_VCT)]})
    assert list(checked.credentials) == ["a"] and checked.surplus == ("b",)


def test_the_answer_to_a_set_that_is_not_required_is_used() -> None:
    checked = dcql.check(PAIR, {"pid": [PID], "feedback": [FEEDBACK], "statement": [STATEMENT]})
    assert list(checked.credentials) == ["pid", "feedback", "statement"]


def test_an_id_that_was_not_asked_an_empty_array_and_one_too_many_are_malformed() -> None:
    query = parse(credential("a"))
    refused(query, "response_malformed", a=[presented()], b=[presented()])
    refused(query, "response_malformed", a=[])
    refused(query, "response_malformed", a=[presented(), presented()])
    several = parse(credential("a", multiple=True))
    assert len(dcql.check(several, {"a": [presented(), presented()]}).credentials["a"]) == 2


def test_another_type_is_no_answer() -> None:
    refused(parse(credential("a")), "missing_credential", a=[presented(OTHER_VCT)])


def test_another_authority_is_no_answer() -> None:
    query = parse(credential("a", trusted_authorities=[{"type": "aki", "values": ["abc"]}]))
    refused(query, "missing_credential", a=[presented()])
    assert dcql.check(query, {"a": [presented(authority_keys=frozenset({"abc"}))]}).surplus == ()


def test_a_missing_claim_and_a_value_outside_values_are_refused() -> None:
    query = parse(credential("a", claims=[{"path": ["x"], "values": [1, 2]}, {"path": ["y"]}]))
    refused(query, "claim_missing", a=[presented(x=1)])
    refused(query, "claim_missing", a=[presented(x=3, y=1)])
    refused(query, "claim_missing", a=[presented(x=True, y=1)])
    assert dcql.check(query, {"a": [presented(x=2, y=1)]}).surplus == ()


def test_one_whole_claim_set_is_needed_and_the_fullest_is_taken() -> None:
    query = parse(with_optional("ab", "xy"))
    refused(query, "claim_missing", card=[presented(a=1, x=1, y=1)])
    (checked,) = dcql.check(query, {"card": [presented(a=1, b=1, y=1)]}).credentials["card"]
    assert [claim.id for claim in checked.claims] == ["a", "b", "y"]


def test_the_claims_of_another_option_are_not_in_what_was_asked() -> None:
    query = parse(credential(claims=claims("a", "b", "c"), claim_sets=[["a", "b"], ["c"]]))
    (checked,) = dcql.check(query, {"card": [presented(a=1, c=1)]}).credentials["card"]
    assert (checked.query, checked.paths, checked.asked) == (query.credentials[0], (("c",),), {"c": 1})


def test_what_was_disclosed_beyond_the_question_is_not_in_what_was_asked() -> None:
    query = parse(credential("a", claims=[{"path": ["x"]}, {"path": ["list", 2]}]))
    answer = Presented(
        "https://types.example/library-card/1", {"x": 1, "secret": 2, "list": ["c"]}, {("list",): (0, 1)}
    )
    (checked,) = dcql.check(query, {"a": [answer]}).credentials["a"]
    assert checked.asked == {"x": 1, "list": ["c"]}


@pytest.mark.spec("OpenID4VP 1.0 §8.6")
def test_a_presentation_that_is_not_what_was_asked_is_discarded_and_the_others_are_used() -> None:
    several = parse(credential("a", claims=claims("x"), multiple=True))
    good, bad, other = presented(x=1), presented(), presented(OTHER_VCT, x=1)
    checked = dcql.check(several, {"a": [bad, good, other]})
    assert [each.presented for each in checked.credentials["a"]] == [good]
    assert checked.discarded == (("a", "claim_missing"), ("a", "missing_credential")) and checked.surplus == ()
    refused(several, "claim_missing", a=[bad, other])


def test_another_option_may_be_met_by_what_is_left() -> None:
    query = parse(credential("a"), credential("b", OTHER_VCT), credential_sets=[{"options": [["a"], ["b"]]}])
    checked = dcql.check(query, {"a": [presented("no such type")], "b": [presented(OTHER_VCT)]})
    assert (list(checked.credentials), checked.surplus) == (["b"], ("a",))
    assert checked.discarded == (("a", "missing_credential"),)


def test_what_is_left_without_anything_is_no_answer_although_nothing_was_required() -> None:
    query = parse(credential("a", claims=claims("x")), credential_sets=[{"options": [["a"]], "required": False}])
    refused(query, "claim_missing", a=[presented()])
    refused(query, "missing_credential")


def test_a_query_for_another_format_is_answered_by_nothing() -> None:
    mdoc = {"id": "mdl", "format": "mso_mdoc", "meta": {"doctype_value": "x"}}
    query = parse(mdoc, credential("a"), credential_sets=[{"options": [["mdl"], ["a"]]}])
    refused(query, "missing_credential", mdl=[presented()])
