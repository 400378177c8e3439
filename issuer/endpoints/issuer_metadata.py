"""GET /.well-known/openid-credential-issuer/{organisation}: what is issued and where, plain or signed.

OpenID4VCI §12.2.2 (which form: by Accept), §12.2.3 (signed).
"""

from starlette.requests import Request
from starlette.responses import Response

from issuer import metadata
from issuer.endpoints.answers import answer, not_found
from issuer.endpoints.requests import organisation_of
from issuer.service import Service


async def issuer_metadata(request: Request) -> Response:
    """Signed for whoever asks for application/jwt by name, else JSON."""
    service: Service = request.app.state.service
    organisation = organisation_of(request)
    if organisation is None:
        return not_found()
    if not _wants_signed(request):
        return answer(organisation.metadata)
    key = organisation.keys.access
    text = metadata.signed(organisation.metadata, iat=service.clock.now(), signer=key.signer, x5c=key.x5c)
    service.counters.signature("issuer_metadata")
    # Public, but signed for now: a copy would only be older.
    return Response(text, 200, {"Cache-Control": "no-store", "Vary": "Accept"}, "application/jwt")


def _wants_signed(request: Request) -> bool:
    """Whether application/jwt is named, and not less welcome than JSON (RFC 9110 §12.5.1)."""
    accepted: dict[str, float] = {}
    for part in request.headers.get("accept", "").split(","):
        name, *parameters = (piece.strip().lower() for piece in part.split(";"))
        quality = next((value[2:] for value in parameters if value.startswith("q=")), "1")
        try:
            accepted[name] = float(quality)
        except ValueError:
            accepted[name] = 0.0
    return accepted.get("application/jwt", 0.0) > 0.0 and accepted["application/jwt"] >= accepted.get(
        "application/json", 0.0
    )
