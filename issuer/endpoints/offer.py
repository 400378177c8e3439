"""GET /o/{handle}: the credential offer behind a printed or sent code. OpenID4VCI §4.1.3."""

from starlette.requests import Request
from starlette.responses import Response

from issuer import issuance
from issuer.endpoints.answers import answer, not_found


async def offer(request: Request) -> Response:
    """The offer, or the one answer for every link that opens nothing (any more)."""
    if request.state.method != "GET":
        # A preview by a mail program must not count as a wallet that opened it.
        return Response(status_code=405, headers={"Allow": "GET"})
    found = await issuance.fetch_offer(request.app.state.service, request.path_params["handle"])
    return not_found() if found is None else answer(found)
