"""What an office will see, purpose by purpose: the very lines of its verdict, from the same function. Signs nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from credential_schemas.purposes import Purpose, load_purposes
from credential_schemas.rendering import lines, person_lines
from credential_schemas.types import CredentialType
from web_service.words import Words


@dataclass(frozen=True, slots=True)
class Preview:
    """One purpose: its name and the rows of a summary list."""

    id: str
    name: str
    rows: list[dict[str, str]]


def previews(credential_type: CredentialType, claims: Mapping[str, Any], words: Words) -> list[Preview]:
    """Every purpose that asks for this type, in their order."""
    return [
        Preview(purpose.id, purpose.name(words.language), _rows(credential_type, claims, purpose, words))
        for purpose in _purposes().values()
        if purpose.asked_of(credential_type.name) is not None
    ]


@lru_cache(maxsize=1)
def _purposes() -> Mapping[str, Purpose]:
    return load_purposes()


def _rows(
    credential_type: CredentialType, claims: Mapping[str, Any], purpose: Purpose, words: Words
) -> list[dict[str, str]]:
    language = words.language
    seen = [
        *person_lines(claims, language=language),
        *lines(credential_type, claims, language=language, audience="preview", purpose=purpose),
    ]
    return [
        {
            "term": words.text("preview.optional", label=line.label) if line.note == "optional" else line.label,
            "value": line.value,
            "lang": line.lang,
        }
        for line in seen
    ]
