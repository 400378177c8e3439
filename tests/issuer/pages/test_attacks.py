"""What might be tried at the pages: markup in values, foreign forms, a preview that gives, the button twice."""

import asyncio
import re
from typing import Any
from urllib.parse import urlencode

import pytest
from sqlalchemy import func, select

from credential_schemas.types import sample
from issuer import documents
from issuer.actor import Actor
from issuer.documents import NewDocument
from issuer.store.tables import documents as documents_table
from issuer.store.tables import drafts as drafts_table
from issuer.store.tables import offers, shared
from tests.issuer.pages.browser import PASSWORD, Browser, Page, People, answers, begin, document_path, give
from tests.issuer.world import URL, World
from web_service.database import Statement

PAYLOADS = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "javascript:alert(1)",
    "<svg onload=alert(1)>",
    "{{7*7}} ${7*7} {% raw %}",
    "' OR 1=1 --",
)
COUNTS = {
    name: Statement(select(func.count().label("n")).select_from(table))
    for name, table in (("documents", documents_table), ("offers", offers), ("drafts", drafts_table))
}
ACTIONS = Statement(select(shared.audit.c.action))


def counts(world: World) -> dict[str, int]:
    return {name: int(world.rows(statement)[0]["n"]) for name, statement in COUNTS.items()}


def is_shown_as_text(page: Page, payload: str) -> bool:
    """The payload is on the page, but only as text: with its signs escaped wherever it stands."""
    raw = any(sign in payload for sign in "<>\"'") and payload in page.html
    return payload in page.text + str(page.forms) and not raw


# --- D-02


@pytest.mark.case("D-02")
def test_markup_in_name_note_and_search_is_text_on_every_page(world: World, people: People, doctor: Browser) -> None:
    for payload in PAYLOADS:
        shown_as_text_everywhere(world, people, doctor, payload)


def shown_as_text_everywhere(world: World, people: People, doctor: Browser, payload: str) -> None:
    author = Actor("staff", people.accounts["lea.laakari"].account_id)
    credential_type = world.service.types["lausuntopalaute"]
    claims = sample(credential_type, "C1", world.service.clock.today())
    claims |= {"family_name": payload, "message_to_authority": payload}

    async def make() -> Any:
        return await documents.create(
            world.service, world.o1, author, NewDocument(credential_type, claims, tx_code=True)
        )

    path = f"/documents/{world.call(make).document_id}"
    assert is_shown_as_text(doctor.open("/documents"), payload)
    assert is_shown_as_text(doctor.submit("search-form", q=payload), payload)
    assert is_shown_as_text(doctor.open(path), payload)
    doctor.open(path)
    assert is_shown_as_text(doctor.submit(f"{path}/correct"), payload)
    assert is_shown_as_text(doctor.submit("document-form"), payload)  # the answers once more, and the preview
    assert is_shown_as_text(doctor.submit("issue-form", delivery="link"), payload)


def test_a_percent_sign_and_an_underscore_are_looked_for_as_they_are(doctor: Browser) -> None:
    give(doctor)
    doctor.open("/documents")
    for query in ("%", "_", "E%i"):
        assert "Hakuasi vastaavia asiakirjoja ei ole" in doctor.submit("search-form", q=query).text


# --- D-04


def posts(doctor: Browser) -> list[tuple[str, list[tuple[str, str]]]]:
    """Every form that could change something, as it would be sent, without its token."""
    document = document_path(give(doctor))
    draft = begin(doctor).path
    filled = doctor.filled("document-form", **answers())
    return [
        ("/new", [("type", "lausuntopalaute")]),
        (f"{draft}/person", [("step", "use"), ("personal_administrative_number", "050891-942J")]),
        (draft, [pair for pair in filled if pair[0] != "_csrf"]),
        (f"{draft}/check", [("delivery", "paper"), ("revision", "1")]),
        (f"{draft}/delete", []),
        (f"{document}/reprint", [("offers", "1"), ("confirm", "yes")]),
        (f"{document}/new-code", [("offers", "1")]),
        (f"{document}/unlock", [("offers", "1")]),
        (f"{document}/cancel-code", [("offers", "1")]),
        (f"{document}/correct", []),
        (f"{document}/done", []),
        (f"{document}/code.pdf", []),
        *(
            (f"{document}/{act}", [("step", "confirm"), ("reason", "security")])
            for act in ("suspend", "resume", "revoke")
        ),
        ("/documents", []),
        ("/signout", []),
    ]


