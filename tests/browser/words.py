"""Whose words stand on a page: every sentence of the catalogues and of the data, by language.

A page in one language shows none of another's. A text that two languages share tells nothing.
"""

import json
import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any, Final

from babel.messages.pofile import read_po

from tests.conftest import ROOT

LANGUAGES: Final = ("fi", "sv", "en")
_PLACE: Final = re.compile(r"\{[^}]*\}")
# Shorter ones are found only as a whole text, never inside another.
_SENTENCE: Final = 14


def plain(text: str) -> str:
    """As it is compared: without soft hyphens, with ordinary spaces."""
    return re.sub(r"\s+", " ", text.replace("\u00ad", "").replace("\u00a0", " ")).strip()


@cache
def _catalogue(package: str, language: str) -> dict[str, str]:
    path = ROOT / package / "locales" / language / "LC_MESSAGES" / f"{package}.po"
    with path.open("rb") as file:
        messages = list(read_po(file, locale=language))
    return {_last(message.id): _last(message.string or "") for message in messages}


def _last(value: str | list[str] | tuple[str, ...]) -> str:
    """Of a text with a plural the plural, which is what most numbers take."""
    return value if isinstance(value, str) else value[-1]


def pattern(package: str, identifier: str, language: str) -> re.Pattern[str]:
    """A sentence of a catalogue, whatever stands at its places."""
    parts = _PLACE.split(plain(_catalogue(package, language)[identifier]))
    return re.compile(".+".join(re.escape(part) for part in parts))


@cache
def texts(language: str) -> frozenset[str]:
    """Everything that is said in that language, without what has places for facts."""
    found: set[str] = set()
    for path in ROOT.glob(f"*/**/locales/{language}/LC_MESSAGES/*.po"):
        if path.parts[len(ROOT.parts)] in ("issuer", "verifier", "web_service", "credential_schemas"):
            with path.open("rb") as file:
                for message in read_po(file, locale=language):
                    strings = message.string if isinstance(message.string, (list, tuple)) else (message.string,)
                    found.update(plain(string) for string in strings if string and not _PLACE.search(string))
    for path in (ROOT / "credential_schemas").rglob("*.json"):
        found.update(plain(text) for text in _in_data(json.loads(path.read_text("utf-8")), language))
    return frozenset(text for text in found if len(text) > 3) - names()


@cache
def names() -> frozenset[str]:
    """What is the same everywhere: a document names its issuer as the issuer wrote it."""
    organisations = json.loads((ROOT / "credential_schemas" / "organisations.json").read_text("utf-8"))
    return frozenset({"Todiste"}.union(*(each["name"].values() for each in organisations["organisations"])))


def _in_data(value: Any, language: str) -> Iterator[str]:
    """Texts of that language in a file of data: members of an object that has all three."""
    if isinstance(value, dict):
        if set(LANGUAGES) <= value.keys() and isinstance(value[language], str):
            yield value[language]
        for each in value.values():
            yield from _in_data(each, language)
    elif isinstance(value, list):
        for each in value:
            yield from _in_data(each, language)


@cache
def _others(language: str) -> tuple[frozenset[str], tuple[str, ...]]:
    """What only another language says: whole texts, and sentences that would also be found inside a text."""
    mine = {text.casefold() for text in texts(language)}
    whole = {text for other in LANGUAGES if other != language for text in texts(other) if text.casefold() not in mine}
    long = tuple(text for text in whole if len(text) >= _SENTENCE and not any(text.casefold() in own for own in mine))
    return frozenset(whole), long


def foreign(shown: Iterable[str], language: str) -> list[str]:
    """The texts on a page that belong to another language."""
    whole, long = _others(language)
    found = []
    for text in map(plain, shown):
        if text in whole or any(sentence in text for sentence in long):
            found.append(text)
    return found
