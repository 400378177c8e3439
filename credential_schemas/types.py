"""Credential types as data: one folder a type, and nothing about a type anywhere else.

types/<name>/
├── type_metadata.json   SD-JWT VC type metadata: labels, `sd`, `mandatory` of every claim (what the world sees)
├── schema.json          what a value may be, and rules between claims (validation.py says the keywords)
├── type.json            names for people, number of digests, which claims are the issuer's, how it is shown
├── form.json            the form that asks for it (optional; forms.py)
├── code_lists/          code sets of this type alone (optional)
└── samples/<case>.json  invented documents, dates as offsets from today
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Any

from credential_schemas.code_lists import CodeList, load_code_list
from credential_schemas.data import (
    HERE,
    LANGUAGES,
    DataError,
    JsonObject,
    Text,
    folders,
    read_names,
    read_object,
    read_text,
    say,
)
from credential_schemas.dates import add_months as add_months  # re-exported: months are counted as samples count them
from credential_schemas.dates import resolve_offset
from credential_schemas.schema import check_keywords, check_rules
from openid4vc.sd_jwt import Disclosable
from openid4vc.sd_jwt_vc import integrity

_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


class Kind(StrEnum):
    """How a value is asked and shown; follows from its schema."""

    TEXT = "text"
    DATE = "date"
    INTEGER = "integer"
    BOOLEAN = "boolean"
    CODE = "code"
    CODES = "codes"
    TEXTS = "texts"
    CODED = "coded"  # {code, label}: an open code system whose label travels with the document
    LOCALISED = "localised"  # {fi, sv, en}
    RECORD = "record"
    RECORDS = "records"


@dataclass(frozen=True, slots=True)
class ClaimDefinition:
    """One claim of a type. `parts` are the members of a record; `code_list` the closed set of a code or codes."""

    name: str
    labels: Text
    sd: str
    mandatory: bool
    kind: Kind
    schema: JsonObject
    code_list: CodeList | None
    parts: tuple["ClaimDefinition", ...]
    issuer_owned: bool

    def label(self, language: str) -> str:
        """What people call it."""
        return say(self.labels, language)

    def word(self, code: str, language: str) -> str:
        """What people read for a code of this claim; KeyError when it has no such code."""
        if self.code_list is None:
            raise KeyError(code)
        return self.code_list.word(code, language)


@dataclass(frozen=True, slots=True)
class CredentialType:
    """A type, loaded and checked. `claims` stand in display order; the JSON members are as their files say."""

    name: str
    vct: str
    version: str
    integrity: str
    digests: int
    claims: tuple[ClaimDefinition, ...]
    names: Text
    definite_names: Text
    type_metadata_raw: bytes
    type_metadata: JsonObject
    schema: JsonObject
    form: JsonObject
    settings: JsonObject
    rendering: JsonObject
    samples: Mapping[str, JsonObject]

    def label(self, language: str) -> str:
        """`type.T.name`: what a document of this type is called."""
        return say(self.names, language)

    def the(self, language: str) -> str:
        """`type.T.the`: the same as the subject of a sentence."""
        return say(self.definite_names, language)

    def title(self, language: str) -> str:
        """What stands at the head of its sheet: its name, unless the type has a longer title."""
        return say(self.settings.get("title", self.names), language)

    def claim(self, name: str) -> ClaimDefinition:
        """The definition of that claim; KeyError when the type has none."""
        for claim in self.claims:
            if claim.name == name:
                return claim
        raise KeyError(name)

    def has(self, name: str) -> bool:
        """Whether the type defines that claim."""
        return any(claim.name == name for claim in self.claims)

    def marked(self, mark: str) -> frozenset[str]:
        """Claims that the type's data marks, for example `clinical` or `locating` (minimisation.py)."""
        return frozenset(self.settings.get("marks", {}).get(mark, ()))

    @property
    def issuer_owned(self) -> frozenset[str]:
        """Claims that the issuing organisation writes itself."""
        return frozenset(claim.name for claim in self.claims if claim.issuer_owned)

    @property
    def disclosure_policy(self) -> JsonObject | None:
        """Who may see more than `except_claims` (organisations.disclosure_policy gives the published form)."""
        policy: JsonObject | None = self.settings.get("disclosure_policy")
        return policy


