"""The form from data: what it asks, what is read from it, and that nothing is lost on the way back."""

from collections.abc import Mapping
from typing import Any

import pytest

from credential_schemas import forms
from credential_schemas.data import LANGUAGES
from credential_schemas.errors import ClaimErrors
from credential_schemas.organisations import Organisation
from credential_schemas.types import CredentialType, load_types, sample
from credential_schemas.validation import validate, with_defaults
from tests.credential_schemas.conftest import TODAY

Types = Mapping[str, CredentialType]
WITH_FORM = [name for name, credential_type in load_types().items() if credential_type.form]
SAMPLES = [(name, case) for name in WITH_FORM for case in load_types()[name].samples]

FIRST = {
    "assessed_on": ["2.10.2026"],
    "assessed_against-choice": ["occupation"],
    "assessed_against": ["4321 Varastonhoitajat ym."],
    "work_ability": ["limited_tasks"],
    "health_effect_on_employment": ["considerable"],
    "reduces_employment_prospects": ["yes"],
    "effect_duration": ["over_1_year"],
    "restrictions": ["no_heavy_lifting"],
    "restriction_max_load_kg": ["10"],
    "rehabilitation_need": ["vocational"],
    "follow_up": ["health_centre"],
    "follow_up_by": ["2027-04-01"],
    "care_plan_exists": ["yes"],
    "message_to_authority": [" Aloitus\r\nasteittain. "],
    "date_of_expiry": ["1.4.2027"],
    "document_language": ["fi"],
    "client_agreed_content": ["yes"],
}


def answers(**changes: list[str] | None) -> dict[str, list[str]]:
    return {name: value for name, value in {**FIRST, **changes}.items() if value is not None}


def test_the_feedback_is_asked_in_the_order_of_the_page(feedback: CredentialType) -> None:
    form = forms.form(feedback, "fi")
    assert form.title == "Lausuntopalaute työvoimaviranomaiselle"
    assert [group.heading for group in form.groups] == [
        None,
        "1 Arvio työkyvystä",
        "2 Rajoitteet ja sopiva työ",
        "3 Tuki, kuntoutus ja jatko",
        "4 Lisätieto ja läpikäynti asiakkaan kanssa",
    ]
    assert [field.claim for field in form.fields] == [
        "referral_id", "assessed_on", "assessed_against", "work_ability", "max_weekly_hours",
        "health_effect_on_employment", "reduces_employment_prospects", "effect_duration", "restrictions",
        "restriction_max_load_kg", "suitable_work", "recommended_support", "rehabilitation_need", "follow_up",
        "follow_up_by", "care_plan_exists", "message_to_authority", "date_of_expiry", "document_language",
        "client_agreed_content",
    ]  # fmt: skip


def test_a_field_has_its_options_hint_and_limits_in_the_readers_language(feedback: CredentialType) -> None:
    fields = {field.claim: field for field in forms.form(feedback, "sv").fields}
    assert len(fields["work_ability"].options) == 7
    assert fields["health_effect_on_employment"].hint == (
        "Bedöm inverkan på möjligheten att få arbete, inte sjukdomens svårighetsgrad"
    )
    assert fields["restrictions"].none_label == "Inga begränsningar"
    assert fields["message_to_authority"].limits == {"max_length": 300}
    assert fields["max_weekly_hours"].when == {"work_ability": ["limited_hours", "limited_both"]}
    assert fields["rehabilitation_need"].options[0].hint
    assert fields["assessed_against"].choices[1].label == "Allmänt arbete på den öppna arbetsmarknaden"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", WITH_FORM)
def test_every_form_is_worded_in_every_language(types: Types, name: str, language: str) -> None:
    for field in forms.form(types[name], language).fields:
        assert field.label


@pytest.mark.parametrize("name", WITH_FORM)
def test_every_claim_is_asked_known_or_the_issuers(types: Types, name: str) -> None:
    credential_type = types[name]
    form = forms.form(credential_type, "fi")
    covered = {field.claim for field in form.fields} | set(form.person) | set(form.from_account) | set(form.constants)
    for claim in credential_type.claims:
        if claim.mandatory and not claim.issuer_owned and claim.name not in credential_type.settings["defaults"]:
            assert claim.name in covered, claim.name


@pytest.mark.parametrize("name", WITH_FORM)
def test_a_condition_looks_back_not_forward(types: Types, name: str) -> None:
    seen: set[str] = set()
    for field in forms.form(types[name], "fi").fields:
        assert set(field.when or {}) <= seen
        seen.add(field.claim)


def test_what_was_sent_becomes_claims(feedback: CredentialType) -> None:
    claims, errors = forms.read(feedback, answers())
    assert errors == ()
    assert claims == {
        "assessed_on": "2026-10-02",
        "assessed_against": {"code": "4321", "label": "Varastonhoitajat ym."},
        "work_ability": "limited_tasks",
        "health_effect_on_employment": "considerable",
        "reduces_employment_prospects": True,
        "effect_duration": "over_1_year",
        "restrictions": ["no_heavy_lifting"],
        "restriction_max_load_kg": 10,
        "rehabilitation_need": "vocational",
        "follow_up": "health_centre",
        "follow_up_by": "2027-04-01",
        "care_plan_exists": True,
        "message_to_authority": "Aloitus\nasteittain.",
        "date_of_expiry": "2027-04-01",
        "document_language": "fi",
        "client_agreed_content": True,
    }


