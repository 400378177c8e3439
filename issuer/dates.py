"""Where dates (of documents, in Finland) and seconds (of tokens) meet."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from credential_schemas.dates import add_months
from web_service.clock import PLACE

HOUR: Final = 3600
DAY: Final = 86400


def end_of_day(day: date) -> int:
    """The first second after a day; what is valid until that day is valid until then."""
    return int(datetime.combine(day + timedelta(days=1), time(), tzinfo=PLACE).timestamp())


def whole_hour(seconds: int) -> int:
    """Rounded down to the hour, so that times in credentials tell nobody apart (RFC 9901 §10.1)."""
    return seconds - seconds % HOUR


def last_whole_day(seconds: int) -> date:
    """The last day that has ended by then or before: what a paper may promise."""
    return datetime.fromtimestamp(seconds, PLACE).date() - timedelta(days=1)


def months_later(seconds: int, months: int) -> int:
    """The same time of day, some months on."""
    start = datetime.fromtimestamp(seconds, UTC)
    return int(datetime.combine(add_months(start.date(), months), start.timetz()).timestamp())