def content(world: World) -> list[Any]:
    return [world.rows(Statement(select(table))) for table in (documents_table, offers, drafts_table)]


@pytest.mark.case("D-04")
def test_a_form_that_is_not_ours_changes_nothing_and_leaves_an_audit_row(
    world: World, people: People, doctor: Browser
) -> None:
    forms = posts(doctor)
    other = people.browser("otto.ortopedi")
    foreign = dict(other.open("/help").forms["/signout"].pairs)["_csrf"]
    own = dict(doctor.open("/help").forms["/signout"].pairs)["_csrf"]
    before = content(world)
    refused = 0
    for path, pairs in forms:
        for token, headers in (
            (None, {}),
            ("", {}),
            (foreign, {}),
            (own, {"Origin": "https://evil.example"}),
            (own, {"Origin": "null", "Sec_Fetch_Site": "cross-site"}),
        ):
            sent = pairs if token is None else [("_csrf", token), *pairs]
            assert doctor.send("POST", path, sent, **headers).status_code == 403, (path, token, headers)
            refused += 1
    assert content(world) == before
    assert sum(row["action"] == "csrf_refused" for row in world.rows(ACTIONS)) == refused


def test_a_form_in_another_dress_is_not_taken(world: World, doctor: Browser) -> None:
    forms = posts(doctor)
    own = dict(doctor.open("/help").forms["/signout"].pairs)["_csrf"]
    before = content(world)
    for path, pairs in forms:
        sent = [("_csrf", own), *pairs]
        assert doctor.send("POST", path, sent, Content_Type="text/plain").status_code == 415
        assert doctor.send("POST", path, sent, Content_Type="application/json").status_code == 415
        for method in ("PUT", "PATCH", "DELETE"):
            assert doctor.send(method, path, sent).status_code == 405
        query = "&".join(f"{name}={value}" for name, value in sent if value.isascii() and " " not in value)
        doctor.send("GET", f"{path}?{query}&_method=POST", X_HTTP_Method_Override="POST")
    # Reading pages changes nothing of documents, offers and drafts, whatever the query says.
    assert content(world) == before


def test_signing_somebody_in_from_another_page_is_refused(world: World, people: People) -> None:
    browser = Browser(world)
    browser.open("/signin")
    pairs = browser.filled("signin", username="lea.laakari", password=PASSWORD)
    assert browser.send("POST", "/signin", pairs, Origin="https://evil.example").status_code == 403
    without = [pair for pair in pairs if pair[0] != "_csrf"]
    assert Browser(world).send("POST", "/signin", without).status_code == 403
    assert "__Host-session" not in browser.cookies


# --- D-14


@pytest.mark.case("D-14")
def test_nothing_is_signed_sealed_or_offered_before_the_button(world: World, doctor: Browser) -> None:
    signatures = [
        world.counter("signatures_total", kind=kind) for kind in ("credential", "status_list", "issuer_metadata")
    ]
    pages = [doctor.open("/new"), doctor.submit("choose", type="lausuntopalaute")]
    pages.append(doctor.submit("person", personal_administrative_number="120374-901A"))
    pages.append(doctor.submit("person"))
    pages.append(doctor.submit("document-form", **answers()))
    draft = doctor.page.path.removesuffix("/check")
    pages += [doctor.submit("issue-form", "sv"), doctor.open(f"{draft}/check"), doctor.submit("issue-form")]
    for page in pages:
        assert page.headers["content-type"].startswith("text/html")
        for sign in ("openid-credential-offer", "/o/", "%PDF", 'role="img"'):
            assert sign not in page.html
        # What is signed has dots in it; the form's own token may begin alike and has none.
        assert re.search(r"eyJ[\w-]+\.", page.html) is None
    for path in (f"{draft}/sheet.pdf", f"{draft}/done", f"{draft}/preview", f"{draft}/check.pdf", "/preview", "/test"):
        assert doctor.send("GET", path).status_code == 404
    assert counts(world) == {"documents": 0, "offers": 0, "drafts": 1}
    assert [
        world.counter("signatures_total", kind=kind) for kind in ("credential", "status_list", "issuer_metadata")
    ] == signatures
    doctor.open(f"{draft}/check")
    doctor.submit("issue-form", delivery="paper")
    assert counts(world) == {"documents": 1, "offers": 1, "drafts": 0}
    assert [row["action"] for row in world.rows(ACTIONS)].count("document.created") == 1


