"""Who gets where: every route of the issuer against everybody who could ask. A new route fails until it is listed."""

from collections.abc import Iterator, Sequence

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from sqlalchemy import select
from starlette.routing import BaseRoute, Route

from issuer.store.tables import documents, drafts, offers
from tests.issuer.pages.browser import Browser, People, begin, document_path, give
from tests.issuer.world import World
from web_service.database import Statement

# Who may: the route's own test is elsewhere, here is only who gets in at all.
ANYBODY = frozenset({"nobody", "citizen", "nurse", "doctor_a", "doctor_b", "administrator", "other_office"})
STAFF = ANYBODY - {"nobody", "citizen"}
GIVERS = frozenset({"nurse", "doctor_a", "doctor_b", "other_office"})
AUTHOR = frozenset({"doctor_a"})
# Guarded by something else than a session: codes, tokens, an address on this machine.
OTHERWISE: frozenset[str] = frozenset()

DOCUMENT = "/documents/{document_id}"
API = "/api/{organisation}/documents/{document_id}"
DRAFT = "/drafts/{draft_id}"
LISTED: dict[tuple[str, str], frozenset[str]] = {
    ("GET", "/"): STAFF,
    ("GET", "/documents"): STAFF,
    ("POST", "/documents"): STAFF,
    ("GET", "/new"): GIVERS,
    ("POST", "/new"): GIVERS,
    **{
        (method, f"{DRAFT}{page}"): AUTHOR
        for page in ("", "/person", "/check", "/delete")
        for method in ("GET", "POST")
    },
    ("GET", DOCUMENT): AUTHOR,
    ("GET", f"{DOCUMENT}/sheet.pdf"): AUTHOR,
    ("POST", f"{DOCUMENT}/code.pdf"): AUTHOR,
    ("POST", f"{DOCUMENT}/correct"): AUTHOR,
    **{
        (method, f"{DOCUMENT}/{page}"): AUTHOR
        for page in ("done", "reprint", "new-code", "unlock", "cancel-code", "suspend", "resume", "revoke")
        for method in ("GET", "POST")
    },
    **{("GET", f"/{page}"): ANYBODY for page in ("help", "privacy", "accessibility", "feedback", "signin")},
    ("POST", "/signin"): ANYBODY,
    ("POST", "/signout"): ANYBODY,
    ("GET", "/confirm"): STAFF,
    ("POST", "/confirm"): STAFF,
    ("GET", "/static/{name}"): ANYBODY,
    **{
        ("GET", path): OTHERWISE
        for path in (
            "/.well-known/openid-credential-issuer/{organisation}",
            "/.well-known/oauth-authorization-server/{organisation}",
            "/o/{handle}",
            "/types/{name}/{version}",
            "/{organisation}/status",
            "/{organisation}/status/{number}",
            API,
            "/api/openapi.json",
            "/health/live",
            "/health/ready",
            "/metrics",
        )
    },
    **{
        ("POST", path): OTHERWISE
        for path in (
            "/{organisation}/token",
            "/{organisation}/nonce",
            "/{organisation}/credential",
            "/{organisation}/notification",
            "/api/{organisation}/documents",
            *(f"{API}/{act}" for act in ("offer", "new-code", "unlock", "cancel", "status")),
        )
    },
}  # fmt: skip
OF_STAFF = {route: who for route, who in LISTED.items() if who is not OTHERWISE}
REFUSED = {401, 403, 404}


def routes(app: FastAPI) -> Iterator[tuple[str, str]]:
    def walk(found: Sequence[BaseRoute]) -> Iterator[tuple[str, str]]:
        for route in found:
            # FastAPI keeps a router that was included as it is; none of ours is included under a prefix.
            included = getattr(route, "original_router", None)
            if included is not None:
                yield from walk(included.routes)
            if isinstance(route, APIRoute | Route):
                for method in route.methods or ():
                    if method != "HEAD":
                        yield method, route.path

    return walk(app.routes)


def test_every_route_is_listed_here(world: World) -> None:
    found = set(routes(world.app))
    assert found - LISTED.keys() == set(), "new routes: say who may use them"
    assert {route for route in LISTED.keys() - found if LISTED[route] is not OTHERWISE} == set()


