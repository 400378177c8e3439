"""Who is at the page: an account of one organisation, what it may give, and its own documents and drafts alone.

A document belongs to whoever gave it: to everybody else, of the same organisation too, it does not exist. Operators
have the command line for what must go on when somebody has left.
"""

from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import Response
from fastapi.routing import APIRoute
from starlette.requests import Request

from credential_schemas.organisations import Account
from credential_schemas.types import CredentialType
from issuer import document_rows, documents
from issuer.actor import Actor
from issuer.document_view import DocumentView
from issuer.errors import HTTP_STATUS, IssuerError
from issuer.paper import PaperError
from issuer.service import IssuingOrganisation, Service
from issuer.store import page_statements, statements
from web_service import signin
from web_service.database import Transaction
from web_service.errors import RequestError, SignInNeeded
from web_service.sessions import Session
from web_service.site import site_of


@dataclass(frozen=True, slots=True)
class Staff:
    """Somebody who is signed in; `account` has what documents say about their author."""

    session: Session
    service: Service
    organisation: IssuingOrganisation
    account: Account

    @property
    def actor(self) -> Actor:
        """For audit rows, and as the author of documents."""
        return Actor("staff", self.session.account_id)

    @property
    def types(self) -> Mapping[str, CredentialType]:
        """What this role may give here: types that the organisation issues, have a form and name the role."""
        return {
            name: found
            for name, found in self.organisation.types.items()
            if found.form and self.session.role in found.settings.get("roles", ())
        }

    def type(self, name: str) -> CredentialType:
        """A type that this person may give. RequestError("not_allowed", 403)."""
        if name not in self.types:
            raise RequestError("not_allowed", 403)
        return self.types[name]

    async def own(self, document_id: str) -> str:
        """The id of a document that this person gave. RequestError("page_not_found", 404) for any other."""
        row = await self.service.database.one(
            page_statements.document_of_author,
            p_organisation=self.organisation.slug,
            p_author=str(self.actor),
            p_document_id=document_id,
        )
        if row is None:
            raise RequestError("page_not_found", 404)
        return str(row["document_id"])

    async def number(self, document_id: str) -> str:
        """The number of a document of this organisation, as people say it; empty when there is none."""
        named = document_rows.named(self.organisation, document_id)
        row = await self.service.database.one(statements.document_by_id, **named)
        return str(row["number"]) if row is not None else ""

    async def document(self, document_id: str) -> DocumentView:
        """A document that this person gave; that it was looked at is in the audit record. RequestError 404."""
        return await documents.view(self.service, self.organisation, self.actor, await self.own(document_id))

    async def audit(self, action: str, object_id: str, **detail: str | int) -> None:
        """An act of its own transaction."""

        async def work(tx: Transaction) -> None:
            await self.audit_in(tx, action, object_id, **detail)

        await self.service.database.transaction(work)

    async def audit_in(self, tx: Transaction, action: str, object_id: str, **detail: str | int) -> None:
        """The audit row of an act, in its transaction."""
        await document_rows.audit(self.service, tx, self.organisation, self.actor, action, object_id, **detail)


async def staff_of(request: Request) -> Staff:
    """Who asks. SignInNeeded, RequestError("not_allowed", 403) for an organisation that issues nothing here."""
    session = await signin.current(request)
    if session is None:
        raise SignInNeeded
    service: Service = request.app.state.service
    organisation = service.organisations.get(session.organisation)
    if organisation is None:
        raise RequestError("not_allowed", 403)
    return Staff(session, service, organisation, await _account(service, organisation, session))


async def _account(service: Service, organisation: IssuingOrganisation, session: Session) -> Account:
    """What is known of the author; facts beyond name and role come from the organisation's own list of people."""
    row = await service.database.one(page_statements.account_by_id, p_account_id=session.account_id)
    username = row["username"] if row else ""
    for person in organisation.organisation.people:
        if person.username == username and person.role == session.role:
            return person
    return Account(username, session.name, session.role, {})


Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class PageRoute(APIRoute):
    """A page whose faults are pages: what cannot be done is said in the reader's language, with a next step."""

    def get_route_handler(self) -> Handler:
        """FastAPI's own handler, and what our errors become."""
        handle = super().get_route_handler()

        async def handler(request: Request) -> Response:
            try:
                return await handle(request)
            except IssuerError as error:
                if error.code == "document_unknown":
                    raise RequestError("page_not_found", 404) from None
                return _fault(request, error.code, HTTP_STATUS.get(error.code, 400), error.facts)
            except PaperError as error:
                return _fault(request, error.code, 500, {"field": error.field})

        return handler


def _fault(request: Request, code: str, status: int, facts: Mapping[str, str | int]) -> Response:
    request.scope["state"]["reason"] = code
    return site_of(request).pages.render_error(request, code, status=status, facts=facts)
