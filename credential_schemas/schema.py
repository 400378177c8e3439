"""The few keywords of JSON Schema 2020-12 that our types use, and some of our own; nothing else passes the loader.

Ours: `codes` (a code list), `check` (checks.py), `noHealthTerms`, `notFuture`, `notPast`, `maxAgeMonths`,
`maxAheadMonths`, `exclusive` (a code that stands alone in its list), `missing` (error code instead of claim_required).
`rules` of a whole type relate claims to one another.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any, Final, TypeAlias

from credential_schemas import health_terms
from credential_schemas.checks import CHECKS, iso_date
from credential_schemas.code_lists import CodeList
from credential_schemas.data import DataError, JsonObject
from credential_schemas.dates import add_months
from credential_schemas.errors import CODES, CheckError

Fault: TypeAlias = tuple[str, dict[str, str | int]]

KEYWORDS: Final = frozenset(
    """
    $schema type required properties additionalProperties minProperties items minItems maxItems uniqueItems enum const
    format minLength maxLength pattern minimum maximum
    codes check noHealthTerms notFuture notPast maxAgeMonths maxAheadMonths exclusive missing rules
    """.split()
)
RULES: Final = frozenset({"required", "only_when", "not_empty", "not", "range", "after", "not_before", "person"})
_TYPES: Final[Mapping[str, type]] = {"string": str, "integer": int, "boolean": bool, "array": list, "object": dict}
# Line breaks are text; other controls, and characters that turn the direction of writing, only mislead readers.
_BIDI: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What a check needs besides the value: the day, the code lists, and words that somebody declared innocent."""

    today: date
    code_list: Callable[[str], CodeList]
    innocent_terms: frozenset[str]


def check_keywords(schema: JsonObject, where: str) -> None:
    """DataError for a keyword that `faults` would not understand: a misspelt rule must not pass as no rule."""
    unknown = set(schema) - KEYWORDS
    if unknown:
        raise DataError(f"{where}: unknown schema keywords {sorted(unknown)}")
    if "check" in schema and schema["check"] not in CHECKS:
        raise DataError(f"{where}: unknown check {schema['check']}")
    if "missing" in schema and schema["missing"] not in CODES:
        raise DataError(f"{where}: unknown error code {schema['missing']}")
    for name, member in schema.get("properties", {}).items():
        check_keywords(member, f"{where}.{name}")
    if "items" in schema:
        check_keywords(schema["items"], f"{where}[]")


def check_rules(schema: JsonObject, where: str) -> None:
    """DataError for a rule of an unknown kind or error code, or about a claim that the type does not have."""
    for rule in schema.get("rules", []):
        if rule["rule"] not in RULES:
            raise DataError(f"{where}: unknown rule {rule['rule']}")
        if rule["code"] not in CODES:
            raise DataError(f"{where}: unknown error code {rule['code']}")
        named = {rule["claim"], *rule.get("when", {}), *(rule[name] for name in ("other", "birthdate") if name in rule)}
        if not named <= set(schema["properties"]):
            raise DataError(f"{where}: rule {rule['code']} names an unknown claim")


def holds(condition: Mapping[str, list[Any]], claims: Mapping[str, Any]) -> bool:
    """Whether every named claim has one of the values; of a list, one member is enough."""
    for name, values in condition.items():
        value = claims.get(name)
        present = value if isinstance(value, list) else [value]
        if not any(type(item) is type(wanted) and item == wanted for item in present for wanted in values):
            return False
    return True


