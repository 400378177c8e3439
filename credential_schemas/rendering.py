"""A document's claims as labelled lines: one function for the doctor's preview, the official's verdict and the sheet.

Everything is said by the type's data (`rendering` of type.json), so that a new type needs no code:

* `rows`: per audience the claims in their order; a row may have a `label` of its own and `join` other claims to its
  value by a text with `{base}` and `{value}` — to the word of one `code`, or to the whole; under `when` or `unless`;
* `sentences`: what is said instead of a claim's value `when` others have certain values;
* `empty`, `booleans`, `units`, `each`, `code_lists`: words for an empty list, for true and false, for a number with its
  unit, for one record (parts in square brackets vanish with what they name), for codes of an open code system.

A type without such data is shown in the order of its metadata.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, Literal, TypeAlias

from credential_schemas.checks import iso_date
from credential_schemas.code_lists import CodeList, load_code_list
from credential_schemas.data import JsonObject, say
from credential_schemas.dates import format_date as format_date
from credential_schemas.errors import CheckError
from credential_schemas.purposes import AskedCredential, Purpose
from credential_schemas.schema import holds
from credential_schemas.types import ClaimDefinition, CredentialType, Kind

Claims: TypeAlias = Mapping[str, Any]
Audience: TypeAlias = Literal["official", "preview", "sheet"]

# Claims that identify: shown apart, by `person_lines`, or never (an identity code is not for screens).
_APART: Final = ("identity", "strong_identifier", "biometric")
_OPTIONAL_PART: Final = re.compile(r"\[([^\[\]]*)\]")
_PLACEHOLDER: Final = re.compile(r"\{([a-z_]+)\}")


@dataclass(frozen=True, slots=True)
class Line:
    """One row for people.

    `covers` are the claims whose values it shows, `claim` the first of them. `lang` is the value's language, which free
    text keeps. `note` is `optional` in a preview, where the person will decide whether the office gets it.
    """

    claim: str
    label: str
    value: str
    lang: str
    note: str | None
    covers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Shown:
    """What a rendering is about: the claims that may be seen, by whom, in which language."""

    type: CredentialType
    claims: Claims
    language: str
    audience: Audience
    asked: AskedCredential | None

    @property
    def rendering(self) -> JsonObject:
        return self.type.rendering

    def is_optional(self, name: str) -> bool:
        return self.asked is not None and name in self.asked.optional


def lines(
    credential_type: CredentialType,
    claims: Claims,
    *,
    language: str,
    audience: Audience,
    purpose: Purpose | None,
) -> tuple[Line, ...]:
    """The rows of a document; who it is about stands in `person_lines`.

    With a purpose only what it asks of this type is shown, and what stands in clear in every credential anyway.
    """
    asked = None
    if purpose is not None:
        asked = purpose.asked_of(credential_type.name)
        if asked is None:
            return ()
        wanted = asked.claims(with_customer=False)
        clear = {claim.name for claim in credential_type.claims if claim.sd == "never"}
        claims = {name: value for name, value in claims.items() if name in wanted or name in clear}
    return tuple(_lines(_Shown(credential_type, claims, language, audience, asked)))


def person_lines(claims: Claims, *, language: str) -> tuple[Line, ...]:
    """Whom a document is about: name and birthdate, never the identity code."""
    found = []
    if "family_name" in claims and "given_name" in claims:
        name = f"{claims['family_name']}, {claims['given_name']}"
        found.append(Line("name", _general("name", language), name, language, None, ("family_name", "given_name")))
    if "birthdate" in claims:
        value = _date(claims["birthdate"], language)
        found.append(Line("birthdate", _general("birthdate", language), value, language, None, ("birthdate",)))
    return tuple(found)


def line(credential_type: CredentialType, name: str, claims: Claims, *, language: str) -> Line:
    """One claim alone, as a summary of a form shows it; a claim that is absent reads `Ei annettu`."""
    shown = _Shown(credential_type, claims, language, "preview", None)
    definition = credential_type.claim(name)
    if name not in claims:
        return Line(name, definition.label(language), _general("not_given", language), language, None, (name,))
    value, lang = _value(shown, definition)
    return Line(name, definition.label(language), value, lang, None, (name,))


def _lines(shown: _Shown) -> Iterator[Line]:
    done: set[str] = set()
    for row in _rows(shown):
        name = row["claim"]
        if name not in shown.claims or name in done:
            continue
        definition = shown.type.claim(name)
        value, lang, joined = _joined(shown, row, definition)
        done.update((name, *joined))
        label = say(row["label"], shown.language) if "label" in row else definition.label(shown.language)
        note = "optional" if shown.audience == "preview" and shown.is_optional(name) else None
        yield Line(name, label, value, lang, note, (name, *joined))


def _rows(shown: _Shown) -> Iterator[JsonObject]:
    """The audience's rows, then whatever else is shown and stands in no row; the doctor previews the official's."""
    name = "official" if shown.audience == "preview" else shown.audience
    rows = shown.rendering.get("rows", {}).get(name)
    named: set[str] = set()
    for row in rows or ():
        entry = row if isinstance(row, dict) else {"claim": row}
        named.update((entry["claim"], *(join["claim"] for join in entry.get("join", ()))))
        yield entry
    # A sheet says what its data lists; an office sees everything that it asked and got.
    if rows is not None and (shown.audience == "sheet" or shown.asked is None):
        return
    apart = {claim for mark in _APART for claim in shown.type.marked(mark)}
    for claim in shown.type.claims:
        hidden = claim.name in apart or (rows is not None and claim.sd == "never")
        if claim.name not in named and not hidden:
            yield {"claim": claim.name}


def _joined(shown: _Shown, row: JsonObject, definition: ClaimDefinition) -> tuple[str, str, tuple[str, ...]]:
    """The row's value with what is joined to it: text, its language, the joined claims."""
    joins = [join for join in row.get("join", ()) if _joins(shown, join, definition)]
    by_code = {join["code"]: join for join in joins if "code" in join}

    def extend(code: str, word: str) -> str:
        return _join_text(shown, by_code[code], word, inside=False) if code in by_code else word

    text, lang = _value(shown, definition, extend)
    for join in joins:
        if "code" not in join:
            text, lang = _join_text(shown, join, text, inside=True), shown.language
    return text, lang, tuple(dict.fromkeys(join["claim"] for join in joins))