def state(world: World) -> list[object]:
    return [world.rows(Statement(select(table))) for table in (documents, offers, drafts)]


@pytest.mark.case("D-12")
def test_only_the_listed_cells_of_route_and_role_succeed(world: World, people: People) -> None:
    """Everybody tries every page of staff: with the ids of doctor A's document and draft, and a form of their own."""
    people_of_o8 = people.accounts["riku.rekisteri"]
    author = people.browser("lea.laakari")
    document = document_path(give(author)).removeprefix("/documents/")
    draft = begin(author).path.removeprefix("/drafts/")
    who = {
        "nobody": Browser(world),
        "citizen": Browser(world, cookies={"__Host-visitor": "from-a-link"}),
        "nurse": people.browser("siiri.sairaanhoitaja"),
        "doctor_b": people.browser("otto.ortopedi"),
        "administrator": people.browser("esko.yllapito"),
        "other_office": Browser(world).arrive(people_of_o8),
        "doctor_a": people.browser("lea.laakari"),
    }
    before = state(world)
    for role, browser in who.items():
        for (method, template), allowed in OF_STAFF.items():
            if role == "doctor_a" or template == "/signout":
                continue  # what the author may is done in the other tests; signing out would end this one
            path = template.format(document_id=document, draft_id=draft, name="todiste.css")
            status = ask(browser, method, path)
            succeeded = status not in REFUSED
            assert succeeded == (role in allowed), f"{role}: {method} {template} answered {status}"
    assert state(world) == before


def ask(browser: Browser, method: str, path: str) -> int:
    """The status of a request with a form token of the asker's own; being led to the sign-in page counts as 401."""
    pairs = None
    if method == "POST":
        page = browser.open("/help")
        tokens = [dict(form.pairs)["_csrf"] for form in page.forms.values()]
        if not tokens:
            tokens = [dict(browser.open("/signin").forms["signin"].pairs)["_csrf"]]
        pairs = [("_csrf", tokens[0]), ("_lang", "fi")]
    response = browser.send(method, path, pairs)
    if response.status_code == 303 and response.headers["location"].startswith("/signin"):
        return 401
    return response.status_code


@pytest.mark.case("D-13")
def test_another_doctors_document_is_as_one_that_does_not_exist(world: World, people: People) -> None:
    author = people.browser("lea.laakari")
    theirs = (document_path(give(author)).removeprefix("/documents/"), begin(author).path.removeprefix("/drafts/"))
    nobodys = ("1.2.246.10.99001010.14.2026.999", "0" * 32)
    colleague = people.browser("otto.ortopedi")
    token = [("_csrf", dict(colleague.open("/help").forms["/signout"].pairs)["_csrf"])]
    before = state(world)
    for method, template in (route for route, who in OF_STAFF.items() if who is AUTHOR):
        answers = []
        for document_id, draft_id in (theirs, nobodys):
            path = template.format(document_id=document_id, draft_id=draft_id)
            response = colleague.send(method, path, token if method == "POST" else None)
            text = response.text.replace(document_id, "").replace(draft_id, "")
            answers.append((response.status_code, text, response.headers["content-type"]))
        assert answers[0] == answers[1], (method, template)
        assert answers[0][0] == 404, (method, template)
    assert state(world) == before


def test_a_nurse_is_offered_only_what_nurses_give(people: People) -> None:
    page = people.browser("siiri.sairaanhoitaja").open("/new")
    assert "type-lausuntopalaute" in page.ids
    assert "type-laakarinlausunto-b" not in page.ids


def test_a_nurse_cannot_begin_a_doctors_document(world: World, people: People) -> None:
    nurse = people.browser("siiri.sairaanhoitaja")
    nurse.open("/new")
    pairs = [*nurse.filled("choose"), ("type", "laakarinlausunto-b")]
    before = state(world)
    assert nurse.send("POST", "/new", pairs).status_code == 403
    assert state(world) == before


def test_an_administrator_sees_no_documents_and_cannot_begin_one(people: People) -> None:
    page = people.browser("esko.yllapito").open("/documents")
    assert "Tunnuksellasi ei anneta asiakirjoja" in page.text
    assert "/new" not in page.links
