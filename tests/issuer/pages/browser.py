"""A browser without JavaScript: cookies, links, redirects, and forms sent as they stand on the page.

Signing in by password costs half a second on purpose; `arrive` begins a session without one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from html.parser import HTMLParser
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit

import httpx

from credential_schemas.organisations import Account
from tests.issuer.world import URL, World
from web_service.accounts import Identity, add_account
from web_service.database import Transaction
from web_service.passwords import hash_password

PASSWORD = "right-horse-staple"
Pairs = list[tuple[str, str]]
Change = str | Sequence[str] | None


@lru_cache(maxsize=1)
def hashed() -> str:
    """The password of everybody in these tests, hashed once."""
    return hash_password(PASSWORD)


@dataclass
class Form:
    """A form of a page: what it would send by itself, its buttons, and every name that it has a control for."""

    id: str
    action: str
    pairs: Pairs = field(default_factory=list)
    buttons: dict[str, tuple[str, str]] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)


class Page(HTMLParser):
    """What a browser knows of a page."""

    def __init__(self, response: httpx.Response) -> None:
        super().__init__()
        self.status = response.status_code
        self.path = urlsplit(str(response.url)).path
        self.headers = response.headers
        self.html = response.text
        self.language = ""
        self.title = ""
        self.text = ""
        self.links: list[str] = []
        self.ids: set[str] = set()
        self.forms: dict[str, Form] = {}
        self.errors: list[tuple[str, str]] = []
        self._forms: list[Form] = []
        self._reading: list[str] = []
        self._area: tuple[Form, str] | None = None
        self._select: tuple[Form, str, list[str]] | None = None
        self._buttons: list[dict[str, str]] = []
        self.feed(response.text)
        # Buttons may stand before the form that they belong to.
        for given in self._buttons:
            self._button(self.forms[given["form"]], given)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attributes}
        self._reading.append(tag)
        if "id" in given:
            assert given["id"] not in self.ids, f"the id {given['id']} stands twice"
            self.ids.add(given["id"])
        if tag == "html":
            self.language = given["lang"]
        if tag == "a" and "href" in given:
            self.links.append(given["href"])
        if tag == "form":
            form = Form(given.get("id", ""), given.get("action", ""))
            self._forms.append(form)
            self.forms[form.id or form.action] = form
        if tag == "button" and "form" in given:
            self._buttons.append(given)
        elif tag == "button" and self._forms:
            self._button(self._forms[-1], given)
        if self._forms and "name" in given and tag in ("input", "textarea", "select"):
            self._control(self._forms[-1], tag, given)
        if tag == "option" and self._select is not None:
            self._select[2].append(given["value"])
            if "selected" in given:
                self._select[2].insert(0, given["value"])
        if tag in ("meta", "link", "input", "br"):
            self._reading.pop()

    def _button(self, form: Form, given: Mapping[str, str]) -> None:
        form.buttons[given.get("id") or given.get("value", "")] = (given.get("name", ""), given.get("value", ""))

    def _control(self, form: Form, tag: str, given: Mapping[str, str]) -> None:
        form.names.add(given["name"])
        if tag == "textarea":
            form.pairs.append((given["name"], ""))
            self._area = (form, given["name"])
        elif tag == "select":
            self._select = (form, given["name"], [])
        elif given.get("type") not in ("radio", "checkbox") or "checked" in given:
            form.pairs.append((given["name"], given.get("value", "on")))

    def handle_data(self, data: str) -> None:
        if self._area is not None:
            form, name = self._area
            form.pairs[-1] = (name, form.pairs[-1][1] + data)
        if "title" in self._reading:
            self.title += data
        if "script" not in self._reading:
            self.text += data

    def handle_endtag(self, tag: str) -> None:
        if self._reading and tag in self._reading:
            while self._reading.pop() != tag:
                pass
        if tag == "textarea" and self._area is not None:
            form, name = self._area
            form.pairs[-1] = (name, form.pairs[-1][1].removeprefix("\n"))
            self._area = None
        if tag == "select" and self._select is not None:
            form, name, values = self._select
            form.pairs.append((name, values[0]))
            self._select = None
        if tag == "form":
            self._forms.pop()


@dataclass
class Browser:
    """Somebody's browser. `visited` are all addresses asked for, `page` the one that is open."""

    world: World
    cookies: dict[str, str] = field(default_factory=dict)
    visited: list[str] = field(default_factory=list)
    language: str = "fi"
    page: Page = field(init=False)

    def send(self, method: str, path: str, pairs: Pairs | None = None, **headers: str) -> httpx.Response:
        """One request, redirects not followed. Header names have underscores."""
        self.visited.append(path)
        sent = {"Accept-Language": self.language, **{name.replace("_", "-"): text for name, text in headers.items()}}
        if self.cookies:
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        content = None
        if pairs is not None:
            sent.setdefault("Content-Type", "application/x-www-form-urlencoded")
            content = urlencode(pairs).encode()
        response = self.world.client.request(method, path, content=content, headers=sent)
        for header in response.headers.get_list("set-cookie"):
            for name, morsel in SimpleCookie(header).items():
                if morsel["max-age"] == "0":
                    self.cookies.pop(name, None)
                else:
                    self.cookies[name] = morsel.value
        return response

    def open(self, path: str) -> Page:
        """A link or an address typed in."""
        return self._follow(self.send("GET", path))

    def submit(self, form_id: str, press: str = "", **changes: Change) -> Page:
        """The form as it stands, with some answers changed (None: not sent) and a button pressed (by its id)."""
        return self._follow(self.posted(form_id, press, **changes))

    def posted(self, form_id: str, press: str = "", **changes: Change) -> httpx.Response:
        """The answer to the form itself, not followed."""
        return self.send("POST", self.action(form_id), self.filled(form_id, press, **changes))

    def action(self, form_id: str) -> str:
        return self.page.forms[form_id].action or self.page.path

    def filled(self, form_id: str, press: str = "", **changes: Change) -> Pairs:
        """What the form would send."""
        form = self.page.forms[form_id]
        answers = {name.replace("__", "-"): value for name, value in changes.items()}
        unknown = answers.keys() - form.names
        assert not unknown, f"no field {unknown}"
        pairs = [(name, value) for name, value in form.pairs if name not in answers]
        for name, value in answers.items():
            values = [value] if isinstance(value, str) else value or []
            pairs += [(name, one) for one in values]
        if press and form.buttons[press][0]:
            pairs.insert(0, form.buttons[press])
        return pairs

    def arrive(self, identity: Identity) -> "Browser":
        """Signed in, as if the password had been given just now."""
        site = self.world.app.state.site

        async def begin() -> str:
            async def work(tx: Transaction) -> str:
                return str(await site.sessions.start(tx, identity, site.clock.now()))

            return str(await site.database.transaction(work))

        self.cookies["__Host-session"] = self.world.call(begin)
        return self

    def sign_in(self, username: str, password: str = PASSWORD) -> Page:
        """By the form, whose page is open."""
        return self.submit("signin", username=username, password=password)

    def _follow(self, response: httpx.Response) -> Page:
        while response.status_code == 303:
            response = self.send("GET", urljoin(str(response.url), response.headers["location"]).removeprefix(URL))
        self.page = Page(response)
        return self.page


