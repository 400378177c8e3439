"""A further type is a folder of data: added to an installation that already runs, without a change in code.

Issued, printed, received from the pixels of the sheet, presented and verified by real processes.
"""

from pathlib import Path

import pypdfium2
import pytest
from PIL import Image

from tests.journey import library_card
from tests.journey.installation import Installation

pytestmark = pytest.mark.slow


def picture_of(sheet: Path) -> Path:
    """The first page as somebody would photograph it: pixels alone."""
    document = pypdfium2.PdfDocument(sheet)
    try:
        image: Image.Image = document[0].render(scale=300 / 72).to_pil()
    finally:
        document.close()
    path = sheet.with_suffix(".png")
    image.save(path)
    return path


def text_of(sheet: Path) -> str:
    document = pypdfium2.PdfDocument(sheet)
    try:
        return "\n".join(page.get_textpage().get_text_bounded() for page in document)
    finally:
        document.close()


def test_a_type_from_a_folder_is_issued_printed_received_from_pixels_presented_and_verified(tmp_path: Path) -> None:
    installation = Installation(tmp_path)
    installation.init()
    # What an operator does with the new folder: says where it is, and lets everybody's `init` bring in what is new.
    types = str(library_card.write_type(tmp_path / "types"))
    installation.environment.update(ISSUER_TYPES_DIR=types, VERIFIER_TYPES_DIR=types)
    installation.init()
    purpose = library_card.write_purpose(tmp_path / "kirjasto.json")
    assert installation.must("verifier", "keys", "register", str(purpose))["purpose"] == library_card.PURPOSE
    installation.start()
    try:
        travel(installation, tmp_path / "kortti.pdf")
    finally:
        assert installation.stop() == {"issuer": 0, "verifier": 0}


def travel(installation: Installation, sheet: Path) -> None:
    card = installation.offer(library_card.NAME, "C1", "O1", "--pdf", str(sheet))
    printed = text_of(sheet).casefold()
    for word in ("kirjastokortti", "esimerkki", "kortin taso", "tutkija", "kartat, nuotit", "40", "hiljainen lukusali"):
        assert word in printed, word
    taken = installation.take(card, str(picture_of(sheet)))
    (held,) = taken["credentials"]
    assert (held["vct"], held["state"]) == (library_card.TYPE["type_metadata.json"]["vct"], "valid")
    shown = installation.run("wallet", "show", str(held["number"]), "--plain", "--lang", "sv")
    assert "Kortets nivå" in shown.out
    assert "Forskare" in shown.out

    installation.take(installation.offer("pid", "C1", "O8"))
    request = installation.ask(library_card.PURPOSE)
    handed = installation.run("wallet", "present", request["request_uri"], "--yes", "--json")
    assert handed.code == 0, handed.out
    result = installation.result(request)
    assert (result["state"], {check["name"] for check in result["checks"] if not check["ok"]}) == ("verified", set())
    assert result["claims"]["card"] == {
        "given_name": "Erkki",
        "family_name": "Esimerkki",
        "birthdate": "1974-03-12",
        "card_level": "researcher",
        "collections": ["maps", "music"],
        "loans_at_most": 40,
    }
