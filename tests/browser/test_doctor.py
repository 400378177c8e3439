"""The doctor in a browser: a statement feedback by keyboard alone, and what becomes of it."""

from typing import cast

import httpx
import pytest

from openid4vc import printed_codes
from tests.browser import doctor
from tests.browser.keyboard import Keyboard
from tests.browser.stage import DOCTOR, Stage
from tests.browser.visitor import Visitor
from tests.issuer.stranger import Http, Stranger

EMPTY_FORM_ERRORS = 9


@pytest.mark.slow
def test_a_doctor_signs_in_and_gives_a_statement_feedback_by_keyboard_alone(stage: Stage) -> None:
    with stage.visit("issuer") as visitor:
        keys = Keyboard(visitor)
        visitor.go("/")
        keys.write("username", DOCTOR)
        keys.write("password", stage.passwords[DOCTOR])
        keys.leave()
        assert visitor.heading == "Omat asiakirjat"
        keys.to("new")
        keys.leave()
        keys.choose("type", "lausuntopalaute")
        keys.leave()
        keys.write("personal_administrative_number", doctor.CLIENT)
        keys.leave()
        assert "Esimerkki, Erkki" in visitor.text("#who")
        keys.to("continue")
        keys.leave()

        assert_errors_lead_to_their_fields(visitor, keys)
        fill_by_keyboard(keys)
        keys.to("continue")
        keys.leave()
        assert visitor.heading == "Tarkista asiakirja ennen antamista"
        tree = visitor.tree("main")
        for line in (
            "- term: Työkyky",
            '- definition: "Rajoittunut: osa työtehtävistä ei onnistu"',
            "- term: Rajoitteet työssä",
            "- definition: Ei raskaita nostoja",
            '- heading "Mitä virasto näkee" [level=2]',
        ):
            assert line in tree, tree
        assert visitor.text("#preview").count("Ei koskaan: diagnoosi, yksikkö, erikoisala, nimesi.") >= 1

        keys.choose("delivery", "paper")
        keys.to("issue")
        keys.leave()
        assert visitor.heading == "Lausuntopalaute on annettu"
        assert_sheet_and_code_open(visitor, keys)
        assert visitor.take_troubles() == []


def assert_errors_lead_to_their_fields(visitor: Visitor, keys: Keyboard) -> None:
    """An empty form: the summary has the focus, each line stands at its field too, and a link leads there."""
    page = visitor.page
    keys.to("continue")
    keys.leave()
    assert visitor.focused() == "error-summary"
    assert page.title() == f"Virhe: {visitor.heading} – Todiste"
    links = page.locator("#error-summary a").all()
    assert len(links) == EMPTY_FORM_ERRORS
    for link in links:
        target = str(link.get_attribute("href")).removeprefix("#")
        box = page.locator(".bad").filter(has=page.locator(f"[id='{target}']"))
        assert page.locator(f"[id='{target}']").is_visible()
        assert link.inner_text() in box.locator(".err").inner_text()
    keys.press("Tab")
    keys.press("Enter")
    assert visitor.focused() == str(links[0].get_attribute("href")).removeprefix("#")


def fill_by_keyboard(keys: Keyboard) -> None:
    """In the order of the page, beginning at the first error; questions that an answer opens come right after it."""
    keys.press("Space")
    assert keys.visitor.page.is_checked("#assessed_against-choice-occupation")
    keys.write("assessed_against", "4321 Varastonhoitajat ym.")
    keys.choose("work_ability", "limited_tasks")
    keys.choose("health_effect_on_employment", "considerable")
    keys.choose("effect_duration", "over_1_year")
    keys.choose("reduces_employment_prospects", "yes")
    keys.tick("restrictions", "no_heavy_lifting")
    keys.write("restriction_max_load_kg", "10")
    keys.tick("suitable_work", "varied_posture")
    keys.choose("rehabilitation_need", "vocational")
    keys.choose("follow_up", "health_centre")
    keys.choose("care_plan_exists", "yes")
    keys.tick("client_agreed_content", "yes")


