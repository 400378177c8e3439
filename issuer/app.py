"""The issuer as an ASGI application: endpoints for wallets, the management API, and the pages of staff."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response

from issuer import installation, management, retention
from issuer.building import build
from issuer.counters import PrometheusCounters
from issuer.endpoints.authorization_server_metadata import authorization_server_metadata
from issuer.endpoints.credential import credential
from issuer.endpoints.issuer_metadata import issuer_metadata
from issuer.endpoints.nonce import nonce
from issuer.endpoints.notification import notification
from issuer.endpoints.offer import offer
from issuer.endpoints.status_list import status_list
from issuer.endpoints.status_list_aggregation import status_list_aggregation
from issuer.endpoints.token import token
from issuer.endpoints.types import types
from issuer.pages import drafts
from issuer.pages.frame import frame
from issuer.pages.routes import STATIC, TEMPLATES
from issuer.pages.routes import router as pages_router
from issuer.service import Service
from issuer.settings import IssuerSettings
from web_service.application import create_application
from web_service.errors import WebError
from web_service.jobs import Job
from web_service.site import make_site

PACKAGES: Final = ("issuer.pages", "issuer", "credential_schemas", "openid4vc")
RETENTION_SECONDS: Final = 30.0
Endpoint = Callable[[Request], Awaitable[Response]]
_OF_ORGANISATIONS: Final = frozenset({"token", "nonce", "credential", "notification", "status"})


def create_app(settings: IssuerSettings) -> FastAPI:
    """Everything put together; raises what building.build raises, before a request is answered."""
    mode = installation.read(settings).mode
    site = make_site(
        settings, mode, version=version(), packages=PACKAGES, templates=(TEMPLATES,), static=(STATIC,), frame=frame
    )
    service = build(settings, database=site.database, counters=PrometheusCounters(site.metrics))

    async def signers() -> None:
        check_signers(service)

    site.ready_checks.append(signers)

    async def retain() -> None:
        await retention.run(service)
        await drafts.purge(service)

    app = create_application(
        site,
        routers=(management.router, pages_router),
        is_api=lambda path: is_api(service, path),
        body_limits={},
        background=(Job("retention", RETENTION_SECONDS, retain),),
    )
    app.state.service = service
    add_wire_routes(app)
    return app


def check_signers(service: Service) -> None:
    """No requests to a process whose signatures nobody would accept: WebError `service_unavailable`."""
    now = service.clock.now()
    for organisation in service.organisations.values():
        for key in organisation.keys.by_purpose().values():
            if not key.certificate.not_before <= now <= key.certificate.not_after:
                raise WebError("service_unavailable")


def add_wire_routes(app: FastAPI) -> None:
    """The endpoints of the specifications. Their functions answer by hand: no model, no 422."""
    for path, endpoint, method in (
        ("/.well-known/openid-credential-issuer/{organisation}", issuer_metadata, "GET"),
        ("/.well-known/oauth-authorization-server/{organisation}", authorization_server_metadata, "GET"),
        ("/o/{handle}", offer, "GET"),
        ("/types/{name}/{version}", types, "GET"),
        ("/{organisation}/token", token, "POST"),
        ("/{organisation}/nonce", nonce, "POST"),
        ("/{organisation}/credential", credential, "POST"),
        ("/{organisation}/notification", notification, "POST"),
        ("/{organisation}/status", status_list_aggregation, "GET"),
        ("/{organisation}/status/{number}", status_list, "GET"),
    ):
        app.router.add_route(path, _named(path, endpoint), methods=[method])


@dataclass(frozen=True, slots=True)
class _Template:
    """What log and metrics call a route."""

    path: str


def _named(path: str, endpoint: Endpoint) -> Endpoint:
    """FastAPI tells only its own kind of routes to the middleware; these are plain ones, for speed."""
    template = _Template(path)

    async def answer(request: Request) -> Response:
        request.scope["route"] = template
        return await endpoint(request)

    return answer


def is_api(service: Service, path: str) -> bool:
    """Whether machines read the answers of a path, faults included."""
    if path.startswith(("/api/", "/.well-known/", "/o/", "/types/")):
        return True
    first, _, rest = path.lstrip("/").partition("/")
    return first in service.organisations and rest.partition("/")[0] in _OF_ORGANISATIONS


def version() -> str:
    """The version of the distribution, as installed; of a bare source tree, that it is one."""
    from importlib.metadata import PackageNotFoundError
    from importlib.metadata import version as installed

    try:
        return installed("todiste")
    except PackageNotFoundError:
        return "0"
