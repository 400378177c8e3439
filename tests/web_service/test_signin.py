"""Signing in: cookies, sessions that end on the server, guessing that gets slow, forms that are ours."""

import asyncio
import re
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from openid4vc import base64url
from tests.web_service.example_service import PASSWORD, Visitor, form_token, run_visit, set_cookies
from tests.web_service.example_store.store.tables import shared
from web_service import csrf
from web_service.accounts import all_accounts, disable_account, set_password
from web_service.database import Statement, Transaction
from web_service.passwords import hash_password, new_password, verify_password
from web_service.sessions import ABSOLUTE, IDLE, RECENT

SESSIONS = Statement(select(func.count().label("n")).select_from(shared.sessions))
ACTIONS = Statement(select(shared.audit.c.action).order_by(shared.audit.c.id))
EVERYTHING = [Statement(select(table)) for table in shared.audit.metadata.sorted_tables]


async def sessions(visitor: Visitor) -> int:
    return int((await visitor.site.database.read(SESSIONS))[0]["n"])


async def actions(visitor: Visitor) -> list[str]:
    return [row["action"] for row in await visitor.site.database.read(ACTIONS)]


def move(tmp_path: Path, seconds: int) -> None:
    """Shift the service's clock."""
    (tmp_path / "offset").write_text(str(seconds))


def clocked(tmp_path: Path) -> dict[str, Any]:
    return {"test_mode": True, "clock_offset_file": tmp_path / "offset"}


def test_a_password_is_kept_as_argon2id_and_verified() -> None:
    hashed = hash_password("käärme")
    assert re.fullmatch(r"\$argon2id\$v=19\$m=65536,t=3,p=1\$[^$]+\$[^$]+", hashed)
    assert verify_password("käärme", hashed)
    assert not verify_password("kaarme", hashed)
    assert not verify_password("x" * 10_000_000, hashed)
    assert new_password() != new_password()
    assert re.fullmatch(r"[a-z2-9]{5}(-[a-z2-9]{5}){3}", new_password())


@pytest.mark.case("D-09")
def test_the_session_cookie_has_every_protection_and_says_nothing(url: str, tmp_path: Path) -> None:
    async def visit(visitor: Visitor) -> Any:
        page = await visitor.get("/signin")
        answer = await visitor.sign_in()
        return page, answer, [await visitor.site.database.read(statement) for statement in EVERYTHING]

    page, answer, tables = run_visit(url, tmp_path, visit)
    cookie = set_cookies(answer)["__Host-session"]
    assert cookie["secure"]
    assert cookie["httponly"]
    assert (cookie["path"], cookie["samesite"], cookie["domain"]) == ("/", "lax", "")
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}", cookie.value)
    assert cookie.value not in repr(tables)
    assert b"lea" not in base64url.decode(cookie.value).lower()
    visitor_cookie = set_cookies(page)["__Host-visitor"]
    assert visitor_cookie["secure"]
    assert visitor_cookie["httponly"]


@pytest.mark.case("D-08")
def test_a_session_id_is_new_at_sign_in_and_dead_after_sign_out_and_password_change(url: str, tmp_path: Path) -> None:
    async def visit(visitor: Visitor) -> None:
        async def works(cookie: str) -> bool:
            visitor.client.cookies.clear()
            answer = await visitor.get("/things/1", headers={"Cookie": f"{csrf.SESSION_COOKIE}={cookie}"})
            return answer.status_code == 200

        # A cookie that an attacker put there before is not the one that works afterwards.
        page = await visitor.get("/signin")
        planted = "p" * 43
        visitor.client.cookies.set(csrf.SESSION_COOKIE, planted, domain="todiste.example", path="/")
        token = csrf.token_for(planted)
        signed_in = await visitor.post("/signin", {"_csrf": token, "username": "lea", "password": PASSWORD})
        assert page.status_code == 200
        assert signed_in.status_code == 303
        first = set_cookies(signed_in)[csrf.SESSION_COOKIE].value
        assert first != planted
        assert not await works(planted)
        assert await works(first)

        # Signing in again ends the session before; another browser's goes on beside it.
        visitor.client.cookies.clear()
        await visitor.sign_in()
        second = visitor.cookie(csrf.SESSION_COOKIE) or ""
        assert await works(first)
        assert await works(second)
        assert await sessions(visitor) == 2

        # Sign-out: the copy of the cookie is worth nothing.
        visitor.client.cookies.set(csrf.SESSION_COOKIE, second, domain="todiste.example", path="/")
        out = await visitor.post("/signout", {"_csrf": csrf.token_for(second)})
        assert (out.status_code, out.headers["location"]) == (303, "/signin")
        assert not await works(second)
        assert await works(first)

        # A new password ends every session.
        account = next(row["id"] for row in await all_accounts(visitor.site.database) if row["username"] == "lea")

        async def change(tx: Transaction) -> None:
            assert await set_password(tx, account, hash_password("another"))

        await visitor.site.database.transaction(change)
        assert not await works(first)
        assert await actions(visitor) == ["signin", "signin", "signout"]

    run_visit(url, tmp_path, visit)


