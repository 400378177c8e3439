"""What somebody is writing: kept sealed under a key of its own, seen by its author alone, gone after a week.

A draft's id is the request key of the document that comes of it, so that the same draft never makes two documents
however often the button is pressed.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

import orjson

from issuer import data_protection
from issuer.dates import DAY
from issuer.document_content import ORDINARY, PaperChoice
from issuer.pages.staff import Staff
from issuer.service import Service
from issuer.store import page_statements, statements
from web_service.database import Row, Transaction
from web_service.errors import RequestError

KEPT_DAYS: Final = 7
MAX_LISTED: Final = 100

Fields = Mapping[str, list[str]]


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom the document is about: claims, language of service, and whether under non-disclosure for safety."""

    claims: Mapping[str, str]
    language: str
    non_disclosure: bool

    @property
    def name(self) -> str:
        """As people say it."""
        return f"{self.claims.get('given_name', '')} {self.claims.get('family_name', '')}".strip()


@dataclass(frozen=True, slots=True)
class Content:
    """Everything typed. `stopped` are words that the health check stopped, `innocent` those then declared harmless,
    `noted` the questions that were asked once more; `saved` says that the author asked to keep it.
    """

    subject: Subject | None = None
    fields: Fields | None = None
    stopped: tuple[str, ...] = ()
    innocent: tuple[str, ...] = ()
    noted: tuple[str, ...] = ()
    delivery: str = ""
    paper: PaperChoice = ORDINARY
    saved: bool = False


@dataclass(frozen=True, slots=True)
class Draft:
    """A draft of one account; `replaces` is the document that it corrects."""

    draft_id: str
    type_name: str
    created_at: int
    revision: int
    replaces: str | None
    content: Content
    wrapped_key: bytes


async def create(staff: Staff, type_name: str, content: Content, *, replaces: str | None) -> str:
    """A new draft; its id."""
    draft_id = secrets.token_hex(16)
    key, wrapped = staff.organisation.keys.data.new_document_key(draft_id)
    now = staff.service.clock.now()

    async def work(tx: Transaction) -> None:
        await tx.run(
            page_statements.insert_draft,
            draft_id=draft_id,
            organisation=staff.organisation.slug,
            account_id=staff.session.account_id,
            type=type_name,
            created_at=now,
            expires_at=now + KEPT_DAYS * DAY,
            revision=0,
            replaces=replaces,
            wrapped_key=wrapped,
            content=_seal(key, draft_id, content),
        )
        await staff.audit_in(tx, "draft.created", draft_id, type=type_name)

    await staff.service.database.transaction(work)
    return draft_id


async def read(staff: Staff, draft_id: str) -> Draft | None:
    """A draft of this account; None when there is none (any more)."""
    now = staff.service.clock.now()
    row = await staff.service.database.one(page_statements.draft_by_id, **_named(staff, draft_id), p_now=now)
    return _open(staff, row) if row is not None else None


async def listed(staff: Staff) -> list[Draft]:
    """The drafts of this account that are about somebody, newest first."""
    rows = await staff.service.database.read(
        page_statements.drafts_of_account,
        p_organisation=staff.organisation.slug,
        p_account_id=staff.session.account_id,
        p_now=staff.service.clock.now(),
        p_limit=MAX_LISTED,
    )
    return [draft for draft in (_open(staff, row) for row in rows) if draft.content.subject is not None]


async def save(staff: Staff, draft: Draft, content: Content, *, innocent_kinds: tuple[str, ...] = ()) -> Draft:
    """The draft with other content. A word newly declared harmless is an act that the audit record tells by its kind.

    RequestError("page_not_found", 404) when the draft was deleted meanwhile.
    """
    key = staff.organisation.keys.data.open_document_key(draft.draft_id, draft.wrapped_key)
    expires_at = staff.service.clock.now() + KEPT_DAYS * DAY

    async def work(tx: Transaction) -> int:
        row = await tx.one(
            page_statements.save_draft,
            **_named(staff, draft.draft_id),
            content=_seal(key, draft.draft_id, content),
            expires_at=expires_at,
        )
        if row is None:
            raise RequestError("page_not_found", 404)
        for kind in innocent_kinds:
            await staff.audit_in(tx, "draft.term_declared_innocent", draft.draft_id, kind=kind)
        await staff.audit_in(tx, "draft.saved", draft.draft_id)
        return int(row["revision"])

    return replace(draft, content=content, revision=await staff.service.database.transaction(work))


async def delete(staff: Staff, draft_id: str) -> None:
    """The draft is gone. RequestError("page_not_found", 404) when there was none of this account."""

    async def work(tx: Transaction) -> None:
        if await tx.one(page_statements.delete_draft, **_named(staff, draft_id)) is None:
            raise RequestError("page_not_found", 404)
        await staff.audit_in(tx, "draft.deleted", draft_id)

    await staff.service.database.transaction(work)


async def end(staff: Staff, draft_id: str) -> None:
    """A document has come of the draft; it may be gone already, when the button was pressed twice."""
    await staff.service.database.write(page_statements.delete_draft, **_named(staff, draft_id))


async def document_of(staff: Staff, draft_id: str) -> str | None:
    """The document that came of a draft, None when there is none."""
    row = await staff.service.database.one(
        statements.document_by_request_key, p_organisation=staff.organisation.slug, p_request_key=draft_id
    )
    return row["document_id"] if row is not None and row["created_by"] == str(staff.actor) else None


async def purge(service: Service) -> None:
    """Deletes what nobody has touched for a week; a background job."""
    await service.database.write(page_statements.delete_old_drafts, p_now=service.clock.now())


def _named(staff: Staff, draft_id: str) -> dict[str, str]:
    return {"p_draft_id": draft_id, "p_account_id": staff.session.account_id}


def _open(staff: Staff, row: Row) -> Draft:
    key = staff.organisation.keys.data.open_document_key(row["draft_id"], row["wrapped_key"])
    value = orjson.loads(data_protection.unseal(key, row["content"], f"draft {row['draft_id']}"))
    person = value["subject"]
    subject = None if person is None else Subject(person["claims"], person["language"], person["non_disclosure"])
    content = Content(
        subject,
        value["fields"],
        tuple(value["stopped"]),
        tuple(value["innocent"]),
        tuple(value["noted"]),
        value["delivery"],
        PaperChoice(**value["paper"]),
        value["saved"],
    )
    return Draft(
        row["draft_id"],
        row["type"],
        row["created_at"],
        row["revision"],
        row["replaces"],
        content,
        row["wrapped_key"],
    )


def _seal(key: bytes, draft_id: str, content: Content) -> bytes:
    return data_protection.seal(key, orjson.dumps(content), f"draft {draft_id}")
