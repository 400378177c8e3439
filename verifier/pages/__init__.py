"""Pages for officials: ask, wait, read the verdict, attach it or delete it."""

from pathlib import Path
from typing import Final

from fastapi import APIRouter
from starlette.requests import Request

from credential_schemas import organisations
from verifier.pages import asking, filing, information, listing, verdicts, waiting
from verifier.pages.desk import Desk
from verifier.server import Server
from verifier.settings import Settings
from web_service.pages import Frame, NavigationItem
from web_service.sessions import Session
from web_service.settings import Mode
from web_service.site import Site, make_site
from web_service.words import Words

HERE: Final = Path(__file__).parent
# Whose sentences these pages say, the nearest first.
PACKAGES: Final = ("verifier", "credential_schemas", "openid4vc")


def make_verifier_site(settings: Settings, mode: Mode, *, version: str) -> Site:
    """The shared parts of a service, with this one's templates and words."""
    return make_site(
        settings,
        mode,
        version=version,
        packages=PACKAGES,
        templates=[HERE / "templates"],
        static=[HERE / "static"],
        frame=_frame,
    )


def routers(server: Server, site: Site) -> list[APIRouter]:
    """Every page's routes."""
    desk = Desk(server, site)
    return [room.router(desk) for room in (listing, asking, waiting, verdicts, filing, information)]


def _frame(request: Request, words: Words) -> Frame:
    """Organisation, navigation and name of whoever is signed in; for anybody else only the footer."""
    footer = tuple(NavigationItem(words.text(f"page.{name}"), f"/{name}") for name in information.PARAGRAPHS)
    session: Session | None = getattr(request.state, "session", None)
    if session is None:
        return Frame(organisation=words.text("frame.service"), footer=footer)
    organisation = organisations.load()[session.organisation]
    path = request.url.path
    return Frame(
        organisation=organisation.local_name(words.language),
        navigation=(
            NavigationItem(words.text("nav.new_request"), "/requests/new", path == "/requests/new"),
            NavigationItem(words.text("page.O8"), "/requests", path == "/requests"),
        ),
        user=session.name,
        footer=footer,
    )
