"""O3: the request, shown to the client, and the waiting for an answer with and without JavaScript."""

import io
from typing import Final

import segno
from fastapi import APIRouter
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from verifier import inquiry, moments, waiting
from verifier.inquiry import Question
from verifier.outcome import PENDING
from verifier.pages.desk import Desk, Official
from verifier.pages.verdicts import verdict_page
from verifier.results import state_of
from verifier.store import statements
from web_service.database import Row, Transaction
from web_service.errors import RequestError
from web_service.live import LiveEnded, event_stream
from web_service.redirects import see_other
from web_service.sessions import ABSOLUTE, IDLE
from web_service.signin import checked_form

HELD_SECONDS: Final = 25
STREAM_SECONDS: Final = 120
_SOON: Final = 60


def router(desk: Desk) -> APIRouter:
    routes = APIRouter()

    @routes.get("/requests/{id}")
    async def page(request: Request) -> Response:
        official = await desk.official(request)
        return await _shown(desk, request, official, await desk.own(request, official))

    @routes.get("/requests/{id}/wait")
    async def wait(request: Request) -> Response:
        official = await desk.official(request)
        row = await desk.own(request, official)
        row = await waiting.until_ended(desk.server.verifier, row, seconds=HELD_SECONDS)
        if state_of(row, desk.server.verifier.clock.now())[0] != PENDING:
            return see_other(f"/requests/{row['id']}#verdict-h")
        return await _shown(desk, request, official, row, waited=True)

    @routes.get("/requests/{id}/events")
    async def events(request: Request) -> Response:
        _check_same_origin(desk, request)
        official = await desk.official(request)
        return _events(desk, request, official, await desk.own(request, official))

    @routes.post("/requests/{id}/renew")
    async def renew(request: Request) -> Response:
        official = await desk.official(request)
        await checked_form(request)
        return await _renew(desk, official, await desk.own(request, official))

    @routes.post("/requests/{id}/cancel")
    async def cancel(request: Request) -> Response:
        official = await desk.official(request)
        await checked_form(request)
        await _cancel(desk, official, await desk.own(request, official))
        return see_other("/requests?done=cancelled")

    return routes


async def _shown(desk: Desk, request: Request, official: Official, row: Row, *, waited: bool = False) -> Response:
    verifier = desk.server.verifier
    now = verifier.clock.now()
    if state_of(row, now)[0] != PENDING:
        return await verdict_page(desk, request, official, row)
    words = desk.words(request)
    uri = inquiry.invocation_uri(row, official.asker, desk.server.public_url)
    purpose = verifier.purpose(row["purpose"])
    rejected = ""
    if row["last_reason"] is not None:
        headline = desk.speaker(words).rejected_headline(row["last_reason"])
        rejected = words.text("request.rejected", headline=headline)
    until = moments.time_of_day(row["expires_at"], words)
    soon = row["expires_at"] - now <= _SOON
    return desk.render(
        request,
        "waiting.html",
        id=row["id"],
        uri=uri,
        qr=qr_code(uri),
        typed=f"{desk.server.public_url}/p/{row['alias'].upper()}",
        purpose=purpose.name(words.language),
        organisation=official.asker.organisation.local_name(words.language),
        known=_progress(row),
        rejected=rejected,
        until=words.text("request.until_soon" if soon else "request.until", time=until),
        soon=soon,
        no_answer=words.text("request.no_answer", time=moments.time_of_day(now, words, with_seconds=True))
        if waited
        else "",
        back={"href": "/requests", "label": words.text("page.O8")},
    )


def _events(desk: Desk, request: Request, official: Official, row: Row) -> Response:
    """One event when the page would look different; closed when the session has ended meanwhile."""
    verifier = desk.server.verifier
    known = request.query_params.get("known", "")

    async def changes() -> str | None:
        now = verifier.clock.now()
        # Looking is no activity: the stream must not keep alive a session that nobody uses.
        alive = await verifier.database.one(
            statements.session_alive,
            p_id_hash=official.session.id_hash,
            p_seen_after=now - IDLE,
            p_created_after=now - ABSOLUTE,
        )
        if alive is None:
            raise LiveEnded
        current = await waiting.read_again(verifier, row)
        if state_of(current, now)[0] != PENDING:
            return "ended"
        return _progress(current) if _progress(current) != known else None

    return event_stream(request, changes, seconds=STREAM_SECONDS)


def _progress(row: Row) -> str:
    """What the waiting page shows of a pending request, as a code."""
    opened = "waiting" if row["opened_at"] is None else "opened"
    return f"{opened}-rejected" if row["last_reason"] is not None else opened


async def _renew(desk: Desk, official: Official, row: Row) -> Response:
    """The same question anew: purpose, case and customer stay, the old code ends."""
    verifier = desk.server.verifier
    await _cancel(desk, official, row)
    question = Question(
        asker=official.asker,
        purpose=verifier.purpose(row["purpose"]),
        customer=inquiry.customer_of(verifier, row),
        case_reference=row["case_reference"],
        created_by=official.session.account_id,
        seconds=verifier.settings.request_seconds,
    )
    created = await inquiry.create(verifier, question, public_url=desk.server.public_url)
    return see_other(f"/requests/{created.id}")


async def _cancel(desk: Desk, official: Official, row: Row) -> None:
    """End a request that is still waiting; nothing happens to one that has ended."""
    verifier = desk.server.verifier
    now = verifier.clock.now()

    async def work(tx: Transaction) -> None:
        if await tx.one(statements.cancel_request, p_id=row["id"], p_now=now) is None:
            return
        await verifier.audit.row(
            tx,
            organisation=row["organisation"],
            actor=official.session.account_id,
            action="request.cancelled",
            object_id=row["id"],
            now=now,
        )

    await verifier.database.transaction(work)


def _check_same_origin(desk: Desk, request: Request) -> None:
    """A stream of another site's page would tell it when somebody answers: RequestError 403."""
    origin, site = request.headers.get("origin"), request.headers.get("sec-fetch-site")
    if origin not in (None, desk.server.public_url) or site not in (None, "same-origin"):
        raise RequestError("not_allowed", 403)


def qr_code(text: str) -> Markup:
    """Black on white with four modules of quiet zone, as SVG without any style attribute."""
    drawn = io.BytesIO()
    segno.make(text, error="m", micro=False).save(
        drawn,
        kind="svg",
        border=4,
        xmldecl=False,
        svgns=False,
        omitsize=True,
        light="#fff",
        svgclass=None,
        lineclass=None,
    )
    # Drawn by segno: paths and numbers, nothing of the text itself.
    return Markup(drawn.getvalue().decode().strip())  # noqa: S704
