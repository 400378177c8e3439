"""The request object, by GET and by POST, as often as a wallet asks until the request ends.

OpenID4VP 1.0 §5.10 (`request_uri_method`, `wallet_nonce`, `wallet_metadata`), RFC 9101 §5.2.
"""

from collections.abc import Mapping

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from openid4vc.errors import PresentationError
from openid4vc.vp import client_id, request_uri
from openid4vc.vp.request import MEDIA_TYPE
from verifier import inquiry
from verifier.endpoints.answers import NO_STORE, failure
from verifier.errors import VerifierError
from verifier.outcome import PENDING
from verifier.results import state_of
from verifier.server import Server
from verifier.store import statements
from web_service.errors import RequestError
from web_service.forms import read_form


def router(server: Server) -> APIRouter:
    routes = APIRouter()

    async def get(request: Request) -> Response:
        return await _serve(server, request, {})

    async def post(request: Request) -> Response:
        try:
            form = (await read_form(request)).once()
        except RequestError as error:
            return failure(error.status)
        return await _serve(server, request, form)

    routes.add_api_route("/{organisation}/request/{object_id}", get, methods=["GET"], response_model=None)
    routes.add_api_route("/{organisation}/request/{object_id}", post, methods=["POST"], response_model=None)
    return routes


async def _serve(server: Server, request: Request, form: Mapping[str, str]) -> Response:
    verifier = server.verifier
    try:
        asker = verifier.asker(request.path_params["organisation"])
    except VerifierError:
        return failure(404)
    row = await verifier.database.one(
        statements.request_by_object_id, p_object_id=request.path_params["object_id"][:100]
    )
    if row is None or row["organisation"] != asker.organisation.id:
        return failure(404)
    now = verifier.clock.now()
    if state_of(row, now)[0] != PENDING:
        return JSONResponse({"error": "request_gone"}, 410, headers=NO_STORE)
    try:
        posted = request_uri.parse_form(form, prefix=client_id.parse(row["client_id"]).prefix)
        text = inquiry.request_object(
            row, asker, public_url=server.public_url, now=now, wallet_nonce=posted.wallet_nonce
        )
    except PresentationError:
        # A wallet that cannot take our one form of request is not sent it; any HTTP error ends its process (§5.10.2).
        return failure(400)
    except VerifierError:
        return failure(404)
    if posted.encryption is not None:
        text = request_uri.encrypt(text, posted.encryption)
    if row["opened_at"] is None:
        await verifier.database.write(statements.mark_opened, p_id=row["id"], p_now=now)
    return Response(text, media_type=MEDIA_TYPE, headers=NO_STORE)