# --- D-27


@pytest.mark.case("D-27")
def test_a_double_click_makes_one_offer(world: World, doctor: Browser) -> None:
    begin(doctor)
    doctor.submit("document-form", **answers())
    pairs, path = doctor.filled("issue-form", delivery="paper"), doctor.action("issue-form")

    async def twice() -> list[int]:
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "Cookie": "; ".join(f"{name}={value}" for name, value in doctor.cookies.items()),
        }
        client = world.client.asynchronous
        answered = await asyncio.gather(
            *(client.post(path, content=urlencode(pairs).encode(), headers=headers) for _ in range(2))
        )
        return [response.status_code for response in answered]

    assert set(world.call(twice)) <= {200, 303}
    assert counts(world)["offers"] == counts(world)["documents"] == 1


def test_going_back_and_sending_again_shows_what_was_done(world: World, doctor: Browser) -> None:
    begin(doctor)
    draft = doctor.submit("document-form", **answers()).path.removesuffix("/check")
    pairs = doctor.filled("issue-form", delivery="paper")
    form_pairs = answers()
    doctor.page = doctor.submit("issue-form", delivery="paper")
    done = f"{document_path(doctor.page)}/done"
    assert doctor.send("POST", f"{draft}/check", pairs).headers["location"] == done
    token = [("_csrf", dict(pairs)["_csrf"])]
    sent = [*token, ("work_ability", form_pairs["work_ability"])]
    assert doctor.send("POST", draft, sent).headers["location"] == done
    assert doctor.send("GET", f"{draft}/check").headers["location"] == done
    assert counts(world) == {"documents": 1, "offers": 1, "drafts": 0}


def test_two_tabs_give_what_was_checked_last_and_only_once(world: World, doctor: Browser) -> None:
    begin(doctor)
    draft = doctor.submit("document-form", **answers()).path.removesuffix("/check")
    first_tab = doctor.filled("issue-form", delivery="paper")
    doctor.open(draft)
    doctor.submit("document-form", max_weekly_hours="30")
    response = doctor.send("POST", f"{draft}/check", first_tab)
    assert response.status_code == 200
    assert "Tiedot ovat muuttuneet toisessa välilehdessä" in response.text
    assert counts(world)["offers"] == 0
    doctor.open(f"{draft}/check")
    doctor.submit("issue-form", delivery="paper")
    doctor.send("POST", f"{draft}/check", first_tab)
    assert counts(world) == {"documents": 1, "offers": 1, "drafts": 0}


def test_printing_again_is_not_done_twice(world: World, doctor: Browser) -> None:
    path = document_path(give(doctor))
    doctor.open(f"{path}/reprint")
    pairs = doctor.filled("question-form", "confirm-reprint")
    doctor.submit("question-form", "confirm-reprint")
    assert doctor.send("POST", f"{path}/reprint", pairs).headers["location"] == path
    assert counts(world)["offers"] == 2


def test_links_and_forms_lead_nowhere_else(doctor: Browser) -> None:
    page = give(doctor, delivery="both")
    doctor.open("/documents")
    for found in (page, doctor.page, doctor.open(document_path(page))):
        assert all(link.startswith(("/", "#", "openid-credential-offer:")) for link in found.links)
        assert all(form.action.startswith("/") or form.action == "" for form in found.forms.values())
        assert URL not in found.html.replace("%3A", ":") or "credential_offer_uri" in found.html
