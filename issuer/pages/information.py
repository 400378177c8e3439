"""The pages of the footer: help, data protection, accessibility, feedback. Open to everybody."""

from collections.abc import Awaitable, Callable
from typing import Final

from fastapi import APIRouter, Response
from starlette.requests import Request

from issuer.pages.frame import FOOTER
from issuer.pages.staff import PageRoute
from web_service import signin
from web_service.site import site_of

router = APIRouter(route_class=PageRoute)

_PARAGRAPHS: Final = {"help": 5, "privacy": 5, "accessibility": 4, "feedback": 2}


def _showing(name: str) -> Callable[[Request], Awaitable[Response]]:
    async def show(request: Request) -> Response:
        await signin.current(request)  # the frame knows who it is
        pages = site_of(request).pages
        words = pages.words(pages.language(request))
        texts = [words.text(f"info.{name}.{number}") for number in range(1, _PARAGRAPHS[name] + 1)]
        return pages.render(request, "information.html", heading=words.text(f"page.{name}"), texts=texts)

    return show


for _name in FOOTER:
    router.add_api_route(f"/{_name}", _showing(_name), methods=["GET"])
