"""The pages of the footer: help, data protection, accessibility, feedback. Open to everybody."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from verifier.pages.desk import Desk
from web_service import signin

# Page → how many paragraphs it has (`info.<page>.<number>`); in the order of the footer.
PARAGRAPHS: Final[Mapping[str, int]] = {"help": 4, "privacy": 4, "accessibility": 3, "feedback": 2}


def router(desk: Desk) -> APIRouter:
    routes = APIRouter()

    def showing(name: str) -> Callable[[Request], Awaitable[Response]]:
        async def show(request: Request) -> Response:
            await signin.current(request)  # the frame knows who it is
            words = desk.words(request)
            texts = [words.text(f"info.{name}.{number}") for number in range(1, PARAGRAPHS[name] + 1)]
            back = {"href": "/requests", "label": words.text("page.O8")}
            return desk.render(request, "information.html", heading=words.text(f"page.{name}"), texts=texts, back=back)

        return show

    for name in PARAGRAPHS:
        routes.add_api_route(f"/{name}", showing(name), methods=["GET"], response_model=None)
    return routes
