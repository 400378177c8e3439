"""Suspend, make valid again, revoke: who asks has given the password in the last ten minutes, and is asked twice.

The first page takes the reason (kept in the audit record, told to the client, never to an office), the second has no
field at all.
"""

from typing import Final

from fastapi import APIRouter, Response
from starlette.requests import Request

from issuer import document_status
from issuer.document_status import REASONS
from issuer.document_view import DocumentView
from issuer.errors import IssuerError
from issuer.pages.document import acts, state_of
from issuer.pages.staff import PageRoute, Staff, staff_of
from web_service import signin
from web_service.database import Transaction
from web_service.forms import Form
from web_service.pages import FieldError, posted_language
from web_service.redirects import see_other
from web_service.site import site_of

router = APIRouter(route_class=PageRoute)

RECENT: Final = 10 * 60
_PASSWORDS: Final = 10
_WINDOW: Final = 5 * 60
# Where the content is at fault or has changed, a correction serves everybody better.
_CORRECT_INSTEAD: Final = frozenset({"wrong_content", "assessment_changed"})
_DONE: Final = {"suspend": "suspended", "resume": "resumed", "revoke": "revoked"}


@router.get("/documents/{document_id}/revoke")
async def revoke_page(request: Request, document_id: str) -> Response:
    """Why?"""
    return await _first(request, document_id, "revoke")


@router.post("/documents/{document_id}/revoke")
async def revoke(request: Request, document_id: str) -> Response:
    """From the reason to the last question, from there to the deed."""
    return await _sent(request, document_id, "revoke")


@router.get("/documents/{document_id}/suspend")
async def suspend_page(request: Request, document_id: str) -> Response:
    """Why?"""
    return await _first(request, document_id, "suspend")


@router.post("/documents/{document_id}/suspend")
async def suspend(request: Request, document_id: str) -> Response:
    """From the reason to the last question, from there to the deed."""
    return await _sent(request, document_id, "suspend")


@router.get("/documents/{document_id}/resume")
async def resume_page(request: Request, document_id: str) -> Response:
    """Make it valid again?"""
    return await _first(request, document_id, "resume")


@router.post("/documents/{document_id}/resume")
async def resume(request: Request, document_id: str) -> Response:
    """The deed."""
    return await _sent(request, document_id, "resume")


def is_recent(staff: Staff) -> bool:
    """Whether the password was given in the last ten minutes."""
    return staff.service.clock.now() - staff.session.authenticated_at <= RECENT


async def _first(request: Request, document_id: str, act: str) -> Response:
    staff = await staff_of(request)
    document = await staff.document(document_id)
    if act not in acts(document, state_of(document, staff.service.clock.now())):
        return see_other(f"/documents/{document_id}")
    return _reason_page(request, staff, document, act)


async def _sent(request: Request, document_id: str, act: str) -> Response:
    staff = await staff_of(request)
    form = await signin.checked_form(request)
    document = await staff.document(document_id)
    if act not in acts(document, state_of(document, staff.service.clock.now())):
        return see_other(f"/documents/{document_id}")
    reason = form.get("reason", "")
    language = posted_language(form)
    if language and form.get("step") != "confirm":
        return _reason_page(request, staff, document, act, reason=reason, language=language)
    recent = is_recent(staff)
    wrong = {} if reason in REASONS or act == "resume" else {f"reason-{REASONS[0]}": "field.reason_missing"}
    if not recent and not await _confirmed(request, staff, form):
        # A page that was left open asks again, without a word of blame.
        blame = form.get("step") != "confirm"
        wrong |= {"password": "field.password_wrong"} if blame else {}
        return _reason_page(request, staff, document, act, reason=reason, wrong=wrong, asks=True)
    if wrong:
        return _reason_page(request, staff, document, act, reason=reason, wrong=wrong, asks=False)
    if form.get("step") == "confirm" and not language and recent:
        return await _do(staff, document, act, reason)
    return _confirm_page(request, document, act, reason, language)


async def _confirmed(request: Request, staff: Staff, form: Form) -> bool:
    """Whether the form has the right password; from then on the session counts as fresh. RequestError 429."""
    site, session = site_of(request), staff.session
    password = form.get("password", "")
    if not password:
        return False
    now = staff.service.clock.now()
    await site.limits.check("confirm", session.account_id, limit=_PASSWORDS, window=_WINDOW, now=now)
    if not await site.identities.confirm(session.account_id, password):
        return False

    async def work(tx: Transaction) -> None:
        await site.sessions.confirm(tx, session, now)
        await staff.audit_in(tx, "confirmed", "")

    await site.database.transaction(work)
    return True


async def _do(staff: Staff, document: DocumentView, act: str, reason: str) -> Response:
    service, organisation, actor = staff.service, staff.organisation, staff.actor
    document_id = document.document_id
    try:
        match act:
            case "revoke":
                await document_status.revoke(service, organisation, actor, document_id, reason=reason)
            case "suspend":
                await document_status.suspend(service, organisation, actor, document_id, reason=reason)
            case _:
                await document_status.resume(service, organisation, actor, document_id)
    except IssuerError:
        return see_other(f"/documents/{document_id}")  # another tab was faster; the page says how things stand
    return see_other(f"/documents/{document_id}?done={_DONE[act]}")


def _reason_page(
    request: Request,
    staff: Staff,
    document: DocumentView,
    act: str,
    *,
    reason: str = "",
    wrong: dict[str, str] | None = None,
    asks: bool | None = None,
    language: str | None = None,
) -> Response:
    pages = site_of(request).pages
    words = pages.words(language or pages.language(request))
    return pages.render(
        request,
        "reason.html",
        status=400 if wrong else 200,
        language=language,
        errors=[FieldError(field, words.text(sentence)) for field, sentence in (wrong or {}).items()],
        document=document,
        question=words.text(f"why.{act}", number=document.number),
        texts=[words.text("ask.resume.text")] if act == "resume" else [],
        reasons=[] if act == "resume" else [(name, words.text(f"reason.{name}")) for name in REASONS],
        reason=reason,
        asks_password=not is_recent(staff) if asks is None else asks,
    )


def _confirm_page(request: Request, document: DocumentView, act: str, reason: str, language: str | None) -> Response:
    pages = site_of(request).pages
    words = pages.words(language or pages.language(request))
    return pages.render(
        request,
        "confirm_status.html",
        language=language,
        document=document,
        question=words.text(f"ask.{act}", number=document.number),
        text=words.text(f"ask.{act}.text"),
        reason=reason,
        suggests_correction=reason in _CORRECT_INSTEAD,
        act=act,
        label=words.text(f"action.confirm_{act}"),
        stops=act != "resume",
    )
