"""Reading the JSON files of this package: strict, in three languages, frozen where it is handed on.

Every text for people is an object with exactly the members of LANGUAGES; `Text` is that object.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final, TypeAlias

from openid4vc import strict_json
from openid4vc.errors import FormatError

LANGUAGES: Final = ("fi", "sv", "en")
FALLBACK: Final = "fi"
HERE: Final = Path(__file__).resolve().parent

JsonObject: TypeAlias = strict_json.JsonObject
Text: TypeAlias = Mapping[str, str]


class DataError(ValueError):
    """A data file that does not say what it must: found when it is loaded, never at a counter."""


def read_object(path: Path) -> JsonObject:
    """One JSON file whose text is an object; DataError names the file."""
    try:
        return strict_json.parse_object(path.read_bytes())
    except FormatError as error:
        raise DataError(f"{path.name}: {error}") from error


def read_text(value: object, where: str) -> dict[str, str]:
    """An object with fi, sv and en, all said; DataError otherwise."""
    if not isinstance(value, dict) or set(value) != set(LANGUAGES):
        raise DataError(f"{where}: expected the members {', '.join(LANGUAGES)}")
    for language, text in value.items():
        if not isinstance(text, str) or not text.strip():
            raise DataError(f"{where}: {language} is empty")
    return dict(value)


def read_names(value: object, where: str) -> tuple[str, ...]:
    """A list of strings without repetition; DataError otherwise."""
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise DataError(f"{where}: expected a list of strings")
    if len(set(value)) != len(value):
        raise DataError(f"{where}: something stands there twice")
    return tuple(value)


def say(text: Text, language: str) -> str:
    """The text in that language; `sv-FI` means `sv`, and an unknown language falls back to Finnish."""
    return text.get(language) or text.get(language.split("-")[0]) or text[FALLBACK]


def folders(directory: Path) -> Iterator[Path]:
    """Sub-folders in the order of their names."""
    return iter(sorted(path for path in directory.iterdir() if path.is_dir() and not path.name.startswith("_")))