def _joins(shown: _Shown, join: JsonObject, base: ClaimDefinition) -> bool:
    if join["claim"] not in shown.claims or not holds(join.get("when", {}), shown.claims):
        return False
    if "unless" in join and holds(join["unless"], shown.claims):
        return False
    if "code" in join and join["code"] not in shown.claims[base.name]:
        return False
    # In a preview nobody knows yet what the person will add: optional claims keep a row of their own.
    return shown.audience != "preview" or shown.is_optional(join["claim"]) == shown.is_optional(base.name)


def _join_text(shown: _Shown, join: JsonObject, base: str, *, inside: bool) -> str:
    definition = shown.type.claim(join["claim"])
    value, _ = _value(shown, definition)
    if inside and definition.kind is Kind.CODE and definition.code_list is not None:
        value = definition.code_list.inside_sentence(shown.claims[definition.name], shown.language)
    return say(join["text"], shown.language).replace("{base}", base).replace("{value}", value)


def _value(
    shown: _Shown, definition: ClaimDefinition, extend: Callable[[str, str], str] | None = None
) -> tuple[str, str]:
    """A claim's value in words, and the language of the words. `extend` may lengthen the word of a code in a list."""
    value = shown.claims[definition.name]
    for sentence in shown.rendering.get("sentences", ()):
        if sentence["claim"] == definition.name and holds(sentence["when"], shown.claims):
            return say(sentence["text"], shown.language), shown.language
    if isinstance(value, list) and not value:
        empty = shown.rendering.get("empty", {}).get(definition.name)
        return (say(empty, shown.language) if empty else _general("not_given", shown.language)), shown.language
    match definition.kind:
        case Kind.CODES:
            return _codes(definition, value, shown.language, extend), shown.language
        case Kind.RECORDS:
            texts = [_record(shown, definition, item) for item in value]
            return "; ".join(texts), _record_language(shown, definition)
        case Kind.RECORD:
            return _record(shown, definition, value), _record_language(shown, definition)
        case Kind.CODED:
            return _coded(shown, definition, value)
        case Kind.TEXTS:
            return ", ".join(value), _document_language(shown)
    return _simple(shown, definition, value)


