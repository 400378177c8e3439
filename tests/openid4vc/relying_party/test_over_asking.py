"""Asked within registered, and the issuer's own policy."""

import pytest

from openid4vc.errors import IssuanceError, RegistrationError
from openid4vc.relying_party import disclosure_policy, over_asking
from openid4vc.relying_party.claim_paths import covers
from openid4vc.relying_party.registration_certificate import RegistrationCertificate
from openid4vc.vp import dcql
from openid4vc.vp.claims_path import ClaimsPath
from openid4vc.vp.dcql import DcqlQuery
from tests.openid4vc.relying_party.test_registration_certificate import signed, verify

FEEDBACK, PID, STATEMENT = "urn:feedback", "urn:pid", "urn:statement"


def registered(*credentials: tuple[str, list[list[object]] | None]) -> RegistrationCertificate:
    members = []
    for vct, paths in credentials:
        member: dict[str, object] = {"format": "dc+sd-jwt", "meta": {"vct_values": [vct]}}
        if paths is not None:
            member["claims"] = [{"path": path} for path in paths]
        members.append(member)
    return verify(signed({"credentials": members}))


def query(*credentials: tuple[list[str], list[list[object]] | None]) -> DcqlQuery:
    members = []
    for number, (types, paths) in enumerate(credentials):
        member: dict[str, object] = {"id": f"q{number}", "format": "dc+sd-jwt", "meta": {"vct_values": types}}
        if paths is not None:
            member["claims"] = [{"path": path} for path in paths]
        members.append(member)
    return dcql.parse({"credentials": members})


REGISTRATION = registered((FEEDBACK, [["work_ability"], ["actions", None, "status"]]), (PID, [["birthdate"]]))


def test_what_was_registered_may_be_asked() -> None:
    asked = query(([FEEDBACK], [["work_ability"], ["actions", None, "status"]]), ([PID], [["birthdate"]]))
    assert over_asking.excess(asked, REGISTRATION) == []
    over_asking.check(asked, REGISTRATION)
    over_asking.check(query(([FEEDBACK], None)), REGISTRATION)
    over_asking.check(query(([FEEDBACK], [["work_ability", "degree"], ["actions", 0, "status"]])), REGISTRATION)


def test_a_claim_or_type_beyond_that_is_named() -> None:
    asked = query(
        ([FEEDBACK], [["work_ability"], ["diagnoses"], ["actions", None]]),
        ([STATEMENT], [["diagnoses"]]),
        (["urn:other"], None),
    )
    assert over_asking.excess(asked, REGISTRATION) == [
        (FEEDBACK, ("diagnoses",)),
        (FEEDBACK, ("actions", None)),
        (STATEMENT, ("diagnoses",)),
        ("urn:other", ()),
    ]
    with pytest.raises(RegistrationError) as caught:
        over_asking.check(asked, REGISTRATION)
    assert caught.value.code == "over_asking"
    assert caught.value.facts["claims"] == "diagnoses, actions[], urn:other"


def test_a_claim_that_was_registered_for_one_type_is_not_registered_for_another() -> None:
    assert over_asking.excess(query(([PID], [["work_ability"]])), REGISTRATION) == [(PID, ("work_ability",))]
    # Asked of either type, it must be registered for both.
    asked = query(([PID, FEEDBACK], [["birthdate"]]))
    assert over_asking.excess(asked, REGISTRATION) == [(FEEDBACK, ("birthdate",))]


def test_an_optional_claim_is_asked_too() -> None:
    asked = dcql.parse(
        {
            "credentials": [
                {
                    "id": "q",
                    "format": "dc+sd-jwt",
                    "meta": {"vct_values": [PID]},
                    "claims": [{"id": "a", "path": ["birthdate"]}, {"id": "b", "path": ["nationalities", 0]}],
                    "claim_sets": [["a", "b"], ["a"]],
                }
            ]
        }
    )
    with pytest.raises(RegistrationError) as caught:
        over_asking.check(asked, REGISTRATION)
    assert caught.value.facts["claims"] == "nationalities[0]"


def test_a_registration_without_claims_is_for_all_of_the_type() -> None:
    everything = registered((PID, None))
    assert over_asking.excess(query(([PID], [["anything"]])), everything) == []
    assert over_asking.excess(query(([FEEDBACK], [["anything"]])), everything) == [(FEEDBACK, ("anything",))]


def test_a_registration_for_another_format_is_not_for_this_one() -> None:
    other = verify(signed({"credentials": [{"format": "jwt_vc_json", "meta": {"vct_values": [PID]}}]}))
    assert over_asking.excess(query(([PID], [["birthdate"]])), other) == [(PID, ("birthdate",))]


@pytest.mark.parametrize(
    ("wide", "narrow", "expected"),
    [
        (("a",), ("a",), True),
        (("a",), ("a", "b"), True),
        (("a",), ("a", None, "b"), True),
        (("a", None), ("a", 3), True),
        (("a", None), ("a", None), True),
        (("a", "b"), ("a",), False),
        (("a", 3), ("a", None), False),
        (("a", 3), ("a", 4), False),
        (("a", None), ("a", "b"), False),
        (("a", "0"), ("a", 0), False),
        (("a", 1), ("a", True), False),
        (("a",), ("A",), False),
        (("a",), ("ab",), False),
    ],
)
def test_when_a_path_covers_another(wide: ClaimsPath, narrow: ClaimsPath, expected: bool) -> None:
    assert covers(wide, narrow) is expected


POLICY = disclosure_policy.parse({"authorised": ["NTRFI-KELA"], "except_claims": [["work_ability"], ["actions", None]]})


def test_an_organisation_that_the_issuer_authorised_may_see_everything() -> None:
    assert disclosure_policy.forbidden(POLICY, "NTRFI-KELA", [("diagnoses",)]) == []


def test_others_may_see_only_what_is_for_all() -> None:
    asked: list[ClaimsPath] = [("diagnoses",), ("work_ability",), ("actions",), ("actions", 0), ("findings",)]
    for asker in ("NTRFI-OFFICE", "ntrfi-kela", "", None):
        assert disclosure_policy.forbidden(POLICY, asker, asked) == [("diagnoses",), ("actions",), ("findings",)]


def test_a_policy_without_exceptions_keeps_everything_for_the_authorised() -> None:
    policy = disclosure_policy.parse({"authorised": []})
    assert disclosure_policy.forbidden(policy, None, [("a",)]) == [("a",)]


@pytest.mark.parametrize(
    "value",
    [
        None,
        [],
        {},
        {"authorised": "NTRFI-KELA"},
        {"authorised": [1]},
        {"authorised": [], "except_claims": None},
        {"authorised": [], "except_claims": ["a"]},
        {"authorised": [], "except_claims": [[]]},
    ],
)
def test_half_a_policy_is_refused(value: object) -> None:
    with pytest.raises(IssuanceError) as caught:
        disclosure_policy.parse(value)
    assert caught.value.code == "metadata_invalid"
