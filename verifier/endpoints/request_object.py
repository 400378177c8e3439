"""The request object, by GET and by POST, as often as a wallet asks until the request ends.

OpenID4VP 1.0 §5.10 (`request_uri_method`, `wallet_nonce`, `wallet_metadata`), RFC 9101 §5.2.
"""

from typing import Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from openid4vc import strict_json
from openid4vc.errors import FormatError
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

_MAX_NONCE: Final = 512
_MAX_METADATA: Final = 64 * 1024


def router(server: Server) -> APIRouter:
    routes = APIRouter()

    async def get(request: Request) -> Response:
        return await _serve(server, request, wallet_nonce=None)

    async def post(request: Request) -> Response:
        try:
            form = (await read_form(request)).once()
        except RequestError as error:
            return failure(error.status)
        nonce, metadata = form.get("wallet_nonce"), form.get("wallet_metadata")
        if nonce is not None and not (0 < len(nonce) <= _MAX_NONCE and nonce.isascii() and nonce.isprintable()):
            return failure(400)
        if metadata is not None:
            # Nothing in it changes the one form in which we ask; it must be what it claims to be all the same.
            if len(metadata) > _MAX_METADATA:
                return failure(413)
            try:
                strict_json.parse_object(metadata)
            except FormatError:
                return failure(400)
        return await _serve(server, request, wallet_nonce=nonce)

    routes.add_api_route("/{organisation}/request/{object_id}", get, methods=["GET"], response_model=None)
    routes.add_api_route("/{organisation}/request/{object_id}", post, methods=["POST"], response_model=None)
    return routes


async def _serve(server: Server, request: Request, *, wallet_nonce: str | None) -> Response:
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
        text = inquiry.request_object(row, asker, public_url=server.public_url, now=now, wallet_nonce=wallet_nonce)
    except VerifierError:
        return failure(404)
    if row["opened_at"] is None:
        await verifier.database.write(statements.mark_opened, p_id=row["id"], p_now=now)
    return Response(text, media_type=MEDIA_TYPE, headers=NO_STORE)
