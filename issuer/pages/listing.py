"""The documents and drafts of one author as rows of a table.

Names lie sealed, so a search for one opens the author's newest documents, a thousand at most, and looks.
"""

from dataclasses import dataclass
from datetime import date
from typing import Final

from issuer import document_content
from issuer.dates import DAY
from issuer.document_view import STATUS_WORDS
from issuer.pages import drafts
from issuer.pages.drafts import Draft
from issuer.pages.staff import Staff
from issuer.pages.words import Tag, day, day_of, tag
from issuer.store import page_statements
from web_service.database import Row
from web_service.words import Words

PAGE: Final = 25
SEARCHED: Final = 1000
UNCLAIMED_DAYS: Final = 14
FORGOTTEN_DAYS: Final = 30
SUSPENDED_DAYS: Final = 30
_MENDS: Final = {"locked": "unlock", "suspended": "resume", "unclaimed": "reprint", "expired": "reprint"}


@dataclass(frozen=True, slots=True)
class Listed:
    """One row, worded. `mend` is the path of the page that mends what needs action, and its word."""

    href: str
    name: str
    document: str
    given: str
    state: str
    tag: Tag
    until: str
    mend: tuple[str, str] | None


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of rows; `page` counts from 1."""

    rows: list[Listed]
    page: int
    more: bool


def shown_state(status: str, offer_state: str, offered_at: int, expires_at: int, now: int) -> str:
    """The one state that matters: of the document where it has ended or waits, else of its newest offer."""
    if status != "valid":
        return status
    if offer_state in ("offered", "fetched", "locked") and expires_at <= now:
        return "expired"
    if offer_state in ("offered", "fetched") and offered_at <= now - UNCLAIMED_DAYS * DAY:
        return "unclaimed"
    return offer_state


async def listing(staff: Staff, words: Words, *, query: str, state: str, page: int) -> Listing:
    """The author's drafts and documents, newest first, that hold `query` (name or number) and are in `state`."""
    await staff.audit("document.listed", staff.organisation.slug, searched=int(bool(query)))
    first = (page - 1) * PAGE
    rows = await staff.service.database.read(
        page_statements.documents_of_author,
        **_author(staff),
        p_limit=SEARCHED if query or state else first + PAGE + 1,
    )
    everything = [_of_draft(staff, draft, words) for draft in await drafts.listed(staff)]
    everything += [_of_document(staff, row, words) for row in rows]
    wanted = [row for row in everything if _matches(row, query, state)]
    return Listing(wanted[first : first + PAGE], page, len(wanted) > first + PAGE)


async def needing_action(staff: Staff, words: Words) -> list[Listed]:
    """What waits for the author: locked, not taken in time, suspended for long."""
    now = staff.service.clock.now()
    rows = await staff.service.database.read(
        page_statements.documents_that_need_action,
        **_author(staff),
        p_now=now,
        p_unclaimed_since=now - UNCLAIMED_DAYS * DAY,
        p_forgotten_since=now - FORGOTTEN_DAYS * DAY,
        p_suspended_since=now - SUSPENDED_DAYS * DAY,
        p_limit=PAGE,
    )
    return [_of_document(staff, row, words) for row in rows]


def _author(staff: Staff) -> dict[str, str]:
    return {"p_organisation": staff.organisation.slug, "p_author": str(staff.actor)}


def _matches(row: Listed, query: str, state: str) -> bool:
    wanted = query.casefold()
    return (not state or row.state == state) and (wanted in row.name.casefold() or wanted in row.document.casefold())


def _of_draft(staff: Staff, draft: Draft, words: Words) -> Listed:
    subject = draft.content.subject
    known = staff.service.types.get(draft.type_name)
    return Listed(
        href=f"/drafts/{draft.draft_id}",
        name=subject.name if subject else "",
        document=known.label(words.language) if known else draft.type_name,
        given="–",
        state="draft",
        tag=tag("draft", words),
        until="–",
        mend=None,
    )


def _of_document(staff: Staff, row: Row, words: Words) -> Listed:
    claims = _claims(staff, row)
    known = staff.service.types.get(row["type"])
    label = known.label(words.language) if known else row["type"]
    state = shown_state(
        STATUS_WORDS[row["status"]],
        row["offer_state"],
        row["offered_at"],
        row["offer_expires_at"],
        staff.service.clock.now(),
    )
    name = f"{claims.get('given_name', '')} {claims.get('family_name', '')}".strip()
    mend = _MENDS.get(state)
    return Listed(
        href=f"/documents/{row['document_id']}",
        name=name or words.text("ui.content_gone"),
        document=f"{label} {row['number']}",
        given=day_of(row["created_at"], words),
        state=state,
        tag=tag(state, words),
        until=_until(claims, words),
        mend=(f"/documents/{row['document_id']}/{mend}", words.text(f"action.{mend}")) if mend else None,
    )


def _claims(staff: Staff, row: Row) -> dict[str, str]:
    if row["wrapped_key"] is None:
        return {}
    key = document_content.document_key(staff.organisation.keys.data, row)
    return dict(document_content.unseal(key, row["document_id"], row["content"]).claims)


def _until(claims: dict[str, str], words: Words) -> str:
    if not claims:
        return "–"
    last = claims.get("date_of_expiry")
    return day(date.fromisoformat(last) if last else None, words)
