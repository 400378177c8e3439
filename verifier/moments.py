"""Times as people here read them, by catalogue: `24.11.2026 klo 9.12`, `kl. 9.12`, `24 November 2026 at 9:12`."""

from datetime import date

from credential_schemas.checks import iso_date
from credential_schemas.dates import format_date
from credential_schemas.errors import CheckError
from web_service.clock import Clock
from web_service.words import Words


def moment(seconds: int, words: Words) -> str:
    """Date and time of day."""
    local = Clock.local(seconds)
    return words.text("time.at", date=format_date(local.date(), words.language), clock=_clock(seconds, words))


def time_of_day(seconds: int, words: Words, *, with_seconds: bool = False) -> str:
    """The time of day alone."""
    return words.text("time.clock", clock=_clock(seconds, words, with_seconds=with_seconds))


def day(value: str | date, words: Words) -> str:
    """A date; one that cannot be read is shown as it stands."""
    try:
        return format_date(iso_date(value) if isinstance(value, str) else value, words.language)
    except CheckError:
        return str(value)


def _clock(seconds: int, words: Words, *, with_seconds: bool = False) -> str:
    local = Clock.local(seconds)
    dot = ":" if words.language == "en" else "."
    text = f"{local.hour}{dot}{local.minute:02}"
    return f"{text}{dot}{local.second:02}" if with_seconds else text
