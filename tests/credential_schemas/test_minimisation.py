"""The rules of data minimisation, each spoiled by a purpose or type that breaks exactly that one."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from credential_schemas import organisations as organisations_data
from credential_schemas.data import HERE
from credential_schemas.errors import MinimisationError
from credential_schemas.minimisation import check_minimisation, check_protected_person, check_type
from credential_schemas.organisations import Organisation
from credential_schemas.purposes import AskedCredential, Purpose, load_purposes, read_purpose
from credential_schemas.types import CredentialType, load_types, sample
from openid4vc.relying_party import disclosure_policy
from tests.credential_schemas.conftest import TODAY

Types = Mapping[str, CredentialType]
ID = ("given_name", "family_name", "birthdate")


def asked(query_id: str, type_name: str, *required: str) -> AskedCredential:
    return AskedCredential(query_id, type_name, (*ID, *required), (), (), {}, False)


def purpose(*credentials: AskedCredential, kind: str = "employment") -> Purpose:
    model = load_purposes()["P5"]
    return replace(model, id="P99", kind=kind, credentials=(asked("pid", "pid"), *credentials), alternatives=())


def broken(subject: Purpose, types: Types) -> tuple[str, tuple[str, ...]]:
    with pytest.raises(MinimisationError) as caught:
        check_minimisation(subject, types)
    return caught.value.rule, caught.value.claims


@pytest.mark.parametrize("name", ["P1", "P4", "P5"])
def test_every_packaged_purpose_passes(types: Types, purposes: Mapping[str, Purpose], name: str) -> None:
    check_minimisation(purposes[name], types)


@pytest.mark.parametrize("name", sorted(load_types()))
def test_every_packaged_type_passes(types: Types, name: str) -> None:
    check_type(types[name])


CLINICAL = [
    (credential_type.name, claim)
    for credential_type in load_types().values()
    for claim in sorted(credential_type.marked("clinical"))
]


@pytest.mark.parametrize(("type_name", "claim"), CLINICAL)
def test_min_1_no_employment_purpose_asks_health_data(types: Types, type_name: str, claim: str) -> None:
    assert broken(purpose(asked("x", type_name, claim)), types) == ("MIN-1", (f"{type_name}.{claim}",))
    assert broken(purpose(asked("x", type_name, claim), kind="employer"), types)[0] == "MIN-1"


def test_min_1_the_whole_statement_is_refused_by_name(types: Types) -> None:
    rule, claims = broken(read_purpose(HERE / "purposes" / "refused" / "X1.json"), types)
    assert rule == "MIN-1"
    assert claims == tuple(f"laakarinlausunto-b.{name}" for name in ("diagnoses", "anamnesis", "findings"))


def test_min_1_optional_claims_count_too(types: Types) -> None:
    sneaky = replace(asked("x", "laakarinlausunto-b"), optional=("diagnoses",))
    assert broken(purpose(sneaky), types)[0] == "MIN-1"


def test_min_1_health_care_may_ask(types: Types) -> None:
    check_minimisation(purpose(asked("x", "laakarinlausunto-b", "diagnoses"), kind="health_care"), types)


def test_min_2_the_feedback_has_no_health_claim_at_all(feedback: CredentialType) -> None:
    assert feedback.marked("clinical") == frozenset()
    for word in ("diagn", "specialty", "unit", "professional_name", "registration"):
        assert not [claim.name for claim in feedback.claims if word in claim.name]


def test_min_2_a_type_for_employment_with_a_diagnosis_is_refused(types: Types) -> None:
    statement = types["laakarinlausunto-b"]
    spoiled = replace(statement, settings={**statement.settings, "for_employment": True})
    with pytest.raises(MinimisationError) as caught:
        check_type(spoiled)
    assert caught.value.rule == "MIN-2"


@pytest.mark.parametrize("claim", ["issuing_unit_name", "issuing_unit_oid", "specialty", "professional_name"])
def test_min_3_no_employment_purpose_asks_where_or_by_whom(types: Types, claim: str) -> None:
    assert broken(purpose(asked("x", "laakarinlausunto-b", claim)), types)[0] == "MIN-3"


def test_min_4_no_type_is_called_after_an_illness(feedback: CredentialType) -> None:
    spoiled = replace(feedback, names={**feedback.names, "sv": "Respons om depression"})
    with pytest.raises(MinimisationError) as caught:
        check_type(spoiled)
    assert (caught.value.rule, caught.value.claims) == ("MIN-4", ("depression",))


def test_min_5_claims_beyond_the_digests_are_refused(feedback: CredentialType) -> None:
    with pytest.raises(MinimisationError) as caught:
        check_type(replace(feedback, digests=24))
    assert caught.value.rule == "MIN-5"


def test_min_6_one_identity_code_and_it_comes_from_identity_data(types: Types) -> None:
    twice = purpose(asked("x", "itsearvio", "personal_administrative_number"))
    assert broken(twice, types) == ("MIN-6", ("itsearvio.personal_administrative_number",))


def test_min_6_name_and_birthdate_are_asked_from_every_credential(types: Types) -> None:
    nameless = AskedCredential("x", "itsearvio", ("completed_on", "birthdate"), (), (), {}, False)
    assert broken(purpose(nameless), types) == ("MIN-6", ("itsearvio.family_name", "itsearvio.given_name"))


def test_min_7_a_protected_person_has_no_address_in_any_credential(types: Types) -> None:
    check_protected_person(types["pid"], sample(types["pid"], "C11", TODAY))
    with pytest.raises(MinimisationError) as caught:
        check_protected_person(types["pid"], sample(types["pid"], "C1", TODAY))
    assert (caught.value.rule, caught.value.code) == ("MIN-7", "person_protected")


def test_min_7_nor_a_unit(types: Types) -> None:
    with pytest.raises(MinimisationError):
        check_protected_person(types["laakarinlausunto-b"], {"issuing_unit_name": "Esimerkkilän sote-keskus"})


def test_min_8_a_service_that_tells_is_asked_by_nobody_at_the_office(types: Types) -> None:
    model = types["elakepaatos"]
    marked = replace(model, settings={**model.settings, "marks": {"revealing_service": ["decision_number"]}})
    assert broken(purpose(asked("x", "elakepaatos", "decision_number")), {**types, "elakepaatos": marked})[0] == "MIN-8"


def test_min_11_the_statement_shows_an_office_its_conclusions_only(types: Types) -> None:
    assert broken(purpose(asked("x", "laakarinlausunto-b", "job_demands")), types)[0] == "MIN-11"
    check_minimisation(
        purpose(
            asked(
                "x",
                "laakarinlausunto-b",
                "work_ability_assessment",
                "incapacity_from",
                "incapacity_to",
                "incapacity_scope",
                "occupation",
                "examined_on",
            )
        ),
        types,
    )


def policy(types: Types, organisations: Mapping[str, Organisation]) -> disclosure_policy.DisclosurePolicy:
    return disclosure_policy.parse(organisations_data.disclosure_policy(types["laakarinlausunto-b"], organisations))


@pytest.mark.parametrize("organisation", ["O1", "O3", "O4", "O7"])
def test_min_11_health_care_insurer_and_benefits_institution_are_authorised(
    types: Types, organisations: Mapping[str, Organisation], organisation: str
) -> None:
    identifier = organisations[organisation].organization_identifier
    assert disclosure_policy.forbidden(policy(types, organisations), identifier, [("diagnoses",)]) == []


def test_min_11_an_employment_authority_is_refused_everything_else(
    types: Types, organisations: Mapping[str, Organisation], purposes: Mapping[str, Purpose]
) -> None:
    published = policy(types, organisations)
    office = organisations["O2"].organization_identifier
    statement = purposes["P1"].credential("statement")
    assert disclosure_policy.forbidden(published, office, [(name,) for name in statement.required]) == []
    closed = types["laakarinlausunto-b"].marked("clinical") | types["laakarinlausunto-b"].marked("revealing")
    paths: list[Any] = [(name,) for name in sorted(closed)]
    assert disclosure_policy.forbidden(published, office, paths) == paths
    assert disclosure_policy.forbidden(published, office, [("personal_administrative_number",)])


def test_a_type_without_a_policy_publishes_none(
    feedback: CredentialType, organisations: Mapping[str, Organisation]
) -> None:
    assert organisations_data.disclosure_policy(feedback, organisations) is None
