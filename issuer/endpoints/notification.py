"""POST /{organisation}/notification: what became of a credential in the wallet. OpenID4VCI §11."""

from starlette.requests import Request
from starlette.responses import Response

from issuer import issuance
from issuer.endpoints.answers import NO_STORE, not_found, protocol_fault, token_fault
from issuer.endpoints.requests import bearer_token, organisation_of, read_grant, read_json
from issuer.service import Service
from openid4vc.errors import ProtocolError
from openid4vc.vci import notification as wire


async def notification(request: Request) -> Response:
    """§11.2: 204, also for the same event again; or an error of §11.3."""
    service: Service = request.app.state.service
    organisation = organisation_of(request)
    if organisation is None:
        return not_found()
    grant = await read_grant(request, organisation)
    if grant is None:
        return token_fault(presented=bearer_token(request) is not None)
    try:
        body = await read_json(request, code="notification_invalid", error="invalid_notification_request")
        await issuance.notify(service, organisation, grant, wire.parse_request(body))
    except ProtocolError as error:
        return protocol_fault(error, otherwise="invalid_notification_request")
    return Response(status_code=204, headers=NO_STORE)
