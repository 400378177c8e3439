"""The answers again, and what an office will see of them. Before the button nothing is signed, sealed or offered."""

from dataclasses import replace

from fastapi import APIRouter, Response
from starlette.requests import Request

from credential_schemas import forms
from credential_schemas.errors import ClaimErrors
from credential_schemas.validation import complete
from issuer import documents
from issuer.documents import NewDocument
from issuer.pages import answers, drafts
from issuer.pages.answers import Answers
from issuer.pages.drafts import Draft
from issuer.pages.giving import DELIVERIES, Given, done_page, paper_choice, paper_chosen, paper_options
from issuer.pages.preview import previews
from issuer.pages.staff import PageRoute, Staff, staff_of
from issuer.pages.words import inside
from issuer.pages.writing import given_already
from web_service import signin
from web_service.pages import FieldError, posted_language
from web_service.redirects import see_other
from web_service.site import site_of

router = APIRouter(route_class=PageRoute)


@router.get("/drafts/{draft_id}/check")
async def check_page(request: Request, draft_id: str) -> Response:
    """Everything that was answered."""
    staff = await staff_of(request)
    draft = await drafts.read(staff, draft_id)
    if draft is None:
        return await given_already(staff, draft_id)
    found = answers.read(staff, draft)
    if found.errors or draft.content.subject is None:
        return see_other(f"/drafts/{draft_id}")
    return _page(request, staff, draft, found)


@router.post("/drafts/{draft_id}/check")
async def give(request: Request, draft_id: str) -> Response:
    """Give the document: once, however often this is sent."""
    staff = await staff_of(request)
    form = await signin.checked_form(request)
    draft = await drafts.read(staff, draft_id)
    if draft is None:
        return await given_already(staff, draft_id)
    found = answers.read(staff, draft)
    if found.errors or draft.content.subject is None:
        return see_other(f"/drafts/{draft_id}")
    delivery = form.get("delivery", "")
    delivery = delivery if delivery in DELIVERIES else ""
    draft = replace(draft, content=replace(draft.content, delivery=delivery, paper=paper_choice(form)))
    if language := posted_language(form):
        return _page(request, staff, draft, found, language=language)
    if form.get("revision") != str(draft.revision):
        return _page(request, staff, draft, found, changed=True)
    if not draft.content.delivery:
        return _page(request, staff, draft, found, wrong="field.delivery_missing", status=400)
    try:
        made = await documents.create(staff.service, staff.organisation, staff.actor, _new(staff, draft, found))
    except ClaimErrors:
        return see_other(f"/drafts/{draft_id}")  # midnight has passed since the answers were checked
    await drafts.end(staff, draft_id)
    return await done_page(request, staff, made, Given("given", draft.content.delivery))


def _new(staff: Staff, draft: Draft, found: Answers) -> NewDocument:
    return NewDocument(
        type=staff.type(draft.type_name),
        claims=found.claims,
        tx_code=True,
        innocent_terms=draft.content.innocent,
        paper=draft.content.paper,
        replaces=draft.replaces,
        request_key=draft.draft_id,
    )


def _page(
    request: Request,
    staff: Staff,
    draft: Draft,
    found: Answers,
    *,
    wrong: str = "",
    changed: bool = False,
    language: str | None = None,
    status: int = 200,
) -> Response:
    pages = site_of(request).pages
    words = pages.words(language or pages.language(request))
    credential_type = staff.type(draft.type_name)
    whole = complete(
        credential_type,
        found.claims,
        organisation=staff.organisation.organisation,
        document_id="",
        today=staff.service.clock.today(),
    )
    hidden = answers.hidden_claims(credential_type, draft.content)
    groups = [
        (group, [line for line in lines if line.claim not in hidden])
        for group, lines in forms.summary(credential_type, found.claims, words.language)
    ]
    return pages.render(
        request,
        "check.html",
        status=status,
        language=language,
        errors=[FieldError(f"delivery-{DELIVERIES[0]}", words.text(wrong))] if wrong else [],
        notification=words.text("check.changed") if changed else "",
        form=forms.form(credential_type, words.language),
        draft=draft,
        groups=groups,
        dropped=[credential_type.claim(claim).label(words.language) for claim in found.dropped],
        previews=previews(credential_type, whole, words),
        deliveries=[(name, words.text(f"delivery.{name}")) for name in DELIVERIES],
        paper=paper_options(words),
        paper_chosen=paper_chosen(draft.content.paper),
        issue=words.text("action.issue", doc=inside(credential_type.the(words.language))),
    )
