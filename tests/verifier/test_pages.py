"""The official's pages, without JavaScript (catalogue D)."""

import re
from typing import Any

import pytest

from tests.verifier.browser import Browser, Page, signed_in
from tests.verifier.foreign import new_key
from tests.verifier.test_management import audit_actions
from tests.verifier.town import FEEDBACK, PID
from tests.verifier.world import World
from verifier.outcome import Outcome

CASE = "MAL/1234/2026"


def ask(browser: Browser, **typed: str) -> Page:
    page = browser.get("/requests/new")
    return browser.submit(page, "ask", **{"purpose": "P1", **typed})


def id_of(page: Page) -> str:
    return page.ids["state"]["data-page"].removeprefix("/requests/")


def answered(world: World, browser: Browser, wallet: Any = None, *names: str, **typed: str) -> str:
    """The id of a request that a wallet has answered."""
    page = ask(browser, **typed)
    (wallet or world.person()).answer(page.ids["same-device"]["href"], *(names or ("pid", "feedback")))
    return id_of(page)


def test_nobody_sees_anything_without_signing_in(world: World) -> None:
    browser = Browser(world)
    for path in ("/", "/requests", "/requests/new", "/requests/x", "/requests/x/note"):
        assert "signin" in browser.get(path).forms
    assert browser.raw("GET", "/requests/x/events").status_code == 303


def test_a_role_that_asks_nothing_is_told_so(world: World) -> None:
    assert signed_in(world, role="administrator").get("/requests").status == 403


def test_the_official_picks_a_purpose_shows_the_code_and_reads_the_verdict(world: World) -> None:
    browser = signed_in(world)
    page = browser.get("/requests/new")
    assert "Mihin tarvitset tietoja?" in page.text and "Työkyky, vaikutus, kesto" in page.text
    assert page.answer.headers["cache-control"] == "no-store"

    page = ask(browser, **{"case-ref": CASE})
    assert page.text.count("Pyydä asiakasta avaamaan lompakkonsa") >= 1
    assert "Odotetaan lompakkoa" in page.text and CASE not in page.text
    assert "svg" in page.tags and "style=" not in page.answer.text
    assert re.search(r"wallet present http://\S+/p/[0-9A-Z]{12}", page.text)
    wallet = world.person()
    request = wallet.fetch(page.ids["same-device"]["href"])
    page = browser.get(f"/requests/{id_of(page)}")
    assert "Lompakko avasi pyynnön" in page.text

    wallet.post(request, wallet.vp_token(request, "pid", "feedback"))
    page = browser.get(f"/requests/{id_of(page)}/wait")
    assert page.title == "Tiedot ovat aitoja ja voimassa – Todiste"
    for text in ("Esimerkki, Erkki", "12.3.1974", "Rajoittunut", "Esimerkkilän hyvinvointialue, lääkäri", "7 kohtaa"):
        assert text in page.text
    assert [name for name in ("attach", "note", "reject") if name in page.ids] == ["attach", "note", "reject"]
    assert "120374-901A" not in page.answer.text and "M51.1" not in page.answer.text


def test_waiting_without_an_answer_shows_the_page_again(world: World) -> None:
    browser = signed_in(world)
    page = ask(browser)
    world.wait(560)
    page = browser.get(f"/requests/{id_of(page)}")
    assert "alle minuutin" in page.text
    world.wait(60)
    page = browser.get(page.ids["wait"]["href"])
    assert "Pyyntö vanheni" in page.text


def test_what_was_typed_survives_errors_and_another_language(world: World) -> None:
    browser = signed_in(world)
    page = browser.get("/requests/new")
    wrong = browser.submit(page, "ask", **{"case-ref": "x", "customer": "120374-901B"})
    assert wrong.title.startswith("Virhe:")
    assert "Valitse, mihin tarvitset tietoja" in wrong.text and "Tarkista asian tunnus" in wrong.text
    assert (wrong.ids["case-ref"]["value"], wrong.ids["customer"]["value"]) == ("x", "120374-901B")
    swedish = browser.submit(wrong, "ask", **{"_lang": "sv", "case-ref": "x", "purpose": "P1"})
    assert "Vad behöver du uppgifterna till?" in swedish.text and swedish.ids["case-ref"]["value"] == "x"
    assert "checked" in swedish.ids["purpose-P1"]
    assert (
        "Tämä käyttötarkoitus ei kuulu"
        in Browser.submit(browser, browser.get("/requests/new?lang=fi"), "ask", purpose="P99").text
    )


def test_more_time_is_a_new_code_for_the_same_question(world: World) -> None:
    browser = signed_in(world)
    page = ask(browser, **{"case-ref": CASE, "customer": "120374-901A"})
    before = id_of(page)
    renewed = browser.submit(page, "renew-form")
    assert id_of(renewed) != before
    wallet = world.person()
    assert world.client.get(page.ids["same-device"]["href"].split("request_uri=")[1].split("&")[0]).status_code == 404
    wallet.answer(renewed.ids["same-device"]["href"], "pid", "feedback")
    assert "Täsmää" in browser.get(f"/requests/{id_of(renewed)}").text
    assert CASE in browser.get("/requests").text


