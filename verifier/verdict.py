"""A verdict in words, in the reader's language: what the page, the case note and the command line say alike.

Sentences are `verdict.<outcome>.*` and `check.*` of the catalogue; the document's lines come from
credential_schemas.rendering, the one function that also made the doctor's preview and the sheet.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from credential_schemas import rendering
from credential_schemas.purposes import Purpose
from credential_schemas.rendering import Line
from credential_schemas.types import CredentialType
from verifier import moments
from verifier.examination import Document, main_first
from verifier.outcome import WITH_DOCUMENT, WITH_VALUES, Check, Outcome, of_reason
from verifier.results import Standing
from web_service.words import Words

Family = Literal["ok", "note", "stop", "none"]

FAMILIES: Final[Mapping[Outcome, Family]] = {
    Outcome.VALID: "ok",
    Outcome.VALID_EXPIRES_SOON: "note",
    Outcome.TOO_OLD_FOR_PURPOSE: "note",
    Outcome.INCOMPLETE: "note",
    Outcome.CANNOT_CHECK_NOW: "note",
    Outcome.REFUSED_BY_HOLDER: "none",
    Outcome.REQUEST_EXPIRED: "none",
}
_STATES: Final[Mapping[Outcome, str]] = {
    Outcome.REPLACED: "superseded",
    Outcome.SUSPENDED: "suspended",
    Outcome.REVOKED: "revoked",
    Outcome.EXPIRED: "expired",
}
_REFERENCE_LENGTH: Final = 8


@dataclass(frozen=True, slots=True)
class CheckLine:
    """One line of what was checked."""

    label: str
    family: Family
    word: str


@dataclass(frozen=True, slots=True)
class Row:
    """A labelled value. `mark` is a status family where the row decides something; `lang` of the value."""

    term: str
    value: str
    lang: str = ""
    mark: Family | None = None
    field: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Everything that is said of one ended request."""

    outcome: Outcome
    family: Family
    headline: str
    cause: str
    next: str
    when: str
    person: tuple[Row, ...]
    data: tuple[Row, ...]
    card: tuple[Row, ...]
    values_hidden: bool
    checks: tuple[CheckLine, ...]
    all_ok: bool
    unchecked: str | None
    missing: tuple[str, ...]

    @property
    def steps(self) -> tuple[str, ...]:
        """`next` as numbered steps, a sentence each."""
        return tuple(re.split(r"(?<=[.])\s+", self.next))


