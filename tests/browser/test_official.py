"""The official in a browser: asks, turns the screen, reads the verdict as a screen reader tells it."""

import re

import pytest

from credential_schemas.types import load_types, sample
from tests.browser import endings, official, words
from tests.browser.stage import OFFICIAL, Stage, WalletOf
from tests.browser.visitor import Visitor
from tests.verifier.town import FEEDBACK, PID, STATEMENT
from verifier.outcome import WITH_VALUES, Outcome

# What stands in the documents of case C1 and is not for this office, whatever was answered.
FORBIDDEN = (
    *("120374-901A", "M51.1", "välilevyn", "Selkäoireita", "Fysioterapiaa", "sote-keskus", "Yleislääketiede"),
    *("Lea Lääkäri", "990011", "L-2026-000123", "1.2.246.10.99001010.10", "job_coaching", "Työhönvalmennus"),
)
# What the page of a good answer shows of case C1, and of a bad one does not.
VALUES = ("Esimerkki, Erkki", "12.3.1974", "Rajoittunut", "Huomattava", "Ei raskaita nostoja", "Työn aloitus")
CHECKS = (
    *("Antaja on luotettujen luettelossa", "Allekirjoitus on ehjä", "Tiedot tulivat lompakosta, johon ne on annettu"),
    *("Asiakirja ja henkilötiedot koskevat samaa henkilöä", "Voimassaoloaika", "Ei ole peruttu tai keskeytetty"),
    "Tiedot ovat tarpeeksi tuoreita tähän tarkoitukseen",
)


def erkki(stage: Stage) -> WalletOf:
    """The real wallet of case C1 with identity data and a feedback."""
    wallet = stage.wallet("erkki")
    wallet.take(stage.installation.offer("lausuntopalaute", "C1", "O1"))
    wallet.take(stage.installation.offer("pid", "C1", "O8"))
    return wallet


def shows_nothing_forbidden(visitor: Visitor) -> None:
    """Neither on the screen nor anywhere in the source of the page."""
    source = visitor.page.content()
    assert [word for word in FORBIDDEN if word in source] == []
    assert not re.search(r'[{\[]\s*"|~ey|\beyJ', visitor.text("body"))


@pytest.mark.slow
def test_the_page_becomes_the_verdict_by_itself_when_the_wallet_answers(stage: Stage) -> None:
    wallet = erkki(stage)
    with stage.visit("verifier", OFFICIAL) as visitor:
        page = visitor.page
        asked = official.ask(visitor, case=official.CASE)
        assert visitor.heading == "Pyydä asiakasta avaamaan lompakkonsa"
        assert page.locator(".qr").get_attribute("role") == "img"
        assert visitor.text("#purpose") == (
            "Tarkoitus: Terveydentilan vaikutus työllistymiseen. Pyytäjä: Mallilan työllisyysalue."
        )
        assert official.CASE not in visitor.text("body")
        assert visitor.text("#changes-itself") == "Sivu vaihtuu itsestään, kun vastaus tulee."
        done = wallet.present(asked.uri)
        assert done.code == 0, done.err

        page.wait_for_selector("#verdict-h", timeout=30_000)
        page.wait_for_function("document.activeElement.id === 'verdict-h'")
        reads_as_valid(visitor)
        shows_nothing_forbidden(visitor)
        visitor.go(f"{asked.path}/note")
        shows_nothing_forbidden(visitor)
        assert visitor.take_troubles() == []


