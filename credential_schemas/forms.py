"""The form of a type: form.json in one language, what was sent back as claims, and claims as what stands in the fields.

    {"title", "lead", "person": [claims of D4], "from_account": {claim: where}, "constants": {claim: value},
     "groups": [{"id", "heading", "fields": [{"claim", "control", …}]}]}

Controls and the names of what they send (a claim's name, unless said otherwise):

* `text`, `textarea`, `date`, `number`; `texts`: several, with commas between;
* `radios`, `yes_no` (`yes`, `no`), `checkboxes` (with `none`: a box `none` that means none of them), `confirm` (`yes`);
* `occupation`: `4321 Title` or a title of the list; with `choices` also `<claim>-choice`, where `occupation` or a code;
* `parts`: `<claim>-<part>`; `records`: `<claim>-<row>-<part>`, rows counted from 0, empty rows left out.

A field with `when` is asked, and read, only while the claims before it hold that condition.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeAlias

from credential_schemas.checks import typed_date
from credential_schemas.code_lists import CodeList, load_code_list
from credential_schemas.data import FALLBACK, JsonObject, say
from credential_schemas.dates import format_date, resolve_offset
from credential_schemas.errors import CheckError, ClaimError
from credential_schemas.organisations import Account
from credential_schemas.rendering import Line, line
from credential_schemas.schema import holds
from credential_schemas.types import ClaimDefinition, CredentialType, Kind

Submitted: TypeAlias = Mapping[str, Sequence[str]]

CHOICE = "choice"
NONE = "none"
OCCUPATION = "occupation"


@dataclass(frozen=True, slots=True)
class Option:
    """One radio or box; `hint` under it is None mostly."""

    value: str
    label: str
    hint: str | None


@dataclass(frozen=True, slots=True)
class Part:
    """One field of a record or of a claim in parts."""

    name: str
    label: str
    options: tuple[Option, ...]


@dataclass(frozen=True, slots=True)
class Field:
    """One question, worded. `when` as in the data (None: always); `limits` has minimum, maximum, max_length."""

    claim: str
    control: str
    label: str
    hint: str | None
    optional: bool
    options: tuple[Option, ...]
    none_label: str | None
    exclusive: str | None
    choices: tuple[Option, ...]
    text_label: str | None
    sentence: str | None
    unit: str | None
    width: str | None
    rows: int
    parts: tuple[Part, ...]
    limits: Mapping[str, int]
    when: Mapping[str, list[Any]] | None
    initial: str | None


@dataclass(frozen=True, slots=True)
class Group:
    """Fields under one heading (None: no heading)."""

    id: str
    heading: str | None
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Form:
    """A whole form. `person` names the claims known before it; `from_account` and `constants` are never asked."""

    title: str
    lead: str
    person: tuple[str, ...]
    from_account: Mapping[str, str]
    constants: Mapping[str, Any]
    groups: tuple[Group, ...]

    @property
    def fields(self) -> Iterator[Field]:
        """All fields in their order."""
        for group in self.groups:
            yield from group.fields


def form(credential_type: CredentialType, language: str) -> Form:
    """The form in that language; KeyError when the type has none."""
    data = credential_type.form
    return Form(
        title=say(data["title"], language),
        lead=say(data["lead"], language),
        person=tuple(data.get("person", ())),
        from_account=data.get("from_account", {}),
        constants=data.get("constants", {}),
        groups=tuple(
            Group(
                group["id"],
                say(group["heading"], language) if "heading" in group else None,
                tuple(_field(credential_type.claim(field["claim"]), field, language) for field in group["fields"]),
            )
            for group in data["groups"]
        ),
    )


def read(credential_type: CredentialType, submitted: Submitted) -> tuple[dict[str, Any], tuple[ClaimError, ...]]:
    """What was sent to claims, and the faults that only the form can see. `validation.validate` finds the rest.

    A text that is no date or number stays as it was written, so that the page can show it again beside the error.
    """
    claims: dict[str, Any] = dict(credential_type.form.get("constants", {}))
    errors: list[ClaimError] = []
    for field in _data_fields(credential_type):
        if not holds(field.get("when", {}), claims):
            continue
        name = field["claim"]
        value = _read_value(credential_type.claim(name), field, submitted)
        if value is not None:
            claims[name] = value
        errors.extend(ClaimError(name, code, {}) for code in _read_faults(field, submitted))
    return claims, tuple(errors)


def fill(credential_type: CredentialType, claims: Mapping[str, Any]) -> dict[str, list[str]]:
    """Claims as a browser would send them: for correcting a document, or with `initial` for an empty form."""
    filled: dict[str, list[str]] = {}
    for field in _data_fields(credential_type):
        if field["claim"] in claims:
            filled.update(_fill_field(credential_type, field, claims[field["claim"]]))
    return filled


def account_claims(credential_type: CredentialType, account: Account) -> dict[str, Any]:
    """What a document says about its author: never asked, because the sign-in knows it."""
    known: dict[str, str] = {"role": account.role, **{f"facts.{name}": fact for name, fact in account.facts.items()}}
    wanted = credential_type.form.get("from_account", {})
    return {claim: known[source] for claim, source in wanted.items() if source in known}


def initial(credential_type: CredentialType, *, today: date, person_language: str) -> dict[str, Any]:
    """The claims that an empty form starts with."""
    claims: dict[str, Any] = {}
    for field in _data_fields(credential_type):
        if "initial" in field:
            value = person_language if field["initial"] == "person.language" else field["initial"]
            claims[field["claim"]] = resolve_offset(value, today)
    return claims


def summary(
    credential_type: CredentialType, claims: Mapping[str, Any], language: str
) -> tuple[tuple[Group, tuple[Line, ...]], ...]:
    """What was answered, group by group: every field that was asked, also the skipped ones."""
    return tuple(
        (
            group,
            tuple(
                line(credential_type, field.claim, claims, language=language)
                for field in group.fields
                if holds(field.when or {}, claims)
            ),
        )
        for group in form(credential_type, language).groups
    )


def occupations() -> CodeList:
    """The titles that a `datalist` suggests."""
    return load_code_list("occupations")


def _data_fields(credential_type: CredentialType) -> Iterator[JsonObject]:
    for group in credential_type.form["groups"]:
        yield from group["fields"]


def _field(claim: ClaimDefinition, data: JsonObject, language: str) -> Field:
    def text(member: str) -> str | None:
        return say(data[member], language) if member in data else None

    schema = claim.schema
    limits = {"minimum": schema.get("minimum"), "maximum": schema.get("maximum"), "max_length": schema.get("maxLength")}
    return Field(
        claim=claim.name,
        control=data["control"],
        label=text("label") or claim.label(language),
        hint=text("hint"),
        optional=data.get("optional", False),
        options=_options(claim, data, language),
        none_label=text("none"),
        exclusive=data.get("exclusive"),
        choices=tuple(Option(c["value"], say(c["label"], language), None) for c in data.get("choices", ())),
        text_label=text("text_label"),
        sentence=text("sentence"),
        unit=text("unit"),
        width=data.get("width"),
        rows=data.get("rows", 1),
        parts=tuple(Part(part.name, part.label(language), _options(part, {}, language)) for part in claim.parts),
        limits={name: value for name, value in limits.items() if value is not None},
        when=data.get("when"),
        initial=data.get("initial"),
    )


def _options(claim: ClaimDefinition, data: JsonObject, language: str) -> tuple[Option, ...]:
    if claim.code_list is None or claim.kind not in (Kind.CODE, Kind.CODES):
        return ()
    hints = data.get("hints", {})
    return tuple(
        Option(code, claim.word(code, language), say(hints[code], language) if code in hints else None)
        for code in claim.code_list.words
    )


def _sent(submitted: Submitted, name: str) -> str:
    """One text as people mean it: no spaces around, one kind of line end."""
    values = submitted.get(name, ())
    return values[0].replace("\r\n", "\n").replace("\r", "\n").strip() if values else ""


def _read_value(claim: ClaimDefinition, field: JsonObject, submitted: Submitted) -> Any:
    name = claim.name
    match field["control"]:
        case "checkboxes":
            chosen = [value for value in submitted.get(name, ()) if not (value == NONE and "none" in field)]
            return list(chosen) if chosen or submitted.get(name) else None
        case "yes_no":
            return {"yes": True, "no": False}.get(_sent(submitted, name))
        case "confirm":
            return True if _sent(submitted, name) == "yes" else None
        case "occupation":
            return _read_occupation(field, submitted)
        case "texts":
            return [part.strip() for part in _sent(submitted, name).split(",") if part.strip()] or None
        case "parts":
            return _read_parts(claim, f"{name}-", submitted) or None
        case "records":
            rows = (_read_parts(claim, f"{name}-{row}-", submitted) for row in range(field["rows"]))
            return [row for row in rows if row] or None
    return _read_simple(claim, _sent(submitted, name))


def _read_simple(claim: ClaimDefinition, text: str) -> Any:
    if not text:
        return None
    if claim.kind is Kind.INTEGER:
        return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else text
    if claim.kind is Kind.DATE:
        try:
            return typed_date(text).isoformat()
        except CheckError:
            return text
    return text


def _read_parts(claim: ClaimDefinition, prefix: str, submitted: Submitted) -> dict[str, Any]:
    values = ((part.name, _read_simple(part, _sent(submitted, prefix + part.name))) for part in claim.parts)
    return {name: value for name, value in values if value is not None}


def _read_occupation(field: JsonObject, submitted: Submitted) -> JsonObject | None:
    name = field["claim"]
    choice = _sent(submitted, f"{name}-{CHOICE}")
    known = occupations()
    # The label travels with the document, so it is in the document's language.
    language = _sent(submitted, "document_language") or FALLBACK
    if choice and choice != OCCUPATION and choice in known.words:
        return {"code": choice, "label": known.word(choice, language)}
    if "choices" in field and choice != OCCUPATION:
        return None
    text = _sent(submitted, name)
    if not text:
        return None
    code, _, title = text.partition(" ")
    if len(code) == 4 and code.isdigit():
        return {"code": code, "label": title.strip() or (known.word(code, language) if code in known.words else "")}
    for code, words in known.words.items():
        if text.casefold() in (word.casefold() for word in words.values()):
            return {"code": code, "label": text}
    # Without a code the page asks again; the label is kept, and "unemployed" has an answer of its own.
    return {"code": "", "label": text}


def _read_faults(field: JsonObject, submitted: Submitted) -> Iterator[str]:
    if field["control"] != "checkboxes":
        return
    chosen = submitted.get(field["claim"], ())
    if "none" in field and NONE in chosen and len(chosen) > 1:
        yield field["none_conflict"]
    # Nothing ticked is no answer where "none of them" can be said.
    if not chosen and not field.get("optional"):
        yield "claim_required"


def _fill_field(credential_type: CredentialType, field: JsonObject, value: Any) -> Iterator[tuple[str, list[str]]]:
    name = field["claim"]
    claim = credential_type.claim(name)
    match field["control"]:
        case "checkboxes":
            yield name, list(value) if value else [NONE] if "none" in field else []
        case "yes_no":
            yield name, ["yes" if value else "no"]
        case "confirm":
            yield name, ["yes"] if value else []
        case "occupation":
            is_choice = any(choice["value"] == value["code"] for choice in field.get("choices", ()))
            yield f"{name}-{CHOICE}", [value["code"] if is_choice else OCCUPATION]
            if not is_choice:
                yield name, [f"{value['code']} {value['label']}".strip()]
        case "texts":
            yield name, [", ".join(value)]
        case "parts":
            for part, text in value.items():
                yield f"{name}-{part}", [str(text)]
        case "records":
            for row, record in enumerate(value):
                for part, text in record.items():
                    yield f"{name}-{row}-{part}", [str(text)]
        case _:
            yield name, [_typed(claim, value)]


def _typed(claim: ClaimDefinition, value: Any) -> str:
    """A date goes into a field as `2.10.2026` in every language: that is what its hint shows and typed_date reads."""
    try:
        return format_date(typed_date(value), "fi") if claim.kind is Kind.DATE else str(value)
    except CheckError:
        return str(value)
