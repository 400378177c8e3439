"""GET /.well-known/oauth-authorization-server/{organisation}. RFC 8414 §3, OpenID4VCI §12.3."""

from starlette.requests import Request
from starlette.responses import Response

from issuer import metadata
from issuer.endpoints.answers import answer, not_found
from issuer.endpoints.requests import organisation_of


async def authorization_server_metadata(request: Request) -> Response:
    """The organisation is its own authorization server."""
    organisation = organisation_of(request)
    if organisation is None:
        return not_found()
    aggregation_uri = organisation.status_lists.aggregation_uri
    return answer(metadata.authorization_server_metadata(organisation.identifier, aggregation_uri))
