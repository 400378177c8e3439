"""What one running service consists of, made once from its settings and handed to everything that answers requests."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from starlette.requests import Request

from web_service.accounts import DatabaseIdentities, IdentityProvider
from web_service.api_tokens import ApiTokens
from web_service.audit import Audit
from web_service.clock import Clock
from web_service.database import Database, open_database
from web_service.metrics import Metrics
from web_service.pages import MakeFrame, Pages
from web_service.rate_limit import RateLimits
from web_service.sessions import Sessions
from web_service.settings import Mode, ServiceSettings


@dataclass(slots=True)
class Site:
    """The parts of a service; `draining` is set when it has been told to stop."""

    settings: ServiceSettings
    mode: Mode
    version: str
    clock: Clock
    database: Database
    audit: Audit
    pages: Pages
    metrics: Metrics
    sessions: Sessions
    identities: IdentityProvider
    limits: RateLimits
    api_tokens: ApiTokens
    ready_checks: list[Callable[[], Awaitable[None]]] = field(default_factory=list)
    draining: bool = False

    @property
    def public_url(self) -> str:
        """The origin that links and codes use, whatever a Host header says."""
        return self.settings.origin


def make_site(
    settings: ServiceSettings,
    mode: Mode,
    *,
    version: str,
    packages: Sequence[str],
    templates: Sequence[Path],
    static: Sequence[Path],
    frame: MakeFrame,
) -> Site:
    """Put a service together; `packages` are those with catalogues, the service's own first. Touches no database."""
    database = open_database(settings.database)
    return Site(
        settings=settings,
        mode=mode,
        version=version,
        clock=Clock(settings.clock_offset_file),
        database=database,
        audit=Audit(database),
        pages=Pages(
            packages=packages, templates=templates, static=static, frame=frame, demo=mode == "demo", version=version
        ),
        metrics=Metrics(),
        sessions=Sessions(database),
        identities=DatabaseIdentities(database),
        limits=RateLimits(database),
        api_tokens=ApiTokens(database),
    )


def site_of(request: Request) -> Site:
    """The site that answers this request."""
    site: Site = request.app.state.site
    return site
