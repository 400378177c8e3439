"""Which type, and for whom: the two questions before the form."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Response
from starlette.requests import Request

from credential_schemas import forms
from credential_schemas.checks import hetu
from credential_schemas.errors import CheckError
from credential_schemas.people import Person
from credential_schemas.rendering import person_lines
from issuer.pages import drafts
from issuer.pages.drafts import Content, Draft, Subject
from issuer.pages.staff import PageRoute, Staff, staff_of
from web_service import signin
from web_service.errors import RequestError
from web_service.pages import FieldError, posted_language
from web_service.redirects import see_other
from web_service.site import site_of
from web_service.words import Words

router = APIRouter(route_class=PageRoute)


@router.get("/new")
async def choose_type(request: Request) -> Response:
    """What this person may give."""
    return _types(request, await _giver(request))


@router.post("/new")
async def chosen_type(request: Request) -> Response:
    """A draft of that type; then for whom."""
    staff = await _giver(request)
    form = await signin.checked_form(request)
    chosen = form.get("type", "")
    if language := posted_language(form):
        return _types(request, staff, chosen=chosen, language=language)
    if not chosen:
        return _types(request, staff, wrong="field.type_missing", status=400)
    draft_id = await drafts.create(staff, staff.type(chosen).name, Content(), replaces=None)
    return see_other(f"/drafts/{draft_id}/person")


@router.get("/drafts/{draft_id}/person")
async def whose(request: Request, draft_id: str) -> Response:
    """Ask for the identity code."""
    staff, draft = await open_draft(request, draft_id)
    return _person(request, staff, draft)


@router.post("/drafts/{draft_id}/person")
async def found(request: Request, draft_id: str) -> Response:
    """Show who it is; when that is confirmed, on to the form."""
    staff, draft = await open_draft(request, draft_id)
    form = await signin.checked_form(request)
    code = form.get("personal_administrative_number", "").strip().upper()
    asked = form.get("step", "find")
    language = posted_language(form)
    if language and asked == "find":
        return _person(request, staff, draft, code=code, language=language)
    if form.get("change"):
        return _person(request, staff, draft)
    error, person = await _look_up(staff, draft, code)
    if person is None:
        return _person(request, staff, draft, code=code, wrong=error, status=400)
    if language or asked == "find":
        return _person(request, staff, draft, code=code, person=person, language=language)
    await drafts.save(staff, draft, _about(staff, draft, person))
    return see_other(f"/drafts/{draft_id}")


async def open_draft(request: Request, draft_id: str) -> tuple[Staff, Draft]:
    """A draft of whoever asks, of a type that they may give. RequestError 403, 404."""
    staff = await staff_of(request)
    draft = await drafts.read(staff, draft_id)
    if draft is None:
        raise RequestError("page_not_found", 404)
    staff.type(draft.type_name)
    return staff, draft


async def _giver(request: Request) -> Staff:
    staff = await staff_of(request)
    if not staff.types:
        raise RequestError("not_allowed", 403)
    return staff


async def _look_up(staff: Staff, draft: Draft, code: str) -> tuple[str, Person | None]:
    """The person of that code, or the id of the sentence that says why there is none."""
    try:
        hetu(code)
    except CheckError as error:
        return f"error.{error.code}.what", None
    person = staff.service.people.get(code)
    await staff.audit("person.looked_up", draft.draft_id, found=int(person is not None))
    return "field.person_unknown", person


def _about(staff: Staff, draft: Draft, person: Person) -> Content:
    """The draft about that person; a form that is still empty begins with its initial values."""
    subject = Subject(person.claims, person.language, person.non_disclosure)
    fields = draft.content.fields
    if fields is None:
        credential_type = staff.type(draft.type_name)
        today = staff.service.clock.today()
        fields = forms.fill(
            credential_type, forms.initial(credential_type, today=today, person_language=person.language)
        )
    return Content(subject, fields, saved=draft.content.saved)


def _types(
    request: Request, staff: Staff, *, chosen: str = "", wrong: str = "", language: str | None = None, status: int = 200
) -> Response:
    words = _words(request, language)
    options = [
        (name, found.label(words.language), found.settings.get("hint", {}).get(words.language, ""))
        for name, found in staff.types.items()
    ]
    errors = [FieldError(f"type-{options[0][0]}", words.text(wrong))] if wrong else []
    return site_of(request).pages.render(
        request, "choose_type.html", status=status, language=language, options=options, chosen=chosen, errors=errors
    )


def _person(
    request: Request,
    staff: Staff,
    draft: Draft,
    *,
    code: str = "",
    person: Person | None = None,
    wrong: str = "",
    language: str | None = None,
    status: int = 200,
) -> Response:
    words = _words(request, language)
    errors = [FieldError("personal_administrative_number", words.text(wrong))] if wrong else []
    context: dict[str, Any] = {"rows": [], "non_disclosure": False}
    if person is not None:
        context["non_disclosure"] = person.non_disclosure
        context["rows"] = person_rows(person.claims, person.language, words)
    return site_of(request).pages.render(
        request,
        "person.html",
        status=status,
        language=language,
        draft=draft,
        document=staff.type(draft.type_name).label(words.language),
        code=code,
        errors=errors,
        **context,
    )


def person_rows(claims: Mapping[str, str], language: str, words: Words) -> list[dict[str, str]]:
    """Name, birthdate and language of somebody, for a summary list."""
    rows = [{"term": line.label, "value": line.value} for line in person_lines(claims, language=words.language)]
    return [*rows, {"term": words.text("person.language"), "value": words.text(f"language.{language}")}]


def _words(request: Request, language: str | None) -> Words:
    pages = site_of(request).pages
    return pages.words(language or pages.language(request))
