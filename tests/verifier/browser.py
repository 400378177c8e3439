"""A browser without JavaScript: cookies, forms with their hidden fields, links; and an official who is signed in."""

import re
from dataclasses import dataclass, field
from html import unescape
from html.parser import HTMLParser
from typing import Any

import httpx

from tests.verifier.world import World
from web_service.accounts import add_account
from web_service.database import Transaction
from web_service.passwords import hash_password

PASSWORD = "salasana-kokeeseen"


@dataclass
class Page(HTMLParser):
    """What a person can see and press."""

    answer: httpx.Response
    ids: dict[str, dict[str, str]] = field(default_factory=dict)
    forms: dict[str, dict[str, Any]] = field(default_factory=dict)
    words: list[str] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()
        self._form = ""
        self._hidden = 0
        self.feed(self.answer.text)

    @property
    def status(self) -> int:
        return self.answer.status_code

    @property
    def text(self) -> str:
        return re.sub(r"\s+", " ", " ".join(self.words)).replace("\u00a0", " ")

    @property
    def title(self) -> str:
        found = re.search(r"<title>(.*?)</title>", self.answer.text, re.DOTALL)
        return unescape(found[1]) if found else ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        self.tags.append(tag)
        if "id" in values:
            self.ids[values["id"]] = values
        if tag in ("script", "style"):
            self._hidden += 1
        if tag == "form":
            self._form = values.get("id", values.get("action", ""))
            self.forms[self._form] = {"action": values.get("action", ""), "fields": {}}
        if tag == "input" and self._form and values.get("name") and values.get("type") not in ("radio", "checkbox"):
            self.forms[self._form]["fields"][values["name"]] = values.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("script", "style"):
            self._hidden -= 1
        if tag == "form":
            self._form = ""

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.words.append(data)


class Browser:
    """One person's browser. Cookies are kept by hand: the client's own jar would not send Secure ones over http."""

    def __init__(self, world: World, language: str = "fi") -> None:
        self.world = world
        self.language = language
        self.cookies: dict[str, str] = {}

    def get(self, path: str, **headers: str) -> Page:
        return self._follow("GET", path, {}, headers)

    def post(self, path: str, data: dict[str, Any], **headers: str) -> Page:
        return self._follow("POST", path, data, headers)

    def submit(self, page: Page, form: str, **data: Any) -> Page:
        """Press a button of a form, with what was typed."""
        found = page.forms[form]
        return self.post(found["action"], {**found["fields"], **data})

    def raw(self, method: str, path: str, data: Any = None, headers: dict[str, str] | None = None) -> httpx.Response:
        sent = {
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
            "Accept-Language": self.language,
            **(headers or {}),
        }
        answer = self.world.client.request(method, path, data=data, headers=sent, follow_redirects=False)
        for line in answer.headers.get_list("set-cookie"):
            name, _, value = line.split(";")[0].partition("=")
            if "Max-Age=0" in line or not value.strip('"'):
                self.cookies.pop(name, None)
            else:
                self.cookies[name] = value
        self.world.client.cookies.clear()
        return answer

    def _follow(self, method: str, path: str, data: dict[str, Any], headers: dict[str, str]) -> Page:
        answer = self.raw(
            method, path, data or None, {name.replace("_", "-"): value for name, value in headers.items()}
        )
        for _ in range(5):
            if answer.status_code != 303:
                break
            answer = self.raw("GET", answer.headers["location"].split("#")[0])
        return Page(answer)


def hire(world: World, username: str, *, organisation: str = "O2", role: str = "official") -> str:
    """An account; its id."""
    database = world.server.verifier.database
    hashed = hash_password(PASSWORD)

    async def work(tx: Transaction) -> str:
        return await add_account(
            tx,
            organisation=organisation,
            username=username,
            name="Olli Virkailija-Malli",
            role=role,
            password_hash=hashed,
            now=world.now(),
        )

    account: str = world.run(database.transaction, work)
    return account


def signed_in(world: World, username: str = "olli", *, language: str = "fi", **account: str) -> Browser:
    """A browser of somebody who has just signed in."""
    hire(world, username, **account)
    browser = Browser(world, language)
    page = browser.get("/signin")
    browser.submit(page, "signin", username=username, password=PASSWORD)
    return browser
