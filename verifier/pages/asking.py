"""O2: the official says what the data is needed for; a purpose is all that can be chosen."""

from collections.abc import Mapping

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from credential_schemas.data import say
from verifier import inquiry
from verifier.errors import VerifierError
from verifier.inquiry import Question
from verifier.pages.desk import Desk, Official
from web_service.pages import FieldError, posted_language
from web_service.redirects import see_other
from web_service.signin import checked_form


def router(desk: Desk) -> APIRouter:
    routes = APIRouter()

    @routes.get("/requests/new")
    async def page(request: Request) -> Response:
        return _form(desk, request, await desk.official(request), {})

    @routes.post("/requests/new")
    async def ask(request: Request) -> Response:
        official = await desk.official(request)
        form = await checked_form(request)
        if language := posted_language(form):
            return _form(desk, request, official, form, language=language)
        question, errors = _question(desk, request, official, form)
        if question is None:
            return _form(desk, request, official, form, errors=errors)
        created = await inquiry.create(desk.server.verifier, question, public_url=desk.server.public_url)
        return see_other(f"/requests/{created.id}")

    return routes


def _question(
    desk: Desk, request: Request, official: Official, form: Mapping[str, str]
) -> tuple[Question | None, tuple[FieldError, ...]]:
    """The question of a form, or what is wrong with the form."""
    errors: dict[str, str] = {}
    purpose = next((each for each in official.purposes if each.id == form.get("purpose")), None)
    first = f"purpose-{official.purposes[0].id}" if official.purposes else "purpose"
    if purpose is None:
        errors[first] = "purpose_not_yours" if form.get("purpose") else "purpose_missing"
    customer, reference = None, None
    try:
        reference = inquiry.check_case_reference(form.get("case-ref", ""))
    except VerifierError as error:
        errors["case-ref"] = error.code
    if purpose is not None and form.get("customer", "").strip():
        try:
            customer = inquiry.check_customer(form["customer"], purpose)
        except VerifierError as error:
            errors["customer"] = error.code
    if purpose is None or errors:
        words = desk.words(request)
        facts = {"purpose": purpose.name(words.language) if purpose else ""}
        return None, tuple(
            FieldError(field, words.text(f"error.{code}.what", **facts)) for field, code in errors.items()
        )
    return Question(
        asker=official.asker,
        purpose=purpose,
        customer=customer,
        case_reference=reference,
        created_by=official.session.account_id,
        seconds=desk.server.verifier.settings.request_seconds,
    ), ()


def _form(
    desk: Desk,
    request: Request,
    official: Official,
    form: Mapping[str, str],
    *,
    errors: tuple[FieldError, ...] = (),
    language: str | None = None,
) -> Response:
    words = desk.words(request, language)
    return desk.render(
        request,
        "ask.html",
        language=language,
        errors=errors,
        purposes=[
            (purpose.id, purpose.name(words.language), say(purpose.asks, words.language))
            for purpose in official.purposes
        ],
        chosen=form.get("purpose", ""),
        case_ref=form.get("case-ref", ""),
        customer=form.get("customer", ""),
        back={"href": "/requests", "label": words.text("page.O8")},
    )
