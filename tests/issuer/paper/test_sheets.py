"""The sheet and the code apart: what stands on them, where, and that a stranger's tools accept them."""

import subprocess
from dataclasses import replace
from datetime import date
from importlib.resources import files
from pathlib import Path

import pypdfium2
import pytest

from issuer.paper import CodeSheet, PaperError, Row, Sender, Sheet, print_code_sheet, print_sheet
from issuer.paper.qr import MIN_MODULE_MM, make
from openid4vc import printed_codes
from tests.tools import VERAPDF
from web_service.words import LANGUAGES, Words

OFFER = "openid-credential-offer://?credential_offer_uri=https%3A%2F%2Fissuer.example%2Fo%2F0123456789ABCDEFGHJKMNPQRS"
SENDER = Sender(
    "Esimerkkilän hyvinvointialue", "Mallikatu 1, 00000 MALLILA", "000 000 0001", "a@b.example", "9900101-0"
)
ROWS = [
    Row("Työkyky", "Rajoittunut: osa työtehtävistä ei onnistu", "fi"),
    Row("Terveydentilan vaikutus työllistymiseen", "Huomattava", "fi"),
    Row("Rajoitteet työssä", "Ei raskaita nostoja (enintään 10 kg)", "fi"),
]
SHEET = Sheet(
    kind="Lausuntopalaute",
    title="Lausuntopalaute työvoimaviranomaiselle",
    lead="Tässä kerrotaan vain se, mitä työvoimaviranomainen tarvitsee.",
    number="2026.4711",
    document_id="1.2.246.10.99001010.14.2026.4711",
    issued_on="2.10.2026",
    person="Erkki Esimerkki, 12.3.1974",
    rows=ROWS,
    sender=SENDER,
    recipient=["Erkki Esimerkki", "Mallikatu 1 A 2", "00000 MALLILA"],
    offer_uri=OFFER,
    offer_until="16.10.2026",
    valid_until="1.4.2027",
    reprinted_on=None,
    demo=True,
    made_on=date(2026, 10, 2),
)
CODE_SHEET = CodeSheet(
    code="482913",
    number="2026.4711",
    document_id="1.2.246.10.99001010.14.2026.4711",
    issued_on="2.10.2026",
    sender=SENDER,
    recipient=SHEET.recipient,
    offer_until="16.10.2026",
    demo=True,
    made_on=date(2026, 10, 2),
)


def words(language: str) -> Words:
    return Words((Path(str(files("issuer"))) / "paper" / "locales",), language)


def text(pdf: bytes) -> str:
    document = pypdfium2.PdfDocument(pdf)
    try:
        return "\n".join(page.get_textpage().get_text_range() for page in document).replace("\r\n", "\n")
    finally:
        document.close()


def pages(pdf: bytes) -> int:
    document = pypdfium2.PdfDocument(pdf)
    try:
        return len(document)
    finally:
        document.close()


@pytest.mark.slow
def test_every_kind_of_sheet_is_pdf_a_2a_and_pdf_ua_1_by_verapdf(tmp_path: Path) -> None:
    long = replace(SHEET, rows=ROWS * 14, reprinted_on="24.11.2026", demo=False)
    for language in LANGUAGES:
        (tmp_path / f"sheet-{language}.pdf").write_bytes(print_sheet(SHEET, words(language)))
        (tmp_path / f"long-{language}.pdf").write_bytes(print_sheet(long, words(language)))
        (tmp_path / f"code-{language}.pdf").write_bytes(print_code_sheet(CODE_SHEET, words(language)))
    report = subprocess.run(
        ["java", "-jar", str(VERAPDF), "-f", "0", "--format", "text", *map(str, sorted(tmp_path.glob("*.pdf")))],
        capture_output=True,
        text=True,
    )
    lines = report.stdout.split("\n")
    for file in tmp_path.glob("*.pdf"):
        assert f"PASS {file} 2a" in lines, report.stdout
        assert f"PASS {file} ua1" in lines, report.stdout
    assert report.returncode == 0


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_sheet_says_everything_in_words_and_carries_one_code(language: str) -> None:
    pdf = print_sheet(SHEET, words(language))
    written = text(pdf)
    for expected in (SHEET.title, SHEET.person, SHEET.document_id, *SHEET.recipient, *(row.value for row in ROWS)):
        assert expected in written
    assert words(language).text("paper.as_is") in written
    assert [code.text for code in printed_codes.read(pdf)] == [OFFER]


