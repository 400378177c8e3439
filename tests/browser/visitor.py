"""Somebody in front of a page: goes, presses, reads; and everything that went wrong on the way is written down."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlsplit

from playwright.sync_api import ConsoleMessage, Page, Request, Response

# Chromium says this of a document that was answered with 4xx or 5xx; whether it should have been, a test knows.
_STATUS_MESSAGE: Final = "Failed to load resource: the server responded with a status of"


@dataclass(frozen=True, slots=True)
class Fetched:
    """A file from the service."""

    status: int
    content_type: str
    content: bytes


@dataclass
class Visitor:
    """One window. `troubles`: console errors, violations of the policy, requests to others, broken resources."""

    page: Page
    origin: str
    language: str
    troubles: list[str] = field(default_factory=list)
    document: Response | None = None

    def __post_init__(self) -> None:
        self.page.on("console", self._said)
        self.page.on("pageerror", lambda error: self.troubles.append(f"script error: {error}"))
        self.page.on("request", self._asked)
        self.page.on("response", self._answered)
        self.page.on("dialog", self._dialog)

    # Moving

    def go(self, path: str) -> None:
        """Open a page by its address."""
        self.page.goto(path if "://" in path else self.origin + path)

    def leave(self) -> None:
        """Look away: a page that changes by itself would cross the next step."""
        self.page.goto("about:blank")

    def press(self, selector: str) -> None:
        """Press a button or follow a link that leads to another page."""
        with self.page.expect_navigation():
            self.page.click(selector)

    @property
    def path(self) -> str:
        return urlsplit(self.page.url).path

    @property
    def status(self) -> int:
        """How the document that is shown was answered."""
        if self.document is None:
            raise AssertionError("nothing has been opened yet")
        return self.document.status

    def headers(self) -> dict[str, str]:
        if self.document is None:
            raise AssertionError("nothing has been opened yet")
        return self.document.headers

    # Reading

    @property
    def heading(self) -> str:
        return self.page.locator("h1").inner_text().replace("\u00ad", "")

    def text(self, selector: str = "main") -> str:
        """What stands there, as a person sees it."""
        return self.page.locator(selector).inner_text().replace("\u00ad", "")

    def tree(self, selector: str = "body") -> str:
        """The accessibility tree: what a screen reader is told."""
        return self.page.locator(selector).aria_snapshot().replace("\u00ad", "")

    def focused(self) -> str:
        """The id of what has the focus, else its tag."""
        return str(self.page.evaluate("document.activeElement.id || document.activeElement.tagName.toLowerCase()"))

    def fetch(self, path: str, form: Mapping[str, str] | None = None) -> Fetched:
        """What a link or a form of this page brings, when it is a file and no page."""
        script = """async ([path, form]) => {
          const body = form && new URLSearchParams(form);
          const answer = await fetch(path, {method: form ? "POST" : "GET", body, redirect: "manual"});
          const bytes = new Uint8Array(await answer.arrayBuffer());
          return [answer.status, answer.headers.get("content-type") || "", Array.from(bytes)];
        }"""
        status, content_type, content = self.page.evaluate(script, [path, dict(form) if form else None])
        return Fetched(status, content_type, bytes(content))

    def hidden_fields(self, form: str) -> dict[str, str]:
        """What travels along with a form."""
        fields = self.page.locator(f"#{form} input[type=hidden]").all()
        return {str(field.get_attribute("name")): field.input_value() for field in fields}

    def take_troubles(self) -> list[str]:
        """What went wrong since the last time."""
        taken, self.troubles[:] = list(self.troubles), []
        return taken

    # Watching

    def _said(self, message: ConsoleMessage) -> None:
        if message.type not in ("error", "warning"):
            return
        url = message.location["url"].split("#")[0]
        if message.text.startswith(_STATUS_MESSAGE) and self.document and url == self.document.url.split("#")[0]:
            return
        self.troubles.append(f"console: {message.text} ({url})")

    def _asked(self, request: Request) -> None:
        if not request.url.startswith((self.origin + "/", "data:", "blob:", "about:")):
            self.troubles.append(f"request to another place: {request.url}")

    def _answered(self, response: Response) -> None:
        if response.request.is_navigation_request() and response.frame == self.page.main_frame:
            if not 300 <= response.status < 400:
                self.document = response
        elif response.status >= 400:
            self.troubles.append(f"resource answered {response.status}: {response.url}")

    def _dialog(self, dialog: Any) -> None:
        self.troubles.append(f"dialog: {dialog.message}")
        dialog.dismiss()