class Speaker:
    """Says verdicts in one language."""

    def __init__(self, types: Mapping[str, CredentialType], words: Words) -> None:
        self._types = types
        self._words = words

    def verdict(self, standing: Standing, purpose: Purpose, *, trust_loaded_at: int) -> Verdict:
        """The verdict of a request that has ended; ValueError for one that has not."""
        outcome = standing.outcome
        if outcome is None:
            raise ValueError("the request has not ended")
        facts = self._facts(standing, trust_loaded_at)
        with_values = outcome in WITH_VALUES and standing.content is not None
        return Verdict(
            outcome=outcome,
            family=FAMILIES.get(outcome, "stop"),
            headline=self._headline(outcome, facts),
            cause=self._cause(outcome, standing, facts),
            next=self._next(outcome, standing, facts),
            when=self._when(standing, purpose),
            person=self._person(standing) if with_values else (),
            data=self._data(standing, purpose) if with_values else (),
            card=self._card(standing, outcome),
            values_hidden=outcome in WITH_DOCUMENT or outcome in (Outcome.UNTRUSTED_ISSUER, Outcome.INCOMPLETE),
            checks=tuple(self._check(check, standing) for check in _one_set(standing.checks)),
            all_ok=bool(standing.checks) and all(check.ok for check in standing.checks),
            unchecked=self._unchecked(standing) if with_values else None,
            missing=tuple(self._field(type_name, claim) for type_name, claim in self._missing(standing)),
        )

    def rejected_headline(self, reason: str) -> str:
        """The headline for a response that was turned away while the request goes on."""
        return self._headline(of_reason(reason), {"doc": "", "n": 0, "date": ""})

    def field_lines(self, standing: Standing, purpose: Purpose) -> list[tuple[str, Line]]:
        """(query id, line) of everything that can be attached, in the order of the verdict."""
        content = standing.content
        if content is None:
            return []
        found: list[tuple[str, Line]] = []
        for document in main_first(content.documents):
            claims = content.claims.get(document.query, {})
            for line in self._lines(document, claims, purpose):
                if any(name in claims for name in line.covers):
                    found.append((document.query, line))
        return found

    def document_name(self, type_name: str | None) -> str:
        """`type.T.name`."""
        if type_name is None or type_name not in self._types:
            return self._words.text("field.document_type")
        return self._types[type_name].label(self._words.language)

    def _headline(self, outcome: Outcome, facts: Mapping[str, Any]) -> str:
        if outcome is Outcome.VALID_EXPIRES_SOON:
            if not facts["n"]:
                # Deleted: how many days it was is gone with the rest.
                return self._words.text("verdict.valid.headline")
            return self._words.count(f"verdict.{outcome}.headline", int(facts["n"]))
        return self._words.text(f"verdict.{outcome}.headline", **facts)

    def _cause(self, outcome: Outcome, standing: Standing, facts: Mapping[str, Any]) -> str:
        """Why; of what has been deleted there is nothing more to say than that."""
        if standing.deleted_at is not None:
            return self._words.text("aside.deleted", time=moments.moment(standing.deleted_at, self._words))
        known: Mapping[str, Any] = standing.content.facts if standing.content else {}
        if outcome is Outcome.VALID and "date" not in known:
            return self._words.text("verdict.valid.cause_noend", **facts)
        if outcome is Outcome.CANNOT_CHECK_NOW and "known_at" not in known:
            return self._words.text("verdict.cannot_check_now.cause_unknown")
        return self._words.text(f"verdict.{outcome}.cause", **facts)

    def _next(self, outcome: Outcome, standing: Standing, facts: Mapping[str, Any]) -> str:
        """What to do now: nothing with data that is deleted, nothing more with data that is attached."""
        if outcome in WITH_VALUES and standing.deleted_at is not None:
            return self._words.text("error.result_gone.do")
        if standing.attached_at is not None:
            return self._words.text(
                "aside.attached",
                case=standing.row["case_reference"] or "",
                time=moments.moment(standing.delete_at or 0, self._words),
            )
        return self._words.text(f"verdict.{outcome}.next", **facts)

    def _facts(self, standing: Standing, trust_loaded_at: int) -> dict[str, Any]:
        """What fills the places of the sentences; nothing of a person."""
        words = self._words
        stored: Mapping[str, Any] = standing.content.facts if standing.content else {}
        documents = main_first(standing.content.documents) if standing.content else []
        main = documents[0] if documents else None
        date = moments.day(str(stored["date"]), words) if "date" in stored else ""
        time = standing.status_time or standing.verified_at or 0
        if standing.outcome is Outcome.UNTRUSTED_ISSUER:
            date = moments.moment(trust_loaded_at, words)
        if "known_at" in stored:
            time = int(stored["known_at"])
        return {
            "doc": self._the(main),
            "date": date,
            "n": stored.get("n", 0),
            "time": moments.moment(time, words),
            "state": words.text(f"state.{stored.get('known_state', 'unknown')}.tag"),
            "issuer": standing.row["last_issuer"] or words.text("verdict.issuer_unknown"),
            "fields": ", ".join(self._field(type_name, claim) for type_name, claim in self._missing(standing)),
            "ref": standing.row["id"][:_REFERENCE_LENGTH],
        }

    def _the(self, document: Document | None) -> str:
        kind = self._types.get(document.type or "") if document is not None else None
        return self._words.text("field.document_type") if kind is None else kind.the(self._words.language)

    def _when(self, standing: Standing, purpose: Purpose) -> str:
        at = standing.verified_at or standing.row["expires_at"]
        return self._words.text(
            "verdict.purpose_checked",
            purpose=purpose.name(self._words.language),
            time=moments.moment(at, self._words),
        )

    def _person(self, standing: Standing) -> tuple[Row, ...]:
        content = standing.content
        if content is None:
            return ()
        identities = [document for document in content.documents if document.is_identity] or list(content.documents)
        claims = content.claims.get(identities[0].query, {}) if identities else {}
        rows = [
            Row(line.label, line.value, field=line.claim)
            for line in rendering.person_lines(claims, language=self._words.language)
        ]
        same = standing.same_person
        word = {True: "true", False: "false"}.get(same, "not_checked") if isinstance(same, bool) else "not_checked"
        mark: Family | None = "ok" if same is True else "stop" if same is False else None
        rows.append(Row(self._words.text("person.label"), self._words.text(f"person.{word}"), mark=mark))
        return tuple(rows)

    def _data(self, standing: Standing, purpose: Purpose) -> tuple[Row, ...]:
        content = standing.content
        if content is None:
            return ()
        rows: list[Row] = []
        for document in main_first(content.documents):
            if document.is_identity:
                continue
            freshness = purpose.freshness.claims.get(document.query) if purpose.freshness else None
            lines = self._lines(document, content.claims.get(document.query, {}), purpose)
            for line in lines:
                marked = standing.outcome is Outcome.TOO_OLD_FOR_PURPOSE and freshness in line.covers
                rows.append(Row(line.label, line.value, line.lang, "note" if marked else None, line.claim))
            if standing.outcome is Outcome.VALID_EXPIRES_SOON and document.until is not None:
                rows.append(
                    Row(
                        self._words.text("field.valid_until"),
                        moments.day(document.until, self._words),
                        mark="note",
                    )
                )
            # The last row: which organisation (and role, where the type says so); never the unit or the person.
            if not any("issuing_authority" in line.covers for line in lines):
                rows.append(Row(self._words.text("field.issuer"), document.issuer))
        return tuple(rows)

    def _lines(self, document: Document, claims: Mapping[str, Any], purpose: Purpose) -> tuple[Line, ...]:
        kind = self._types.get(document.type or "")
        if kind is None:
            return ()
        return rendering.lines(
            kind,
            {**document.clear, **claims},
            language=self._words.language,
            audience="official",
            purpose=purpose,
        )

    def _card(self, standing: Standing, outcome: Outcome) -> tuple[Row, ...]:
        """What the document is, where its values are not shown."""
        words = self._words
        if outcome is Outcome.UNTRUSTED_ISSUER:
            issuer = standing.row["last_issuer"] or words.text("verdict.issuer_unknown")
            return (Row(words.text("field.issuer"), words.text("verdict.issuer_unconfirmed", issuer=issuer)),)
        documents = main_first(standing.content.documents) if standing.content else []
        if outcome not in WITH_DOCUMENT or not documents:
            return ()
        main = documents[0]
        rows = [
            Row(words.text("field.document_type"), self.document_name(main.type)),
            Row(words.text("field.issuer"), main.issuer),
        ]
        if outcome in _STATES:
            rows.append(Row(words.text("field.state"), words.text(f"state.{_STATES[outcome]}.tag")))
        if standing.status_time is not None and outcome is not Outcome.CANNOT_CHECK_NOW:
            rows.append(Row(words.text("field.list_time"), moments.moment(standing.status_time, words)))
        return tuple(rows)

    def _check(self, check: Check, standing: Standing) -> CheckLine:
        words = self._words
        could_not = check.name == "status" and standing.outcome is Outcome.CANNOT_CHECK_NOW
        if check.name == "status":
            if standing.status_time is None or could_not:
                label = words.text("check.status_undone")
            else:
                label = words.text("check.status", time=moments.moment(standing.status_time, words))
        else:
            label = words.text(f"check.{check.name}")
        if check.ok is None or could_not:
            # "Could not check" never looks like "revoked".
            return CheckLine(label, "note" if could_not else "none", words.text("check.not_done"))
        return CheckLine(label, "ok" if check.ok else "stop", words.text("check.ok" if check.ok else "check.failed"))

    def _unchecked(self, standing: Standing) -> str:
        documents = standing.content.documents if standing.content else ()
        medical = any(document.text("professional_role") for document in documents)
        return self._words.text("verdict.unchecked_medical" if medical else "verdict.unchecked_content")

    def _missing(self, standing: Standing) -> tuple[tuple[str, str | None], ...]:
        return standing.content.missing if standing.content else ()

    def _field(self, type_name: str, claim: str | None) -> str:
        if claim is None or type_name not in self._types or not self._types[type_name].has(claim):
            return self.document_name(type_name)
        return self._types[type_name].claim(claim).label(self._words.language)


def _one_set(checks: tuple[Check, ...]) -> tuple[Check, ...]:
    """Seven lines for people: a check holds when it held for every credential it was made for."""
    merged: dict[str, Check] = {}
    for check in checks:
        before = merged.get(check.name)
        if before is None or (before.ok is not False and (check.ok is False or before.ok is None)):
            merged[check.name] = check
    return tuple(merged.values())
