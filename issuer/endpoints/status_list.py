"""GET /{organisation}/status/{number}: a signed status list. Token Status List §8.1, §8.2.

No credentials, no cookie, the same for everybody, readable from any origin: reading it says nothing about whose bit is
looked at. Historical resolution (§8.4) is not offered.
"""

from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from issuer.endpoints.answers import fault, not_found
from issuer.endpoints.requests import organisation_of
from issuer.service import Service
from openid4vc.status_list.token import MEDIA_TYPE

# More lists than any organisation fills; a longer number is no list of ours.
_MAX_DIGITS: Final = 6


async def status_list(request: Request) -> Response:
    """The list as of now: 406 for another media type, 501 for the past."""
    service: Service = request.app.state.service
    organisation = organisation_of(request)
    number = request.path_params["number"]
    if organisation is None or not (number.isascii() and number.isdecimal()) or len(number) > _MAX_DIGITS:
        return not_found()
    if "time" in request.query_params:
        return fault("not_supported", "historical status lists", status=501)
    if not _accepts(request.headers.get("accept", "*/*")):
        return fault("not_acceptable", MEDIA_TYPE, status=406)
    text = await organisation.status_lists.read(int(number), service.clock.now())
    if text is None or str(int(number)) != number:
        return not_found()
    headers = {
        "Cache-Control": f"public, max-age={organisation.status_lists.ttl}",
        "Access-Control-Allow-Origin": "*",
        "Vary": "Accept",
    }
    return Response(text, 200, headers, MEDIA_TYPE)


def _accepts(accept: str) -> bool:
    named = {part.partition(";")[0].strip().lower() for part in accept.split(",")}
    return not named.isdisjoint({MEDIA_TYPE, "application/*", "*/*"})