def test_a_question_that_was_hidden_is_not_read(feedback: CredentialType) -> None:
    claims, _ = forms.read(
        feedback, answers(max_weekly_hours=["20"], restrictions=["no_dust"], health_effect_on_employment=["none"])
    )
    assert not {"max_weekly_hours", "restriction_max_load_kg", "effect_duration"} & set(claims)


def test_no_restrictions_is_an_answer_and_no_answer_is_none(feedback: CredentialType) -> None:
    assert forms.read(feedback, answers(restrictions=["none"]))[0]["restrictions"] == []
    _, errors = forms.read(feedback, answers(restrictions=None))
    assert [(error.claim, error.code) for error in errors] == [("restrictions", "claim_required")]


def test_restrictions_and_none_of_them_cannot_both_be_true(feedback: CredentialType) -> None:
    _, errors = forms.read(feedback, answers(restrictions=["none", "no_dust"]))
    assert [(error.claim, error.code) for error in errors] == [("restrictions", "restrictions_conflict")]


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        (["4321"], {"code": "4321", "label": "Varastonhoitajat ym."}),
        (["lastbilsförare"], {"code": "8332", "label": "lastbilsförare"}),
        (["1234 Oma nimike"], {"code": "1234", "label": "Oma nimike"}),
        (["Taikuri"], {"code": "", "label": "Taikuri"}),
    ],
)
def test_an_occupation_is_a_code_or_a_title_of_the_list(
    feedback: CredentialType, sent: list[str], expected: dict[str, str]
) -> None:
    assert forms.read(feedback, answers(assessed_against=sent))[0]["assessed_against"] == expected


def test_the_open_labour_market_is_named_in_the_documents_language(feedback: CredentialType) -> None:
    sent = answers(**{"assessed_against-choice": ["general_labour_market"], "document_language": ["sv"]})
    assert forms.read(feedback, sent)[0]["assessed_against"] == {
        "code": "general_labour_market",
        "label": "Allmänt arbete på den öppna arbetsmarknaden",
    }


def test_an_occupation_is_needed_where_it_was_chosen(feedback: CredentialType, c1: dict[str, Any]) -> None:
    claims, _ = forms.read(feedback, answers(assessed_against=[""]))
    assert "assessed_against" not in claims
    claims, _ = forms.read(feedback, answers(**{"assessed_against-choice": None}))
    assert "assessed_against" not in claims


@pytest.mark.parametrize(("claim", "text"), [("assessed_on", "31.9.2026"), ("restriction_max_load_kg", "kymmenen")])
def test_what_cannot_be_understood_is_shown_again_as_written(
    feedback: CredentialType, c1: dict[str, Any], claim: str, text: str
) -> None:
    claims, _ = forms.read(feedback, answers(**{claim: [text]}))
    assert claims[claim] == text
    with pytest.raises(ClaimErrors):
        validate(feedback, {**c1, claim: text}, today=TODAY)


@pytest.mark.parametrize(("name", "case"), SAMPLES)
def test_a_document_that_is_corrected_comes_back_as_it_was(types: Types, name: str, case: str) -> None:
    credential_type = types[name]
    form = forms.form(credential_type, "fi")
    asked = {field.claim for field in form.fields}
    # What is asked only under a condition that does not hold follows from the type's defaults.
    claims = with_defaults(credential_type, sample(credential_type, case, TODAY), today=TODAY)
    sent = forms.fill(credential_type, claims)
    read, errors = forms.read(credential_type, sent)
    again = with_defaults(credential_type, {**read, **{k: v for k, v in claims.items() if k not in asked}}, today=TODAY)
    assert errors == ()
    assert again == claims


def test_an_empty_form_starts_with_today_and_the_persons_language(feedback: CredentialType) -> None:
    claims = forms.initial(feedback, today=TODAY, person_language="sv")
    assert claims == {
        "assessed_on": "2026-11-24",
        "follow_up_by": "2027-05-24",
        "date_of_expiry": "2027-05-24",
        "document_language": "sv",
    }
    assert forms.fill(feedback, claims)["assessed_on"] == ["24.11.2026"]


def test_the_author_is_known_from_the_sign_in(types: Types, organisations: Mapping[str, Organisation]) -> None:
    lea = organisations["O1"].people[0]
    assert forms.account_claims(types["lausuntopalaute"], lea) == {"professional_role": "physician"}
    assert forms.account_claims(types["laakarinlausunto-b"], lea) == {
        "professional_name": "Lea Lääkäri-Malli",
        "professional_right": "001",
        "professional_registration_number": "99900000011",
        "professional_identifier": "990011",
    }


def test_the_summary_has_every_question_that_was_asked(feedback: CredentialType) -> None:
    claims, _ = forms.read(feedback, answers(message_to_authority=[""]))
    summary = {row.claim: row.value for _, rows in forms.summary(feedback, claims, "fi") for row in rows}
    assert summary["message_to_authority"] == "Ei annettu"
    assert summary["restrictions"] == "Ei raskaita nostoja"
    assert "max_weekly_hours" not in summary
