"""What can be done to an offer: print again, another code, unlock, cancel; and the correction of a document.

Each asks on a page of its own first, which says what will happen. Enter does nothing by itself: there is no field, or,
on the one that prints again, Enter only shows the same page.
"""

from collections.abc import Awaitable, Callable
from typing import Final

from fastapi import APIRouter, Response
from starlette.requests import Request

from credential_schemas import forms
from issuer import documents
from issuer.document_content import PaperChoice
from issuer.document_view import DocumentView
from issuer.errors import IssuerError
from issuer.pages import drafts
from issuer.pages.document import acts, state_of
from issuer.pages.drafts import Content, Subject
from issuer.pages.giving import Given, done_page, paper_choice, paper_chosen, paper_options
from issuer.pages.staff import PageRoute, Staff, staff_of
from web_service import signin
from web_service.forms import Form
from web_service.pages import posted_language
from web_service.redirects import see_other
from web_service.site import site_of

router = APIRouter(route_class=PageRoute)

Page = Callable[[Request, str], Awaitable[Response]]

ACTS: Final = ("reprint", "new-code", "unlock", "cancel-code")
_KINDS: Final = {"reprint": "reprinted", "new-code": "new_code", "unlock": "unlocked"}


def _asking(act: str) -> Page:
    async def ask(request: Request, document_id: str) -> Response:
        staff = await staff_of(request)
        document = await staff.document(document_id)
        if not _possible(staff, document, act):
            return see_other(f"/documents/{document_id}")
        return _question(request, document, act, document.paper)

    return ask


def _doing(act: str) -> Page:
    async def do(request: Request, document_id: str) -> Response:
        staff = await staff_of(request)
        form = await signin.checked_form(request)
        document = await staff.document(document_id)
        if not _possible(staff, document, act) or _seen_before(document, form):
            return see_other(f"/documents/{document_id}")
        if act == "reprint" and not form.get("confirm"):
            return _question(request, document, act, paper_choice(form), language=posted_language(form))
        return await _do(request, staff, document, act, paper_choice(form))

    return do


for _act in ACTS:
    router.add_api_route(f"/documents/{{document_id}}/{_act}", _asking(_act), methods=["GET"])
    router.add_api_route(f"/documents/{{document_id}}/{_act}", _doing(_act), methods=["POST"])


@router.post("/documents/{document_id}/correct")
async def correct(request: Request, document_id: str) -> Response:
    """A draft filled in with what the document says; given, it replaces the document. One draft a document."""
    staff = await staff_of(request)
    await signin.checked_form(request)
    document = await staff.document(document_id)
    claims = document.claims
    if claims is None or not _possible(staff, document, "correct"):
        return see_other(f"/documents/{document_id}")
    staff.type(document.type.name)
    for draft in await drafts.listed(staff):
        if draft.replaces == document_id:
            return see_other(f"/drafts/{draft.draft_id}")
    person = staff.service.people.get(str(claims.get("personal_administrative_number", "")))
    subject = Subject(
        {name: claims[name] for name in document.type.form.get("person", ()) if name in claims},
        person.language if person else document.language,
        person.non_disclosure if person else False,
    )
    content = Content(subject, forms.fill(document.type, claims), paper=document.paper)
    draft_id = await drafts.create(staff, document.type.name, content, replaces=document_id)
    return see_other(f"/drafts/{draft_id}")


async def _do(request: Request, staff: Staff, document: DocumentView, act: str, paper: PaperChoice) -> Response:
    service, organisation, actor = staff.service, staff.organisation, staff.actor
    document_id = document.document_id
    try:
        match act:
            case "cancel-code":
                await documents.cancel(service, organisation, actor, document_id)
                return see_other(f"/documents/{document_id}?done=cancelled")
            case "reprint":
                made = await documents.reprint(
                    service,
                    organisation,
                    actor,
                    document_id,
                    tx_code=True,
                    valid_days=None,
                    replace=_is_taken(document),
                    paper=paper,
                )
            case "unlock":
                made = await documents.unlock(service, organisation, actor, document_id)
            case _:
                made = await documents.new_code(service, organisation, actor, document_id)
    except IssuerError:
        # Somebody was faster (a wallet, another tab): the document's page says how things stand now.
        return see_other(f"/documents/{document_id}")
    return await done_page(request, staff, made, Given(_KINDS[act], "paper"))


def _possible(staff: Staff, document: DocumentView, act: str) -> bool:
    return act in acts(document, state_of(document, staff.service.clock.now()))


def _seen_before(document: DocumentView, form: Form) -> bool:
    """A second press: the page was made from an offer that has been replaced since."""
    return form.get("offers", "") != str(len(document.offers))


def _is_taken(document: DocumentView) -> bool:
    return document.state in ("redeemed", "received")


def _question(
    request: Request, document: DocumentView, act: str, paper: PaperChoice, *, language: str | None = None
) -> Response:
    pages = site_of(request).pages
    words = pages.words(language or pages.language(request))
    name = act.replace("-", "_")
    texts = [words.text(f"ask.{name}.text", left=document.offer.unlocks_left)]
    return pages.render(
        request,
        "reprint.html" if act == "reprint" else "question.html",
        language=language,
        question=words.text(f"ask.{name}", number=document.number),
        texts=texts,
        warning=words.text("ask.reprint.taken") if act == "reprint" and _is_taken(document) else "",
        paper=paper_options(words),
        paper_chosen=paper_chosen(paper),
        hidden=[("offers", str(len(document.offers)))],
        back={"href": f"/documents/{document.document_id}", "label": words.text("action.back")},
        act={
            "id": f"confirm-{act}",
            "label": words.text(f"action.{name}"),
            "kind": "stop" if act == "cancel-code" else "",
        },
    )
