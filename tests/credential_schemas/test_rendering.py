"""One rendering for the doctor's preview, the official's verdict and the sheet."""

from collections.abc import Mapping
from typing import Any, Literal

import pytest

from credential_schemas.organisations import Organisation
from credential_schemas.purposes import Purpose
from credential_schemas.rendering import Line, format_date, line, lines, person_lines
from credential_schemas.types import CredentialType, load_types
from tests.credential_schemas.conftest import TODAY, document

Types = Mapping[str, CredentialType]
Purposes = Mapping[str, Purpose]
Organisations = Mapping[str, Organisation]
NB = "\u00a0"


def shown(rows: tuple[Line, ...]) -> list[tuple[str, str]]:
    return [(row.label, row.value) for row in rows]


@pytest.fixture
def c1_document(feedback: CredentialType, organisations: Organisations) -> dict[str, Any]:
    return document(feedback, "C1", organisations["O1"])


def test_the_official_reads_p1_in_this_order(
    feedback: CredentialType, purposes: Purposes, c1_document: dict[str, Any]
) -> None:
    rows = lines(feedback, c1_document, language="fi", audience="official", purpose=purposes["P1"])
    assert shown(rows) == [
        ("Työkyky", "Rajoittunut: osa työtehtävistä ei onnistu"),
        ("Terveydentilan vaikutus työllistymiseen", "Huomattava"),
        ("Vaikutuksen kesto", "Yli vuosi"),
        ("Rajoitteet työssä", f"Ei raskaita nostoja (enintään 10{NB}kg)"),
        ("Sopivaa työtä", "Vaihteleva työasento, päivätyö"),
        ("Arvioitu", "24.11.2026"),
        ("Uusi arvio viimeistään", "24.5.2027"),
        ("Lisätieto", "Työn aloitus asteittain."),
        ("Antaja", "Esimerkkilän hyvinvointialue, lääkäri"),
    ]


def test_a_merged_row_covers_the_claims_that_it_shows(
    feedback: CredentialType, purposes: Purposes, c1_document: dict[str, Any]
) -> None:
    rows = lines(feedback, c1_document, language="fi", audience="official", purpose=purposes["P1"])
    assert rows[3].covers == ("restrictions", "restriction_max_load_kg")
    assert {row.note for row in rows} == {None}


def test_what_was_not_disclosed_leaves_no_trace(
    feedback: CredentialType, purposes: Purposes, c1_document: dict[str, Any]
) -> None:
    asked = purposes["P1"].credential("feedback")
    given = {name: value for name, value in c1_document.items() if name not in asked.optional}
    rows = lines(feedback, given, language="fi", audience="official", purpose=purposes["P1"])
    assert ("Rajoitteet työssä", "Ei raskaita nostoja") in shown(rows)
    assert not {row.claim for row in rows} & set(asked.optional)


def test_what_was_not_asked_is_not_shown_even_when_it_came(
    feedback: CredentialType, purposes: Purposes, c1_document: dict[str, Any]
) -> None:
    rows = lines(feedback, c1_document, language="fi", audience="official", purpose=purposes["P1"])
    seen = {claim for row in rows for claim in row.covers}
    wanted = {*purposes["P1"].credential("feedback").claims(with_customer=True)}
    assert seen <= wanted | {"issuing_authority", "professional_role"}


def test_who_it_is_about_stands_apart_and_never_by_identity_code(c1_document: dict[str, Any]) -> None:
    rows = person_lines(c1_document, language="sv")
    assert shown(rows) == [("Namn", "Esimerkki, Erkki"), ("Födelsedatum", "12.3.1974")]


@pytest.mark.parametrize("audience", ["official", "sheet", "preview"])
@pytest.mark.parametrize("name", sorted(load_types()))
def test_no_row_holds_the_identity_code(
    types: Types, organisations: Organisations, name: str, audience: Literal["official", "sheet", "preview"]
) -> None:
    for case in types[name].samples:
        claims = document(types[name], case, organisations["O1"])
        for row in lines(types[name], claims, language="fi", audience=audience, purpose=None):
            assert claims["personal_administrative_number"] not in row.value


