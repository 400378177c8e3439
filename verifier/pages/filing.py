"""O5: chosen data goes into the case. O7: all of it goes away."""

from collections.abc import Mapping

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from credential_schemas.data import say
from verifier import inquiry, moments, results
from verifier.errors import VerifierError
from verifier.outcome import WITH_VALUES, Outcome
from verifier.pages.desk import Desk, Official
from verifier.results import Standing
from web_service.database import Row
from web_service.errors import RequestError
from web_service.forms import Form
from web_service.pages import FieldError, posted_language
from web_service.redirects import see_other
from web_service.signin import checked_form


def router(desk: Desk) -> APIRouter:
    routes = APIRouter()

    @routes.get("/requests/{id}/attach")
    async def page(request: Request) -> Response:
        official = await desk.official(request)
        row = await desk.own(request, official)
        return _attach_form(
            desk, request, await _attachable(desk, official, row), {"case-ref": row["case_reference"] or ""}
        )

    @routes.post("/requests/{id}/attach")
    async def attach(request: Request) -> Response:
        official = await desk.official(request)
        form = await checked_form(request)
        standing = await _attachable(desk, official, await desk.own(request, official))
        if language := posted_language(form):
            return _attach_form(desk, request, standing, form, language=language)
        return await _attach(desk, request, official, standing, form)

    @routes.get("/requests/{id}/delete")
    async def ask(request: Request) -> Response:
        official = await desk.official(request)
        row = await desk.own(request, official)
        words = desk.words(request)
        return desk.render(
            request,
            "delete.html",
            id=row["id"],
            back={"href": f"/requests/{row['id']}", "label": words.text("action.to_verdict")},
        )

    @routes.post("/requests/{id}/delete")
    async def delete(request: Request) -> Response:
        official = await desk.official(request)
        await checked_form(request)
        row = await desk.own(request, official)
        # Again is as good as once: what was done already is simply said.
        await results.erase(
            desk.server.verifier,
            row["id"],
            row["organisation"],
            actor=official.session.account_id,
            action="result.deleted",
        )
        return see_other("/requests?done=deleted")

    return routes


async def _attachable(desk: Desk, official: Official, row: Row) -> Standing:
    """A verdict whose data is here and not yet attached; RequestError 404 or 410 otherwise."""
    standing = await results.read(desk.server.verifier, row, actor=official.session.account_id)
    if standing.outcome not in WITH_VALUES or standing.attached_at is not None:
        raise RequestError("page_not_found", 404)
    if standing.content is None:
        raise RequestError("page_not_found", 410)
    return standing


async def _attach(desk: Desk, request: Request, official: Official, standing: Standing, form: Form) -> Response:
    words = desk.words(request)
    verifier = desk.server.verifier
    purpose = verifier.purpose(standing.row["purpose"])
    lines = desk.speaker(words).field_lines(standing, purpose)
    chosen = set(form.all("field"))
    everything = form.get("which") == "all"
    fields = {
        (query, name)
        for query, line in lines
        if everything or f"{query}:{line.claim}" in chosen
        for name in line.covers
    }
    errors: list[FieldError] = []
    if not fields:
        first = f"field-{lines[0][0]}:{lines[0][1].claim}" if lines else "case-ref"
        errors.append(FieldError(first, words.text("error.attach_none.what")))
    reference = None
    try:
        reference = inquiry.check_case_reference(form.get("case-ref", ""))
        if reference is None:
            errors.append(FieldError("case-ref", words.text("attach.case_missing")))
    except VerifierError as error:
        errors.append(FieldError("case-ref", words.text(f"error.{error.code}.what")))
    if errors or reference is None:
        return _attach_form(desk, request, standing, form, errors=tuple(errors))
    # Whom the data is about belongs to it: name and birthdate from the identity data go along.
    person = {
        (document.query, name)
        for document in (standing.content.documents if standing.content else ())
        if document.is_identity
        for name in standing.claims.get(document.query, {})
    }
    try:
        await results.attach(
            verifier, standing, fields | person, case_reference=reference, actor=official.session.account_id
        )
    except VerifierError:
        # Somebody pressed twice, or the time was over between: the list shows how it stands.
        return see_other("/requests")
    return see_other("/requests?done=attached")


def _attach_form(
    desk: Desk,
    request: Request,
    standing: Standing,
    form: Mapping[str, str],
    *,
    errors: tuple[FieldError, ...] = (),
    language: str | None = None,
) -> Response:
    words = desk.words(request, language)
    purpose = desk.server.verifier.purpose(standing.row["purpose"])
    lines = desk.speaker(words).field_lines(standing, purpose)
    return desk.render(
        request,
        "attach.html",
        language=language,
        errors=errors,
        id=standing.row["id"],
        fields=[(f"{query}:{line.claim}", line.label, line.value) for query, line in lines],
        chosen=form.all("field") if isinstance(form, Form) else (),
        case_ref=form.get("case-ref", ""),
        retention=words.text("attach.kept", retention=say(purpose.retention_texts, words.language)),
        background=words.text("attach.background") if standing.outcome is Outcome.TOO_OLD_FOR_PURPOSE else "",
        gone_at=words.text("aside.gone_at", time=moments.moment(standing.delete_at or 0, words)),
        back={"href": f"/requests/{standing.row['id']}", "label": words.text("action.to_verdict")},
    )
