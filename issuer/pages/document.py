"""One document: its state in a sentence, what can be done to it, what an office sees, and what happened."""

import json
from collections.abc import Mapping
from typing import Any, Final

from fastapi import APIRouter, Response
from starlette.requests import Request

from issuer.dates import DAY
from issuer.document_view import DocumentView
from issuer.pages.listing import shown_state
from issuer.pages.preview import previews
from issuer.pages.staff import PageRoute, Staff, staff_of
from issuer.pages.words import day, day_of, moment, tag
from issuer.store import page_statements
from web_service.database import Row
from web_service.site import site_of
from web_service.words import Words

router = APIRouter(route_class=PageRoute)

# What a page may say that it has done, and the state in which that is true.
_DONE: Final[Mapping[str, tuple[str, ...]]] = {
    "revoked": ("revoked",),
    "suspended": ("suspended",),
    "resumed": ("offered", "fetched", "redeemed", "received", "unclaimed", "expired", "cancelled", "locked"),
    "cancelled": ("cancelled",),
}
_TIMES: Final = {"fetched": "fetched_at", "redeemed": "redeemed_at", "received": "received_at"}


@router.get("/documents/{document_id}")
async def document_page(request: Request, document_id: str) -> Response:
    """The document of whoever asks."""
    staff = await staff_of(request)
    document = await staff.document(document_id)
    pages = site_of(request).pages
    words = pages.words(pages.language(request))
    now = staff.service.clock.now()
    state = state_of(document, now)
    done = request.query_params.get("done", "")
    told = words.text(f"done.{done}", number=document.number) if state in _DONE.get(done, ()) else ""
    history = await staff.service.audit.of(staff.organisation.slug, document_id)
    return pages.render(
        request,
        "document.html",
        notification=told,
        document=document,
        heading=f"{document.type.label(words.language)} {document.number}",
        state_tag=tag(state, words),
        sentence=_sentence(document, state, now, words),
        rows=await _rows(staff, document, words),
        acts=acts(document, state),
        unlocks_left=document.offer.unlocks_left if state == "locked" else None,
        previews=previews(document.type, document.claims, words) if document.claims is not None else [],
        history=_history(history, await _names(staff), words),
        is_open=state in ("offered", "fetched", "unclaimed"),
    )


def state_of(document: DocumentView, now: int) -> str:
    """The one state that the page shows."""
    offer = document.offer
    return shown_state(document.status, offer.state, offer.created_at, offer.expires_at, now)


def acts(document: DocumentView, state: str) -> list[str]:
    """What can be done in this state, the harmless first; the names are those of paths."""
    open_offer = state in ("offered", "fetched", "unclaimed")
    valid = document.status == "valid"
    readable = document.claims is not None
    possible = {
        "unlock": state == "locked" and document.offer.unlocks_left > 0,
        "reprint": valid and readable,
        "new-code": open_offer and document.offer.tx_code_required,
        "correct": readable and document.status in ("valid", "suspended"),
        "resume": document.status == "suspended",
        "cancel-code": open_offer or state == "locked",
        "suspend": valid,
        "revoke": document.status in ("valid", "suspended"),
    }
    return [name for name, now in possible.items() if now]


def _sentence(document: DocumentView, state: str, now: int, words: Words) -> str:
    if not words.has(f"state.{state}.text"):
        return ""
    offer = document.offer
    seconds = getattr(offer, _TIMES[state]) if state in _TIMES else None
    return words.text(
        f"state.{state}.text",
        time=moment(seconds, words) if seconds else "",
        n=(now - offer.created_at) // DAY,
        date=day(offer.last_day, words),
    )


async def _rows(staff: Staff, document: DocumentView, words: Words) -> list[dict[str, Any]]:
    claims = document.claims
    name = f"{claims.get('given_name', '')} {claims.get('family_name', '')}".strip() if claims else ""
    rows: list[dict[str, Any]] = [
        {"term": words.text("document.person"), "value": name or words.text("ui.content_gone")},
        {"term": words.text("document.given"), "value": day_of(document.created_at, words)},
    ]
    if claims is not None:
        rows.append({"term": words.text("document.until"), "value": day(document.expires_on, words)})
    for member in ("replaces", "replaced_by"):
        other = getattr(document, member)
        number = await staff.number(other) if other else ""
        if number:
            link = {"href": f"/documents/{other}", "action": words.text("action.show"), "hidden": number}
            rows.append({"term": words.text(f"document.{member}"), "value": number, **link})
    taken = document.offer.redeemed_at
    if taken:
        rows.append({"term": words.text("document.taken"), "value": moment(taken, words)})
    return rows


def _history(rows: list[Row], names: Mapping[str, str], words: Words) -> list[tuple[str, str, str]]:
    """When, what, who: the audit record without who only looked."""
    shown = []
    for row in reversed(rows):
        if not words.has(f"event.{row['action']}"):
            continue
        text = words.text(f"event.{row['action']}")
        reason = json.loads(row["detail"]).get("reason", "")
        if words.has(f"reason.{reason}"):
            text = words.text("event.with_reason", event=text, reason=words.text(f"reason.{reason}"))
        shown.append((moment(row["at"], words), text, _actor(row["actor"], names, words)))
    return shown


def _actor(actor: str, names: Mapping[str, str], words: Words) -> str:
    kind, _, name = actor.partition(":")
    return names.get(name) or words.text(f"actor.{kind}" if words.has(f"actor.{kind}") else "actor.system")


async def _names(staff: Staff) -> dict[str, str]:
    rows = await staff.service.database.read(
        page_statements.names_of_organisation, p_organisation=staff.organisation.slug
    )
    return {row["id"]: row["name"] for row in rows}
