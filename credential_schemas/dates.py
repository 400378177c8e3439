"""Days and months: offsets of samples and defaults, and dates as people of each language write them."""

import re
from datetime import date, timedelta
from typing import Any, Final

_OFFSET: Final = re.compile(r"([+-])(\d{1,4})([dm])")
_MONTHS_EN: Final = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


def add_months(day: date, months: int) -> date:
    """The same day of another month, or that month's last day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = (date(year + (month + 1) // 12, (month + 1) % 12 + 1, 1) - timedelta(days=1)).day
    return date(year, month + 1, min(day.day, last))


def resolve_offset(value: Any, today: date) -> Any:
    """`+0d`, `-53d`, `+6m` as an ISO date counted from today; anything else as it is."""
    match = _OFFSET.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        return value
    number = int(match[1] + match[2])
    return (today + timedelta(days=number) if match[3] == "d" else add_months(today, number)).isoformat()


def format_date(day: date, language: str) -> str:
    """`2.10.2026` in Finnish and Swedish, `2 October 2026` in English; an unknown language gets the Finnish form."""
    if language.split("-")[0] == "en":
        return f"{day.day} {_MONTHS_EN[day.month - 1]} {day.year}"
    return f"{day.day}.{day.month}.{day.year}"
