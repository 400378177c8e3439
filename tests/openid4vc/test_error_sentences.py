"""Every error code has a sentence, a reason and a next step, in three languages, from one catalogue."""

import re
from collections.abc import Mapping
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

import openid4vc
from openid4vc.errors import CODES, FormatError

LOCALES = Path(openid4vc.__file__).parent / "locales"
LANGUAGES = ("fi", "sv", "en")
# What whoever raises the code always gives along; a sentence with any other placeholder could not be filled.
FACTS: Mapping[str, set[str]] = {
    "over_asking": {"claims"},
    "net_unreachable": {"host"},
    "net_timeout": {"host"},
    "net_redirect": {"host"},
    "net_status": {"host", "status"},
    "net_content_type": {"host"},
    "net_too_large": {"host"},
}


def catalogue(language: str) -> dict[str, str]:
    with (LOCALES / language / "LC_MESSAGES" / "openid4vc.po").open("rb") as file:
        return {str(message.id): str(message.string) for message in read_po(file, locale=language) if message.id}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_catalogue_has_three_sentences_for_every_code_and_nothing_else(language: str) -> None:
    expected = {f"error.{code}.{part}" for code in CODES for part in ("what", "why", "do")}
    sentences = catalogue(language)
    assert set(sentences) == expected
    assert [name for name, text in sentences.items() if not text.endswith(".") or text != text.strip()] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_sentence_uses_only_the_facts_that_its_code_always_has(language: str) -> None:
    for name, text in catalogue(language).items():
        code = name.split(".")[1]
        assert set(re.findall(r"\{(\w+)\}", text)) <= FACTS.get(code, set()), name


def test_the_languages_use_the_same_facts_in_each_sentence() -> None:
    fi, sv, en = (catalogue(language) for language in LANGUAGES)
    for name in fi:
        placeholders = [sorted(re.findall(r"\{\w+\}", each[name])) for each in (fi, sv, en)]
        assert placeholders[0] == placeholders[1] == placeholders[2], name


def test_a_code_without_sentences_cannot_be_raised() -> None:
    with pytest.raises(ValueError, match="unknown error code no_such_code"):
        FormatError("no_such_code")
