"""The whole journey by pages alone, in a browser without JavaScript: from the form to the verdict and to its end."""

import subprocess
import time

import pytest

from tests.browser import doctor, official
from tests.browser.stage import DOCTOR, OFFICIAL, Stage, WalletOf
from tests.browser.visitor import Visitor


def waits_for(visitor: Visitor, presenting: "subprocess.Popen[str]") -> None:
    """Presses "Wait for the answer" until there is one: the server holds each press for up to 25 seconds."""
    deadline = time.monotonic() + 90
    while visitor.page.locator("#wait").count() and time.monotonic() < deadline:
        visitor.press("#wait")
    out, err = presenting.communicate(timeout=60)
    assert presenting.returncode == 0, out + err


def presents(wallet: WalletOf, uri: str, *options: str) -> "subprocess.Popen[str]":
    """The wallet answers in its own time, while somebody waits at the page."""
    return wallet.start("present", uri, "--yes", *options)


@pytest.mark.slow
def test_doctor_client_and_official_need_nothing_but_pages_and_the_wallet(stage: Stage) -> None:
    wallet = stage.wallet("nojs")
    wallet.take(stage.installation.offer("pid", "C1", "O8"))
    with stage.visit("issuer", DOCTOR, javascript=False) as visitor:
        document = doctor.write(visitor)
        visitor.page.click("#on-screen summary")
        assert visitor.page.locator("#qr svg").is_visible()
        wallet.take(document.as_offer)
        visitor.go(document.path)
        assert visitor.text("#state") == "Lompakossa"

    with stage.visit("verifier", OFFICIAL, javascript=False) as visitor:
        asked = official.ask(visitor, case=official.CASE)
        assert not visitor.page.locator("#changes-itself").is_visible()
        assert not visitor.page.locator("#copy").is_visible()
        waits_for(visitor, presents(wallet, asked.uri))
        assert (visitor.heading, visitor.path) == ("Tiedot ovat aitoja ja voimassa", asked.path)
        assert "Rajoittunut: osa työtehtävistä ei onnistu" in visitor.text("#data")
        visitor.press("#attach")
        visitor.page.check("[id='field-feedback:work_ability']")
        visitor.press("#attach")
        assert visitor.text("#notification") == "Tiedot on liitetty asiaan."
        visitor.go(f"{asked.path}/note")
        assert "Tulosta selaimen toiminnolla" in visitor.text()

    with stage.visit("issuer", DOCTOR, javascript=False) as visitor:
        visitor.go(f"{document.path}/revoke")
        visitor.page.check("#reason-client_request")
        visitor.press("#continue")
        visitor.press("#confirm-revoke")
        assert visitor.text("#state") == "Peruttu"

    with stage.visit("verifier", OFFICIAL, javascript=False) as visitor, stage.later("verifier", 5):
        asked = official.ask(visitor)
        numbers = [each["number"] for each in wallet.list() if not each["vct"].startswith("urn:eudi:pid")]
        waits_for(visitor, presents(wallet, asked.uri, "--use", str(numbers[0])))
        assert visitor.heading == "Lausuntopalaute on peruttu"
        visitor.press("#delete")
        visitor.press("#confirm-delete")
        assert visitor.text("#notification") == "Tiedot on poistettu."
