"""The same pages without colours, on paper, and under the browser's back button."""

from io import BytesIO

import pypdfium2
import pytest

from tests.browser import doctor, endings, official
from tests.browser.rules import axe
from tests.browser.stage import DOCTOR, OFFICIAL, Stage
from tests.browser.visitor import Visitor
from verifier.outcome import Outcome

# What tells one thing from another when colours are the reader's own: a border, and shapes that nothing cuts round.
FORCED = """() => {
  const style = node => getComputedStyle(node);
  const seen = selector => [...document.querySelectorAll(selector)].filter(node => node.checkVisibility());
  return {
    borderless: seen('.btn, .tag, .verdict, .panel, .errsum')
      .filter(node => parseFloat(style(node).borderTopWidth) < 2 || style(node).borderTopStyle === 'none')
      .map(node => node.outerHTML.slice(0, 80)),
    rounded: seen('svg').filter(node => style(node).borderRadius !== '0px').map(node => node.outerHTML.slice(0, 80)),
    codes: seen('.qr').map(node => style(node).backgroundColor),
  };
}"""


def printed(visitor: Visitor) -> list[str]:
    """The text of each page of paper."""
    with pypdfium2.PdfDocument(BytesIO(visitor.page.pdf(prefer_css_page_size=True))) as document:
        return [page.get_textpage().get_text_bounded() for page in document]


def has_no_fault_without_colours(visitor: Visitor) -> None:
    visitor.page.emulate_media(forced_colors="active")
    looked = visitor.page.evaluate(FORCED)
    assert (looked["borderless"], looked["rounded"]) == ([], [])
    assert set(looked["codes"]) <= {"rgb(255, 255, 255)"}
    assert axe(visitor.page) == []
    visitor.page.emulate_media(forced_colors="none")


@pytest.mark.slow
def test_forced_colours_leave_shapes_borders_and_codes(stage: Stage) -> None:
    with stage.visit("issuer") as visitor:
        visitor.go("/signin")
        has_no_fault_without_colours(visitor)
    with stage.visit("issuer", DOCTOR) as visitor:
        doctor.begin(visitor)
        visitor.press("#continue")
        has_no_fault_without_colours(visitor)
    with stage.visit("verifier", OFFICIAL) as visitor:
        asked = official.ask(visitor)
        has_no_fault_without_colours(visitor)
        visitor.leave()
        for outcome in (Outcome.VALID, Outcome.REVOKED, Outcome.TOO_OLD_FOR_PURPOSE):
            asked = endings.bring_about(stage, visitor, outcome)
            visitor.go(asked.path)
            has_no_fault_without_colours(visitor)


@pytest.mark.slow
def test_a_printed_verdict_and_its_note_say_everything_without_buttons(stage: Stage) -> None:
    with stage.visit("verifier", OFFICIAL) as visitor:
        asked = endings.bring_about(stage, visitor, Outcome.VALID)
        visitor.go(asked.path)
        verdict = "\n".join(printed(visitor))
        visitor.go(f"{asked.path}/note")
        notes = printed(visitor)
    assert "HARJOITUS – EI VIRALLINEN" in verdict
    assert "Tiedot ovat aitoja ja voimassa" in verdict
    assert "Allekirjoitus on ehjä" in verdict  # folded on the screen
    assert not any(word in verdict for word in ("Kirjaudu ulos", "Hylkää", "Saavutettavuusseloste", "Tekniset"))
    assert len(notes) == 1
    assert "HARJOITUS – EI VIRALLINEN" in notes[0]
    assert "1 (1)" in notes[0]


@pytest.mark.slow
def test_the_link_and_the_confirmation_code_are_never_on_one_print(stage: Stage) -> None:
    with stage.visit("issuer", DOCTOR) as visitor:
        given = doctor.write(visitor)
        code = visitor.text("#tx-code")
        visitor.page.click("#on-screen summary")
        paper = "\n".join(printed(visitor))
        visitor.page.emulate_media(media="print")
        assert not visitor.page.locator("#qr").is_visible()
    assert "Lausuntopalaute on annettu" in paper
    assert code not in paper
    assert given.tx_code not in paper
    assert "openid-credential-offer" not in paper


@pytest.mark.slow
@pytest.mark.parametrize("javascript", [True, False])
def test_one_comes_back_from_a_document_to_what_was_searched_for(stage: Stage, javascript: bool) -> None:
    with stage.visit("issuer", DOCTOR, javascript=javascript) as visitor:
        document = doctor.write(visitor)
        visitor.go("/documents")
        visitor.page.fill("#q", "Erkki Esimerkki")
        visitor.press("#search")
        visitor.press(f"#all a[href='{document.path}']")
        visitor.page.go_back()
        assert visitor.page.locator("#q").input_value() == "Erkki Esimerkki"
        assert visitor.page.locator(f"#all a[href='{document.path}']").count() == 1
        assert "rkki" not in visitor.page.url
