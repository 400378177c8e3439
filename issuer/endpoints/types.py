"""GET /types/{name}/{version}: type metadata, byte for byte what `vct#integrity` covers. SD-JWT VC, type metadata."""

from starlette.requests import Request
from starlette.responses import Response

from issuer.endpoints.answers import not_found
from issuer.service import Service


async def types(request: Request) -> Response:
    """The metadata of a type that some organisation here issues."""
    service: Service = request.app.state.service
    found = service.types.get(request.path_params["name"])
    issued = any(request.path_params["name"] in organisation.types for organisation in service.organisations.values())
    if found is None or not issued or found.version != request.path_params["version"]:
        return not_found()
    return Response(found.type_metadata_raw, 200, {"Cache-Control": "public, max-age=3600"}, "application/json")
