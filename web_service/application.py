"""The application factory: routes of a service, the shared ones, error answers, and the one middleware around them.

    app = create_application(site, routers=[…], is_api=lambda path: path.startswith("/api/"), body_limits={}, jobs=[…])

`is_api(path)` says which paths speak JSON: their errors are `{"error": code}`, all others' are pages in the reader's
language. A handler raises RequestError, SignInNeeded or ReauthenticationNeeded; nothing answers with FastAPI's 422.
"""

from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Final
from urllib.parse import urlsplit

from fastapi import APIRouter, FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.telemetry import TelemetryConfig
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import Scope

from web_service import health, jobs, signin
from web_service.edge import Edge
from web_service.errors import ReauthenticationNeeded, RequestError, SignInNeeded, WebError
from web_service.logging import request_id
from web_service.site import Site, site_of

IsApi = Callable[[str], bool]

# What a JSON answer says for faults that the specifications of the endpoints leave to the server.
_WIRE: Final[Mapping[str, str]] = {
    "page_not_found": "not_found",
    "method_not_allowed": "method_not_allowed",
    "server_error": "server_error",
    "database_unavailable": "temporarily_unavailable",
    "service_unavailable": "temporarily_unavailable",
    "too_many_requests": "too_many_requests",
    "api_token_missing": "invalid_token",
    "api_token_wrong": "invalid_token",
    "api_token_scope": "insufficient_scope",
    "session_ended": "login_required",
    "reauthentication_needed": "login_required",
    "csrf_refused": "access_denied",
    "not_allowed": "access_denied",
}
_BY_STATUS: Final = {404: "page_not_found", 405: "method_not_allowed"}


def create_application(
    site: Site,
    *,
    routers: Iterable[APIRouter],
    is_api: IsApi,
    body_limits: Mapping[str, int],
    background: Sequence[jobs.Job] = (),
) -> FastAPI:
    """Put the application together; `body_limits` gives single paths more (or less) than 1 MiB."""

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        running = jobs.Jobs([*background, *jobs.shared_jobs(site)])
        running.start()
        try:
            yield
        finally:
            await running.stop()
            await site.database.close()

    # FastAPI's own telemetry would put paths and exception messages into whatever exporter the environment configures.
    no_telemetry: TelemetryConfig = {"tracing": False, "metrics": False, "logs": False, "auto_configure": False}
    app = FastAPI(
        telemetry=no_telemetry,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
        lifespan=lifespan,
        title=site.settings.service,
    )
    app.state.site = site
    app.state.is_api = is_api
    for router in (*routers, health.router, signin.router, _static):
        app.include_router(router)
    for kind in (WebError, HTTPException, RequestValidationError):
        app.add_exception_handler(kind, _on_error)
    app.add_middleware(
        Edge,
        error_answer=lambda scope, error: answer_error(_request(scope, app), error),
        metrics=site.metrics,
        hosts=known_hosts(site.public_url, site.settings.allowed_hosts),
        https=site.public_url.startswith("https:"),
        body_limits=body_limits,
    )
    return app


def known_hosts(public_url: str, allowed: Iterable[str]) -> frozenset[str]:
    """The Host values that name this service: of the public URL, with and without its default port, and `allowed`."""
    parts = urlsplit(public_url)
    default = ":443" if parts.scheme == "https" else ":80"
    names = {name.lower().removesuffix(default) for name in (parts.netloc, *allowed)}
    return frozenset(names | {name + default for name in names if ":" not in name.rpartition("]")[2]})


_static = APIRouter()


@_static.get("/static/{name}")
async def static_file(request: Request, name: str) -> Response:
    """Style sheet, script, font."""
    return site_of(request).pages.static.answer(request, name)


def answer_error(request: Request, error: WebError) -> Response:
    """JSON for an API path, else a page; 500 says the request's id and nothing more."""
    request.scope["state"]["reason"] = error.code
    status = error.status
    headers = dict(error.headers) if isinstance(error, RequestError) else {}
    if request.app.state.is_api(request.url.path):
        body = {"error": _WIRE.get(error.code, "invalid_request")}
        if status >= 500:
            body["request_id"] = request_id.get()
        return JSONResponse(body, status, headers | {"Cache-Control": "no-store"})
    if isinstance(error, ReauthenticationNeeded) and request.method == "GET":
        return signin.to_confirmation(request)
    response = site_of(request).pages.render_error(request, error.code, status=status, facts=error.facts)
    response.headers.update(headers)
    return response


async def _on_error(request: Request, error: Exception) -> Response:
    if isinstance(error, SignInNeeded | ReauthenticationNeeded) and not request.app.state.is_api(request.url.path):
        request.scope["state"]["reason"] = error.code
        return await signin.ask(request, error)
    if isinstance(error, WebError):
        if error.code == "csrf_refused":
            await signin.audit_refusal(request)
        return answer_error(request, error)
    if isinstance(error, HTTPException):
        code = _BY_STATUS.get(error.status_code, "request_unreadable")
        return answer_error(request, RequestError(code, error.status_code, headers=error.headers))
    return answer_error(request, RequestError("request_unreadable", 400))


def _request(scope: Scope, app: FastAPI) -> Request:
    return Request({**scope, "app": app})
