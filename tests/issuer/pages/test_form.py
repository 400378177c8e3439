"""The form that a type's data describes: answers kept, errors said twice in the same words, words that would tell."""

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from credential_schemas.data import HERE
from issuer.settings import IssuerSettings
from issuer.store.tables import shared
from tests.issuer.pages.browser import Browser, Page, People, answers, begin, document_path
from tests.issuer.world import World, install, running
from web_service.database import Statement

ERRORS = 'id="error-summary"'
AUDIT = Statement(select(shared.audit.c.action, shared.audit.c.detail))


def summary(page: Page) -> list[tuple[str, str]]:
    """The errors of the summary: where each leads, and its sentence."""
    _, _, rest = page.html.partition(ERRORS)
    items = rest.partition("</ul>")[0].split('<li><a href="#')[1:]
    return [(item.partition('"')[0], item.partition('">')[2].partition("</a>")[0]) for item in items]


def test_an_empty_form_has_nothing_chosen_but_what_is_known(doctor: Browser) -> None:
    page = begin(doctor)
    sent = dict(page.forms["document-form"].pairs)
    chosen = {name for name, value in sent.items() if value and not name.startswith("_")}
    assert chosen == {"assessed_on", "follow_up_by", "date_of_expiry", "document_language"}


def test_every_error_stands_beside_its_field_and_in_the_summary_in_the_same_words(doctor: Browser) -> None:
    begin(doctor)
    page = doctor.submit("document-form", work_ability="limited_hours", assessed_on="1.1.2099")
    errors = summary(page)
    assert page.status == 400
    assert page.title.startswith("Virhe: ")
    assert ("assessed_on", "Arviointipäivän pitää olla tänään tai aiemmin") in errors
    assert ("max_weekly_hours", "Kirjoita, montako tuntia viikossa asiakas voi työskennellä") in errors
    for place, sentence in errors:
        assert place in page.ids
        assert page.html.count(sentence) == 2
        assert f'id="{place}-error"' in page.html


def test_after_an_error_everything_typed_is_still_there(doctor: Browser) -> None:
    begin(doctor)
    typed = answers(assessed_on="32.1.2026", client_agreed_content=None)
    page = doctor.submit("document-form", **typed)
    assert [place for place, _ in summary(page)] == ["assessed_on", "client_agreed_content-yes"]
    there = page.forms["document-form"].pairs
    for name, value in typed.items():
        for one in [value] if isinstance(value, str) else value or []:
            assert (name.replace("__", "-"), one) in there


def test_another_language_keeps_what_was_typed_and_checks_nothing(doctor: Browser) -> None:
    begin(doctor)
    page = doctor.submit("document-form", "sv", message_to_authority="Kesken", max_weekly_hours="kaksi")
    assert (page.status, page.language) == (200, "sv")
    assert ERRORS not in page.html
    assert dict(page.forms["document-form"].pairs)["max_weekly_hours"] == "kaksi"
    assert "Utlåtanderespons till arbetskraftsmyndigheten" in page.title
    assert doctor.open(page.path).language == "sv"


@pytest.mark.parametrize("spelling", ["{d}.{m}.{y}", "{d:02}.{m:02}.{short:02}", "{y}-{m:02}-{d:02}"])
def test_a_date_is_read_in_three_spellings(world: World, doctor: Browser, spelling: str) -> None:
    today = world.service.clock.today()
    written = spelling.format(d=today.day, m=today.month, y=today.year, short=today.year % 100)
    begin(doctor)
    page = doctor.submit("document-form", **answers(assessed_on=written))
    assert page.path.endswith("/check")
    assert f"{today.day}.{today.month}.{today.year}" in page.text


def test_an_answer_whose_option_is_off_is_left_out_and_the_next_page_says_so(world: World, doctor: Browser) -> None:
    begin(doctor)
    page = doctor.submit("document-form", **answers(work_ability="limited_tasks"))
    assert "Enimmäistyöaika viikossa" in page.html.partition('id="dropped"')[2].partition("</div>")[0]
    document = document_path(doctor.submit("issue-form", delivery="paper"))
    claims = world.view(document.removeprefix("/documents/")).claims
    assert claims is not None
    assert "max_weekly_hours" not in claims


def test_none_of_them_and_some_of_them_exclude_each_other(doctor: Browser) -> None:
    begin(doctor)
    page = doctor.submit("document-form", **answers(restrictions=["no_driving", "none"]))
    assert summary(page) == [
        ("restrictions-no_heavy_lifting", "Valitse joko rajoitteet tai ”Ei rajoitteita”"),
    ]


def test_what_is_unlikely_is_asked_once_more_and_then_believed(doctor: Browser) -> None:
    begin(doctor)
    unlikely = answers(work_ability="full", health_effect_on_employment="prevents_now", max_weekly_hours="")
    page = doctor.submit("document-form", **unlikely)
    assert (page.status, ERRORS in page.html) == (200, False)
    assert "Onko tämä oikein" in page.text
    assert doctor.submit("document-form").path.endswith("/check")


