"""GET /{organisation}/status: where all status lists of an organisation are. Token Status List §9.

As open as the lists themselves: whoever takes all of them asks for none in particular.
"""

from starlette.requests import Request
from starlette.responses import Response

from issuer.endpoints.answers import not_found
from issuer.endpoints.requests import organisation_of
from openid4vc.status_list import aggregation


async def status_list_aggregation(request: Request) -> Response:
    """The lists that there are now; to be kept no longer than one of them."""
    organisation = organisation_of(request)
    if organisation is None:
        return not_found()
    document = aggregation.create(await organisation.status_lists.uris())
    headers = {
        "Cache-Control": f"public, max-age={organisation.status_lists.ttl}",
        "Access-Control-Allow-Origin": "*",
    }
    return Response(document, 200, headers, aggregation.MEDIA_TYPE)
