"""The management interface for the organisation's other systems: ask for a purpose, read the result.

POST /api/requests   {"purpose", "customer"?, "case_reference"?, "ttl"?} → 201 {"id", "request_uri", "expires_at"}
GET  /api/requests/ID?wait=SECONDS → 200 as `verifier result --json`

A bearer token belongs to one organisation (`verifier keys api-token`) and reads what it asked for itself; anything else
is 404, whether it exists or not. Claims are never listed by the caller: the purpose decides them (V-22).
"""

from typing import Any, Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from verifier import inquiry, results, waiting
from verifier.endpoints.answers import NO_STORE
from verifier.errors import VerifierError
from verifier.inquiry import Question
from verifier.server import Server
from verifier.store import statements
from web_service.api_tokens import ApiClient, ApiTokens
from web_service.database import Transaction
from web_service.forms import read_json

ASK: Final = "requests:create"
READ: Final = "requests:read"
SCOPES: Final = (ASK, READ)
_MEMBERS: Final = frozenset({"purpose", "customer", "case_reference", "ttl"})
# Members by which a caller would choose claims: not merely unknown but refused and written down.
_OWN_QUERY: Final = frozenset({"claims", "dcql", "dcql_query", "credentials", "scope", "presentation_definition"})
_MAX_WAIT: Final = 30


def router(server: Server, tokens: ApiTokens) -> APIRouter:
    routes = APIRouter()

    async def create(request: Request) -> Response:
        client = await tokens.authenticate(request, scope=ASK, now=server.verifier.clock.now())
        try:
            return await _create(server, client, await read_json(request))
        except VerifierError as error:
            return _refused(error)

    async def read(request: Request) -> Response:
        client = await tokens.authenticate(request, scope=READ, now=server.verifier.clock.now())
        try:
            return await _read(server, client, request)
        except VerifierError as error:
            return _refused(error)

    routes.add_api_route("/api/requests", create, methods=["POST"], response_model=None)
    routes.add_api_route("/api/requests/{id}", read, methods=["GET"], response_model=None)
    return routes


async def _create(server: Server, client: ApiClient, body: dict[str, Any]) -> Response:
    verifier = server.verifier
    asker = verifier.asker_of(client.organisation)
    if not _OWN_QUERY.isdisjoint(body):
        await _audit_over_asking(server, client)
        raise VerifierError("api_over_asking")
    if not _MEMBERS.issuperset(body) or not isinstance(body.get("purpose"), str):
        raise VerifierError("api_fields_unknown")
    purpose = verifier.purpose(body["purpose"])
    try:
        inquiry.check_allowed(asker, purpose)
    except VerifierError:
        await _audit_over_asking(server, client)
        raise
    customer, reference, ttl = body.get("customer"), body.get("case_reference", ""), body.get("ttl")
    if not isinstance(customer, str | None) or not isinstance(reference, str):
        raise VerifierError("api_fields_unknown")
    seconds = verifier.settings.request_seconds
    if ttl is not None:
        if type(ttl) is not int or not 1 <= ttl <= seconds:
            raise VerifierError("api_fields_unknown")
        seconds = ttl
    question = Question(
        asker=asker,
        purpose=purpose,
        customer=None if customer is None else inquiry.check_customer(customer, purpose),
        case_reference=inquiry.check_case_reference(reference),
        created_by=client.actor,
        seconds=seconds,
    )
    created = await inquiry.create(verifier, question, public_url=server.public_url)
    return JSONResponse(
        {"id": created.id, "request_uri": created.request_uri, "expires_at": created.expires_at},
        201,
        headers=dict(NO_STORE),
    )


async def _read(server: Server, client: ApiClient, request: Request) -> Response:
    verifier = server.verifier
    row = await verifier.database.one(statements.request_by_id, p_id=request.path_params["id"][:100])
    if row is None or row["organisation"] != client.organisation or row["created_by"] != client.actor:
        raise VerifierError("request_not_found")
    wait = request.query_params.get("wait", "0")
    if not wait.isdecimal() or len(wait) > 4:
        raise VerifierError("api_fields_unknown")
    row = await waiting.until_ended(verifier, row, seconds=min(int(wait), _MAX_WAIT))
    standing = await results.read(verifier, row, actor=client.actor)
    return JSONResponse(standing.to_json(), headers=dict(NO_STORE))


async def _audit_over_asking(server: Server, client: ApiClient) -> None:
    async def work(tx: Transaction) -> None:
        await server.verifier.audit.row(
            tx,
            organisation=client.organisation,
            actor=client.actor,
            action="request.over_asking",
            object_id="",
            now=server.verifier.clock.now(),
        )

    await server.verifier.database.transaction(work)


def _refused(error: VerifierError) -> Response:
    return JSONResponse({"error": error.code}, error.status, headers=dict(NO_STORE))