def _simple(shown: _Shown, definition: ClaimDefinition, value: Any) -> tuple[str, str]:
    match definition.kind:
        case Kind.DATE:
            return _date(value, shown.language), shown.language
        case Kind.CODE:
            return _word(definition, value, shown.language), shown.language
        case Kind.BOOLEAN:
            words = shown.rendering.get("booleans", {}).get(definition.name)
            key = "true" if value else "false"
            word = say(words[key], shown.language) if words else _general("yes" if value else "no", shown.language)
            return word, shown.language
        case Kind.INTEGER:
            unit = shown.rendering.get("units", {}).get(definition.name)
            text = say(unit, shown.language).replace("{value}", str(value)) if unit else str(value)
            return text, shown.language
        case Kind.LOCALISED:
            return say(value, shown.language), shown.language
    empty = shown.rendering.get("empty", {}).get(definition.name)
    if value == "" and empty:
        return say(empty, shown.language), shown.language
    return str(value), _document_language(shown)


def _codes(
    definition: ClaimDefinition, codes: list[str], language: str, extend: Callable[[str, str], str] | None
) -> str:
    words = []
    for number, code in enumerate(codes):
        known = definition.code_list is not None and code in definition.code_list.words
        word = _word(definition, code, language)
        if number and known and definition.code_list is not None:
            word = definition.code_list.inside_sentence(code, language)
        if extend is not None:
            word = extend(code, word)
        words.append(word)
    return ", ".join(words)


def _coded(shown: _Shown, definition: ClaimDefinition, value: JsonObject) -> tuple[str, str]:
    """The label travels with the document, in its language; in another one our own list may know the code."""
    language, code, label = _document_language(shown), value["code"], value["label"]
    known = shown.rendering.get("code_lists", {}).get(definition.name)
    code_list = _open_list(known) if known else None
    if code_list is not None and code in code_list.words and shown.language.split("-")[0] != language:
        label, language = code_list.word(code, shown.language), shown.language
    return (f"{code} {label}" if code.isdigit() else label), language


def _record(shown: _Shown, definition: ClaimDefinition, item: JsonObject) -> str:
    """One record by its template, or its members one after another."""
    templates = shown.rendering.get("each", {}).get(definition.name)
    template = say(templates, shown.language) if templates else ""
    words: dict[str, str] = {}
    for part in definition.parts:
        if part.name not in item:
            continue
        words[part.name], _ = _simple(shown, part, item[part.name])
        starts = not template or template.startswith("{" + part.name)
        if not starts and part.code_list is not None and item[part.name] in part.code_list.words:
            words[part.name] = part.code_list.inside_sentence(item[part.name], shown.language)
    return _fill(template, words) if template else ", ".join(words.values())


def _fill(template: str, words: Mapping[str, str]) -> str:
    def optional(match: re.Match[str]) -> str:
        return match[1] if all(name in words for name in _PLACEHOLDER.findall(match[1])) else ""

    text = _PLACEHOLDER.sub(lambda match: words.get(match[1], ""), _OPTIONAL_PART.sub(optional, template))
    return text.strip(" ,:")


def _record_language(shown: _Shown, definition: ClaimDefinition) -> str:
    has_text = any(part.kind is Kind.TEXT for part in definition.parts)
    return _document_language(shown) if has_text else shown.language


def _document_language(shown: _Shown) -> str:
    return str(shown.claims.get("document_language", shown.language))


def _word(definition: ClaimDefinition, code: str, language: str) -> str:
    """A code that this version of the type does not know is shown as it stands."""
    try:
        return definition.word(code, language)
    except KeyError:
        return code


def _date(value: Any, language: str) -> str:
    """A date that is none (a PID may say only a year) is shown as it stands."""
    try:
        return format_date(iso_date(value), language)
    except (CheckError, TypeError):
        return str(value)


def _general(code: str, language: str) -> str:
    return _open_list("general").word(code, language)


@lru_cache(maxsize=32)
def _open_list(name: str) -> CodeList:
    return load_code_list(name)