def test_a_word_that_tells_an_illness_stops_and_is_marked(doctor: Browser) -> None:
    begin(doctor)
    page = doctor.submit("document-form", **answers(message_to_authority="Aloitettu Sertralin, vointi paranee."))
    assert [place for place, _ in summary(page)] == ["message_to_authority"]
    assert "Aloitettu <mark>Sertralin</mark>, vointi paranee." in page.html
    assert "”Sertralin” on lääkkeen nimi" in page.text
    assert "term-ok" in page.ids


def test_a_stopped_word_that_is_declared_harmless_passes_and_the_audit_record_tells_its_kind(
    world: World, doctor: Browser
) -> None:
    begin(doctor)
    doctor.submit("document-form", **answers(message_to_authority="Työ Sertralin Oy:ssä."))
    page = doctor.submit("document-form", term__ok="sertralin")
    assert page.path.endswith("/check")
    doctor.submit("issue-form", delivery="paper")
    rows = [row["detail"] for row in world.rows(AUDIT) if row["action"] == "draft.term_declared_innocent"]
    assert rows == ['{"kind":"medicine"}']


def test_a_word_is_not_declared_harmless_before_it_was_stopped(doctor: Browser) -> None:
    begin(doctor)
    pairs = doctor.filled("document-form", **answers(message_to_authority="Aloitettu Sertralin."))
    response = doctor.send("POST", doctor.action("document-form"), [*pairs, ("term-ok", "sertralin")])
    assert response.status_code == 400
    assert "<mark>Sertralin</mark>" in response.text


def test_a_saved_draft_waits_among_the_documents(doctor: Browser) -> None:
    draft = begin(doctor).path
    page = doctor.submit("document-form", "save-draft", message_to_authority="Kesken")
    assert "Luonnos on tallennettu" in page.text
    assert draft in page.links
    assert dict(doctor.open(draft).forms["document-form"].pairs)["message_to_authority"] == "Kesken"


def test_a_draft_is_deleted_only_after_a_question(doctor: Browser) -> None:
    draft = begin(doctor).path
    page = doctor.open(f"{draft}/delete")
    assert "Poistetaanko luonnos?" in page.title
    assert doctor.open(draft).status == 200
    doctor.open(f"{draft}/delete")
    assert draft not in doctor.submit("question-form").links
    assert doctor.open(draft).status == 404


def test_a_draft_is_gone_after_a_week(world: World, people: People) -> None:
    draft = begin(people.browser("lea.laakari")).path
    world.wait(7 * 86_400 + 60)
    assert people.browser("lea.laakari").open(draft).status == 404


def test_another_person_is_chosen_without_losing_the_answers(doctor: Browser) -> None:
    draft = begin(doctor).path
    doctor.submit("document-form", "save-draft", message_to_authority="Kesken")
    doctor.open(f"{draft}/person")
    doctor.submit("person", personal_administrative_number="050891-942J")
    page = doctor.submit("person")
    assert "Maija Mallikas" in page.text
    assert dict(page.forms["document-form"].pairs)["message_to_authority"] == "Kesken"


def test_an_identity_code_is_checked_and_looked_up(world: World, doctor: Browser) -> None:
    doctor.open("/new")
    doctor.submit("choose", type="lausuntopalaute")
    page = doctor.submit("person", personal_administrative_number="120374-901B")
    assert summary(page)[0][1] == "Tarkista henkilötunnus. Viimeinen merkki ei täsmää muihin."
    page = doctor.submit("person", personal_administrative_number="010190-999C")
    assert page.status == 400
    page = doctor.submit("person", personal_administrative_number=" 120374-901a ")
    assert "Esimerkki, Erkki" in page.text
    looked = [row["detail"] for row in world.rows(AUDIT) if row["action"] == "person.looked_up"]
    assert looked[-1] == '{"found":1}'


# --- a type that nobody has written a line of code for


@pytest.fixture
def foreign(tmp_path: Path, migrated_url: Callable[[str | None], str]) -> Iterator[World]:
    """An installation with one more type, made from a folder of data: the pension decision under another name."""
    folder = tmp_path / "types" / "lupa"
    shutil.copytree(HERE / "types" / "elakepaatos", folder)
    for name, old, new in (("type_metadata.json", "elakepaatos", "lupa"), ("type.json", "benefit_officer", "nurse")):
        (folder / name).write_text((folder / name).read_text("utf-8").replace(old, new), "utf-8")
    form = json.loads((folder / "form.json").read_text("utf-8"))
    form["title"] = {"fi": "Lupa", "sv": "Lov", "en": "Permit"}
    (folder / "form.json").write_text(json.dumps(form), "utf-8")
    settings: IssuerSettings = install(tmp_path, types_dir=tmp_path / "types", database_url=migrated_url("issuer"))
    with running(settings) as world:
        yield world


def test_a_type_from_a_folder_gets_its_form_from_its_data(foreign: World) -> None:
    nurse = People(foreign, "O1").browser("siiri.sairaanhoitaja")
    page = begin(nurse, type_name="lupa")
    assert page.title.startswith("Lupa")
    page = nurse.submit(
        "document-form",
        pension_type_code="OTKEL",
        degree="partial",
        start_date="1.1.2026",
        provisional="no",
        decision_number="4711",
    )
    assert summary(page) == []
    assert page.path.endswith("/check")
    path = document_path(nurse.submit("issue-form", delivery="paper"))
    assert nurse.send("GET", f"{path}/sheet.pdf").status_code == 200
