"""Large print, and Finnish with Swedish: the same words in the same order, the same code in the same place."""

import re
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

from issuer.paper import Row, SheetText, print_code_sheet, print_sheet
from openid4vc import printed_codes
from tests.issuer.paper.example import (
    CHOICES,
    DOCUMENT_ID,
    NUMBER,
    OFFER,
    RECIPIENT,
    code_sheet,
    long_rows,
    page_texts,
    part,
    picture,
    rows,
    sheet,
    text_size,
    words,
)
from web_service.words import LANGUAGES

# Where the code stands on every sheet, quiet zone included; and what an envelope's window may show (mm).
CODE = (20, 216, 63, 259)
BEHIND_GUARD = (210 - 118, 30, 210 - 15, 80)
WHITE = 255


def squeezed(text: str) -> str:
    return re.sub(r"\s", "", text)


def flow(pdf: bytes, parts: Sequence[SheetText], folder: Path) -> str:
    """What pdftotext reads, without blanks and without what every page repeats: sender, identification, address."""
    file = folder / "sheet.pdf"
    file.write_bytes(pdf)
    read = subprocess.run(["pdftotext", "-raw", str(file), "-"], capture_output=True, text=True, check=True).stdout
    pages = [squeezed(page) for page in read.split("\f")]
    return "".join(own_words(page, parts) for page in pages)


def own_words(page: str, parts: Sequence[SheetText]) -> str:
    """A page of pdftotext without what is read on every page, which stands before everything else."""
    for said in parts:
        sender = said.sender
        if not page.startswith(squeezed(sender.name)):
            continue
        contact = " · ".join((sender.address, sender.phone, sender.email, sender.business_id))
        number = f"{said.words.text('paper.number')} {NUMBER}"
        dated = (f"{said.issued_on} · {number}",)
        identified = dated if squeezed(dated[0]) in page else (said.issued_on, number, DOCUMENT_ID)
        for repeated in (sender.name, said.kind, *identified, contact):
            page = page.replace(squeezed(repeated), "", 1)
        page = re.sub(r"\d+\(\d+\)", "", page, count=1)
    return page.replace(squeezed("".join(RECIPIENT)), "", 1)


def statement(said: SheetText) -> str:
    """The document in words, in the order of the sheet, without blanks."""
    told = [said.title, said.person, said.lead or ""]
    told += [word for row in said.rows for word in (row.label, row.value)]
    told.append(said.words.text("paper.as_is"))
    if said.reprinted_on is not None:
        told.append(said.words.text("paper.reprint", date=said.reprinted_on))
    return squeezed("".join(told))


def steps(said: SheetText) -> str:
    return squeezed("".join(f"{number}{said.words.text(f'paper.take.step{number}')}" for number in (1, 2, 3)))


def until(said: SheetText) -> str:
    assert said.valid_until is not None
    return squeezed(said.words.text("paper.take.until", date=said.offer_until, date2=said.valid_until))


