"""What every page of an official needs: who they are, their own requests, and words in their language."""

from dataclasses import dataclass
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from credential_schemas.purposes import Purpose
from verifier.errors import VerifierError
from verifier.server import Server
from verifier.service import Asker
from verifier.store import statements
from verifier.verdict import Speaker
from web_service import signin
from web_service.database import Row
from web_service.errors import RequestError
from web_service.sessions import Session
from web_service.site import Site
from web_service.words import Words

# What a page says was done on the page before: a code in the address, never its own words.
NOTICES: Final = frozenset({"attached", "deleted", "cancelled"})


@dataclass(frozen=True, slots=True)
class Official:
    """Somebody signed in whose role may ask."""

    session: Session
    asker: Asker
    purposes: tuple[Purpose, ...]


@dataclass(frozen=True, slots=True)
class Desk:
    """The shared part of the page handlers."""

    server: Server
    site: Site

    async def official(self, request: Request) -> Official:
        """Who is signed in; SignInNeeded, or RequestError `not_allowed` for a role that asks nothing."""
        session = await signin.require(request, self._roles())
        try:
            asker = self.server.verifier.asker_of(session.organisation)
        except VerifierError:
            raise RequestError("not_allowed", 403) from None
        purposes = tuple(
            purpose
            for purpose in self.server.verifier.purposes.values()
            if purpose.id in asker.registrations and session.role in purpose.roles
        )
        return Official(session, asker, purposes)

    async def own(self, request: Request, official: Official) -> Row:
        """The request of this address, if this official made it; RequestError 404 for every other, there or not."""
        row = await self.server.verifier.database.one(statements.request_by_id, p_id=request.path_params["id"][:100])
        if row is None or (row["organisation"], row["created_by"]) != (
            official.session.organisation,
            official.session.account_id,
        ):
            raise RequestError("page_not_found", 404)
        return row

    def words(self, request: Request, language: str | None = None) -> Words:
        return self.site.pages.words(language or self.site.pages.language(request))

    def speaker(self, words: Words) -> Speaker:
        return Speaker(self.server.verifier.types, words)

    def render(self, request: Request, template: str, *, language: str | None = None, **context: Any) -> Response:
        """A page that nobody keeps a copy of."""
        response = self.site.pages.render(request, template, language=language, **context)
        response.headers["Cache-Control"] = "no-store"
        return response

    def notice(self, request: Request, words: Words) -> str:
        """The notification for what was done on the page before."""
        code = request.query_params.get("done", "")
        return words.text(f"notice.{code}") if code in NOTICES else ""

    def _roles(self) -> frozenset[str]:
        return frozenset(role for purpose in self.server.verifier.purposes.values() for role in purpose.roles)