def test_a_closed_account_is_signed_out_and_cannot_sign_in(url: str, tmp_path: Path) -> None:
    async def visit(visitor: Visitor) -> None:
        await visitor.sign_in()
        account = next(row["id"] for row in await all_accounts(visitor.site.database) if row["username"] == "lea")

        async def close(tx: Transaction) -> None:
            assert await disable_account(tx, account, 1)
            assert not await disable_account(tx, account, 2)

        await visitor.site.database.transaction(close)
        assert (await visitor.get("/things/1")).status_code == 303
        assert (await visitor.sign_in()).status_code == 401

    run_visit(url, tmp_path, visit)


def test_a_session_ends_when_idle_and_when_old(url: str, tmp_path: Path) -> None:
    async def visit(visitor: Visitor) -> None:
        await visitor.sign_in()
        for at in (IDLE - 30, 2 * IDLE - 90):
            move(tmp_path, at)
            assert (await visitor.get("/things/1")).status_code == 200
        move(tmp_path, 3 * IDLE)
        ended = await visitor.get("/things/1?x=1")
        assert (ended.status_code, ended.headers["location"]) == (303, "/signin?next=%2Fthings%2F1%3Fx%3D1")

        move(tmp_path, 0)
        await visitor.sign_in()
        for at in range(0, ABSOLUTE - 60, IDLE - 60):
            move(tmp_path, at)
            assert (await visitor.get("/things/1")).status_code == 200
        move(tmp_path, ABSOLUTE + 5)
        assert (await visitor.get("/things/1")).status_code == 303
        await visitor.site.sessions.purge(visitor.site.clock.now())
        assert await sessions(visitor) == 0

    run_visit(url, tmp_path, visit, **clocked(tmp_path))


def test_a_dangerous_action_asks_for_the_password_again_and_goes_on_from_there(url: str, tmp_path: Path) -> None:
    async def visit(visitor: Visitor) -> None:
        await visitor.sign_in()
        token = await visitor.token("/things/1")
        assert (await visitor.post("/danger", {"_csrf": token, "why": "error"})).text == "done"

        move(tmp_path, RECENT + 5)
        asked = await visitor.post("/danger", {"_csrf": token, "why": 'mistake "1"'})
        assert asked.status_code == 401
        assert 'value="mistake &#34;1&#34;"' in asked.text
        kept = dict(re.findall(r'name="((?:kept|next)[^"]*)" value="([^"]*)"', asked.text))
        wrong = await visitor.post("/confirm", {"_csrf": token, "password": "wrong", **kept})
        assert wrong.status_code == 401
        right = await visitor.post(
            "/confirm", {"_csrf": token, "password": PASSWORD, "next": "/danger", "kept.0.why": "m"}
        )
        assert 'action="/danger"' in right.text
        assert 'name="why" value="m"' in right.text
        assert (await visitor.post("/danger", {"_csrf": form_token(right.text), "why": "m"})).text == "done"
        assert (await actions(visitor))[-1] == "confirmed"

    run_visit(url, tmp_path, visit, **clocked(tmp_path))


