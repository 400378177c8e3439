"""Sessions at the pages: how long they last, what is asked again, what stays behind in browsers and caches."""

from urllib.parse import unquote

import pytest

from tests.issuer.pages.browser import PASSWORD, Browser, People, answers, begin, document_path, give
from tests.issuer.pages.test_roles import AUTHOR, OF_STAFF
from tests.issuer.world import World


@pytest.mark.case("D-11")
def test_a_session_ends_after_a_quarter_of_an_hour_without_use_or_twelve_hours_with_it(
    world: World, people: People
) -> None:
    idle = people.browser("lea.laakari")
    world.wait(15 * 60 + 1)
    assert idle.send("GET", "/documents").headers["location"].startswith("/signin")
    busy = people.browser("lea.laakari")
    for _ in range(12 * 6 - 1):
        world.wait(10 * 60)
        assert busy.send("GET", "/documents").status_code == 200
    world.wait(10 * 60 + 1)
    assert busy.send("GET", "/documents").headers["location"].startswith("/signin")


@pytest.mark.parametrize("act", ["revoke", "suspend", "resume"])
def test_ten_minutes_after_signing_in_the_password_is_asked_again(world: World, people: People, act: str) -> None:
    doctor = people.browser("lea.laakari")
    path = document_path(give(doctor))
    document_id = path.removeprefix("/documents/")
    if act == "resume":
        doctor.open(f"{path}/suspend")
        doctor.submit("reason-form", reason="security")
        doctor.submit("deed")
    before = world.view(document_id).status
    world.wait(10 * 60 + 1)
    page = doctor.open(f"{path}/{act}")
    assert "password" in page.ids
    reason = {} if act == "resume" else {"reason": "security"}
    for wrong in ("", "wrong-horse-staple"):
        page = doctor.submit("reason-form", **reason, password=wrong)
        assert (page.status, "password-error" in page.ids, "deed" in page.forms) == (400, True, False)
        assert world.view(document_id).status == before
    page = doctor.submit("reason-form", **reason, password=PASSWORD)
    assert "deed" in page.forms
    doctor.submit("deed")
    assert world.view(document_id).status != before


def test_the_last_question_left_open_for_long_asks_for_the_password_and_does_nothing(
    world: World, people: People
) -> None:
    doctor = people.browser("lea.laakari")
    path = document_path(give(doctor))
    doctor.open(f"{path}/revoke")
    page = doctor.submit("reason-form", reason="security")
    world.wait(10 * 60 + 1)
    page = doctor.submit("deed")
    assert "password" in page.ids
    assert dict(page.forms["reason-form"].pairs)["reason"] == "security"
    assert world.view(path.removeprefix("/documents/")).status == "valid"


def test_a_form_sent_after_the_session_has_ended_survives_signing_in(world: World, people: People) -> None:
    doctor = people.browser("lea.laakari")
    draft = begin(doctor).path
    world.wait(15 * 60 + 1)
    page = doctor.submit("document-form", **answers(message_to_authority="Ei saa kadota."))
    assert page.status == 401
    doctor.sign_in("lea.laakari")
    page = doctor.submit("resume")
    assert page.path == f"{draft}/check"
    assert "Ei saa kadota." in page.text


# --- D-15


@pytest.mark.case("D-15")
def test_no_page_stays_in_a_cache_and_no_address_says_anything_about_anybody(world: World, people: People) -> None:
    doctor = people.browser("lea.laakari")
    page = give(doctor, delivery="both")
    path = document_path(page)
    pages = [page, *(doctor.open(f"{path}{rest}") for rest in ("", "/done", "/reprint", "/revoke", "/suspend"))]
    doctor.open("/documents")
    pages += [doctor.submit("search-form", q="Esimerkki"), begin(doctor)]
    pages.append(doctor.submit("document-form", **answers(client_agreed_content=None)))
    pages.append(doctor.submit("document-form", client_agreed_content="yes"))
    for one in pages:
        assert one.headers["cache-control"] == "no-store"
        assert one.headers["referrer-policy"] == "no-referrer"
        assert not any(word in one.title for word in ("Erkki", "Esimerkki", "120374"))
        addresses = " ".join(unquote(address) for address in (*one.links, *doctor.visited))
        assert not any(word in addresses for word in ("Erkki", "Esimerkki", "120374", "Sertralin", "limited_both"))
    doctor.open(path)
    response = doctor.posted("/signout")
    assert response.headers["clear-site-data"] == '"cache"'
    for address in (path, "/documents", f"{path}/done"):
        assert doctor.send("GET", address).headers["location"].startswith("/signin")


def test_whatever_a_page_answers_no_cache_keeps_it(world: World, people: People) -> None:
    doctor = people.browser("lea.laakari")
    document = document_path(give(doctor)).removeprefix("/documents/")
    draft = begin(doctor).path.removeprefix("/drafts/")
    for browser in (doctor, Browser(world)):
        for method, template in OF_STAFF:
            if template == "/static/{name}":
                continue
            path = template.format(document_id=document, draft_id=draft)
            response = browser.send(method, path, [] if method == "POST" else None)
            assert response.headers["cache-control"] == "no-store", (method, template)


# --- D-25


@pytest.mark.case("D-25")
def test_a_printout_opens_for_its_author_alone_and_only_while_signed_in(world: World, people: People) -> None:
    doctor = people.browser("lea.laakari")
    path = document_path(give(doctor))
    code = doctor.filled("code-form")
    sheet, code_sheet = f"{path}/sheet.pdf", f"{path}/code.pdf"
    for response in (doctor.send("GET", sheet), doctor.send("POST", code_sheet, code)):
        assert response.status_code == 200
        assert response.headers["cache-control"] == "no-store"
        disposition = response.headers["content-disposition"]
        assert disposition.startswith("inline; filename=")
        assert not any(word in disposition for word in ("Erkki", "Esimerkki", "120374", "lausunto"))
    stranger, colleague = Browser(world), people.browser("otto.ortopedi")
    assert stranger.send("GET", sheet).status_code == 401
    assert stranger.send("POST", code_sheet, code).status_code == 401
    assert colleague.send("GET", sheet).status_code == 404
    token = [("_csrf", dict(colleague.open("/help").forms["/signout"].pairs)["_csrf"])]
    assert colleague.send("POST", code_sheet, [*token, *code[1:]]).status_code == 404
    # Guessed: the next number, no number, another ending.
    for guess in ("/documents/1.2.246.10.99001010.14.2026.2/sheet.pdf", "/documents/1/sheet.pdf", f"{path}/qr.svg"):
        assert doctor.send("GET", guess).status_code == 404
    # A sheet whose code has ended is no longer printed.
    doctor.open(f"{path}/cancel-code")
    doctor.submit("question-form")
    assert doctor.send("GET", sheet).status_code == 409
    doctor.open("/documents")
    doctor.posted("/signout")
    for response in (doctor.send("GET", sheet), doctor.send("POST", code_sheet, code)):
        assert response.status_code in (401, 403)


def test_the_authors_own_routes_are_those_of_documents_and_drafts(world: World) -> None:
    assert all(path.startswith(("/documents/", "/drafts/")) for (_, path), who in OF_STAFF.items() if who is AUTHOR)
