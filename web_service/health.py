"""`/health/live`, `/health/ready` and `/metrics`: for this machine, elsewhere with the token of the settings.

A proxy on this machine is a loopback peer too; a request that came through one carries our public name or a
forwarding header, and is an outsider's.
"""

from fastapi import APIRouter
from sqlalchemy import literal, select
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from web_service.api_tokens import bearer, same
from web_service.database import Statement
from web_service.errors import RequestError, WebError
from web_service.settings import is_loopback
from web_service.site import Site, site_of

router = APIRouter()
_ALIVE = Statement(select(literal(1).label("alive")))


def check_operator(request: Request) -> Site:
    """Raise RequestError 404 for anyone but this machine or the holder of the metrics token."""
    site = site_of(request)
    token, expected = bearer(request), site.settings.metrics_token
    if token is not None and expected and same(token, expected):
        return site
    client, host = request.client, request.headers.get("host", "").rpartition(":")[0].strip("[]")
    forwarded = any(name in request.headers for name in ("forwarded", "x-forwarded-for", "x-forwarded-host", "via"))
    if client is None or not is_loopback(client.host) or not is_loopback(host) or forwarded:
        raise RequestError("page_not_found", 404)
    return site


@router.get("/health/live")
async def live(request: Request) -> Response:
    """The process answers."""
    check_operator(request)
    return JSONResponse({"status": "ok"})


@router.get("/health/ready")
async def ready(request: Request) -> Response:
    """Send requests here: the database answers, what the service needs is there, and it was not told to stop."""
    site = check_operator(request)
    if site.draining:
        return JSONResponse({"status": "draining"}, 503)
    try:
        await site.database.one(_ALIVE)
        for check in site.ready_checks:
            await check()
    except WebError as error:
        return JSONResponse({"status": "failed", "reason": error.code}, 503)
    return JSONResponse({"status": "ok"})


@router.get("/metrics")
async def metrics(request: Request) -> Response:
    """Numbers for Prometheus."""
    site = check_operator(request)
    return Response(site.metrics.exposition(), media_type="text/plain; version=0.0.4; charset=utf-8")