def test_a_refused_response_is_said_while_the_page_waits(world: World) -> None:
    browser = signed_in(world)
    page = ask(browser)
    wallet = world.person()
    request = wallet.fetch(page.ids["same-device"]["href"])
    token = {**wallet.vp_token(request, "feedback"), "pid": [wallet.presentation(request, "pid", key=new_key())]}
    wallet.post(request, token)
    page = browser.get(f"/requests/{id_of(page)}")
    assert "Yksi vastaus hylättiin: Lähettäjän lompakkoa ei voitu varmistaa." in page.text
    assert "rejected" in page.ids


@pytest.mark.parametrize("outcome", list(Outcome))
def test_every_outcome_has_its_page_in_every_language(world: World, outcome: Outcome) -> None:
    browser = signed_in(world)
    request_id = produce(world, browser, outcome)
    shows = outcome in (Outcome.VALID, Outcome.VALID_EXPIRES_SOON, Outcome.TOO_OLD_FOR_PURPOSE)
    for language, the in (
        ("fi", "Lausuntopalaute"),
        ("sv", "Utlåtanderesponsen"),
        ("en", "The statement feedback"),
    ):
        browser.language = language
        page = browser.get(f"/requests/{request_id}")
        assert page.status == 200
        words = world.process.app.state.site.pages.words(language)
        identifier = f"verdict.{outcome}.headline"
        soon = outcome is Outcome.VALID_EXPIRES_SOON
        headline = words.count(identifier, 9) if soon else words.text(identifier, doc=the)
        assert page.title == f"{headline} – Todiste"
        assert ("data" in page.ids) is shows
        assert ("Esimerkki, Erkki" in page.text) is shows
        assert page.answer.text.count('class="btn"') == 1
        note = browser.get(f"/requests/{request_id}/note")
        assert note.status == 200 and "{" not in page.text + note.text


def produce(world: World, browser: Browser, outcome: Outcome) -> str:
    """A request that ended so."""
    wallet = world.person()
    statuses = {Outcome.REVOKED: 1, Outcome.SUSPENDED: 2, Outcome.REPLACED: 3}
    now = world.now() // 3600 * 3600
    if outcome in statuses:
        world.issuer("O1").set_status(wallet.held["feedback"], statuses[outcome])
    elif outcome is Outcome.EXPIRED:
        wallet.held["feedback"] = world.credential(FEEDBACK, jwt={"nbf": now - 86400, "exp": now - 3600})
    elif outcome is Outcome.VALID_EXPIRES_SOON:
        wallet.held["feedback"] = world.credential(FEEDBACK, jwt={"exp": now + 9 * 86400 + 7200})
    elif outcome is Outcome.TOO_OLD_FOR_PURPOSE:
        wallet.held["feedback"] = world.credential(FEEDBACK, assessed_on="2020-01-31")
    elif outcome is Outcome.OTHER_PERSON:
        wallet.held["pid"] = world.credential(PID, "C3")
    elif outcome is Outcome.CANNOT_CHECK_NOW:
        world.statuses.misbehave = lambda handler: handler.answer(503, "text/plain", b"")
    if outcome is Outcome.INCOMPLETE:
        return answered(world, browser, wallet, "pid")
    page = ask(browser)
    uri = page.ids["same-device"]["href"]
    request = wallet.fetch(uri)
    token = wallet.vp_token(request, "pid", "feedback")
    if outcome is Outcome.REFUSED_BY_HOLDER:
        wallet.refuse(uri)
    elif outcome is Outcome.HOLDER_NOT_PROVEN:
        wallet.post(request, {**token, "pid": [wallet.presentation(request, "pid", key=new_key())]})
    elif outcome is Outcome.ALTERED:
        wallet.post(request, {**token, "pid": ["x" + token["pid"][0]]})
    elif outcome is Outcome.UNTRUSTED_ISSUER:
        wallet.held["feedback"] = world.credential(FEEDBACK, issuer=world.issuer("O3"))
        wallet.post(request, wallet.vp_token(request, "pid", "feedback"))
    elif outcome is not Outcome.REQUEST_EXPIRED:
        wallet.post(request, token)
    if world.result_state(id_of(page)) == "pending":
        world.wait(601)
    return id_of(page)


def test_chosen_data_is_attached_and_the_rest_is_gone(world: World) -> None:
    browser = signed_in(world)
    request_id = answered(world, browser, **{"case-ref": CASE})
    page = browser.get(f"/requests/{request_id}/attach")
    assert "Mitkä tiedot liitetään asiaan?" in page.text and "checked" not in str(page.ids)
    none = browser.submit(page, "attach-form", which="selected")
    assert "Valitse ainakin yksi liitettävä tieto" in none.text
    listed = browser.submit(none, "attach-form", which="selected", field="feedback:work_ability")
    assert "Tiedot on liitetty asiaan" in listed.text and "Liitetty asiaan" in listed.text
    note = browser.get(f"/requests/{request_id}/note")
    assert "Rajoittunut" in note.text and "Esimerkki, Erkki" in note.text and CASE in note.text
    assert "laki työvoimapalveluiden järjestämisestä (380/2023)" in note.text
    assert "Huomattava" not in note.text and "120374" not in note.answer.text
    assert browser.get(f"/requests/{request_id}/attach").status == 404
    assert audit_actions(world)[-4:].count("result.attached") == 1