def test_a_form_that_was_sent_after_the_session_ended_is_kept_over_sign_in(url: str, tmp_path: Path) -> None:
    async def visit(visitor: Visitor) -> None:
        await visitor.sign_in()
        token = await visitor.token("/things/1")
        move(tmp_path, IDLE + 5)
        asked = await visitor.post("/things/1", {"_csrf": token, "name": "typed", "kind": ["a", "b"]})
        assert asked.status_code == 401
        assert "Din session" in asked.text or "Istuntosi päättyi" in asked.text
        kept = dict(re.findall(r'name="((?:kept|next)[^"]*)" value="([^"]*)"', asked.text))
        assert sorted(kept.values()) == ["/things/1", "a", "b", "typed"]
        answer = await visitor.post(
            "/signin", {"_csrf": form_token(asked.text), "username": "lea", "password": PASSWORD, **kept}
        )
        assert answer.status_code == 200
        again = re.findall(r'name="(name|kind)" value="([^"]*)"', answer.text)
        assert again == [("name", "typed"), ("kind", "a"), ("kind", "b")]
        stored = await visitor.post("/things/1", {"_csrf": form_token(answer.text), "name": "typed"})
        assert stored.text == "stored:typed"

    run_visit(url, tmp_path, visit, **clocked(tmp_path))


@pytest.mark.case("D-10")
def test_guessing_ends_in_429_alike_for_unknown_users_and_nobody_is_locked_out_for_long(
    local_url: str, tmp_path: Path
) -> None:
    async def visit(visitor: Visitor) -> None:
        token = await visitor.token("/signin")

        async def guess(username: str, password: str) -> Any:
            return await visitor.post("/signin", {"_csrf": token, "username": username, "password": password})

        known, unknown = await guess("lea", "wrong"), await guess("nobody", "wrong")
        assert (known.status_code, unknown.status_code) == (401, 401)
        assert "Käyttäjätunnus tai salasana on väärä" in known.text
        assert known.text.replace('value="lea"', "") == unknown.text.replace('value="nobody"', "")

        for username in ("lea", "nobody"):
            answers = await asyncio.gather(*(guess(username, f"wrong{number}") for number in range(12)))
            codes = [answer.status_code for answer in answers]
            assert codes.count(401) <= 9
            assert set(codes) == {401, 429}
        refused = await guess("lea", PASSWORD)
        assert refused.status_code == 429
        assert 0 < int(refused.headers["retry-after"]) <= 300

        move(tmp_path, 301)
        assert (await guess("lea", PASSWORD)).status_code == 303

    run_visit(local_url, tmp_path, visit, **clocked(tmp_path))


FORGERIES: dict[str, tuple[dict[str, str | None], dict[str, str]]] = {
    "without a token": ({}, {}),
    "with another session's token": ({"_csrf": csrf.token_for("x" * 43)}, {}),
    "from another origin": ({"_csrf": None}, {"Origin": "https://evil.example"}),
    "from a page of another scheme": ({"_csrf": None}, {"Origin": "http://todiste.example"}),
    "from another site whose origin is hidden": ({"_csrf": None}, {"Origin": "null", "Sec-Fetch-Site": "cross-site"}),
    "from another site by an old way": ({"_csrf": None}, {"Sec-Fetch-Site": "same-site"}),
}


@pytest.mark.parametrize("path", ["/things/1", "/signin", "/signout"])
@pytest.mark.parametrize("forgery", FORGERIES)
def test_a_form_that_another_page_sends_is_refused_and_noted(
    forgery: str, path: str, local_url: str, tmp_path: Path
) -> None:
    fields, headers = FORGERIES[forgery]

    async def visit(visitor: Visitor) -> None:
        await visitor.sign_in()
        token = await visitor.token("/things/1")
        data = {"name": "x", "username": "lea", "password": PASSWORD}
        data |= {name: value or token for name, value in fields.items()}
        answer = await visitor.post(path, data, headers=headers)
        assert answer.status_code == 403
        assert await sessions(visitor) == 1
        assert (await actions(visitor))[-1] == "csrf_refused"
        honest = await visitor.post(
            "/things/1", {"_csrf": token, "name": "x"}, headers={"Origin": "https://todiste.example"}
        )
        assert honest.text == "stored:x"
        hidden = {"Origin": "null", "Sec-Fetch-Site": "same-origin"}
        assert (await visitor.post("/things/1", {"_csrf": token, "name": "x"}, headers=hidden)).text == "stored:x"

    run_visit(local_url, tmp_path, visit)


