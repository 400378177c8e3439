"""The verifier as an application: endpoints for wallets, the management interface, pages for officials."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import PackageNotFoundError, version
from typing import Final

from cryptography.hazmat.primitives.serialization import Encoding
from fastapi import FastAPI

from openid4vc.http_retrieval import Retrieval, RetrievalPolicy
from openid4vc.trust.certificates import Role
from verifier import pages, retention
from verifier.endpoints import alias, management, request_object, response
from verifier.server import Server
from verifier.service import PUBLIC_URL, Verifier, mode_of
from verifier.settings import Settings
from verifier.status import DEADLINE_SECONDS, MAX_TOKEN_BYTES, StatusLists
from verifier.store import statements
from verifier.trust import RELOAD_SECONDS, Trust
from web_service.application import create_application
from web_service.jobs import Job

_RETENTION_SECONDS: Final = 30.0
# What speaks JSON to machines; everything else speaks to people.
_MACHINE_ROOMS: Final = frozenset({"request", "response"})


def create_app(settings: Settings) -> FastAPI:
    """One process's application. Errors as `Verifier.load`; TrustError where the trust folder cannot be taken."""
    mode = mode_of(settings)
    site = pages.make_verifier_site(settings, mode, version=program_version())
    verifier = Verifier.load(settings, clock=site.clock, database=site.database)
    trust = Trust(settings.trust, demo=mode == "demo", clock=site.clock.now)
    retrieval = _retrieval(settings, trust, demo=mode == "demo")
    server = Server(verifier, site.public_url, trust, StatusLists(retrieval, site.clock.now))

    async def reload_trust() -> None:
        trust.reload()

    app = create_application(
        site,
        routers=[
            request_object.router(server),
            response.router(server),
            alias.router(server, site.limits),
            management.router(server, site.api_tokens),
            *pages.routers(server, site),
        ],
        is_api=_speaks_json,
        body_limits={},
        background=[
            Job("trust_reload", RELOAD_SECONDS, reload_trust),
            Job("retention", _RETENTION_SECONDS, lambda: retention.run(verifier)),
        ],
    )
    app.state.server = server
    shared_lifespan = app.router.lifespan_context

    @asynccontextmanager
    async def lifespan(running: FastAPI) -> AsyncIterator[None]:
        # Operator commands beside this server must write the same address into their requests.
        await site.database.write(statements.keep_setting, name=PUBLIC_URL, value=site.public_url)
        async with shared_lifespan(running), retrieval:
            yield

    app.router.lifespan_context = lifespan
    return app


def program_version() -> str:
    try:
        return version("todiste")
    except PackageNotFoundError:
        return "0"


def _speaks_json(path: str) -> bool:
    parts = path.strip("/").split("/")
    return parts[0] in ("api", "p") or (len(parts) == 3 and parts[1] in _MACHINE_ROOMS)


def _retrieval(settings: Settings, trust: Trust, *, demo: bool) -> Retrieval:
    policy = RetrievalPolicy.https_and_loopback_http() if demo else RetrievalPolicy.https_only()
    egress = json.loads(settings.egress_map.read_text("utf-8")) if settings.egress_map else {}
    anchors = [anchor.x509.public_bytes(Encoding.DER) for anchor in trust.current.anchors[Role.TLS]]
    return Retrieval(policy, egress=egress, tls_anchors=anchors, deadline=DEADLINE_SECONDS, max_bytes=MAX_TOKEN_BYTES)
