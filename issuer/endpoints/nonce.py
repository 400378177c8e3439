"""POST /{organisation}/nonce: a challenge for a key proof. OpenID4VCI §7."""

from starlette.requests import Request
from starlette.responses import Response

from issuer.endpoints.answers import answer, not_found
from issuer.endpoints.requests import organisation_of
from issuer.service import Service
from openid4vc.vci import nonce as wire


async def nonce(request: Request) -> Response:
    """§7.2. Nothing is stored, so that nobody can fill anything up."""
    service: Service = request.app.state.service
    organisation = organisation_of(request)
    if organisation is None:
        return not_found()
    return answer(wire.create_response(organisation.nonces.create(service.clock.now())))
