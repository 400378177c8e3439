"""POST /{organisation}/token: a pre-authorized code for an access token. OpenID4VCI §6."""

from starlette.requests import Request
from starlette.responses import Response

from issuer import issuance
from issuer.endpoints.answers import answer, not_found, protocol_fault
from issuer.endpoints.requests import organisation_of, read_form
from issuer.service import Service
from openid4vc.errors import ProtocolError
from openid4vc.vci import token as wire


async def token(request: Request) -> Response:
    """§6.2, or an error of §6.3."""
    service: Service = request.app.state.service
    organisation = organisation_of(request)
    if organisation is None:
        return not_found()
    try:
        asked = wire.parse_request(await read_form(request))
        access_token = await issuance.redeem(service, organisation, asked)
    except ProtocolError as error:
        return protocol_fault(error, otherwise="invalid_request")
    return answer(wire.create_response(access_token=access_token, expires_in=service.settings.token_seconds))
