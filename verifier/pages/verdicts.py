"""O4: the verdict, one page for every way a request can end. O6: the note about it for the case file."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from credential_schemas.purposes import Purpose
from verifier import moments, results
from verifier.outcome import PENDING, WITH_DOCUMENT, WITH_VALUES, Outcome
from verifier.pages.desk import Desk, Official
from verifier.results import Standing, state_of
from verifier.verdict import Row as Line
from verifier.verdict import Verdict
from web_service.database import Row
from web_service.redirects import see_other
from web_service.words import Words


@dataclass(frozen=True, slots=True)
class Action:
    """One button of a verdict: a link, or a form that is posted. The first one of a page is its filled one."""

    id: str
    label: str
    href: str
    post: bool = False
    kind: str = ""


# The first button of each outcome; `#again` and its kin ask the same question anew.
_AGAIN: Final[Mapping[Outcome, tuple[str, str]]] = {
    Outcome.CANNOT_CHECK_NOW: ("retry", "action.retry"),
    Outcome.INCOMPLETE: ("ask-missing", "action.ask_missing"),
}


def router(desk: Desk) -> APIRouter:
    routes = APIRouter()

    @routes.get("/requests/{id}/note")
    async def note(request: Request) -> Response:
        official = await desk.official(request)
        row = await desk.own(request, official)
        if state_of(row, desk.server.verifier.clock.now())[0] == PENDING:
            return see_other(f"/requests/{row['id']}")
        return await _note_page(desk, request, official, row)

    return routes


async def verdict_page(desk: Desk, request: Request, official: Official, row: Row) -> Response:
    """The verdict of a request that has ended."""
    verifier = desk.server.verifier
    standing = await results.read(verifier, row, actor=official.session.account_id)
    words = desk.words(request)
    purpose = verifier.purpose(row["purpose"])
    verdict = desk.speaker(words).verdict(standing, purpose, trust_loaded_at=desk.server.trust.loaded_at)
    return desk.render(
        request,
        "verdict.html",
        id=row["id"],
        verdict=verdict,
        actions=_actions(standing, verdict, words),
        aside=_aside(standing, words),
        background=words.text("verdict.too_old_mark") if _is_background(standing) else "",
        tech=_tech(standing, words),
        notification=desk.notice(request, words),
        back={"href": "/requests", "label": words.text("page.O8")},
    )


def _actions(standing: Standing, verdict: Verdict, words: Words) -> list[Action]:
    """What can be done now, the harmless way forward first, what destroys last."""
    base = f"/requests/{standing.row['id']}"
    outcome = verdict.outcome
    open_result = standing.content is not None and standing.attached_at is None
    again_id, again_word = _AGAIN.get(outcome, ("again", "action.new_request"))
    again = Action(again_id, words.text(again_word), f"{base}/renew", post=True)
    note = Action("note", words.text("action.case_note"), f"{base}/note")
    delete = Action("delete", words.text("action.delete"), f"{base}/delete", kind="stop")
    reject = Action("reject", words.text("action.reject"), f"{base}/delete", kind="stop")
    if outcome in (Outcome.VALID, Outcome.VALID_EXPIRES_SOON):
        attach = Action("attach", words.text("action.attach"), f"{base}/attach")
        return [attach, note, reject] if open_result else [again, note]
    if outcome is Outcome.TOO_OLD_FOR_PURPOSE:
        background = Action("attach-background", words.text("action.attach_background"), f"{base}/attach")
        return [again, background, note, reject] if open_result else [again, note]
    if outcome is Outcome.OTHER_PERSON:
        return [again, note]
    if outcome in (Outcome.REFUSED_BY_HOLDER, Outcome.REQUEST_EXPIRED):
        return [again, Action("back", words.text("action.to_requests"), "/requests")]
    if outcome is Outcome.CANNOT_CHECK_NOW:
        return [again, note]
    if outcome is Outcome.INCOMPLETE:
        go_on = Action("go-on", words.text("action.go_on"), f"{base}/note")
        return [again, go_on, delete] if open_result else [again, go_on]
    return [again, note, delete] if open_result else [again, note]


def _aside(standing: Standing, words: Words) -> str:
    """When the data goes."""
    if standing.outcome not in WITH_VALUES | WITH_DOCUMENT or standing.delete_at is None:
        return ""
    time = moments.moment(standing.delete_at, words)
    if standing.attached_at is not None or standing.content is None:
        return ""  # the page says so where it says how to go on; what is gone already does not go once more
    return words.text("aside.gone_at" if standing.outcome in WITH_VALUES else "aside.gone", time=time)


def _is_background(standing: Standing) -> bool:
    return standing.attached_at is not None and standing.outcome is Outcome.TOO_OLD_FOR_PURPOSE


def _tech(standing: Standing, words: Words) -> list[Line]:
    """For support: a reference and a code, no key, no identifier of a person or of their wallet."""
    rows = [Line(words.text("tech.reference"), standing.row["id"][:8])]
    if standing.reason is not None:
        rows.append(Line(words.text("tech.reason"), standing.reason))
    if standing.verified_at is not None:
        rows.append(Line(words.text("tech.time"), moments.moment(standing.verified_at, words)))
    return rows


async def _note_page(desk: Desk, request: Request, official: Official, row: Row) -> Response:
    verifier = desk.server.verifier
    standing = await results.read(verifier, row, actor=official.session.account_id)
    words = desk.words(request)
    purpose = verifier.purpose(row["purpose"])
    verdict = desk.speaker(words).verdict(standing, purpose, trust_loaded_at=desk.server.trust.loaded_at)
    attached = standing.attached_at is not None
    head: list[Line] = [
        Line(words.text("note.organisation"), official.asker.organisation.local_name(words.language)),
        Line(words.text("note.official"), official.session.name),
        Line(words.text("note.time"), moments.moment(standing.verified_at or row["expires_at"], words)),
        Line(words.text("note.purpose"), purpose.name(words.language)),
        Line(words.text("note.basis"), basis(purpose, words)),
        Line(words.text("note.outcome"), f"{verdict.headline}. {verdict.cause}"),
    ]
    if row["case_reference"]:
        head.insert(0, Line(words.text("field.case_ref"), row["case_reference"]))
    if standing.receipt_id is not None:
        head.append(Line(words.text("note.receipt"), standing.receipt_id))
    context: dict[str, Any] = {
        "verdict": verdict,
        "head": head,
        "person": [line for line in verdict.person if line.field],
        "attached": verdict.data if attached else (),
        "background": words.text("verdict.too_old_mark") if _is_background(standing) else "",
        "back": {"href": f"/requests/{row['id']}", "label": words.text("action.to_verdict")},
    }
    return desk.render(request, "note.html", **context)


def basis(purpose: Purpose, words: Words) -> str:
    """The legal basis of a purpose in words."""
    kind, _, law = purpose.lawful_basis.partition(":")
    if kind != "law":
        return words.text(f"basis.{kind}")
    identifier = f"basis.law_{law.replace('/', '_')}"
    return words.text(identifier) if words.has(identifier) else words.text("basis.other_law", law=law)