class People:
    """The accounts of organisations in a world's database, by user name."""

    def __init__(self, world: World, *names: str) -> None:
        self.world = world
        self.accounts: dict[str, Identity] = {}
        for name in names:
            organisation = world.service.organisation(name).organisation
            for person in organisation.people:
                self.accounts[person.username] = world.loop.run(self._add(organisation.slug, person))

    async def _add(self, organisation: str, person: Account) -> Identity:
        service = self.world.service

        async def work(tx: Transaction) -> str:
            return await add_account(
                tx,
                organisation=organisation,
                username=person.username,
                name=person.name,
                role=person.role,
                password_hash=hashed(),
                now=service.clock.now(),
            )

        account = await service.database.transaction(work)
        return Identity(account, organisation, person.role, person.name)

    def browser(self, username: str, language: str = "fi") -> Browser:
        """A new browser in which that person is signed in."""
        return Browser(self.world, language=language).arrive(self.accounts[username])


def answers(**changes: Any) -> dict[str, Any]:
    """A whole statement feedback as it is typed; `changes` replace, None leaves out."""
    typed: dict[str, Any] = {
        "assessed_against__choice": "occupation",
        "assessed_against": "4321 Varastonhoitajat ym.",
        "work_ability": "limited_both",
        "max_weekly_hours": "20",
        "health_effect_on_employment": "considerable",
        "reduces_employment_prospects": "yes",
        "effect_duration": "3_to_12_months",
        "restrictions": ["no_heavy_lifting", "no_heights"],
        "restriction_max_load_kg": "10",
        "rehabilitation_need": "vocational",
        "follow_up": "health_centre",
        "care_plan_exists": "yes",
        "message_to_authority": "Työn aloitus asteittain.",
        "client_agreed_content": "yes",
    }
    return typed | changes


def begin(browser: Browser, code: str = "120374-901A", type_name: str = "lausuntopalaute") -> Page:
    """To the empty form."""
    browser.open("/new")
    browser.submit("choose", type=type_name)
    browser.submit("person", personal_administrative_number=code)
    return browser.submit("person")


def give(browser: Browser, delivery: str = "paper", **changes: Any) -> Page:
    """A document from the first page to the last."""
    begin(browser)
    browser.submit("document-form", **answers(**changes))
    return browser.submit("issue-form", delivery=delivery)


def document_path(page: Page) -> str:
    """The document's page, to which the last page leads."""
    return next(link for link in page.links if link.startswith("/documents/") and link.count("/") == 2)
