"""Every sentence that a person reads comes from a catalogue, in their language, by a symbolic id."""

import gettext
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Final

LANGUAGES: Final = ("fi", "sv", "en")
DEFAULT: Final = "en"
_LOCALES: Final = Path(__file__).parent / "locales"
_PROTOCOL_LOCALES: Final = Path(__file__).parent.parent / "openid4vc" / "locales"
_MISSING: Final = "–"


def choose_language(flag: str | None, environment: Mapping[str, str]) -> str:
    """--lang, then WALLET_LANG, then the locale's variables in the order of POSIX; English when none names ours."""
    for value in (flag, *(environment.get(name) for name in ("WALLET_LANG", "LC_ALL", "LC_MESSAGES", "LANG"))):
        if value:
            language = value.replace("-", "_").split("_")[0].split(".")[0].lower()
            if language in LANGUAGES:
                return language
    return DEFAULT


class Words:
    """The sentences of one language."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._own = gettext.translation("wallet_cli", _LOCALES, [language])
        self._protocols: gettext.NullTranslations | None = None

    def text(self, name: str, **facts: str | int) -> str:
        """The sentence `name` with its placeholders filled; an id without a sentence is a KeyError."""
        sentence = self._own.gettext(name)
        if sentence == name:
            raise KeyError(name)
        return sentence.format_map(_Facts(facts))

    def count(self, name: str, n: int, **facts: str | int) -> str:
        """As `text`, in the plural form that belongs to `n`."""
        sentence = self._own.ngettext(name, name, n)
        if sentence == name:
            raise KeyError(name)
        return sentence.format_map(_Facts({**facts, "n": n}))

    def error(self, code: str, part: str, facts: Mapping[str, str | int]) -> str:
        """What, why or what to do for an error code, from the catalogue of the package that owns the code."""
        name = f"error.{code}.{part}"
        shown = {key: self._fact(key, value) for key, value in facts.items()}
        if self._protocols is None:
            self._protocols = gettext.translation("openid4vc", _PROTOCOL_LOCALES, [self.language])
        # A fuller sentence for when the other side told more: `error.tx_code_wrong.what.told` names the tries left.
        for catalogue, candidate in ((self._own, f"{name}.told"), (self._own, name), (self._protocols, name)):
            sentence = catalogue.gettext(candidate)
            if sentence != candidate and (candidate == name or facts):
                return sentence.format_map(_Facts(shown))
        raise KeyError(name)

    def date(self, moment: int) -> str:
        """A day in the person's own time zone: 4.5.2031, in English 4 May 2031."""
        return self._day(time.localtime(moment))

    def last_day(self, end: int) -> str:
        """The last day of something that ends at `end`: midnight belongs to the day before."""
        return self._day(time.localtime(end - 1))

    def clock(self, moment: int) -> str:
        """A time of day: 9.12, in English 9:12."""
        local = time.localtime(moment)
        return f"{local.tm_hour}{':' if self.language == 'en' else '.'}{local.tm_min:02}"

    def moment(self, moment: int, now: int) -> str:
        """A time near now: `today at 9:12`, or the date and the time."""
        name = "time.today" if self.date(moment) == self.date(now) else "time.moment"
        return self.text(name, date=self.date(moment), time=self.clock(moment))

    def time_near(self, moment: int, now: int) -> str:
        """As `moment`, where "today" goes without saying: `at 9:12`, or the date and the time."""
        name = "time.clock" if self.date(moment) == self.date(now) else "time.moment"
        return self.text(name, date=self.date(moment), time=self.clock(moment))

    def days_between(self, earlier: int, later: int) -> int:
        """How many midnights of the person's own time zone lie between."""
        first, last = ((moment + time.localtime(moment).tm_gmtoff) // 86400 for moment in (earlier, later))
        return last - first

    def iso_date(self, text: str) -> str | None:
        """A full-date of RFC 3339 as people write it; None for any other text."""
        try:
            return self._day(time.strptime(text, "%Y-%m-%d")) if len(text) == 10 else None
        except ValueError:
            return None

    def duration(self, text: str) -> str:
        """An ISO 8601 duration of one unit (P12M, P30D, PT24H) in words; any other as it stands."""
        unit = {"Y": "time.years", "M": "time.months", "W": "time.weeks", "D": "time.days", "H": "time.hours"}
        number = text[2:-1] if text.startswith("PT") else text[1:-1]
        name = unit.get(text[-1:])
        hours = text.startswith("PT") == (text[-1:] == "H")
        if name is None or not hours or not text.startswith("P") or not (number.isascii() and number.isdigit()):
            return text
        return self.count(name, int(number[:6]))

    def _day(self, day: time.struct_time) -> str:
        if self.language == "en":
            return f"{day.tm_mday} {self.text(f'month.{day.tm_mon}')} {day.tm_year}"
        return f"{day.tm_mday}.{day.tm_mon}.{day.tm_year}"

    def _fact(self, name: str, value: str | int) -> str | int:
        if isinstance(value, int) and name == "time":
            return self.clock(value)
        if isinstance(value, int) and name in ("date", "until"):
            return self.date(value)
        return value


class _Facts(dict[str, str | int]):
    """A sentence never fails for want of a fact: servers are free not to tell."""

    def __missing__(self, key: str) -> str:
        return _MISSING


def in_language(words: Mapping[str, str], language: str) -> tuple[str, str | None] | None:
    """From texts by language tag the one for this person, and its own tag when it is in another language.

    None when there is no text at all. `fi-FI` serves `fi`; then English, then whichever comes first.
    """
    primary = {tag.split("-")[0].lower(): text for tag, text in reversed([*words.items()])}
    if language in primary:
        return primary[language], None
    for tag in (DEFAULT, *primary):
        if tag in primary:
            return primary[tag], tag or None
    return None