def assert_sheet_and_code_open(visitor: Visitor, keys: Keyboard) -> None:
    """Both are PDFs; the code on the sheet is the one on the screen, and the confirmation code is not on the sheet."""
    page = visitor.page
    given = doctor.given(visitor)
    sheet = visitor.fetch(f"{given.path}/sheet.pdf")
    assert (sheet.status, sheet.content_type) == (200, "application/pdf")
    assert given.offer_uri in {code.text for code in printed_codes.read(sheet.content)}
    code = visitor.fetch(f"{given.path}/code.pdf", visitor.hidden_fields("code-form"))
    assert (code.status, code.content_type) == (200, "application/pdf")
    with page.expect_response(lambda response: response.url.endswith("/sheet.pdf")) as opened:
        keys.to("sheet")
        keys.press("Enter")
    assert opened.value.status == 200


@pytest.mark.slow
def test_what_was_typed_survives_another_language_and_an_error(stage: Stage) -> None:
    with stage.visit("issuer", DOCTOR) as visitor:
        page = visitor.page
        doctor.begin(visitor)
        page.fill("#assessed_on", "31.2.2026")
        page.check("#work_ability-limited_hours")
        page.fill("#max_weekly_hours", "20")
        page.fill("#message_to_authority", "Aamut sopivat parhaiten.")
        for language in ("sv", "en", "fi"):
            visitor.press(f"button[name=_lang][value={language}]")
            assert page.locator("html").get_attribute("lang") == language
            assert not page.locator("#error-summary").is_visible()
        visitor.press("#continue")
        assert visitor.status == 400
        assert page.input_value("#assessed_on") == "31.2.2026"
        assert page.is_checked("#work_ability-limited_hours")
        assert page.input_value("#max_weekly_hours") == "20"
        assert page.input_value("#message_to_authority") == "Aamut sopivat parhaiten."
        visitor.press("#cancel")
        visitor.press("#delete-draft")


@pytest.mark.slow
def test_the_page_of_a_document_tells_its_state_and_what_can_be_done(stage: Stage) -> None:
    with stage.visit("issuer", DOCTOR) as visitor, httpx.Client(timeout=30) as http:
        stranger = Stranger(cast(Http, http), stage.now)
        first = doctor.write(visitor)
        visitor.go(first.path)
        assert acts(visitor) == ["reprint", "new-code", "correct", "cancel-code", "suspend", "revoke"]

        visitor.press("#reprint")
        visitor.press("#confirm-reprint")
        second = doctor.given(visitor)
        assert (second.document_id, second.offer_uri == first.offer_uri) == (first.document_id, False)
        assert stranger.fetch_offer(first.offer_uri).status_code in (404, 410)
        stranger.receive(second.offer_uri, second.tx_code)
        visitor.go(first.path)
        assert visitor.text("#state") == "Lompakossa"
        assert acts(visitor) == ["reprint", "correct", "suspend", "revoke"]

        end(visitor, "suspend")
        assert (visitor.text("#notification"), visitor.text("#state")) == (
            f"{number(visitor)} voimassaolo on keskeytetty.",
            "Keskeytetty",
        )
        assert acts(visitor) == ["correct", "resume", "revoke"]
        visitor.press("#resume")
        visitor.press("#continue")
        visitor.press("#confirm-resume")
        assert visitor.text("#state") == "Lompakossa"
        end(visitor, "revoke")
        assert visitor.text("#state") == "Peruttu"
        assert acts(visitor) == []
        events = visitor.page.locator("#history tbody tr td:nth-of-type(1)").all_inner_texts()
        assert [event.split(":")[0] for event in events][-1] == "Asiakirja annettiin"
        assert len(events) >= 6


def acts(visitor: Visitor) -> list[str]:
    """The ids of what the page offers, after the way to the printing."""
    ids = visitor.page.locator("aside .btn").evaluate_all("nodes => nodes.map(node => node.id)")
    return [identifier for identifier in ids if identifier != "done"]


def end(visitor: Visitor, act: str) -> None:
    """Suspend or revoke: a reason, then the question without any field, on which Enter does nothing."""
    visitor.press(f"#{act}")
    visitor.page.check("#reason-client_request")
    visitor.press("#continue")
    visitor.page.keyboard.press("Enter")
    assert visitor.page.locator(f"#confirm-{act}").is_visible()
    visitor.press(f"#confirm-{act}")


def number(visitor: Visitor) -> str:
    return visitor.heading.replace("Lausuntopalaute", "Asiakirjan")
