"""The sheet and the code apart: what stands on them, where, and that a stranger's tools accept them."""

import subprocess
from pathlib import Path

import pytest

from issuer.paper import PaperError, Row, print_code_sheet, print_sheet
from issuer.paper.qr import MIN_MODULE_MM, make
from openid4vc import printed_codes
from tests.issuer.paper.example import (
    CHOICES,
    DOCUMENT_ID,
    OFFER,
    RECIPIENT,
    code_sheet,
    long_rows,
    page_texts,
    part,
    rows,
    sheet,
    text,
    words,
)
from tests.tools import VERAPDF
from web_service.words import LANGUAGES


@pytest.mark.slow
def test_every_kind_of_sheet_is_pdf_a_2a_and_pdf_ua_1_by_verapdf(tmp_path: Path) -> None:
    for languages in CHOICES:
        for large in (False, True):
            name = "-".join(languages) + ("-large" if large else "")
            short = sheet([part(language) for language in languages], large=large)
            long = sheet(
                [part(language, rows=long_rows(language), reprinted_on="24.11.2026") for language in languages],
                large=large,
                demo=False,
            )
            (tmp_path / f"sheet-{name}.pdf").write_bytes(print_sheet(short))
            (tmp_path / f"long-{name}.pdf").write_bytes(print_sheet(long))
            (tmp_path / f"code-{name}.pdf").write_bytes(print_code_sheet(code_sheet(languages, large=large)))
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
    said = part(language)
    pdf = print_sheet(sheet([said]))
    written = " ".join(text(pdf).split())
    for expected in (said.title, said.person, DOCUMENT_ID, *RECIPIENT, *(row.value for row in said.rows)):
        assert " ".join(expected.split()) in written
    assert words(language).text("paper.as_is") in written
    assert [code.text for code in printed_codes.read(pdf)] == [OFFER]
    assert len(page_texts(pdf)) == 1


def test_rows_that_do_not_fit_go_to_a_second_page_and_the_code_stays_on_the_first() -> None:
    many = [Row(f"Kohta {number}", "Arvo " * 12, "fi") for number in range(32)]
    pdf = print_sheet(sheet([part("fi", rows=many)]))
    pages = page_texts(pdf)
    assert len(pages) == 2
    assert all(f"Kohta {number}" in text(pdf) for number in range(32))
    assert "1 (2)" in pages[0]
    assert "2 (2)" in pages[1]
    assert words("fi").text("paper.as_is") in pages[1]
    assert {code.page for code in printed_codes.read(pdf)} == {1}


def test_a_text_longer_than_a_page_goes_on_to_the_next() -> None:
    findings = " ".join(f"sana{number}" for number in range(1100))
    pdf = print_sheet(sheet([part("fi", rows=[Row("Löydökset", findings, "fi"), Row("Viimeinen", "rivi", "fi")])]))
    written = " ".join(text(pdf).split())
    assert all(f"sana{number}" in written for number in range(1100))
    assert "Viimeinen" in page_texts(pdf)[-1]
    assert {code.page for code in printed_codes.read(pdf)} == {1}


@pytest.mark.case("P-03")
def test_the_transaction_code_stands_on_no_sheet_but_its_own() -> None:
    pdf, code = print_sheet(sheet([part("fi")])), print_code_sheet(code_sheet(["fi"]))
    assert "482 913" in text(code)
    assert "482" not in text(pdf)
    assert b"482913" not in pdf
    assert all("482913" not in found.text for found in printed_codes.read(pdf))


@pytest.mark.parametrize("languages", CHOICES, ids="-".join)
@pytest.mark.parametrize("large", [False, True], ids=["ordinary", "large"])
def test_the_code_sheet_says_nothing_about_health_and_carries_no_code_to_scan(
    languages: tuple[str, ...], large: bool
) -> None:
    pdf = print_code_sheet(code_sheet(languages, large=large))
    written = text(pdf)
    told = ("lausunto", "työkyky", "utlåtande", "arbetsförmåga", "statement", "work ability")
    assert not {word for word in told if word in written.lower()}
    for language in languages:
        assert words(language).text("paper.code.h") in written
        assert words(language).text("paper.code.until", date="16.10.2026") in written
    assert written.count("482 913") == 1
    assert len(page_texts(pdf)) == 1
    with pytest.raises(printed_codes.PrintedCodeError) as raised:
        printed_codes.read(pdf)
    assert raised.value.code == "scan_none"


def test_a_demo_sheet_says_so_and_a_real_one_does_not() -> None:
    assert words("fi").text("paper.demo_short") in text(print_sheet(sheet([part("fi")])))
    assert "HARJOITUS" not in text(print_sheet(sheet([part("fi")], demo=False)))


def test_the_same_sheet_twice_is_the_same_file() -> None:
    assert print_sheet(sheet([part("fi")])) == print_sheet(sheet([part("fi")]))


@pytest.mark.parametrize("name", ["Erkki 明", "Erkki ✈", "Erkki\u202eikkrE", "Erkki\u0007"])
def test_a_sign_that_cannot_be_printed_stops_the_sheet_and_names_the_field(name: str) -> None:
    with pytest.raises(PaperError) as raised:
        print_sheet(sheet([part("fi", person=name)]))
    assert (raised.value.code, raised.value.field) == ("sheet_text_unprintable", "person")


@pytest.mark.parametrize(
    "name", ["#set page(width: 1cm)", "$x^2$", "<b>Erkki</b>", "*Erkki* _E_ @x", "Ердем Şükrü Ŋiŋá"]
)
@pytest.mark.parametrize("large", [False, True], ids=["ordinary", "large"])
def test_text_is_data_and_never_markup(name: str, large: bool) -> None:
    said = part("fi", person=name, rows=[*rows("fi"), Row(name, name, "fi")])
    assert text(print_sheet(sheet([said], large=large))).count(name) == 3


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
