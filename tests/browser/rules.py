"""What every page holds, in any language, at any width, with and without JavaScript.

`faults` looks at the page as it stands and says what is wrong with it, a line each; nothing said is nothing found.
"""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, Final

from playwright.sync_api import Page

from tests.browser import words
from tests.browser.stage import HEIGHT, WIDTHS
from tests.browser.visitor import Visitor
from tests.tools import AXE

POLICY: Final = {
    "default-src": "'none'",
    "style-src": "'self'",
    "font-src": "'self'",
    "img-src": "'self'",
    "script-src": "'self'",
    "connect-src": "'self'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
    "base-uri": "'none'",
}
RIBBON: Final = {
    "fi": "Harjoitus: kaikki tiedot ovat keksittyjä",
    "sv": "Övning: alla uppgifter är påhittade",
    "en": "Demo: all data is made up",
}
ERROR_PREFIX: Final = {"fi": "Virhe:", "sv": "Fel:", "en": "Error:"}
# What is hidden or folded when it is narrow is the same in every language: axe-core looks at that in one.
NARROW: Final = "fi"
# A word of the catalogue shown by its id, a date as machines write it, and data as machines write it.
RAW: Final = (
    re.compile(r"(?<![\w./:@-])[a-z_]+(?:\.[a-z_0-9]+){1,3}(?![\w.@/-])"),
    re.compile(r"\b\d{4}-\d\d-\d\d\b"),
    re.compile(r'[{\[]"|"\s*:|\bNone\b|\bundefined\b|&[a-z]+;'),
)
# Words that look like an id and are none: file names and the addresses of the demonstration.
NO_IDS: Final = re.compile(r"\.(pdf|example|fi)$")

LOOK: Final = (Path(__file__).parent / "look.js").read_text("utf-8")


def faults(visitor: Visitor, *, widths: tuple[int, ...] = WIDTHS) -> list[str]:
    """Everything that is wrong with the page as it stands. The window is left at the first width."""
    found = [*_of_answer(visitor), *visitor.take_troubles()]
    page = visitor.page
    for width in widths:
        page.set_viewport_size({"width": width, "height": HEIGHT})
        looked = page.evaluate(LOOK)
        found += [f"at {width}: {fault}" for fault in _at_width(looked)]
        if width == widths[0] or (width == widths[-1] and visitor.language == NARROW):
            found += [f"at {width}: {fault}" for fault in axe(page)]
        if width == widths[0]:
            found += _of_document(looked, visitor.language)
    page.set_viewport_size({"width": widths[0], "height": HEIGHT})
    return found + visitor.take_troubles()


def _of_answer(visitor: Visitor) -> Iterator[str]:
    headers = visitor.headers()
    policy = headers.get("content-security-policy", "")
    said = dict(part.strip().split(" ", 1) for part in policy.split(";") if part.strip())
    if said != POLICY:
        yield f"policy: {policy}"
    if not headers.get("content-type", "").startswith("text/html"):
        yield f"content type: {headers.get('content-type')}"
    if headers.get("x-content-type-options") != "nosniff":
        yield "no nosniff"
    if visitor.status >= 500:
        yield f"status {visitor.status}"


def _at_width(looked: dict[str, Any]) -> Iterator[str]:
    if looked["overflow"] > 0:
        yield f"scrolls sideways by {looked['overflow']} px: {looked['wide']}"
    for target in looked["small"]:
        yield f"target under 24 px: {target}"
    for element in looked["cut"]:
        yield f"cut off: {element}"
    if len(looked["filled"]) > 1:
        yield f"more than one filled button: {looked['filled']}"
    for text in looked["texts"]:
        if text["seen"] and text["size"] < 16:
            yield f"text under 16 px: {text['text'][:40]}"


def _of_document(looked: dict[str, Any], language: str) -> Iterator[str]:
    if looked["lang"] != language:
        yield f"html lang is {looked['lang']}"
    if len(looked["headings"]) != 1:
        yield f"h1: {looked['headings']}"
    else:
        expected = f"{looked['headings'][0]} – Todiste"
        if looked["summary"]:
            expected = f"{ERROR_PREFIX[language]} {expected}"
        if looked["title"] != expected:
            yield f"title: {looked['title']!r} and not {expected!r}"
    if looked["ribbon"] != [RIBBON[language]]:
        yield f"demo ribbon: {looked['ribbon']}"
    for name in ("placeholders", "styled", "ids", "dead"):
        if looked[name]:
            yield f"{name}: {looked[name]}"
    own = [text["text"] for text in looked["texts"] if text["lang"] == language] + looked["attributes"]
    yield from (f"word of another language: {text}" for text in words.foreign(own, language))
    for text in own:
        for pattern in RAW:
            if (raw := pattern.search(text)) and not NO_IDS.search(raw[0]):
                yield f"for machines: {raw[0]!r} in {text[:60]!r}"


@cache
def _axe_source() -> str:
    return AXE.read_text("utf-8")


def axe(page: Page) -> list[str]:
    """Violations that axe-core finds, the 24 px rule included."""
    if not page.evaluate("typeof axe === 'object'"):
        page.evaluate(_axe_source())
    result = page.evaluate(
        "axe.run(document, {resultTypes: ['violations'], rules: {'target-size': {enabled: true}}})"
        ".then(found => found.violations.map(each => each.id + ': ' + each.help + ' '"
        " + each.nodes.slice(0, 3).map(node => node.target.join(' ')).join(', ')))"
    )
    return [f"axe {violation}" for violation in result]
