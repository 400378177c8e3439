"""Where wallets post their answers (OpenID4VP 1.0 §8.2, §8.3.1); each is looked at here and now.

An unknown address, an ended request and a bad answer look alike: 400 and `invalid_request`.
"""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from verifier.endpoints.answers import NO_STORE, failure
from verifier.errors import VerifierError
from verifier.outcome import PENDING
from verifier.results import state_of
from verifier.server import Server
from verifier.store import statements
from verifier.store.statements import REJECTED_LIMIT
from web_service.errors import RequestError
from web_service.forms import read_form


def router(server: Server) -> APIRouter:
    routes = APIRouter()

    async def post(request: Request) -> Response:
        return await _take(server, request)

    routes.add_api_route("/{organisation}/response/{response_id}", post, methods=["POST"], response_model=None)
    return routes


async def _take(server: Server, request: Request) -> Response:
    verifier = server.verifier
    try:
        asker = verifier.asker(request.path_params["organisation"])
        form = (await read_form(request)).once()
    except VerifierError:
        return failure(400)
    except RequestError as error:
        return failure(error.status)
    row = await verifier.database.one(
        statements.request_by_response_id, p_response_id=request.path_params["response_id"][:100]
    )
    if row is None or row["organisation"] != asker.organisation.id:
        return failure(400)
    if state_of(row, verifier.clock.now())[0] != PENDING:
        return failure(400)
    body = await request.body()
    try:
        with server.limits.turn(row["id"], row["rejected"], body):
            answered = await server.answers.take(row, asker, form)
    except VerifierError:
        return failure(429, **{"Retry-After": "1"})
    if answered.status != 200 and row["rejected"] >= REJECTED_LIMIT:
        server.limits.remember(row["id"], body)
        return failure(429, **{"Retry-After": "1"})
    return JSONResponse(dict(answered.body), answered.status, headers=dict(NO_STORE))