def load_types(extra: Path | None = None) -> Mapping[str, CredentialType]:
    """All types by folder name; `extra` is a further folder of type folders. DataError for anything malformed."""
    types: dict[str, CredentialType] = {}
    for directory in (HERE / "types", *([extra] if extra else [])):
        for folder in folders(directory):
            if folder.name in types:
                raise DataError(f"type {folder.name} stands in two folders")
            types[folder.name] = _load_type(folder)
    values = [credential_type.vct for credential_type in types.values()]
    if len(set(values)) != len(values):
        raise DataError("two types have the same vct")
    return types


def credential_claims(credential_type: CredentialType, claims: Mapping[str, Any]) -> dict[str, Any]:
    """The payload's claims, those with `sd: always` marked as Disclosable: each list or map is one disclosure (MIN-5).

    DataError when a claim is not of this type. That all fit into the type's digests was checked when it was loaded.
    """
    disclosability = {claim.name: claim.sd for claim in credential_type.claims}
    payload: dict[str, Any] = {}
    for name, value in claims.items():
        if name not in disclosability:
            raise DataError(f"{credential_type.name} has no claim {name}")
        payload[name] = Disclosable(value) if disclosability[name] == "always" else value
    return payload


def metadata_claims(credential_type: CredentialType) -> list[JsonObject]:
    """OpenID4VCI 1.0 Appendix B.2 claims descriptions: path, mandatory, display names; members of records too.

    `value_display` is ours: {code: [{"name", "locale"}…]}, words for the codes of a claim (`true` and `false` of a
    boolean), so that a wallet which never met the type can show them.
    """
    return [
        description
        for claim in credential_type.claims
        for description in _descriptions(credential_type, claim, [claim.name], claim.mandatory)
    ]


def _descriptions(
    credential_type: CredentialType, claim: ClaimDefinition, path: list[str | None], mandatory: bool | None
) -> Iterator[JsonObject]:
    description: JsonObject = {"path": path, "display": _display(claim.labels)}
    if mandatory is not None:
        description["mandatory"] = mandatory
    words = claim.code_list.words if claim.code_list else credential_type.rendering.get("booleans", {}).get(claim.name)
    if words:
        description["value_display"] = {code: _display(text) for code, text in words.items()}
    yield description
    inner: list[str | None] = [*path, None] if claim.kind is Kind.RECORDS else path
    for part in claim.parts:
        yield from _descriptions(credential_type, part, [*inner, part.name], None)


def _display(text: Text) -> list[JsonObject]:
    return [{"name": text[language], "locale": language} for language in LANGUAGES]


def metadata_display(credential_type: CredentialType) -> list[JsonObject]:
    """OpenID4VCI 1.0 §12.2.4 `display` of a credential configuration."""
    return _display(credential_type.names)


def sample(credential_type: CredentialType, case: str, today: date) -> JsonObject:
    """The packaged sample of that case, dates counted from today; KeyError when the type has no such sample."""
    claims = deepcopy(credential_type.samples[case])
    return {
        name: resolve_offset(value, today) if credential_type.claim(name).kind is Kind.DATE else value
        for name, value in claims.items()
    }


def _load_type(folder: Path) -> CredentialType:
    if not _NAME.fullmatch(folder.name):
        raise DataError(f"{folder.name}: a type's name has small letters, digits and hyphens only")
    raw = (folder / "type_metadata.json").read_bytes()
    metadata = read_object(folder / "type_metadata.json")
    schema = read_object(folder / "schema.json")
    settings = read_object(folder / "type.json")
    form_file = folder / "form.json"
    digests = settings.get("digests")
    if type(digests) is not int:
        raise DataError(f"{folder.name}: digests is a number")
    credential_type = CredentialType(
        name=folder.name,
        vct=metadata["vct"],
        version=settings["version"],
        integrity=integrity.of(raw),
        digests=digests,
        claims=_load_claims(folder, metadata, schema, settings),
        names=read_text(settings.get("name"), f"{folder.name}: name"),
        definite_names=read_text(settings.get("the"), f"{folder.name}: the"),
        type_metadata_raw=raw,
        type_metadata=metadata,
        schema=schema,
        form=read_object(form_file) if form_file.is_file() else {},
        settings=settings,
        rendering=settings.get("rendering", {}),
        samples={path.stem: read_object(path) for path in sorted((folder / "samples").glob("*.json"))},
    )
    _check_type(credential_type)
    return credential_type


