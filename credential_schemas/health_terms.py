"""Words of a free text from which an illness can be read: code_lists/health_terms.json, in three languages.

A lint, not a judge: it stops what is obvious (an illness, medicine, examination, place of care, diagnosis code) before
it reaches an office that may not know it. What it misses is the author's responsibility; what it takes wrongly the
author can declare innocent.

Finnish and Swedish inflect and compound, so the list holds beginnings of words (`masennu`), parts that betray a
compound wherever they stand (`*syöpä`) and whole words (`=adhd`); a beginning never matches inside another word.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from credential_schemas.data import HERE, DataError, read_names, read_object

# The most telling last: `sjukhus` is a place of care before it is a word that begins with `sjuk`.
KINDS: Final = ("place", "examination", "medicine", "illness", "code")
# ICD-10: a letter and two digits, with a point and more digits, or alone in capitals (`M51.1`, `F33`).
_DIAGNOSIS_CODE: Final = r"[A-TV-Z][0-9]{2}(?:\.[0-9A-Z]{1,2}|(?![0-9]))"
_WORD_CHARACTER: Final = r"[^\W_]"


@dataclass(frozen=True, slots=True)
class HealthTerm:
    """One word that tells: as written, of which kind, and where it stands in the text."""

    word: str
    kind: str
    start: int
    end: int


def find(text: str) -> tuple[HealthTerm, ...]:
    """All telling words of a text, in their order."""
    return tuple(_find(text))


def _find(text: str) -> Iterator[HealthTerm]:
    for match in _expression().finditer(text):
        kind = match.lastgroup
        if kind is not None and match[0].casefold() not in _innocent():
            yield HealthTerm(match[0], kind, match.start(), match.end())


@lru_cache(maxsize=1)
def _expression() -> re.Pattern[str]:
    """One alternation of all words; the group's name is the kind."""
    data = read_object(HERE / "code_lists" / "health_terms.json")
    groups = []
    for kind in KINDS[:-1]:
        entries = [entry for words in data[kind].values() for entry in read_names(words, f"health terms: {kind}")]
        alternatives = "|".join(_entry(entry) for entry in sorted(set(entries), key=lambda entry: (-len(entry), entry)))
        groups.append(f"(?P<{kind}>(?i:{alternatives}))")
    groups.append(f"(?P<code>{_DIAGNOSIS_CODE})")
    return re.compile(rf"(?<!{_WORD_CHARACTER})(?:{'|'.join(groups)})(?!{_WORD_CHARACTER})")


def _entry(entry: str) -> str:
    """`=word` whole · `*part` a compound that holds it · `begin` a word that begins so."""
    mark, word = (entry[0], entry[1:]) if entry[0] in "=*" else ("", entry)
    if len(word) < 2 or word != word.lower():
        raise DataError(f"health term {entry}")
    escaped = re.escape(word)
    if mark == "=":
        return escaped
    tail = rf"{_WORD_CHARACTER}*"
    return rf"{tail}{escaped}{tail}" if mark == "*" else escaped + tail


@lru_cache(maxsize=1)
def _innocent() -> frozenset[str]:
    data = read_object(HERE / "code_lists" / "health_terms.json")
    return frozenset(word for words in data["innocent"].values() for word in words)
