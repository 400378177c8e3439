"""The document is given: its sheet, and apart from it the confirmation code, which is shown this once.

Whoever can send the code back has seen it: only then is it drawn again (another language, the code's own sheet). Later
there is a new one. A sheet and a code are never in one file.
"""

from dataclasses import dataclass
from typing import Final

from fastapi import APIRouter, Response
from starlette.requests import Request

from issuer import documents, secrets_of_offers, sheets
from issuer.document_content import PaperChoice
from issuer.documents import OfferMade
from issuer.errors import IssuerError
from issuer.pages.qr_image import qr_image
from issuer.pages.staff import PageRoute, Staff, staff_of
from issuer.pages.words import grouped_code
from web_service import signin
from web_service.errors import RequestError
from web_service.forms import Form
from web_service.pages import posted_language
from web_service.redirects import see_other
from web_service.site import site_of
from web_service.words import Words

router = APIRouter(route_class=PageRoute)

DELIVERIES: Final = ("paper", "link", "both")
# How the sheet is printed; the names of PaperChoice's fields.
PAPER: Final = ("both_languages", "large_print")
KINDS: Final = ("given", "reprinted", "new_code", "unlocked")


@dataclass(frozen=True, slots=True)
class Given:
    """What was just done, and how the person gets it."""

    kind: str
    delivery: str


def paper_choice(form: Form) -> PaperChoice:
    """What was ticked of PAPER."""
    ticked = form.all("paper")
    return PaperChoice(**{name: name in ticked for name in PAPER})


def paper_options(words: Words) -> list[tuple[str, str, str]]:
    """PAPER as a group of boxes: name, label, hint."""
    return [(name, words.text(f"paper.{name}"), words.text(f"paper.{name}_hint")) for name in PAPER]


def paper_chosen(choice: PaperChoice) -> list[str]:
    """The names that are ticked."""
    return [name for name in PAPER if getattr(choice, name)]


@router.get("/documents/{document_id}/done")
async def done(request: Request, document_id: str) -> Response:
    """The page again, without the code."""
    staff = await staff_of(request)
    await staff.own(document_id)
    try:
        made = await documents.offer_of(staff.service, staff.organisation, document_id)
    except IssuerError:
        return see_other(f"/documents/{document_id}")
    return await done_page(request, staff, made, Given("given", "both"), code="")


@router.post("/documents/{document_id}/done")
async def done_again(request: Request, document_id: str) -> Response:
    """The page in another language, with the code for whoever has just seen it."""
    staff = await staff_of(request)
    form = await signin.checked_form(request)
    await staff.own(document_id)
    made = await documents.offer_of(staff.service, staff.organisation, document_id)
    kind, delivery = form.get("kind", ""), form.get("delivery", "")
    given = Given(kind if kind in KINDS else "given", delivery if delivery in DELIVERIES else "both")
    code = made.tx_code if _has_seen(form, made) else ""
    return await done_page(request, staff, made, given, code=code, language=posted_language(form))


@router.get("/documents/{document_id}/sheet.pdf")
async def sheet(request: Request, document_id: str) -> Response:
    """The sheet of the open offer."""
    staff = await _at_printer(request)
    number = await staff.number(await staff.own(document_id))
    pdf = await sheets.sheet(staff.service, staff.organisation, staff.actor, document_id, language=None)
    return _pdf(request, pdf, "file.sheet", number)


@router.post("/documents/{document_id}/code.pdf")
async def code_sheet(request: Request, document_id: str) -> Response:
    """The code's own sheet, for whoever has just seen the code."""
    staff = await _at_printer(request)
    form = await signin.checked_form(request)
    number = await staff.number(await staff.own(document_id))
    made = await documents.offer_of(staff.service, staff.organisation, document_id)
    if not _has_seen(form, made):
        raise RequestError("page_not_found", 404)
    pdf = await sheets.code_sheet(staff.service, staff.organisation, staff.actor, document_id, language=None)
    return _pdf(request, pdf, "file.code", number)


async def done_page(
    request: Request,
    staff: Staff,
    made: OfferMade,
    given: Given,
    *,
    code: str | None = None,
    language: str | None = None,
) -> Response:
    """What to do now. `code`: the one to show; None for that of the offer that was made just now, empty for none."""
    document = await staff.document(made.document_id)
    pages = site_of(request).pages
    words = pages.words(language or pages.language(request))
    shown = (made.tx_code or "") if code is None else code
    claims = document.claims or {}
    return pages.render(
        request,
        "done.html",
        language=language,
        headline=words.text(f"page.done.{given.kind}", doc=document.type.the(words.language)),
        given=given,
        document=document,
        person=f"{claims.get('given_name', '')} {claims.get('family_name', '')}".strip(),
        code=shown,
        grouped=grouped_code(shown),
        offer_uri=made.offer_uri,
        qr=qr_image(made.offer_uri, words.text("done.qr_label")),
        last_day=made.last_day,
    )


async def _at_printer(request: Request) -> Staff:
    """Who prints; a file is not a page, so nobody is led to signing in. RequestError 401."""
    if await signin.current(request) is None:
        raise RequestError("session_ended", 401)
    return await staff_of(request)


def _has_seen(form: Form, made: OfferMade) -> bool:
    return made.tx_code is not None and secrets_of_offers.same_code(form.get("code", ""), made.tx_code)


def _pdf(request: Request, content: bytes, name: str, number: str) -> Response:
    """A PDF whose name tells its number and nothing about anybody; no cache keeps it."""
    pages = site_of(request).pages
    file_name = pages.words(pages.language(request)).text(name, number=number.replace(".", "-"))
    headers = {"Content-Disposition": f'inline; filename="{file_name}"', "Cache-Control": "no-store"}
    return Response(content, media_type="application/pdf", headers=headers)
