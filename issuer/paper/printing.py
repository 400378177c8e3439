"""From content to PDF/A-2a and PDF/UA-1 by typst; every warning is an error and every code is read back.

Text goes in as data, never as source: a name cannot become markup. A sign that the font lacks stops the sheet with the
field at fault, because a blank where a name should be is worse than no sheet.
"""

import json
import re
import unicodedata
from dataclasses import asdict
from datetime import UTC, date, datetime, time
from functools import cache
from pathlib import Path
from typing import Any

import fontpkg_source_sans_3
import typst

from issuer.paper import qr
from issuer.paper.content import CodeSheet, CodeText, Sheet, SheetText, Words
from issuer.paper.errors import PaperError
from openid4vc import printed_codes
from openid4vc.errors import PrintedCodeError

_HERE = Path(__file__).parent
# Signs that reorder or hide text: a sheet must read as it is stored (Unicode TR 36).
_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


@cache
def _fonts() -> str:
    return str(Path(fontpkg_source_sans_3.__file__).parent / "files")


def print_sheet(sheet: Sheet) -> bytes:
    """The sheet as PDF, its code read back from the pixels of the page.

    PaperError: `sheet_text_unprintable` (field named), `sheet_code_too_large`, `sheet_code_unreadable`.
    """
    code = qr.make(sheet.offer_uri)
    data = {
        **_frame(sheet),
        "parts": [_sheet_part(part) for part in sheet.parts],
        "code": {
            "svg": code.svg,
            "width_mm": code.width_mm,
            "alt": " · ".join(part.words.text("paper.code_alt") for part in sheet.parts),
        },
    }
    pdf = _compile("sheet.typ", data, sheet.made_on)
    _read_back(pdf, sheet.offer_uri)
    return pdf


def print_code_sheet(sheet: CodeSheet) -> bytes:
    """The transaction code (six digits, shown 3 + 3) as PDF. PaperError `sheet_text_unprintable`, as `print_sheet`."""
    data = {
        **_frame(sheet),
        "parts": [_code_part(part, sheet.number) for part in sheet.parts],
        "code": f"{sheet.code[:3]} {sheet.code[3:]}",
    }
    return _compile("code.typ", data, sheet.made_on)


def _frame(sheet: Sheet | CodeSheet) -> dict[str, Any]:
    return {
        "large": sheet.large,
        "demo": sheet.demo,
        "recipient": list(sheet.recipient),
        "number": sheet.number,
        "document_id": sheet.document_id,
    }


def _part(part: SheetText | CodeText) -> dict[str, Any]:
    """What both sheets say in each language."""
    return {"language": part.words.language, "sender": asdict(part.sender), "issued_on": part.issued_on}


def _common_words(words: Words) -> dict[str, str]:
    return {
        "demo": words.text("paper.demo"),
        "demo_short": words.text("paper.demo_short"),
        "number": words.text("paper.number"),
    }


def _sheet_part(part: SheetText) -> dict[str, Any]:
    words = part.words
    return {
        **_part(part),
        "words": {
            **_common_words(words),
            "as_is": words.text("paper.as_is"),
            "take_h": words.text("paper.take.h"),
            "take_steps": [words.text(f"paper.take.step{number}") for number in (1, 2, 3)],
            "take_until": _until(part),
        },
        "kind": part.kind,
        "title": part.title,
        "lead": part.lead,
        "person": part.person,
        "rows": [asdict(row) for row in part.rows],
        "reprint": None if part.reprinted_on is None else words.text("paper.reprint", date=part.reprinted_on),
    }


def _code_part(part: CodeText, number: str) -> dict[str, Any]:
    words = part.words
    return {
        **_part(part),
        "words": {
            **_common_words(words),
            "code_h": words.text("paper.code.h"),
            "code_text": [words.text(f"paper.code.text{sentence}", number=number) for sentence in (1, 2, 3)],
            "code_until": words.text("paper.code.until", date=part.offer_until),
        },
    }


def _until(part: SheetText) -> str:
    if part.valid_until is None:
        return part.words.text("paper.take.until_noend", date=part.offer_until)
    return part.words.text("paper.take.until", date=part.offer_until, date2=part.valid_until)


def _compile(template: str, data: dict[str, Any], made_on: date) -> bytes:
    for path, text in _texts(data):
        if any(unicodedata.category(sign) == "Cc" or sign in _BIDI for sign in text):
            raise PaperError("sheet_text_unprintable", path)
    try:
        return _typst(template, data, made_on)
    except typst.TypstError:
        raise PaperError("sheet_text_unprintable", _first_unprintable(data)) from None


def _typst(template: str, data: dict[str, Any], made_on: date) -> bytes:
    pdf, warnings = typst.compile_with_warnings(
        str(_HERE / template),
        root=str(_HERE),
        font_paths=[_fonts()],
        ignore_system_fonts=True,
        sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
        pdf_standards=["a-2a", "ua-1"],
        timestamp=datetime.combine(made_on, time(), tzinfo=UTC),
    )
    if warnings:
        # A missing font family is only a warning to typst, and would fall back silently.
        raise PaperError("sheet_text_unprintable", "font")
    return bytes(pdf)


def _first_unprintable(data: dict[str, Any]) -> str:
    """Which field has a sign that the font lacks: each text is set by itself until one fails."""
    for path, text in _texts(data):
        try:
            _typst("probe.typ", {"text": text}, datetime.now(UTC).date())
        except typst.TypstError:
            return path
    return ""


def _texts(value: Any, path: str = "") -> list[tuple[str, str]]:
    if isinstance(value, str):
        return [] if path == "code.svg" else [(re.sub(r"^parts\.\d+\.", "", path), value)]
    if isinstance(value, dict):
        items = [(f"{path}.{key}".lstrip("."), item) for key, item in value.items()]
    elif isinstance(value, list):
        items = [(f"{path}.{index}", item) for index, item in enumerate(value)]
    else:
        return []
    return [found for name, item in items for found in _texts(item, name)]


def _read_back(pdf: bytes, expected: str) -> None:
    """A fresh decoder reads the page's pixels; the sheet leaves only when it finds exactly this code."""
    try:
        found = [code.text for code in printed_codes.read(pdf)]
    except PrintedCodeError:
        found = []
    if found != [expected]:
        raise PaperError("sheet_code_unreadable", "code")
