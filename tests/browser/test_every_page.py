"""Every page of both services in three languages: what each of them owes its readers."""

from collections.abc import Iterator
from typing import cast

import pytest
from fastapi import APIRouter
from fastapi.routing import APIRoute

import issuer.pages.routes
import verifier.pages
from tests.browser import rules
from tests.browser.stage import LANGUAGES, Service, Stage
from tests.browser.tours import TOURS
from verifier.server import Server
from web_service import signin
from web_service.site import Site

# What answers GET and is no page of its own: a redirect to one, a file, a stream, an answer that is waited for.
NO_PAGES = {"/", "/documents/{document_id}/sheet.pdf", "/requests/{id}/events", "/requests/{id}/wait"}


def page_routes(service: Service) -> Iterator[APIRoute]:
    """The addresses of pages, as the service itself has them."""
    routers: list[APIRouter] = [signin.router]
    if service == "issuer":
        routers.append(issuer.pages.routes.router)
    else:
        # The rooms only remember what they will work with; here nobody asks them anything.
        routers += verifier.pages.routers(cast(Server, None), cast(Site, None))
    for router in routers:
        yield from (route for route in flat(router) if "GET" in (route.methods or ()) and route.path not in NO_PAGES)


def flat(router: APIRouter) -> Iterator[APIRoute]:
    """The routes of a router and of those that it includes, which FastAPI keeps as they are."""
    for route in router.routes:
        included = getattr(route, "original_router", None)
        if isinstance(route, APIRoute):
            yield route
        elif isinstance(included, APIRouter):
            yield from flat(included)


@pytest.mark.case("D-06")
@pytest.mark.slow
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("service", ["issuer", "verifier"])
def test_every_page_is_accessible_whole_in_its_language_and_inside_the_policy(
    stage: Stage, service: Service, language: str
) -> None:
    found: list[str] = []
    opened: set[str] = set()
    for tour, (place, username, walk) in TOURS.items():
        if place == service:
            with stage.visit(service, username, language=language) as visitor:
                for name in walk(stage, visitor):
                    opened.add(visitor.path)
                    found += [f"{tour}/{name}: {fault}" for fault in rules.faults(visitor)]
    routes = list(page_routes(service))
    never = [route.path for route in routes if not any(route.path_regex.fullmatch(path) for path in opened)]
    assert found == []
    assert never == []
    assert len(routes) > 8
