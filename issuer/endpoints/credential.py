"""POST /{organisation}/credential: the credential, bound to the key that the proof shows. OpenID4VCI §8."""

from starlette.requests import Request
from starlette.responses import Response

from issuer import issuance
from issuer.endpoints.answers import answer, fault, not_found, protocol_fault, token_fault
from issuer.endpoints.requests import bearer_token, organisation_of, read_grant, read_json
from issuer.errors import IssuerError
from issuer.service import Service
from openid4vc.errors import ProtocolError
from openid4vc.vci import credential as wire
from web_service.logging import log


async def credential(request: Request) -> Response:
    """§8.3, or an error of §8.3.1."""
    service: Service = request.app.state.service
    organisation = organisation_of(request)
    if organisation is None:
        return not_found()
    grant = await read_grant(request, organisation)
    if grant is None:
        return token_fault(presented=bearer_token(request) is not None)
    try:
        body = await read_json(request, code="credential_request_malformed", error="invalid_credential_request")
        asked = wire.parse_request(body, max_proofs=1)
        text, notification_id = await issuance.issue(service, organisation, grant, asked)
    except ProtocolError as error:
        return protocol_fault(error, otherwise="invalid_credential_request")
    except IssuerError as error:
        # Ours, not theirs: nothing was recorded, and the same request may be sent again.
        log("credential_failed", reason=error.code)
        return fault("server_error", "", status=500)
    return answer(wire.create_response([text], notification_id))
