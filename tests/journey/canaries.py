"""Words that occur nowhere else, put into every free text of a document; and where they, or secrets, are found."""

import json
import re
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any, Final

from credential_schemas.types import ClaimDefinition, CredentialType, Kind, sample

# A length of its own, so that no short word of a log or a page can be one.
_WORD: Final = "Zqx{}xqz"
_LETTERS: Final = "bcdfghjklmnprstv"
# What a check of its own, or its form, decides about is no free text.
_BOUND: Final = {"check", "pattern", "codes", "enum", "const", "format"}


class Canaries:
    """Makes claims; `words` are all canaries so far, with the claim that each sits in."""

    def __init__(self) -> None:
        self.words: dict[str, str] = {}

    def word(self, claim: str) -> str:
        number = len(self.words)
        word = _WORD.format("".join(_LETTERS[number >> shift & 15] for shift in (8, 4, 0)))
        self.words[word] = claim
        return word

    def claims(self, credential_type: CredentialType, fixed: Mapping[str, str], today: date) -> dict[str, Any]:
        """The sample C1 with a canary in every free text; `fixed` are the person's names, alike in all documents."""
        claims = sample(credential_type, "C1", today)
        for claim in credential_type.claims:
            if claim.issuer_owned or claim.name == "picture":
                continue
            if claim.name in fixed:
                claims[claim.name] = fixed[claim.name]
            elif claim.kind in (Kind.RECORD, Kind.RECORDS) and claim.name in claims:
                claims[claim.name] = self._record(claim, claims[claim.name])
            elif claim.kind is Kind.TEXT and not _BOUND & set(claim.schema):
                claims[claim.name] = self.word(f"{credential_type.name}.{claim.name}")
        return claims

    def _record(self, claim: ClaimDefinition, value: Any) -> Any:
        if isinstance(value, list):
            return [self._record(claim, item) for item in value]
        free = {part.name for part in claim.parts if part.kind is Kind.TEXT and not _BOUND & set(part.schema)}
        return {name: self.word(f"{claim.name}.{name}") if name in free else member for name, member in value.items()}


def files(folder: Path) -> dict[str, bytes]:
    """Every file of a folder by its path there, as its bytes stand on the disk now."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()
    }


def found(places: Mapping[str, bytes], needles: Iterable[str]) -> set[tuple[str, str]]:
    """(place, needle) for every needle that stands in a place as a word: in UTF-8, UTF-16 or as JSON escapes."""
    hits = set()
    for needle in needles:
        spellings = {needle.encode(), needle.encode("utf-16-le"), json.dumps(needle)[1:-1].encode()}
        word = re.compile(rb"(?<![0-9A-Za-z])(?:" + b"|".join(map(re.escape, spellings)) + rb")(?![0-9A-Za-z])")
        for place, content in places.items():
            if any(spelling in content for spelling in spellings) and word.search(content):
                hits.add((place, needle))
    return hits
