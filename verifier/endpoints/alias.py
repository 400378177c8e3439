"""The twelve characters that a person can type instead of reading a code.

GET /p/CODE answers 303 to the invocation, whose own request_uri is never redirected. The alias dies with its request.
"""

from typing import Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from verifier import identifiers, inquiry
from verifier.endpoints.answers import NO_STORE, failure
from verifier.server import Server
from verifier.store import statements
from web_service.errors import RequestError
from web_service.rate_limit import RateLimits
from web_service.signin import client_address

# 60 bits against this many tries an address: guessing one that lives for ten minutes is hopeless.
TRIES_PER_MINUTE: Final = 30


def router(server: Server, limits: RateLimits) -> APIRouter:
    routes = APIRouter()

    async def get(request: Request) -> Response:
        return await _redirect(server, limits, request)

    routes.add_api_route("/p/{alias}", get, methods=["GET"], response_model=None)
    return routes


async def _redirect(server: Server, limits: RateLimits, request: Request) -> Response:
    verifier = server.verifier
    now = verifier.clock.now()
    try:
        await limits.check("alias", client_address(request), limit=TRIES_PER_MINUTE, window=60, now=now)
    except RequestError as error:
        return failure(429, **error.headers)
    alias = identifiers.read_alias(request.path_params["alias"][:40])
    row = None
    if alias is not None:
        row = await verifier.database.one(statements.request_by_alias, p_alias=alias, p_now=now)
    if row is None:
        return failure(404)
    location = inquiry.invocation_uri(row, verifier.asker_of(row["organisation"]), server.public_url)
    return Response(status_code=303, headers={**NO_STORE, "Location": location})
