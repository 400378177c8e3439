"""Input claims against their type: one fault spoiled at a time, each with its own code."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import pytest

from credential_schemas import organisations as organisations_data
from credential_schemas.errors import ClaimErrors
from credential_schemas.organisations import Organisation
from credential_schemas.types import CredentialType, load_types, sample
from credential_schemas.validation import complete, notes, validate, with_defaults
from tests.credential_schemas.conftest import TODAY

Types = Mapping[str, CredentialType]


def faults(credential_type: CredentialType, claims: Mapping[str, Any], today: date = TODAY, **more: Any) -> list[str]:
    try:
        validate(credential_type, claims, today=today, **more)
    except ClaimErrors as error:
        return [f"{fault.claim} {fault.code}" for fault in error.errors]
    return []


SAMPLES = [(name, case) for name, credential_type in load_types().items() for case in credential_type.samples]


@pytest.mark.parametrize(("name", "case"), SAMPLES)
@pytest.mark.parametrize("today", [TODAY, date(2028, 2, 29), date(2031, 12, 31)])
def test_every_sample_may_be_issued_on_any_day(types: Types, name: str, case: str, today: date) -> None:
    assert faults(types[name], sample(types[name], case, today), today) == []


@pytest.mark.parametrize(("name", "case"), SAMPLES)
def test_every_sample_document_has_every_mandatory_claim(
    types: Types, organisations: Mapping[str, Organisation], name: str, case: str
) -> None:
    claims = complete(
        types[name],
        sample(types[name], case, TODAY),
        organisation=organisations["O1"],
        document_id="1.2.3",
        today=TODAY,
    )
    assert {claim.name for claim in types[name].claims if claim.mandatory} <= set(claims)
    assert list(claims) == [claim.name for claim in types[name].claims if claim.name in claims]


def test_c1_is_the_document_of_the_domain_description(
    feedback: CredentialType, c1: dict[str, Any], organisations: Mapping[str, Organisation]
) -> None:
    number = "1.2.246.10.99001010.14.2026.4711"
    claims = complete(feedback, c1, organisation=organisations["O1"], document_id=number, today=TODAY)
    expected = {
        "issuing_authority": "Esimerkkilän hyvinvointialue",
        "issuing_authority_id": "9900101-0",
        "issuing_country": "FI",
        "attestation_legal_category": "PuB-EAA",
        "document_language": "fi",
        "client_agreed_content": True,
        "professional_role": "physician",
        "document_id": number,
        "date_of_issuance": "2026-11-24",
        "given_name": "Erkki",
        "personal_administrative_number": "120374-901A",
        "referral_id": "L-2026-000123",
        "assessed_against": {"code": "4321", "label": "Varastonhoitajat ym."},
        "work_ability": "limited_tasks",
        "restrictions": ["no_heavy_lifting"],
        "restriction_max_load_kg": 10,
        "suitable_work": ["varied_posture", "day_work"],
        "recommended_support": ["job_coaching"],
        "message_to_authority": "Työn aloitus asteittain.",
    }
    assert {name: claims[name] for name in expected} == expected


@pytest.mark.parametrize(
    "claim", ["issuing_authority", "issuing_authority_id", "issuing_country", "attestation_legal_category",
              "document_id", "date_of_issuance"]
)  # fmt: skip
def test_what_the_issuer_writes_is_not_input(feedback: CredentialType, c1: dict[str, Any], claim: str) -> None:
    assert faults(feedback, {**c1, claim: "x"}) == [f"{claim} claim_not_yours"]


@pytest.mark.parametrize("claim", ["vct", "exp", "cnf", "status", "_sd", "diagnoses"])
def test_a_claim_that_the_type_has_not_is_refused(feedback: CredentialType, c1: dict[str, Any], claim: str) -> None:
    assert faults(feedback, {**c1, claim: "x"}) == [f"{claim} claim_unknown"]


MANDATORY = [
    "given_name", "family_name", "birthdate", "assessed_on", "assessed_against", "reduces_employment_prospects",
    "effect_duration", "rehabilitation_need", "follow_up", "care_plan_exists", "professional_role",
]  # fmt: skip


@pytest.mark.parametrize("claim", MANDATORY)
def test_a_mandatory_claim_must_be_there(feedback: CredentialType, c1: dict[str, Any], claim: str) -> None:
    del c1[claim]
    assert f"{claim} claim_required" in faults(feedback, c1)


@pytest.mark.parametrize(
    ("claim", "code"),
    [
        ("work_ability", "work_ability_missing"),
        ("health_effect_on_employment", "effect_missing"),
        ("client_agreed_content", "agreed_missing"),
    ],
)
def test_some_missing_claims_have_words_of_their_own(
    feedback: CredentialType, c1: dict[str, Any], claim: str, code: str
) -> None:
    del c1[claim]
    assert faults(feedback, c1) == [f"{claim} {code}"]


SPOILED: dict[str, tuple[str, Any, str]] = {
    "a number for a text": ("given_name", 7, "claim_type"),
    "true for a number": ("restriction_max_load_kg", True, "claim_type"),
    "a float for a number": ("restriction_max_load_kg", 10.0, "claim_type"),
    "a text for a list": ("restrictions", "no_heavy_lifting", "claim_type"),
    "null": ("follow_up", None, "claim_type"),
    "blanks for a name": ("family_name", "  ", "claim_empty"),
    "a long note": ("message_to_authority", "a" * 301, "claim_too_long"),
    "a referral of another form": ("referral_id", "L-26-1", "claim_pattern"),
    "an unknown code": ("work_ability", "fine", "claim_code"),
    "an unknown code in a list": ("suitable_work", ["seated", "lying"], "claim_code"),
    "a code twice": ("suitable_work", ["seated", "seated"], "claim_duplicate"),
    "no support and some": ("recommended_support", ["none", "work_trial"], "choice_conflict"),
    "too heavy a load": ("restriction_max_load_kg", 51, "claim_range"),
    "hours of another week": ("max_weekly_hours", 41, "claim_range"),
    "a day that is none": ("assessed_on", "2026-11-31", "date_invalid"),
    "tomorrow": ("assessed_on", "2026-11-25", "date_future"),
    "last year": ("assessed_on", "2025-11-23", "date_too_old"),
    "valid until yesterday": ("date_of_expiry", "2026-11-23", "date_past"),
    "valid for two years": ("date_of_expiry", "2028-11-24", "date_too_far"),
    "reassessed before the assessment": ("follow_up_by", "2026-11-24", "date_order"),
    "another person's code": ("personal_administrative_number", "050891-942J", "birthdate_mismatch"),
    "a wrong check character": ("personal_administrative_number", "120374-901B", "hetu_check"),
    "no agreement": ("client_agreed_content", False, "agreed_missing"),
    "an illness": ("message_to_authority", "Masennus on lievä.", "note_health_term"),
    "a hidden direction": ("message_to_authority", "Aloitus \u202eneetta", "claim_characters"),
    "a control character": ("given_name", "Erkki\u0000", "claim_characters"),
    "a line break smuggled as a bell": ("message_to_authority", "a\u0007b", "claim_characters"),
    "unemployed for an occupation": ("assessed_against", {"code": "4321", "label": "Työtön"}, "occupation_unemployed"),
    "an occupation without a code": ("assessed_against", {"label": "Myyjät"}, "claim_required"),
    "an occupation with more": ("assessed_against", {"code": "4321", "label": "x", "unit": "y"}, "claim_unknown"),
    "an occupation of another list": ("assessed_against", {"code": "43", "label": "x"}, "claim_pattern"),
    "the number of a document": ("replaces_document_id", "4711", "document_id_format"),
    "a language that the product has not": ("document_language", "de", "claim_code"),
}


@pytest.mark.parametrize("fault", SPOILED)
def test_one_spoiled_claim_is_one_fault(feedback: CredentialType, c1: dict[str, Any], fault: str) -> None:
    claim, value, code = SPOILED[fault]
    assert faults(feedback, {**c1, claim: value}) == [f"{claim} {code}"]


RULES: dict[str, tuple[dict[str, Any], str]] = {
    "limited hours without hours": ({"work_ability": "limited_hours"}, "max_weekly_hours hours_missing"),
    "both limits without hours": ({"work_ability": "limited_both"}, "max_weekly_hours hours_missing"),
    "forty limited hours": ({"work_ability": "limited_hours", "max_weekly_hours": 40}, "max_weekly_hours hours_range"),
    "no limited hours": ({"work_ability": "limited_hours", "max_weekly_hours": 0}, "max_weekly_hours hours_range"),
    "limited tasks without restrictions": (
        {"restrictions": [], "restriction_max_load_kg": None},
        "restrictions restrictions_missing",
    ),
    "a load without its restriction": (
        {"restrictions": ["no_dust"]},
        "restriction_max_load_kg claim_not_applicable",
    ),
    "no effect that reduces prospects": (
        {"health_effect_on_employment": "none"},
        "reduces_employment_prospects effect_conflict",
    ),
}


@pytest.mark.parametrize("fault", RULES)
def test_claims_must_agree_with_one_another(feedback: CredentialType, c1: dict[str, Any], fault: str) -> None:
    changes, expected = RULES[fault]
    claims = {name: value for name, value in {**c1, **changes}.items() if value is not None}
    assert faults(feedback, claims) == [expected]


def test_hours_without_a_limit_are_allowed(feedback: CredentialType, c1: dict[str, Any]) -> None:
    assert faults(feedback, {**c1, "max_weekly_hours": 30}) == []


def test_full_ability_that_prevents_employment_is_asked_again_not_refused(
    feedback: CredentialType, c1: dict[str, Any]
) -> None:
    claims = {**c1, "work_ability": "full", "health_effect_on_employment": "prevents_now"}
    assert faults(feedback, claims) == []
    assert [note.code for note in notes(feedback, claims)] == ["effect_doubtful"]
    assert notes(feedback, c1) == ()


def test_all_faults_come_at_once_in_the_order_of_the_claims(feedback: CredentialType, c1: dict[str, Any]) -> None:
    del c1["follow_up"]
    claims = {**c1, "given_name": "", "assessed_on": "x", "zzz": 1}
    assert faults(feedback, claims) == [
        "given_name claim_empty",
        "assessed_on date_invalid",
        "follow_up claim_required",
        "zzz claim_unknown",
    ]


def test_a_fault_in_a_list_says_which_item_and_member(types: Types) -> None:
    claims = sample(types["laakarinlausunto-b"], "C1", TODAY)
    claims["diagnoses"][0]["priority"] = "XX"
    with pytest.raises(ClaimErrors) as caught:
        validate(types["laakarinlausunto-b"], claims, today=TODAY)
    (fault,) = caught.value.errors
    assert (fault.claim, fault.code, dict(fault.facts)) == (
        "diagnoses",
        "claim_code",
        {"item": 1, "member": "priority"},
    )


def test_a_health_term_says_where_it_stands_and_what_it_is(feedback: CredentialType, c1: dict[str, Any]) -> None:
    text = "Aloitus asteittain, burana auttaa."
    with pytest.raises(ClaimErrors) as caught:
        validate(feedback, {**c1, "message_to_authority": text}, today=TODAY)
    facts = caught.value.errors[0].facts
    assert facts["word"] == text[int(facts["start"]) : int(facts["end"])] == "burana"
    assert facts["kind"] == "medicine"


def test_a_word_declared_innocent_passes_and_no_other(feedback: CredentialType, c1: dict[str, Any]) -> None:
    claims = {**c1, "message_to_authority": "Käy Sairaala-museossa, astma ei haittaa."}
    assert faults(feedback, claims, innocent_terms=["sairaala"]) == ["message_to_authority note_health_term"]
    assert faults(feedback, claims, innocent_terms=["sairaala", "astma"]) == []


def test_defaults_are_the_types_data(feedback: CredentialType, c1: dict[str, Any]) -> None:
    for name in ("document_language", "date_of_expiry", "suitable_work", "follow_up_by"):
        del c1[name]
    filled = with_defaults(feedback, c1, today=TODAY)
    assert filled["document_language"] == "fi"
    assert filled["date_of_expiry"] == "2027-05-24"
    assert filled["suitable_work"] == []
    assert filled["follow_up_by"] == "2027-05-24", "when nothing else was said, with the document"
    assert faults(feedback, c1) == []


def test_without_effect_no_duration_is_asked(feedback: CredentialType, c1: dict[str, Any]) -> None:
    del c1["effect_duration"]
    claims = {**c1, "health_effect_on_employment": "none", "reduces_employment_prospects": False}
    assert faults(feedback, claims) == []
    assert with_defaults(feedback, claims, today=TODAY)["effect_duration"] == "unknown"


def test_the_name_of_a_pension_follows_from_its_code(types: Types) -> None:
    claims = sample(types["elakepaatos"], "C5", TODAY)
    del claims["pension_type_name"]
    assert faults(types["elakepaatos"], claims) == []
    filled = with_defaults(types["elakepaatos"], claims, today=TODAY)
    assert filled["pension_type_name"]["sv"] == "Partiell invalidpension"


def test_names_are_kept_in_one_unicode_form(feedback: CredentialType, c1: dict[str, Any]) -> None:
    filled = with_defaults(feedback, {**c1, "family_name": "Na\u0308yte"}, today=TODAY)
    assert filled["family_name"] == "N\u00e4yte"


def test_the_first_pension_code_of_the_pilot_with_a_day_that_is_none_is_refused(types: Types) -> None:
    claims = {**sample(types["elakepaatos"], "C5", TODAY), "birthdate": "1973-09-31"}
    assert faults(types["elakepaatos"], claims) == ["birthdate date_invalid"]


@pytest.mark.parametrize(
    ("type_name", "case", "changes", "expected"),
    [
        ("elakepaatos", "C5", {"degree": "full"}, "degree pension_degree_conflict"),
        ("elakepaatos", "C9", {"end_date": "2020-01-01"}, "end_date date_order"),
        ("itsearvio", "C1", {"work_ability_score": 9}, "work_ability_score band_conflict"),
        ("laakarinlausunto-b", "C1", {"work_ability_assessment": "long_term_unable", "incapacity_from": None,
                                      "incapacity_to": None}, "incapacity_from incapacity_missing"),
        ("laakarinlausunto-b", "C1", {"diagnoses": []}, "diagnoses claim_too_few"),
        ("laakarinlausunto-b", "C1", {"professional_identifier": "99"}, "professional_identifier doctor_id_format"),
        ("laakarinlausunto-b", "C1", {"issuing_unit_oid": "1.99"}, "issuing_unit_oid oid_format"),
        ("pid", "C1", {"sex": 7}, "sex claim_code"),
        ("pid", "C1", {"place_of_birth": {}}, "place_of_birth claim_too_few"),
        ("pid", "C1", {"nationalities": ["Finland"]}, "nationalities claim_pattern"),
    ],
)  # fmt: skip
def test_the_other_types_have_rules_of_their_own(
    types: Types, type_name: str, case: str, changes: dict[str, Any], expected: str
) -> None:
    claims = {**sample(types[type_name], case, TODAY), **changes}
    given = {name: value for name, value in claims.items() if value is not None}
    assert faults(types[type_name], given) == [expected]


def test_only_identity_data_lives_longer_than_a_year(types: Types) -> None:
    later = (TODAY + timedelta(days=1000)).isoformat()
    assert faults(types["pid"], {**sample(types["pid"], "C1", TODAY), "date_of_expiry": later}) == []
    claims = {**sample(types["elakepaatos"], "C5", TODAY), "date_of_expiry": later}
    assert faults(types["elakepaatos"], claims) == ["date_of_expiry date_too_far"]


def test_the_issuer_of_identity_data_writes_other_claims(
    types: Types, organisations: Mapping[str, Organisation]
) -> None:
    claims = complete(
        types["pid"],
        sample(types["pid"], "C1", TODAY),
        organisation=organisations_data.load()["O8"],
        document_id="5c9e6a52-7d0b-4c38-9c4e-0a3f6f7c1c11",
        today=TODAY,
    )
    assert claims["document_number"] == "5c9e6a52-7d0b-4c38-9c4e-0a3f6f7c1c11"
    assert (claims["attestation_legal_category"], claims["issuing_authority"]) == ("PID", "Henkilötietodemo")
    assert "document_id" not in claims
