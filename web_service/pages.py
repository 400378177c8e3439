"""Pages for people: Jinja2 templates in the frame that all pages share, in the reader's language.

A service gives its template folders, its catalogues and a function that says what stands in the frame. In a template:

    {% extends "base.html" %}   blocks: back, main, aside        variables: title (h1), errors, form_id
    {% from "components.html" import … %}                        one macro for every component of the visual system
    {{ t("id", name=…) }}  {{ tn("id", n) }}  {{ lang }}  {{ csrf_field() }}  {{ icon("ok") }}

On a page with a form, `form_id` is the id of that form: the language switch is then three submit buttons of it
(`_lang`), and the handler draws the same page again with what was typed: `posted_language(form)` says so.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode

from jinja2 import ChoiceLoader, Environment, FileSystemLoader, PackageLoader, StrictUndefined
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse

from web_service import csrf, icons
from web_service.logging import request_id
from web_service.static_files import StaticFiles
from web_service.words import LANGUAGE_NAMES, LANGUAGES, Words, choose_language, locales_of

LANGUAGE_COOKIE: Final = "__Host-language"
LANGUAGE_FIELD: Final = "_lang"
# A browser takes `__Host-` only with Secure, Path=/ and no Domain.
COOKIE: Final[Mapping[str, Any]] = {"path": "/", "secure": True, "httponly": True, "samesite": "lax"}


@dataclass(frozen=True, slots=True)
class NavigationItem:
    """A link of the main navigation; `current` marks the page that one is on."""

    label: str
    href: str
    current: bool = False


@dataclass(frozen=True, slots=True)
class Frame:
    """What stands around a page's content."""

    organisation: str = ""
    navigation: Sequence[NavigationItem] = ()
    user: str = ""
    footer: Sequence[NavigationItem] = field(default_factory=tuple)


@dataclass(frozen=True, slots=True)
class FieldError:
    """A fault of one field: its id (for a group, of its first input) and the sentence, beside it and in the summary."""

    field: str
    text: str


MakeFrame = Callable[[Request, Words], Frame]


def posted_language(form: Mapping[str, str]) -> str | None:
    """The language whose button of the form was pressed: draw the page again in it, check nothing."""
    asked = form.get(LANGUAGE_FIELD)
    return asked if asked in LANGUAGES else None


class Pages:
    """The template environment of one service. `packages` have `locales/`, the service's own first."""

    def __init__(
        self,
        *,
        packages: Sequence[str],
        templates: Sequence[Path],
        static: Sequence[Path],
        frame: MakeFrame,
        demo: bool,
        version: str,
    ) -> None:
        self.static = StaticFiles(static)
        self._locales = locales_of(*packages, "web_service")
        self._frame = frame
        self._demo = demo
        self._version = version
        self._words = {language: Words(self._locales, language) for language in LANGUAGES}
        self._environment = Environment(
            loader=ChoiceLoader([FileSystemLoader(list(templates)), PackageLoader("web_service", "templates")]),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )
        self._environment.globals.update(
            icon=icons.icon, icon_of=icons.shape_of, static=self.static.link, LANGUAGES=LANGUAGES, NAMES=LANGUAGE_NAMES
        )

    def words(self, language: str) -> Words:
        """The catalogues in one language."""
        return self._words[language]

    def language(self, request: Request) -> str:
        """What this reader gets: the link of the language switch, the cookie, the browser's preference."""
        asked = (request.query_params.get("lang"), request.cookies.get(LANGUAGE_COOKIE))
        return choose_language(asked, request.headers.get("accept-language", ""))

    def render(
        self, request: Request, name: str, /, *, status: int = 200, language: str | None = None, **context: Any
    ) -> HTMLResponse:
        """The page as an answer. `language` is the pressed language button's, which is kept in a cookie."""
        frame = self._frame(request, self._words[language or self.language(request)])
        return self._answer(request, name, frame, status, language, context)

    def render_error(self, request: Request, code: str, *, status: int, facts: Mapping[str, object]) -> HTMLResponse:
        """The page for an error code; its frame needs nothing that may be broken."""
        words = self._words[self.language(request)]
        known = code if words.has(f"error.{code}.what") else "server_error"
        context = {"code": known, "facts": {"n": "", **facts}, "request_id": request_id.get() if status >= 500 else ""}
        # Nothing of the address is repeated; this link is relative to it.
        return self._answer(request, "error.html", Frame(), status, None, context, language_link="?lang={}".format)

    def _answer(
        self,
        request: Request,
        name: str,
        frame: Frame,
        status: int,
        language: str | None,
        context: dict[str, Any],
        language_link: Callable[[str], str] | None = None,
    ) -> HTMLResponse:
        chosen = language or self.language(request)
        words = self._words[chosen]
        secrets_made: list[str] = []
        html = self._environment.get_template(name).render(
            {"form_id": "", "errors": (), "notification": "", "back": None, **context},
            t=words.text,
            tn=words.count,
            lang=chosen,
            frame=frame,
            demo=self._demo,
            version=self._version,
            language_link=language_link or (lambda other: _language_link(request, other)),
            csrf_field=lambda: _csrf_field(request, secrets_made),
        )
        response = HTMLResponse(html, status_code=status)
        response.headers["Content-Language"] = chosen
        if language is not None or request.query_params.get("lang") in LANGUAGES:
            response.set_cookie(LANGUAGE_COOKIE, chosen, max_age=365 * 86400, **COOKIE)
        if secrets_made and csrf.secret_of(request) is None:
            response.set_cookie(csrf.VISITOR_COOKIE, secrets_made[0], **COOKIE)
        return response


def _language_link(request: Request, language: str) -> str:
    """This very page in another language; the rest of its query stays."""
    kept = [(name, value) for name, value in parse_qsl(request.url.query, keep_blank_values=True) if name != "lang"]
    return f"{request.url.path}?{urlencode([*kept, ('lang', language)])}"


def _csrf_field(request: Request, made: list[str]) -> Markup:
    secret = csrf.secret_of(request)
    if secret is None:
        if not made:
            made.append(csrf.new_secret())
        secret = made[0]
    return Markup('<input type="hidden" name="{}" value="{}">').format(csrf.FIELD, csrf.token_for(secret))