def reads_as_valid(visitor: Visitor) -> None:
    tree = visitor.tree("main")
    lines = [line.strip() for line in tree.splitlines()]
    first = lines.index('- heading "Tiedot ovat aitoja ja voimassa" [level=1]')
    assert "- paragraph: Kunnossa" in lines[:first]
    told = [line for line in lines if line.startswith(("- term:", "- definition:"))]
    pairs = {
        term.removeprefix("- term: "): value.removeprefix("- definition: ").strip('"')
        for term, value in zip(told[::2], told[1::2], strict=True)
    }
    assert pairs["Nimi"] == "Esimerkki, Erkki"
    assert pairs["Syntymäaika"] == "12.3.1974"
    assert pairs["Vertailu asiakastietoihin"] == "Ei verrattu, koska asiakasta ei annettu"
    assert pairs["Työkyky"] == "Rajoittunut: osa työtehtävistä ei onnistu"
    assert pairs["Rajoitteet työssä"] == "Ei raskaita nostoja"
    assert pairs["Antaja"] == "Esimerkkilän hyvinvointialue, lääkäri"
    assert "Sopivaa työtä" not in pairs and "Lisätieto" not in pairs  # optional, and the wallet added none
    visitor.page.click("#checks summary")
    checked = visitor.tree("#checks")
    for check in CHECKS:
        assert re.search(rf"row \"{re.escape(check)}[^\"]* Kunnossa\"", checked), checked
    buttons = [line for line in lines if line.startswith(("- link", "- button"))]
    assert [
        name for name in ("Liitä asiaan", "Tulosta merkintä", "Hylkää ja poista tiedot") if name in str(buttons)
    ] == [
        "Liitä asiaan",
        "Tulosta merkintä",
        "Hylkää ja poista tiedot",
    ]


@pytest.mark.slow
def test_a_wallet_that_says_no_and_a_wallet_without_the_documents_look_alike(stage: Stage) -> None:
    with stage.visit("verifier", OFFICIAL) as visitor:
        pages = []
        asked = official.ask(visitor)
        assert stage.wallet("empty").present(asked.uri).code == 1
        visitor.page.wait_for_selector("#verdict-h", timeout=30_000)
        pages.append(visitor.tree("main"))
        asked = official.ask(visitor)
        stage.town.person().refuse(asked.uri)
        visitor.page.wait_for_selector("#verdict-h", timeout=30_000)
        pages.append(visitor.tree("main"))
        assert '- heading "Tietoja ei saatu" [level=1]' in pages[0]
        assert re.sub(r"klo [\d.]+|/requests/\w+", "", pages[0]) == re.sub(r"klo [\d.]+|/requests/\w+", "", pages[1])


@pytest.mark.slow
@pytest.mark.parametrize("code", ["120374-901A", "050891-942J"])
def test_the_given_client_is_compared_with_what_came_and_shown_nowhere(stage: Stage, code: str) -> None:
    same = code == "120374-901A"
    with stage.visit("verifier", OFFICIAL) as visitor:
        asked = official.ask(visitor, customer=code)
        assert code not in visitor.page.content()
        assert stage.town.person().answer(asked.uri, "pid", "feedback").status_code == 200
        visitor.page.wait_for_selector("#verdict-h", timeout=30_000)
        tree = visitor.tree("main")
        if same:
            assert "- term: Vertailu asiakastietoihin" in tree and "- definition: Täsmää" in tree
        else:
            assert '- heading "Asiakirja koskee toista henkilöä" [level=1]' in tree
            assert "Tiedot on jo poistettu." in tree and "Esimerkki, Erkki" not in visitor.page.content()
        assert code not in visitor.page.content()


# How each outcome is told before its headline, and which check is the one that did not hold.
TOLD: dict[Outcome, tuple[str, str | None]] = {
    Outcome.VALID: ("Kunnossa", None),
    Outcome.VALID_EXPIRES_SOON: ("Huomaa", None),
    Outcome.TOO_OLD_FOR_PURPOSE: ("Huomaa", "fresh"),
    Outcome.REPLACED: ("Ei voi käyttää", "status"),
    Outcome.SUSPENDED: ("Ei voi käyttää", "status"),
    Outcome.REVOKED: ("Ei voi käyttää", "status"),
    Outcome.EXPIRED: ("Ei voi käyttää", "period"),
    Outcome.UNTRUSTED_ISSUER: ("Ei voi käyttää", "issuer"),
    Outcome.HOLDER_NOT_PROVEN: ("Ei voi käyttää", "holder"),
    Outcome.OTHER_PERSON: ("Ei voi käyttää", "person"),
    Outcome.ALTERED: ("Ei voi käyttää", "signature"),
    Outcome.INCOMPLETE: ("Huomaa", None),
    Outcome.CANNOT_CHECK_NOW: ("Huomaa", None),
    Outcome.REFUSED_BY_HOLDER: ("Ei tietoja", None),
    Outcome.REQUEST_EXPIRED: ("Ei tietoja", None),
}