@pytest.mark.parametrize("kind", ["text/plain", "application/json", "multipart/form-data; boundary=x"])
def test_a_body_of_another_type_is_no_form(kind: str, url: str, tmp_path: Path) -> None:
    async def visit(visitor: Visitor) -> None:
        await visitor.sign_in()
        token = await visitor.token("/things/1")
        answer = await visitor.client.post("/things/1", content=f"_csrf={token}&name=x", headers={"Content-Type": kind})
        assert answer.status_code == 415
        assert (await visitor.get("/danger")).status_code == 405

    run_visit(url, tmp_path, visit)


@pytest.mark.case("D-17")
def test_no_other_spelling_of_a_path_reaches_a_page_without_sign_in(url: str, tmp_path: Path) -> None:
    spellings = """//admin /admin/ /Admin /admin%2f /admin;x /x/../admin /./admin /admin%00 /%61dmin /admin%20
        /x/%2e%2e/admin /things/1/ //things/1 /things%2f1 /admin? /admin#x""".split()

    async def visit(visitor: Visitor) -> None:
        for spelling in spellings:
            answer = await visitor.client.get("https://todiste.example" + spelling)
            assert (spelling, answer.status_code) in {(spelling, 404), (spelling, 303)}
            assert answer.text != "admin"
            assert answer.headers.get("location", "/signin").startswith("/signin")
        await visitor.sign_in()
        assert (await visitor.get("/admin")).status_code == 403

    run_visit(url, tmp_path, visit)


def test_tokens_of_the_management_api_have_an_organisation_scopes_and_an_end(url: str, tmp_path: Path) -> None:
    async def visit(visitor: Visitor) -> None:
        tokens = visitor.site.api_tokens
        now = visitor.site.clock.now()

        async def make(tx: Transaction) -> Any:
            read = await tokens.create(tx, organisation="o1", name="system", scopes={"read"}, now=now, days=30)
            old = await tokens.create(tx, organisation="o1", name="old", scopes={"read"}, now=now - 40 * 86400, days=30)
            other = await tokens.create(tx, organisation="o1", name="other", scopes={"write"}, now=now, days=30)
            return read, old, other

        (token_id, read), (_, old), (_, other) = await visitor.site.database.transaction(make)

        async def call(authorization: str) -> Any:
            headers = {"Authorization": authorization} if authorization else {}
            return await visitor.get("/api/items", headers=headers)

        assert (await call(f"Bearer {read}")).json() == {"organisation": "o1"}
        for authorization, status, error in (
            ("", 401, "invalid_token"),
            ("Basic eDp5", 401, "invalid_token"),
            ("Bearer", 401, "invalid_token"),
            (f"Bearer {old}", 401, "invalid_token"),
            (f"Bearer {read}x", 401, "invalid_token"),
            (f"Bearer {other}", 403, "insufficient_scope"),
        ):
            answer = await call(authorization)
            assert (answer.status_code, answer.json()) == (status, {"error": error})
            assert (status == 401) == ("www-authenticate" in answer.headers)

        async def revoke(tx: Transaction) -> bool:
            return await tokens.revoke(tx, token_id, now)

        assert await visitor.site.database.transaction(revoke)
        assert not await visitor.site.database.transaction(revoke)
        assert (await call(f"Bearer {read}")).status_code == 401
        assert read not in repr(await tokens.all())

    run_visit(url, tmp_path, visit)


def test_counters_count_exactly_under_a_rush_and_begin_again_with_the_window(url: str, tmp_path: Path) -> None:
    async def visit(visitor: Visitor) -> None:
        limits = visitor.site.limits
        counts = await asyncio.gather(*(limits.count("x", "198.51.100.7", window=60, now=600) for _ in range(50)))
        assert sorted(counts) == list(range(1, 51))
        assert await limits.count("x", "198.51.100.7", window=60, now=660) == 1
        assert await limits.count("y", "198.51.100.7", window=60, now=660) == 1
        await limits.forget("x", "198.51.100.7")
        assert await limits.count("x", "198.51.100.7", window=60, now=660) == 1
        rows = await visitor.site.database.read(Statement(select(shared.counters)))
        assert "198.51.100.7" not in repr(rows)
        await limits.purge(10**6)
        assert await visitor.site.database.read(Statement(select(shared.counters))) == []

    run_visit(url, tmp_path, visit)