def _load_claims(
    folder: Path, metadata: JsonObject, schema: JsonObject, settings: JsonObject
) -> tuple[ClaimDefinition, ...]:
    """Top-level claims in the order of the type metadata; members of records come with their parent."""
    properties = schema.get("properties", {})
    labels: dict[tuple[str, ...], tuple[Text, JsonObject]] = {}
    for entry in metadata["claims"]:
        path = tuple(step for step in entry["path"] if step is not None)
        labels[path] = (_display_text(entry, f"{folder.name}: {path}"), entry)
    names = [path[0] for path in labels if len(path) == 1]
    if set(names) != set(properties):
        raise DataError(f"{folder.name}: schema and type metadata differ: {set(names) ^ set(properties)}")
    owned = set(settings.get("issuer_claims", {}))
    lists = (folder / "code_lists",)
    return tuple(_define((name,), properties[name], labels, lists, name in owned) for name in names)


def _define(
    path: tuple[str, ...],
    schema: JsonObject,
    labels: Mapping[tuple[str, ...], tuple[Text, JsonObject]],
    lists: tuple[Path, ...],
    owned: bool,
) -> ClaimDefinition:
    if path not in labels:
        raise DataError(f"{'.'.join(path)}: the type metadata has no label")
    text, entry = labels[path]
    kind = _kind(schema)
    inner = schema["items"] if kind in (Kind.RECORDS, Kind.CODES) else schema
    code_list = load_code_list(inner["codes"], lists) if "codes" in inner else None
    members: Iterable[tuple[str, JsonObject]] = ()
    if kind in (Kind.RECORD, Kind.RECORDS, Kind.CODED):
        members = inner["properties"].items()
    return ClaimDefinition(
        name=path[-1],
        labels=text,
        sd=entry.get("sd", "allowed"),
        mandatory=entry.get("mandatory", False),
        kind=kind,
        schema=schema,
        code_list=code_list,
        parts=tuple(_define((*path, name), member, labels, lists, owned) for name, member in members),
        issuer_owned=owned,
    )


def _display_text(entry: JsonObject, where: str) -> Text:
    display = {item.get("locale"): item.get("label") for item in entry.get("display", [])}
    return read_text(display, where)


def _kind(schema: JsonObject) -> Kind:
    match schema.get("type"):
        case "string":
            return Kind.CODE if "codes" in schema else Kind.DATE if schema.get("format") == "date" else Kind.TEXT
        case "integer":
            return Kind.INTEGER
        case "boolean":
            return Kind.BOOLEAN
        case "array":
            items = schema["items"]
            return Kind.RECORDS if items["type"] == "object" else Kind.CODES if "codes" in items else Kind.TEXTS
        case "object":
            names = set(schema["properties"])
            return Kind.CODED if names == {"code", "label"} else Kind.LOCALISED if "fi" in names else Kind.RECORD
    raise DataError(f"no kind of claim has the type {schema.get('type')}")


def _check_type(credential_type: CredentialType) -> None:
    """What a loaded type promises: sd decided for each claim, enough digests, names that exist."""
    where = credential_type.name
    check_keywords(credential_type.schema, where)
    check_rules(credential_type.schema, where)
    for claim in credential_type.claims:
        if claim.sd not in ("always", "never"):
            raise DataError(f"{where}: {claim.name} leaves open whether it is selectively disclosable")
    hidden = sum(claim.sd == "always" for claim in credential_type.claims)
    if credential_type.digests < hidden:
        raise DataError(f"{where}: {hidden} claims do not fit into {credential_type.digests} digests (MIN-5)")
    known = {claim.name for claim in credential_type.claims}
    for mark, names in credential_type.settings.get("marks", {}).items():
        if not set(read_names(names, f"{where}: {mark}")) <= known:
            raise DataError(f"{where}: {mark} marks an unknown claim")
    if not set(credential_type.settings.get("issuer_claims", {})) <= known:
        raise DataError(f"{where}: issuer_claims names an unknown claim")
    for case, claims in credential_type.samples.items():
        if not set(claims) <= known:
            raise DataError(f"{where}: sample {case} has unknown claims {set(claims) - known}")