@pytest.mark.slow
@pytest.mark.parametrize("outcome", TOLD)
def test_every_outcome_is_told_in_words_and_tells_nothing_that_is_not_for_the_office(
    stage: Stage, outcome: Outcome
) -> None:
    family, failed = TOLD[outcome]
    with stage.visit("verifier", OFFICIAL) as visitor:
        asked = endings.bring_about(stage, visitor, outcome)
        with stage.later("verifier", endings.seconds_until(outcome)):
            visitor.go(asked.path)
            tree = visitor.tree("main")
            headline = words.pattern("verifier", f"verdict.{outcome}.headline", "fi")
            assert re.search(f'- paragraph: {family}\n *- heading "{headline.pattern}" \\[level=1\\]', tree), tree
            assert "Näin jatkat" in tree
            rows = re.findall(r'row "([^"]*) Ei kunnossa"', tree)
            label = words.pattern("verifier", f"check.{failed}", "fi").pattern if failed else None
            assert [bool(label and re.fullmatch(label, row)) for row in rows] == [True] * (failed is not None), rows
            if outcome not in WITH_VALUES:
                content = visitor.page.content()
                assert [value for value in VALUES if value in content] == []
            shows_nothing_forbidden(visitor)
            assert "Erkki" not in visitor.page.title() + visitor.page.url
            visitor.go(f"{asked.path}/note")
            shows_nothing_forbidden(visitor)


@pytest.mark.slow
def test_a_statement_with_a_diagnosis_shows_its_conclusions_alone(stage: Stage) -> None:
    """Even when the wallet of a stranger hands over everything that it has."""
    kind = load_types()[STATEMENT]
    claims = sample(kind, "C1", stage.town.clock.today())
    with stage.visit("verifier", OFFICIAL) as visitor:
        asked = official.ask(visitor)
        wallet = stage.town.wallet()
        wallet.held = {"pid": stage.town.credential(PID), "statement": stage.town.credential(STATEMENT)}
        request = wallet.fetch(asked.uri)
        token = {
            name: [wallet.presentation(request, name, reveal=list(issued.disclosures))]
            for name, issued in wallet.held.items()
        }
        assert wallet.post(request, token).status_code == 200
        visitor.page.wait_for_selector("#verdict-h", timeout=30_000)
        assert visitor.heading == "Tiedot ovat aitoja ja voimassa"
        shows_nothing_forbidden(visitor)
        for claim in ("anamnesis", "findings", "previous_treatment", "current_treatment", "care_plan", "strengths"):
            assert str(claims[claim]) not in visitor.page.content()


PAYLOADS = (
    "<script>alert(1)</script>",
    '"><img src="http://127.0.0.1:9/canary" onerror=alert(1)>',
    "<svg/onload=alert(1)>",
    "javascript:alert(1)",
    "{{7*7}}${7*7}{%raw%}",
)


@pytest.mark.slow
def test_claims_that_look_like_pages_run_nowhere_and_call_nobody(stage: Stage) -> None:
    wallet = stage.town.wallet()
    hostile = "".join(PAYLOADS)
    wallet.held = {
        "pid": stage.town.credential(PID, family_name=hostile),
        "feedback": stage.town.credential(
            FEEDBACK, family_name=hostile, message_to_authority=hostile, suitable_work=list(PAYLOADS)
        ),
    }
    with stage.visit("verifier", OFFICIAL) as visitor:
        asked = official.ask(visitor)
        assert wallet.answer(asked.uri, "pid", "feedback").status_code == 200
        visitor.page.wait_for_selector("#verdict-h", timeout=30_000)
        for path in (asked.path, f"{asked.path}/note", f"{asked.path}/attach"):
            visitor.go(path)
            assert hostile in visitor.text() or path.endswith("/attach")
            assert visitor.take_troubles() == []
