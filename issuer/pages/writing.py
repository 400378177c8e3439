"""The form. Every way of leaving it keeps what was typed: going on, saving, another language, an error."""

from dataclasses import replace

from fastapi import APIRouter, Response
from starlette.requests import Request

from credential_schemas import forms
from issuer.pages import answers, drafts
from issuer.pages.beginning import open_draft
from issuer.pages.drafts import Draft
from issuer.pages.fields import Faults, drawn_questions, sections
from issuer.pages.staff import PageRoute, Staff, staff_of
from web_service import signin
from web_service.errors import RequestError
from web_service.forms import Form
from web_service.pages import FieldError, posted_language
from web_service.redirects import see_other
from web_service.site import site_of

router = APIRouter(route_class=PageRoute)


@router.get("/drafts/{draft_id}")
async def form_page(request: Request, draft_id: str) -> Response:
    """The form as it was left."""
    staff = await staff_of(request)
    draft = await drafts.read(staff, draft_id)
    if draft is None:
        return await given_already(staff, draft_id)
    staff.type(draft.type_name)
    if draft.content.subject is None:
        return see_other(f"/drafts/{draft_id}/person")
    return await _page(request, staff, draft, Faults())


@router.post("/drafts/{draft_id}")
async def form_sent(request: Request, draft_id: str) -> Response:
    """Keep what was typed; then check it and go on, unless the person wanted to save or to read another language."""
    staff = await staff_of(request)
    form = await signin.checked_form(request)
    draft = await drafts.read(staff, draft_id)
    if draft is None:
        return await given_already(staff, draft_id)
    if draft.content.subject is None:
        return see_other(f"/drafts/{draft_id}/person")
    draft, declared = _taken(staff, draft, form)
    kinds = answers.kinds_of(declared)
    if language := posted_language(form):
        draft = await drafts.save(staff, draft, draft.content, innocent_kinds=kinds)
        return await _page(request, staff, draft, Faults(), language=language)
    if form.get("save"):
        await drafts.save(staff, draft, replace(draft.content, saved=True), innocent_kinds=kinds)
        return see_other("/documents?done=draft_saved")
    return await _check(request, staff, draft, kinds)


@router.get("/drafts/{draft_id}/delete")
async def ask_delete(request: Request, draft_id: str) -> Response:
    """Ask before a draft is lost."""
    staff, draft = await open_draft(request, draft_id)
    pages = site_of(request).pages
    words = pages.words(pages.language(request))
    return pages.render(
        request,
        "question.html",
        question=words.text("page.delete_draft"),
        texts=[words.text("draft.delete_text", document=staff.type(draft.type_name).label(words.language))],
        warning="",
        hidden=(),
        back={"href": f"/drafts/{draft.draft_id}", "label": words.text("action.back")},
        act={"id": "delete-draft", "label": words.text("action.delete_draft"), "kind": "stop"},
    )


@router.post("/drafts/{draft_id}/delete")
async def delete(request: Request, draft_id: str) -> Response:
    """The draft is gone."""
    staff = await staff_of(request)
    await signin.checked_form(request)
    await drafts.delete(staff, draft_id)
    return see_other("/documents?done=draft_deleted")


async def given_already(staff: Staff, draft_id: str) -> Response:
    """What a draft's pages answer when a document has come of it: the page of that document. RequestError 404."""
    document_id = await drafts.document_of(staff, draft_id)
    if document_id is None:
        raise RequestError("page_not_found", 404)
    return see_other(f"/documents/{document_id}/done")


def _taken(staff: Staff, draft: Draft, form: Form) -> tuple[Draft, tuple[str, ...]]:
    """The draft with what was sent, and the words that were newly declared harmless: only such that were stopped."""
    content = draft.content
    ticked = {word for word in form.all("term-ok") if word in content.stopped}
    declared = tuple(sorted(ticked - set(content.innocent)))
    fields = answers.sent_fields(staff.type(draft.type_name), form)
    innocent = tuple(sorted({*content.innocent, *declared}))
    return replace(draft, content=replace(content, fields=fields, innocent=innocent)), declared


async def _check(request: Request, staff: Staff, draft: Draft, kinds: tuple[str, ...]) -> Response:
    found = answers.read(staff, draft)
    asked_again = tuple(note.code for note in found.notes if note.code not in draft.content.noted)
    content = replace(
        draft.content,
        stopped=tuple(sorted({*draft.content.stopped, *answers.stopped_words(found.errors)})),
        noted=(*draft.content.noted, *asked_again),
    )
    draft = await drafts.save(staff, draft, content, innocent_kinds=kinds)
    if found.errors:
        return await _page(request, staff, draft, answers.faults(draft, found), status=400)
    if asked_again:
        return await _page(request, staff, draft, answers.faults(draft, found))
    return see_other(f"/drafts/{draft.draft_id}/check")


async def _page(
    request: Request, staff: Staff, draft: Draft, faults: Faults, *, language: str | None = None, status: int = 200
) -> Response:
    pages = site_of(request).pages
    words = pages.words(language or pages.language(request))
    credential_type = staff.type(draft.type_name)
    form = forms.form(credential_type, words.language)
    sent = draft.content.fields or {}
    hidden = answers.hidden_claims(credential_type, draft.content)
    drawn, errors = sections(credential_type, sent, faults, hidden, words)
    return pages.render(
        request,
        "form.html",
        status=status,
        language=language,
        form=form,
        sections=drawn,
        errors=errors,
        notes=[FieldError(asked.id, asked.note) for asked in drawn_questions(drawn) if asked.note],
        sent=sent,
        occupations=[
            f"{code} {by_language[words.language]}"
            for code, by_language in forms.occupations().words.items()
            if code.isdigit()
        ],
        draft=draft,
        subject=draft.content.subject,
        corrects=await staff.number(draft.replaces) if draft.replaces else "",
    )