def test_the_preview_keeps_optional_claims_apart_and_says_so(
    feedback: CredentialType, purposes: Purposes, c1_document: dict[str, Any]
) -> None:
    rows = lines(feedback, c1_document, language="en", audience="preview", purpose=purposes["P1"])
    assert ("Restrictions at work", "No heavy lifting") in shown(rows)
    assert {row.claim for row in rows if row.note == "optional"} == {
        "restriction_max_load_kg",
        "suitable_work",
        "message_to_authority",
    }


def test_the_sheet_fits_its_rows(feedback: CredentialType, c1_document: dict[str, Any]) -> None:
    rows = lines(feedback, c1_document, language="fi", audience="sheet", purpose=None)
    assert shown(rows) == [
        ("Työkyky", "Rajoittunut: osa työtehtävistä ei onnistu"),
        ("Arvioitu suhteessa", "4321 Varastonhoitajat ym."),
        ("Terveydentilan vaikutus työllistymiseen", "Huomattava, yli vuosi"),
        ("Vähentää olennaisesti mahdollisuuksia saada sopivaa työtä", "Kyllä"),
        ("Rajoitteet työssä", f"Ei raskaita nostoja (enintään 10{NB}kg)"),
        ("Sopivaa työtä", "Vaihteleva työasento, päivätyö"),
        ("Suositellut tuet", "Työhönvalmennus"),
        ("Kuntoutustarve", "Ammatillinen"),
        ("Jatko", "Terveyskeskus, uusi arvio viimeistään 24.5.2027"),
        ("Hoito- tai palvelusuunnitelma", "On tehty"),
        ("Lähetteen tunnus", "L-2026-000123"),
        ("Lisätieto", "Työn aloitus asteittain."),
        ("Arvioitu", "24.11.2026, lääkäri, voimassa 24.5.2027 asti"),
    ]


SHEET_LEAVES_OUT = {
    # Printed elsewhere on the sheet: whom it is about, by whom, which document; or the same for every document.
    "given_name", "family_name", "birthdate", "personal_administrative_number", "date_of_issuance", "document_id",
    "document_number", "replaces_document_id", "issuing_authority", "issuing_authority_id", "issuing_country",
    "attestation_legal_category", "document_language", "client_agreed_content", "picture", "pension_type_code",
    "issuing_unit_oid",
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(load_types()))
def test_a_sheet_leaves_nothing_of_the_document_out(types: Types, organisations: Organisations, name: str) -> None:
    """The paper is complete by itself (a person without a phone has the same document)."""
    for case in types[name].samples:
        claims = document(types[name], case, organisations["O1"])
        rows = lines(types[name], claims, language="fi", audience="sheet", purpose=None)
        printed = {claim for row in rows for claim in row.covers}
        assert set(claims) - printed - SHEET_LEAVES_OUT == set(), case


@pytest.mark.parametrize("name", ["P1", "P4", "P5"])
def test_an_office_sees_every_claim_that_it_asked_and_got(
    types: Types, purposes: Purposes, organisations: Organisations, name: str
) -> None:
    apart = {"given_name", "family_name", "birthdate"}
    for asked in purposes[name].credentials:
        credential_type = types[asked.type]
        for case in credential_type.samples:
            claims = document(credential_type, case, organisations["O1"])
            rows = lines(credential_type, claims, language="en", audience="official", purpose=purposes[name])
            seen = {claim for row in rows for claim in row.covers}
            assert (set(asked.claims(with_customer=False)) & set(claims)) - apart <= seen


def test_no_effect_has_no_duration(types: Types, purposes: Purposes, organisations: Organisations) -> None:
    claims = document(types["lausuntopalaute"], "C12", organisations["O1"])
    rows = lines(types["lausuntopalaute"], claims, language="fi", audience="official", purpose=purposes["P1"])
    assert ("Vaikutuksen kesto", "Ei vaikutusta, kestoa ei arvioitu") in shown(rows)
    assert ("Rajoitteet työssä", "Ei rajoitteita") in shown(rows)


