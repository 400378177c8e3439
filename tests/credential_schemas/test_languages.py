"""Everything that people read is there in Finnish, Swedish and English, and none is a copy of another out of haste."""

import json
import string
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from babel.messages.pofile import read_po

from credential_schemas.data import HERE, LANGUAGES
from credential_schemas.errors import CODES

FILES = sorted(path for path in HERE.rglob("*.json") if "samples" not in path.parts and path.stem != "health_terms")
TEXT = frozenset(LANGUAGES)
# Names and units that are the same in every language.
ALIKE = {"Kela", "kg"}


def texts(value: Any, where: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Every object of texts in a file; type metadata has its own shape."""
    if isinstance(value, dict):
        if TEXT & set(value) and all(isinstance(item, str) for item in value.values()):
            yield where, value
            return
        if "display" in value:
            for member in ("label", "name"):
                shown = {item["locale"]: item[member] for item in value["display"] if member in item}
                if shown:
                    yield f"{where}.display.{member}", shown
        for name, item in value.items():
            yield from texts(item, f"{where}.{name}")
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from texts(item, f"{where}[{index}]")


def texts_of(path: Path) -> list[tuple[str, dict[str, str]]]:
    return list(texts(json.loads(path.read_text("utf-8")), ""))


each_file = pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(HERE)))


@each_file
def test_a_text_has_three_languages(path: Path) -> None:
    for where, text in texts_of(path):
        assert set(text) == TEXT, where
        assert all(value.strip() == value and value for value in text.values()), where
        assert "?" not in "".join(value.rstrip("?") for value in text.values()), f"{where}: a mark of doubt is no text"


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def letters(text: str) -> str:
    """A text without placeholders, digits and signs."""
    for name in placeholders(text):
        text = text.replace("{" + name + "}", "")
    return "".join(character for character in text if character.isalpha())


@each_file
def test_finnish_is_not_english(path: Path) -> None:
    for where, text in texts_of(path):
        if letters(text["fi"]) and letters(text["fi"]) not in ALIKE:
            assert text["fi"] != text["en"], where


@each_file
def test_placeholders_are_the_same_in_every_language(path: Path) -> None:
    for where, text in texts_of(path):
        assert placeholders(text["fi"]) == placeholders(text["sv"]) == placeholders(text["en"]), where


def catalogue(language: str) -> dict[str, str]:
    path = HERE / "locales" / language / "LC_MESSAGES" / "credential_schemas.po"
    with path.open("rb") as file:
        return {str(message.id): str(message.string) for message in read_po(file) if message.id}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_error_code_has_a_sentence_a_reason_and_a_next_step(language: str) -> None:
    wanted = {f"error.{code}.{part}" for code in CODES for part in ("what", "why", "do")}
    found = catalogue(language)
    assert set(found) == wanted
    assert all(found.values())


def test_no_sentence_is_left_in_another_language() -> None:
    fi, sv, en = (catalogue(language) for language in LANGUAGES)
    assert [name for name in fi if len({fi[name], sv[name], en[name]}) < 3] == []


def test_the_words_of_the_feedback_are_those_of_the_form_and_the_paper() -> None:
    words = json.loads((HERE / "code_lists" / "work_ability.json").read_text("utf-8"))["codes"]
    assert words["limited_tasks"] == {
        "fi": "Rajoittunut: osa työtehtävistä ei onnistu",
        "sv": "Begränsad: klarar inte alla arbetsuppgifter",
        "en": "Limited: cannot do some tasks",
    }


def test_no_file_is_forgotten() -> None:
    names = {path.relative_to(HERE).parts[0] for path in FILES}
    assert names == {"types", "purposes", "code_lists", "organisations.json", "demo_people.json"}