def faults(schema: JsonObject, value: Any, circumstances: Circumstances) -> Iterator[Fault]:
    """Everything that is wrong with a value: error code and facts. A wrong type hides further faults."""
    expected = _TYPES[schema["type"]]
    if type(value) is not expected:
        yield "claim_type", {}
        return
    if "const" in schema and value != schema["const"]:
        yield schema.get("missing", "claim_code"), {}
    if "enum" in schema and value not in schema["enum"]:
        yield "claim_code", {}
    if isinstance(value, str):
        yield from _text_faults(schema, value, circumstances)
    elif expected is int:
        low, high = schema.get("minimum"), schema.get("maximum")
        if (low is not None and value < low) or (high is not None and value > high):
            yield "claim_range", {name: schema[name] for name in ("minimum", "maximum") if name in schema}
    elif isinstance(value, list):
        yield from _list_faults(schema, value, circumstances)
    elif isinstance(value, dict):
        yield from _member_faults(schema, value, circumstances)


def _text_faults(schema: JsonObject, text: str, circumstances: Circumstances) -> Iterator[Fault]:
    if "codes" in schema:
        if text not in circumstances.code_list(schema["codes"]).words:
            yield "claim_code", {}
        return
    if schema.get("format") == "date":
        yield from _date_faults(schema, text, circumstances.today)
        return
    if schema.get("minLength") and not text.strip():
        yield "claim_empty", {}
        return
    if len(text) > schema.get("maxLength", len(text)):
        yield "claim_too_long", {"maximum": schema["maxLength"]}
    if any(_misleads(character) for character in text):
        yield "claim_characters", {}
    if "pattern" in schema and not _pattern(schema["pattern"]).search(text):
        yield "claim_pattern", {}
    if "check" in schema:
        try:
            CHECKS[schema["check"]](text)
        except CheckError as error:
            yield error.code, {}
    if schema.get("noHealthTerms"):
        for term in health_terms.find(text):
            if term.word.casefold() not in circumstances.innocent_terms:
                yield "note_health_term", {"word": term.word, "kind": term.kind, "start": term.start, "end": term.end}


def _date_faults(schema: JsonObject, text: str, today: date) -> Iterator[Fault]:
    try:
        day = iso_date(text)
    except CheckError as error:
        yield error.code, {}
        return
    if schema.get("notFuture") and day > today:
        yield "date_future", {}
    if schema.get("notPast") and day < today:
        yield "date_past", {}
    if "maxAgeMonths" in schema and day < add_months(today, -schema["maxAgeMonths"]):
        yield "date_too_old", {"months": schema["maxAgeMonths"]}
    if "maxAheadMonths" in schema and day > add_months(today, schema["maxAheadMonths"]):
        yield "date_too_far", {"months": schema["maxAheadMonths"]}


def _list_faults(schema: JsonObject, items: list[Any], circumstances: Circumstances) -> Iterator[Fault]:
    if len(items) < schema.get("minItems", 0):
        yield "claim_too_few", {"minimum": schema["minItems"]}
    if len(items) > schema.get("maxItems", len(items)):
        yield "claim_too_many", {"maximum": schema["maxItems"]}
    if schema.get("uniqueItems") and any(item in items[:index] for index, item in enumerate(items)):
        yield "claim_duplicate", {}
    if len(items) > 1 and schema.get("exclusive") in items:
        yield "choice_conflict", {}
    for number, item in enumerate(items, start=1):
        for code, facts in faults(schema["items"], item, circumstances):
            yield code, {"item": number, **facts}


def _member_faults(schema: JsonObject, value: dict[str, Any], circumstances: Circumstances) -> Iterator[Fault]:
    properties = schema["properties"]
    for name in schema.get("required", []):
        if name not in value:
            yield "claim_required", {"member": name}
    if len(value) < schema.get("minProperties", 0):
        yield "claim_too_few", {"minimum": schema["minProperties"]}
    for name, member in value.items():
        if name not in properties:
            yield "claim_unknown", {"member": name}
            continue
        for code, facts in faults(properties[name], member, circumstances):
            yield code, {"member": name, **facts}


def _misleads(character: str) -> bool:
    return character in _BIDI or (unicodedata.category(character) in ("Cc", "Cs", "Co") and character != "\n")


@lru_cache(maxsize=256)
def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text)