def test_an_open_occupation_is_named_in_the_readers_language_where_the_code_is_known(
    types: Types, purposes: Purposes, organisations: Organisations
) -> None:
    claims = document(types["laakarinlausunto-b"], "C1", organisations["O1"])
    rows = lines(types["laakarinlausunto-b"], claims, language="sv", audience="official", purpose=purposes["P1"])
    assert shown(rows)[:3] == [
        ("Bedömning av arbetsförmågan", "Begränsad: klarar inte alla arbetsuppgifter"),
        ("I förhållande till vilket arbete", "Eget arbete"),
        ("Yrke", "4321 Lagerförvaltare m.fl."),
    ]
    claims["occupation"] = {"code": "9999", "label": "Käsityöläiset"}
    rows = lines(types["laakarinlausunto-b"], claims, language="sv", audience="official", purpose=purposes["P1"])
    assert (rows[2].value, rows[2].lang) == ("9999 Käsityöläiset", "fi")


def test_free_text_keeps_its_language(
    feedback: CredentialType, purposes: Purposes, c1_document: dict[str, Any]
) -> None:
    rows = lines(feedback, c1_document, language="en", audience="official", purpose=purposes["P1"])
    by_claim = {row.claim: row for row in rows}
    assert by_claim["message_to_authority"].lang == "fi"
    assert by_claim["work_ability"].lang == "en"


@pytest.mark.parametrize(
    ("language", "text"),
    [("fi", "2.10.2026"), ("sv", "2.10.2026"), ("en", "2 October 2026"), ("sv-FI", "2.10.2026"), ("de", "2.10.2026")],
)
def test_dates_have_the_form_of_the_language(language: str, text: str) -> None:
    assert format_date(TODAY.replace(month=10, day=2), language) == text


def test_an_unknown_language_falls_back_to_finnish(
    feedback: CredentialType, purposes: Purposes, c1_document: dict[str, Any]
) -> None:
    german = lines(feedback, c1_document, language="de", audience="official", purpose=purposes["P1"])
    finnish = lines(feedback, c1_document, language="fi", audience="official", purpose=purposes["P1"])
    assert shown(german) == shown(finnish)


def test_a_code_of_a_later_version_is_shown_as_it_stands(
    feedback: CredentialType, purposes: Purposes, c1_document: dict[str, Any]
) -> None:
    c1_document.update(work_ability="limited_evenings", restrictions=["no_heavy_lifting", "no_frost"])
    rows = lines(feedback, c1_document, language="fi", audience="official", purpose=purposes["P1"])
    assert rows[0].value == "limited_evenings"
    assert ("Rajoitteet työssä", f"Ei raskaita nostoja (enintään 10{NB}kg), no_frost") in shown(rows)


def test_names_and_abbreviations_keep_their_capitals_inside_a_row(
    feedback: CredentialType, c1_document: dict[str, Any]
) -> None:
    code_list = feedback.claim("follow_up").code_list
    assert code_list is not None
    assert code_list.inside_sentence("kela", "fi") == "Kela"
    assert code_list.inside_sentence("kela", "sv") == "FPA"
    assert code_list.inside_sentence("health_centre", "fi") == "terveyskeskus"


def test_records_are_written_by_their_template(types: Types, organisations: Organisations) -> None:
    claims = document(types["laakarinlausunto-b"], "C1", organisations["O1"])
    values = dict(shown(lines(types["laakarinlausunto-b"], claims, language="fi", audience="sheet", purpose=None)))
    assert values["Sairaudet"] == "M51.1 Lannerangan välilevyn sairaus ja hermojuurioire (päädiagnoosi, pysyvä)"
    assert values["Toimintakyky"] == "Nostaminen ja kantaminen 3: yli 10 kg ei onnistu; Asennon ylläpito 2"


def test_an_address_is_written_without_what_it_lacks(types: Types, organisations: Organisations) -> None:
    claims = document(types["pid"], "C1", organisations["O8"], address={"locality": "MALLILA", "postal_code": "00000"})
    values = dict(shown(lines(types["pid"], claims, language="fi", audience="sheet", purpose=None)))
    assert values["Osoite"] == "00000 MALLILA"


def test_a_purpose_that_does_not_ask_for_the_type_shows_nothing(
    types: Types, purposes: Purposes, organisations: Organisations
) -> None:
    claims = document(types["itsearvio"], "C1", organisations["O5"])
    assert lines(types["itsearvio"], claims, language="fi", audience="official", purpose=purposes["P1"]) == ()


def test_a_skipped_question_reads_not_given(feedback: CredentialType) -> None:
    assert line(feedback, "message_to_authority", {}, language="sv").value == "Inte angivet"
