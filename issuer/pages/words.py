"""Small things that pages say: moments, states with their shape, and errors of fields."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from credential_schemas.dates import format_date
from web_service.clock import Clock
from web_service.icons import Family
from web_service.words import Words

_FAMILIES: Final[Mapping[str, Family]] = {
    "draft": "none",
    "offered": "none",
    "fetched": "none",
    "redeemed": "none",
    "received": "ok",
    "unclaimed": "note",
    "expired": "note",
    "locked": "stop",
    "cancelled": "none",
    "suspended": "note",
    "revoked": "stop",
    "superseded": "none",
}
STATES: Final = tuple(_FAMILIES)


@dataclass(frozen=True, slots=True)
class Tag:
    """A state: shape and word."""

    family: Family
    word: str


def tag(state: str, words: Words) -> Tag:
    """How a state looks."""
    return Tag(_FAMILIES[state], words.text(f"state.{state}.tag"))


def day(value: date | None, words: Words) -> str:
    """A date, or that there is no end."""
    return words.text("ui.no_end") if value is None else format_date(value, words.language)


def day_of(seconds: int, words: Words) -> str:
    """The date of a moment."""
    return format_date(Clock.local(seconds).date(), words.language)


def moment(seconds: int, words: Words) -> str:
    """Date and time as the language writes them."""
    local = Clock.local(seconds)
    date_text = format_date(local.date(), words.language)
    return words.text("ui.moment", date=date_text, hour=local.hour, minute=f"{local.minute:02d}")


def grouped_code(code: str) -> str:
    """A transaction code as people read it; the space does not break."""
    return f"{code[:3]}\u00a0{code[3:]}"


def inside(text: str) -> str:
    """A type's definite name within a sentence: its first letter is small there in all three languages."""
    return text[:1].lower() + text[1:]