def heading(said: SheetText) -> str:
    return squeezed(said.words.text("paper.take.h"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_large_print_says_the_same_in_the_same_order(language: str, tmp_path: Path) -> None:
    parts = [part(language, reprinted_on="24.11.2026")]
    ordinary = flow(print_sheet(sheet(parts, demo=False)), parts, tmp_path)
    large = flow(print_sheet(sheet(parts, large=True, demo=False)), parts, tmp_path)
    assert large == ordinary == statement(parts[0]) + heading(parts[0]) + steps(parts[0]) + until(parts[0])


def test_large_print_leaves_nothing_of_a_long_document_out(tmp_path: Path) -> None:
    parts = [part("fi", rows=long_rows("fi") + rows("fi", kind="laakarinlausunto-b", findings="pitkä löydös " * 150))]
    large = flow(print_sheet(sheet(parts, large=True, demo=False)), parts, tmp_path)
    assert large == statement(parts[0]) + heading(parts[0]) + steps(parts[0]) + until(parts[0])


@pytest.mark.parametrize("long", [False, True], ids=["short", "long"])
def test_the_pair_is_the_finnish_and_then_the_swedish_sheet_with_the_code_once(long: bool, tmp_path: Path) -> None:
    fi, sv = parts = [part(language, rows=long_rows(language) if long else None) for language in ("fi", "sv")]
    told = statement(fi) + statement(sv)
    ordinary = flow(print_sheet(sheet(parts, demo=False)), parts, tmp_path)
    assert ordinary == told + heading(fi) + heading(sv) + steps(fi) + steps(sv) + until(fi) + until(sv)
    large = flow(print_sheet(sheet(parts, large=True, demo=False)), parts, tmp_path)
    assert large == told + heading(fi) + steps(fi) + until(fi) + heading(sv) + steps(sv) + until(sv)


@pytest.mark.parametrize("languages", CHOICES, ids="-".join)
@pytest.mark.parametrize("long", [False, True], ids=["short", "long"])
def test_the_code_is_on_the_last_page_at_the_same_size_and_place(languages: tuple[str, ...], long: bool) -> None:
    ordinary = picture(print_sheet(sheet([part("fi")], demo=False)), 0, CODE)
    parts = [part(language, rows=long_rows(language) if long else None) for language in languages]
    pdfs = [print_sheet(sheet(parts, large=True, demo=False))]
    if len(languages) > 1:
        pdfs.append(print_sheet(sheet(parts, demo=False)))
    for pdf in pdfs:
        (code,) = printed_codes.read(pdf)
        assert (code.text, code.page) == (OFFER, len(page_texts(pdf)))
        assert picture(pdf, -1, CODE) == ordinary


def test_pages_are_counted_over_all_of_the_sheet() -> None:
    large = page_texts(print_sheet(sheet([part("fi")], large=True)))
    assert [page for page in ("1 (3)", "2 (3)", "3 (3)") if page in large[int(page[0]) - 1]] == [
        "1 (3)",
        "2 (3)",
        "3 (3)",
    ]
    pair = page_texts(print_sheet(sheet([part("fi"), part("sv")])))
    assert len(pair) == 2
    assert "1 (2)" in pair[0]
    assert "2 (2)" in pair[1]


def test_each_page_of_a_pair_speaks_its_own_language() -> None:
    fi, sv = page_texts(print_sheet(sheet([part("fi"), part("sv")])))
    assert words("fi").text("paper.as_is") in fi
    assert words("sv").text("paper.as_is") not in fi
    assert words("sv").text("paper.as_is") in sv
    assert words("sv").text("paper.demo_short") in sv
    assert words("fi").text("paper.demo_short") not in sv
    assert RECIPIENT[1] in fi
    assert RECIPIENT[1] not in sv


@pytest.mark.parametrize("languages", CHOICES, ids="-".join)
@pytest.mark.parametrize("large", [False, True], ids=["ordinary", "large"])
@pytest.mark.parametrize("long", [False, True], ids=["short", "long"])
def test_nothing_but_the_address_can_show_in_the_window_from_either_side(
    languages: tuple[str, ...], large: bool, long: bool
) -> None:
    # Short: each language ends on its first page, so that the second language stands behind the window.
    brief = [Row("Työkyky", "Täysi", "fi")]
    parts = [part(language, rows=long_rows(language) * 2 if long else brief) for language in languages]
    pdf = print_sheet(sheet(parts, large=large))
    around = [(15, 30, 118, 44), (15, 62, 118, 80), (15, 30, 23, 80), (110, 30, 118, 80)]
    pictures = [picture(pdf, 0, area) for area in around]
    pictures += [picture(print_code_sheet(code_sheet(languages, large=large)), 0, area) for area in around]
    if len(page_texts(pdf)) > 1:
        pictures.append(picture(pdf, 1, BEHIND_GUARD))
    assert {pixel for one in pictures for pixel in one} == {WHITE}


def test_the_body_of_large_print_is_16_points_and_the_title_24() -> None:
    pdf = print_sheet(sheet([part("fi")], large=True, demo=False))
    fi = words("fi")
    body = [row.value for row in part("fi").rows if "\u00a0" not in row.value]
    body += [fi.text("paper.take.step2"), fi.text("paper.as_is"), "1 (3)"]
    assert {text_size(pdf, written) for written in body} == {16}
    assert text_size(pdf, part("fi").title) == 24
