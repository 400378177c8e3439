"""Pages for officials: ask, wait, read the verdict, attach it or delete it (pages.md §3.2)."""

from pathlib import Path
from typing import Final

from fastapi import APIRouter
from starlette.requests import Request

from verifier.server import Server
from verifier.settings import Settings
from web_service.pages import Frame
from web_service.settings import Mode
from web_service.site import Site, make_site
from web_service.words import Words

HERE: Final = Path(__file__).parent
# Whose sentences these pages say, the nearest first.
PACKAGES: Final = ("verifier",)


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
    return []


def _frame(request: Request, words: Words) -> Frame:
    return Frame()