def test_rows_that_do_not_fit_go_to_a_second_page_and_the_code_stays_on_the_first() -> None:
    rows = [Row(f"Kohta {number}", "Arvo " * 12, "fi") for number in range(40)]
    pdf = print_sheet(replace(SHEET, rows=rows), words("fi"))
    assert pages(pdf) == 2
    written = text(pdf)
    assert all(f"Kohta {number}" in written for number in range(40))
    assert "1 (2)" in written
    assert "2 (2)" in written
    assert {code.page for code in printed_codes.read(pdf)} == {1}


@pytest.mark.case("P-03")
def test_the_transaction_code_stands_on_no_sheet_but_its_own() -> None:
    sheet, code = print_sheet(SHEET, words("fi")), print_code_sheet(CODE_SHEET, words("fi"))
    assert "482 913" in text(code)
    assert "482" not in text(sheet)
    assert b"482913" not in sheet
    assert all("482913" not in found.text for found in printed_codes.read(sheet))


def test_the_code_sheet_says_nothing_about_health_and_carries_no_code_to_scan() -> None:
    pdf = print_code_sheet(CODE_SHEET, words("fi"))
    assert not {word for word in ("lausunto", "työkyky", "Lausunto", "Työkyky") if word in text(pdf)}
    with pytest.raises(printed_codes.PrintedCodeError) as raised:
        printed_codes.read(pdf)
    assert raised.value.code == "scan_none"


def test_a_demo_sheet_says_so_and_a_real_one_does_not() -> None:
    assert words("fi").text("paper.demo_short") in text(print_sheet(SHEET, words("fi")))
    assert "HARJOITUS" not in text(print_sheet(replace(SHEET, demo=False), words("fi")))


def test_the_same_sheet_twice_is_the_same_file() -> None:
    assert print_sheet(SHEET, words("fi")) == print_sheet(SHEET, words("fi"))


@pytest.mark.parametrize("name", ["Erkki 明", "Erkki ✈", "Erkki\u202eikkrE", "Erkki\u0007"])
def test_a_sign_that_cannot_be_printed_stops_the_sheet_and_names_the_field(name: str) -> None:
    with pytest.raises(PaperError) as raised:
        print_sheet(replace(SHEET, person=name), words("fi"))
    assert (raised.value.code, raised.value.field) == ("sheet_text_unprintable", "person")


@pytest.mark.parametrize(
    "name", ["#set page(width: 1cm)", "$x^2$", "<b>Erkki</b>", "*Erkki* _E_ @x", "Ердем Şükrü Ŋiŋá"]
)
def test_text_is_data_and_never_markup(name: str) -> None:
    assert name in text(print_sheet(replace(SHEET, person=name), words("fi")))


def test_the_printed_code_has_modules_that_survive_a_copy() -> None:
    code = make(OFFER)
    assert code.version <= 9
    modules = 17 + 4 * code.version + 8
    assert 0.69 <= code.width_mm / modules <= 0.71


def test_a_longer_address_uses_a_larger_code_until_its_modules_would_be_too_small() -> None:
    longer = make(OFFER + "A" * 60)
    assert longer.version > 9
    assert longer.width_mm <= 43.0
    assert longer.width_mm / (17 + 4 * longer.version + 8) >= MIN_MODULE_MM
    with pytest.raises(PaperError) as raised:
        make(OFFER + "A" * 300)
    assert raised.value.code == "sheet_code_too_large"