def test_data_that_is_too_old_is_attached_as_background_and_says_so(world: World) -> None:
    browser = signed_in(world)
    request_id = produce(world, browser, Outcome.TOO_OLD_FOR_PURPOSE)
    page = browser.get(f"/requests/{request_id}/attach")
    assert "Liian vanha, taustatieto" in page.text
    browser.submit(page, "attach-form", which="all", **{"case-ref": CASE})
    for path in (f"/requests/{request_id}", f"/requests/{request_id}/note"):
        assert "Liian vanha, taustatieto" in browser.get(path).text


def test_rejected_data_is_gone_at_once_and_a_note_of_the_request_remains(world: World) -> None:
    browser = signed_in(world)
    request_id = answered(world, browser)
    page = browser.get(f"/requests/{request_id}/delete")
    assert "Poistetaanko tiedot?" in page.text
    listed = browser.submit(page, "delete-form")
    assert "Tiedot on poistettu." in listed.text
    page = browser.get(f"/requests/{request_id}")
    assert "Esimerkki, Erkki" not in page.text and "Tiedot poistettiin" in page.text
    assert "Tiedot poistuvat" not in page.text
    assert browser.get(f"/requests/{request_id}/attach").status == 410


def test_another_officials_request_looks_like_none(world: World) -> None:
    olli, essi = signed_in(world, "olli"), signed_in(world, "essi", role="supervisor")
    request_id = answered(world, olli)
    for path in ("", "/wait", "/events", "/attach", "/note", "/delete"):
        mine, none = essi.get(f"/requests/{request_id}{path}"), essi.get(f"/requests/{'0' * 40}{path}")
        assert (mine.status, none.status) == (404, 404)
        assert mine.text == none.text
    assert request_id not in essi.get("/requests").answer.text


def test_a_form_of_another_page_is_refused(world: World) -> None:
    browser = signed_in(world)
    request_id = answered(world, browser)
    for path in (f"/requests/{request_id}/delete", f"/requests/{request_id}/renew", "/requests/new"):
        assert browser.post(path, {"purpose": "P1"}).status == 403
    assert "Esimerkki, Erkki" in browser.get(f"/requests/{request_id}").text


PAYLOADS = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "javascript:alert(1)",
    "<svg/onload=alert(1)>",
]


@pytest.mark.case("D-01")
def test_what_a_claim_says_is_text_whatever_it_looks_like(world: World) -> None:
    browser = signed_in(world)
    for payload in PAYLOADS:
        wallet = world.wallet()
        wallet.held = {
            "pid": world.credential(PID, family_name=payload),
            "feedback": world.credential(
                FEEDBACK, family_name=payload, message_to_authority=payload, suitable_work=[payload]
            ),
        }
        request_id = answered(world, browser, wallet)
        for path in ("", "/note", "/attach"):
            page = browser.get(f"/requests/{request_id}{path}")
            assert page.status == 200
            assert payload not in re.sub(r"javascript:alert\(1\)(?=[<,])", "", page.answer.text)
            assert "img" not in page.tags and page.answer.text.count("<script") == page.answer.text.count(
                "<script src="
            )
            assert "onload" not in str(list(page.ids.values()))
        assert payload in browser.get(f"/requests/{request_id}").text
        policy = browser.get(f"/requests/{request_id}").answer.headers["content-security-policy"]
        assert "unsafe-inline" not in policy and "default-src 'none'" in policy


@pytest.mark.case("D-24")
def test_the_live_stream_is_for_this_page_and_this_session_alone(world: World) -> None:
    browser = signed_in(world)
    page = ask(browser)
    live = page.ids["state"]["data-live"]
    assert browser.raw("GET", live, headers={"Origin": "https://evil.example"}).status_code == 403
    assert browser.raw("GET", live, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert Browser(world).raw("GET", live).status_code == 303

    world.person().fetch(page.ids["same-device"]["href"])
    heard = browser.raw("GET", f"{live}?known=waiting")
    assert heard.headers["content-type"].startswith("text/event-stream")
    assert "event: changed\ndata: opened" in heard.text

    # A session that ends meanwhile closes the stream without any news.
    cookie = {"Cookie": "; ".join(f"{name}={value}" for name, value in browser.cookies.items())}
    with world.client.stream("GET", f"{live}?known=opened", headers=cookie) as stream:
        lines = stream.iter_lines()
        assert next(lines).startswith("retry")
        browser.submit(browser.get("/requests"), "/signout")
        rest = list(lines)
    assert "event: ended" in rest and "event: changed" not in rest
