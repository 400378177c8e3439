"""The frame and the components that every page shares."""

import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

import web_service
from tests.web_service.example_service import Visitor, run_visit, set_cookies
from web_service.icons import icon
from web_service.static_files import StaticFiles


class Outline(HTMLParser):
    """Elements of a page in order, with their attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attributes)))

    def by_id(self, id: str) -> tuple[str, dict[str, str | None]]:
        return next(element for element in self.elements if element[1].get("id") == id)


def test_the_frame_stands_in_its_order_and_no_page_has_inline_style_or_script(local_url: str, tmp_path: Path) -> None:
    async def visit(visitor: Visitor) -> Any:
        await visitor.sign_in()
        return (await visitor.get("/things/1")).text

    html = run_visit(local_url, tmp_path, visit)
    places = [
        html.index(part)
        for part in ('class="skip"', 'form="thing" tabindex="-1"', 'class="demo"', 'class="mark"', 'class="lang"',
                     'class="nav"', 'id="signout"', '<main id="main"', "<h1>", '<footer class="foot"')
    ]  # fmt: skip
    assert places == sorted(places)
    outline = Outline(html)
    assert [tag for tag, _ in outline.elements].count("main") == 1
    for tag, attributes in outline.elements:
        assert "style" not in attributes
        assert not any(name.startswith("on") for name in attributes)
        assert tag != "script" or attributes.get("src")
    labels = {attributes.get("for") for tag, attributes in outline.elements if tag == "label"}
    for tag, attributes in outline.elements:
        if tag in ("input", "textarea") and attributes.get("type") != "hidden":
            assert attributes["id"] in labels


def test_ids_on_a_page_are_unique(local_url: str, tmp_path: Path) -> None:
    async def visit(visitor: Visitor) -> Any:
        await visitor.sign_in()
        return (await visitor.get("/things/1")).text

    ids = re.findall(r' id="([^"]+)"', run_visit(local_url, tmp_path, visit))
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize(("language", "word"), [("fi", "Siirry"), ("sv", "Gå till"), ("en", "Skip")])
def test_the_language_link_keeps_the_page_and_is_remembered(
    language: str, word: str, local_url: str, tmp_path: Path
) -> None:
    async def visit(visitor: Visitor) -> Any:
        first = await visitor.get("/?name=x&lang=sv")
        assert f'href="/?name=x&amp;lang={language}"' in first.text or language == "sv"
        chosen = await visitor.get(f"/?name=x&lang={language}")
        return chosen, await visitor.get("/")

    chosen, later = run_visit(local_url, tmp_path, visit)
    for answer in (chosen, later):
        assert f'<html lang="{language}">' in answer.text
        assert word in answer.text
        assert answer.headers["content-language"] == language
    assert set_cookies(chosen)["__Host-language"]["secure"]


def test_the_language_button_of_a_form_keeps_what_was_typed_and_checks_nothing(local_url: str, tmp_path: Path) -> None:
    async def visit(visitor: Visitor) -> Any:
        await visitor.sign_in()
        token = await visitor.token("/things/1")
        typed = {"_csrf": token, "name": 'A "b" <c>', "kind": "b"}
        switched = await visitor.post("/things/1", typed | {"_lang": "sv"})
        stored = await visitor.post("/things/1", typed)
        return switched, stored

    switched, stored = run_visit(local_url, tmp_path, visit)
    assert switched.status_code == 200
    assert '<html lang="sv">' in switched.text
    assert "Kontrollera" not in switched.text
    outline = Outline(switched.text)
    assert outline.by_id("name")[1]["value"] == 'A "b" <c>'
    assert "checked" in outline.by_id("kind-b")[1]
    assert stored.text == 'stored:A "b" <c>'


def test_errors_stand_in_the_summary_and_at_the_field_with_the_same_words(local_url: str, tmp_path: Path) -> None:
    async def visit(visitor: Visitor) -> Any:
        await visitor.sign_in()
        return await visitor.post("/things/1", {"_csrf": await visitor.token("/things/1"), "name": ""})

    answer = run_visit(local_url, tmp_path, visit)
    assert answer.status_code == 400
    outline = Outline(answer.text)
    assert "<title>Virhe: Thing – Todiste</title>" in answer.text
    summary = outline.by_id("error-summary")[1]
    assert (summary["role"], summary["tabindex"]) == ("alert", "-1")
    assert "Tarkista 2 kohtaa" in answer.text
    assert answer.text.count("Name is missing") == answer.text.count("Choose one") == 2
    field = outline.by_id("name")[1]
    assert (field["aria-invalid"], field["aria-describedby"]) == ("true", "name-hint name-error name-count")
    assert '<a href="#kind-a">' in answer.text
    assert answer.text.index('id="error-summary"') < answer.text.index("<h1>")


def test_the_ribbon_is_for_demo_mode_alone(local_url: str, tmp_path: Path) -> None:
    from web_service.pages import Frame, Pages

    async def visit(visitor: Visitor) -> Any:
        return (await visitor.get("/")).text

    assert "<b>Harjoitus:</b> kaikki tiedot ovat keksittyjä" in run_visit(local_url, tmp_path, visit)
    plain = Pages(packages=(), templates=(), static=(), frame=lambda *_: Frame(), demo=False, version="1")
    source = plain.render_error(_request(), "page_not_found", status=404, facts={})
    assert b"Harjoitus" not in source.body


def _request() -> Any:
    from starlette.requests import Request

    return Request({"type": "http", "method": "GET", "path": "/", "query_string": b"", "headers": []})


def test_each_status_family_has_its_own_shape() -> None:
    shapes = {family: str(icon(family)) for family in ("ok", "note", "stop", "none")}
    assert "<circle" in shapes["ok"]
    assert "<rect" in shapes["none"]
    assert len({re.sub(r'fill="[^"]+"', "", shape) for shape in shapes.values()}) == 4
    assert all('aria-hidden="true"' in shape and 'focusable="false"' in shape for shape in shapes.values())


def test_static_files_are_kept_by_their_version_and_nothing_else_is_served(local_url: str, tmp_path: Path) -> None:
    link = StaticFiles().link("todiste.css")

    async def visit(visitor: Visitor) -> Any:
        return [
            await visitor.get(path)
            for path in (link, "/static/todiste.css", "/static/source-sans-3.ttf", "/static/x.py")
        ]

    versioned, plain, font, other = run_visit(local_url, tmp_path, visit)
    assert versioned.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert versioned.headers["content-encoding"] == "gzip"
    assert plain.headers["cache-control"] == "public, max-age=3600"
    assert font.headers["content-type"] == "font/ttf"
    assert other.status_code == 404


def test_the_style_sheet_names_no_other_origin_and_carries_the_notice_of_the_tokens() -> None:
    folder = Path(web_service.__file__).parent / "static"
    tokens, rules = ((folder / name).read_text("utf-8") for name in ("tokens.css", "todiste.css"))
    assert "Copyright (c) 2019 Population Register Centre" in tokens
    assert "Permission is hereby granted" in tokens
    for text in (tokens, rules):
        assert "://" not in text
        assert "@import" not in text
        assert text.count("{") == text.count("}")


def test_the_live_stream_tells_news_once_and_is_not_buffered(local_url: str, tmp_path: Path) -> None:
    async def visit(visitor: Visitor) -> Any:
        news = await visitor.get("/live")
        ended = await visitor.get("/live?end=1")
        visitor.site.draining = True
        return news, ended, await visitor.get("/live?never=1")

    news, ended, draining = run_visit(local_url, tmp_path, visit)
    assert news.headers["content-type"].startswith("text/event-stream")
    assert news.headers["x-accel-buffering"] == "no"
    assert news.text.endswith("event: changed\ndata: verified\n\n")
    assert ended.text == draining.text == "retry: 5000\n\nevent: ended\ndata: \n\n"
