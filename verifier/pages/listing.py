"""O8: the official's own requests, without anybody's name."""

from dataclasses import dataclass
from typing import Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from verifier import moments
from verifier.outcome import FAILED, VERIFIED
from verifier.pages.desk import Desk
from verifier.results import state_of
from verifier.store import statements
from verifier.verdict import Family
from web_service.database import Row
from web_service.redirects import see_other

_FAMILIES: Final[dict[str, Family]] = {
    "pending": "none",
    "verified": "ok",
    "attached": "ok",
    "deleted": "none",
    "failed": "stop",
    "refused": "none",
    "expired": "none",
}


@dataclass(frozen=True, slots=True)
class Listed:
    """One line of the list."""

    href: str
    time: str
    purpose: str
    case: str
    family: Family
    word: str


def router(desk: Desk) -> APIRouter:
    routes = APIRouter()

    @routes.get("/")
    async def front(_request: Request) -> Response:
        return see_other("/requests")

    @routes.get("/requests")
    async def requests(request: Request) -> Response:
        official = await desk.official(request)
        words = desk.words(request)
        verifier = desk.server.verifier
        rows = await verifier.database.read(
            statements.requests_of_creator,
            p_organisation=official.session.organisation,
            p_created_by=official.session.account_id,
        )
        now = verifier.clock.now()

        def listed(row: Row) -> Listed:
            tag = _tag(row, now)
            return Listed(
                href=f"/requests/{row['id']}",
                time=moments.moment(row["created_at"], words),
                purpose=verifier.purpose(row["purpose"]).name(words.language),
                case=row["case_reference"] or "",
                family=_FAMILIES[tag],
                word=words.text(f"tag.{tag}"),
            )

        return desk.render(
            request, "requests.html", rows=[listed(row) for row in rows], notification=desk.notice(request, words)
        )

    return routes


def _tag(row: Row, now: int) -> str:
    state, _ = state_of(row, now)
    if state == VERIFIED and row["attached_at"] is not None:
        return "attached"
    if state in (VERIFIED, FAILED) and row["deleted_at"] is not None:
        return "deleted"
    return state
