"""Closed code sets with their words in three languages: code_lists/<name>.json, or beside the type that uses them.

    {"codes": {"full": {"fi": "…", "sv": "…", "en": "…"}, …}, "proper": ["kela"]}

The order of the file is the order of the form. `proper` names codes whose word keeps its capital inside a sentence.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from credential_schemas.data import HERE, DataError, Text, read_names, read_object, read_text, say


@dataclass(frozen=True, slots=True)
class CodeList:
    """A closed set: `words` by code, in order."""

    name: str
    words: Mapping[str, Text]
    proper: frozenset[str]

    def word(self, code: str, language: str) -> str:
        """What people read for a code; KeyError for a code outside the set."""
        return say(self.words[code], language)

    def inside_sentence(self, code: str, language: str) -> str:
        """The word as it stands after a comma: small first letter, but never in a name or an abbreviation."""
        word = self.word(code, language)
        return word if code in self.proper else small_initial(word)


def small_initial(word: str) -> str:
    """`Yli vuosi` to `yli vuosi`; abbreviations such as `FPA` stay."""
    return word if word[1:2].isupper() else word[:1].lower() + word[1:]


def load_code_list(name: str, directories: tuple[Path, ...] = ()) -> CodeList:
    """The list of that name: first from `directories` (a type's own folder), then from the package.

    DataError when there is none, or when a code lacks a language.
    """
    for directory in (*directories, HERE / "code_lists"):
        path = directory / f"{name}.json"
        if path.is_file():
            return _parse(name, path)
    raise DataError(f"no code list {name}")


def _parse(name: str, path: Path) -> CodeList:
    value = read_object(path)
    codes = value.get("codes")
    if not isinstance(codes, dict) or not codes:
        raise DataError(f"{path.name}: no codes")
    words = {code: read_text(text, f"{path.name}: {code}") for code, text in codes.items()}
    proper = frozenset(read_names(value.get("proper", []), f"{path.name}: proper"))
    if not proper <= set(words):
        raise DataError(f"{path.name}: proper names an unknown code")
    return CodeList(name, words, proper)
