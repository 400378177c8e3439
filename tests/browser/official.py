"""What an official does in a browser: asks for a purpose and shows the code."""

from dataclasses import dataclass
from typing import Final

from tests.browser.visitor import Visitor

CASE: Final = "MAL/1234/2026"


@dataclass(frozen=True, slots=True)
class Asked:
    """A request on the screen: its page, and what the code says."""

    path: str
    uri: str


def ask(visitor: Visitor, purpose: str = "P1", *, case: str = "", customer: str = "") -> Asked:
    """From the question what for to the page with the code."""
    page = visitor.page
    visitor.go("/requests/new")
    page.check(f"#purpose-{purpose}")
    page.fill("#case-ref", case)
    page.fill("#customer", customer)
    visitor.press("#continue")
    uri = page.locator("#same-device").get_attribute("href")
    assert uri is not None
    return Asked(visitor.path, uri)
