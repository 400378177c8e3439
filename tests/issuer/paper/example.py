"""A sheet and a code sheet as tests print them: any languages, either size, any rows."""

import io
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

import pypdfium2
from PIL import Image

from credential_schemas import organisations, rendering
from credential_schemas.data import say
from credential_schemas.types import load_types, sample
from issuer.paper import CodeSheet, CodeText, Row, Sender, Sheet, SheetText
from web_service.words import Words

OFFER: Final = (
    "openid-credential-offer://?credential_offer_uri=https%3A%2F%2Fissuer.example%2Fo%2F0123456789ABCDEFGHJKMNPQRS"
)
TODAY: Final = date(2026, 10, 2)
NUMBER: Final = "2026.4711"
DOCUMENT_ID: Final = "1.2.246.10.99001010.14.2026.4711"
RECIPIENT: Final = ("Erkki Esimerkki", "Mallikatu 1 A 2", "00000 MALLILA")
CHOICES: Final = [("fi",), ("sv",), ("en",), ("fi", "sv")]


def words(language: str) -> Words:
    return Words((Path(str(files("issuer"))) / "paper" / "locales",), language)


def sender(language: str) -> Sender:
    own = organisations.load()["O1"]
    return Sender(own.local_name(language), ", ".join(own.address), own.phone, own.email, own.business_id)


def rows(language: str, case: str = "C1", kind: str = "lausuntopalaute", **claims: Any) -> list[Row]:
    """The rows of a packaged sample, with some claims changed."""
    document = load_types()[kind]
    found = rendering.lines(
        document, {**sample(document, case, TODAY), **claims}, language=language, audience="sheet", purpose=None
    )
    return [Row(line.label, line.value, line.lang) for line in found]


def part(language: str, **changes: Any) -> SheetText:
    """The statement feedback of case C1 in one language."""
    document = load_types()["lausuntopalaute"]
    text = SheetText(
        words=words(language),
        kind=document.label(language),
        title=document.title(language),
        lead=say(document.rendering["lead"], language),
        issued_on="2.10.2026",
        person="Erkki Esimerkki, 12.3.1974",
        rows=changes.pop("rows", None) or rows(language),
        sender=sender(language),
        offer_until="16.10.2026",
        valid_until="1.4.2027",
        reprinted_on=None,
    )
    return replace(text, **changes)


def sheet(parts: Sequence[SheetText], *, large: bool = False, demo: bool = True) -> Sheet:
    return Sheet(NUMBER, DOCUMENT_ID, RECIPIENT, parts, large, OFFER, demo, TODAY)


def code_sheet(languages: Sequence[str], *, large: bool = False) -> CodeSheet:
    parts = [CodeText(words(language), "2.10.2026", sender(language), "16.10.2026") for language in languages]
    return CodeSheet("482913", NUMBER, DOCUMENT_ID, RECIPIENT, parts, large, True, TODAY)


def long_rows(language: str) -> list[Row]:
    """Every claim of the feedback, with as many words as it may have."""
    text = ("Työn aloitus asteittain ja pienellä tuntimäärällä, sitten viikoittain lisää. " * 4)[:299].strip()
    return rows(
        language,
        work_ability="limited_both",
        max_weekly_hours=20,
        restrictions=["no_heavy_lifting", "no_driving", "no_night_work", "no_standing", "quiet_environment"],
        message_to_authority=text,
    )


def text(pdf: bytes) -> str:
    """Everything written, page by page."""
    return "\n".join(page_texts(pdf)).replace("\r\n", "\n")


def page_texts(pdf: bytes) -> list[str]:
    document = pypdfium2.PdfDocument(pdf)
    try:
        return [page.get_textpage().get_text_range() for page in document]
    finally:
        document.close()


def picture(pdf: bytes, page: int, area: tuple[float, float, float, float]) -> bytes:
    """The grey pixels of an area (left, top, right, bottom in mm) of a page (-1 the last), 100 to the inch."""
    document = pypdfium2.PdfDocument(io.BytesIO(pdf))
    try:
        image: Image.Image = document[page % len(document)].render(scale=100 / 72).to_pil().convert("L")
    finally:
        document.close()
    left, top, right, bottom = (round(mm / 25.4 * 100) for mm in area)
    return image.crop((left, top, right, bottom)).tobytes()


def text_size(pdf: bytes, wanted: str) -> float:
    """The size in points of the first place where something is written."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        for page in document:
            written = page.get_textpage()
            found = written.search(wanted, match_case=True).get_next()
            if found is not None:
                return round(float(pypdfium2.raw.FPDFText_GetFontSize(written, found[0])), 1)
    finally:
        document.close()
    raise AssertionError(f"nothing says {wanted!r}")
