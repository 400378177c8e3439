"""A made-up service of the web machinery alone; `python -m tests.web_service.example_service` serves it for real."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any, ClassVar

import httpx
from fastapi import APIRouter, FastAPI
from pydantic_settings import SettingsConfigDict
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from web_service import migrations, serving, signin
from web_service.accounts import add_account
from web_service.application import create_application
from web_service.database import Transaction
from web_service.forms import read_form, read_json
from web_service.live import LiveEnded, event_stream
from web_service.logging import log
from web_service.pages import FieldError, Frame, NavigationItem, posted_language
from web_service.passwords import hash_password
from web_service.settings import ServiceSettings, read_settings
from web_service.site import Site, make_site, site_of
from web_service.words import Words

PACKAGE = "tests.web_service.example_store"
HERE = Path(__file__).parent
CANARY = "010170-999R"
PASSWORD = "right-horse-staple"

router = APIRouter()


class Settings(ServiceSettings):
    model_config = SettingsConfigDict(env_prefix="EXAMPLE_")
    service: ClassVar[str] = "example"


def frame(request: Request, words: Words) -> Frame:
    session = getattr(request.state, "session", None)
    return Frame(
        "Example office", (NavigationItem("Things", "/things/1", current=True),), session.name if session else ""
    )


@router.get("/")
async def plain(request: Request, name: str = "") -> Response:
    return site_of(request).pages.render(request, "plain.html", name=name)


@router.get("/things/{thing}")
async def thing_page(request: Request, thing: str) -> Response:
    await signin.require(request, {"doctor"})
    return site_of(request).pages.render(request, "thing.html", name="", chosen=())


@router.post("/things/{thing}")
async def thing_form(request: Request, thing: str) -> Response:
    await signin.require(request, {"doctor"})
    form = await signin.checked_form(request)
    errors = (FieldError("name", "Name is missing"), FieldError("kind-a", "Choose one"))
    shown: dict[str, Any] = {"name": form.get("name", ""), "chosen": form.all("kind")}
    pages = site_of(request).pages
    if language := posted_language(form):
        return pages.render(request, "thing.html", language=language, **shown)
    if not form.get("name"):
        return pages.render(request, "thing.html", status=400, errors=errors, **shown)
    return PlainTextResponse("stored:" + form["name"])


@router.post("/danger")
async def danger(request: Request) -> Response:
    await signin.require_recent(request, {"doctor"})
    await signin.checked_form(request)
    return PlainTextResponse("done")


@router.get("/admin")
async def admin(request: Request) -> Response:
    await signin.require(request, {"admin"})
    return PlainTextResponse("admin")


@router.post("/api/echo")
async def echo(request: Request) -> Response:
    return JSONResponse({"members": len(await read_json(request))})


@router.post("/api/form")
async def form(request: Request) -> Response:
    return JSONResponse({"fields": len(await read_form(request, max_files=1))})


@router.get("/api/items")
async def items(request: Request) -> Response:
    client = await site_of(request).api_tokens.authenticate(request, scope="read", now=site_of(request).clock.now())
    return JSONResponse({"organisation": client.organisation})


@router.get("/crash/{secret}")
@router.get("/api/crash/{secret}")
async def crash(request: Request, secret: str) -> Response:
    local = secret
    raise ValueError(f"no {local} here")


@router.get("/api/count/{number}")
async def count(request: Request, number: int) -> Response:
    return JSONResponse({"number": number})


@router.get("/live")
async def live(request: Request) -> Response:
    asked: list[int] = []

    async def changes() -> str | None:
        asked.append(1)
        if request.query_params.get("end"):
            raise LiveEnded
        return None if len(asked) < 2 or request.query_params.get("never") else "verified"

    return event_stream(request, changes, seconds=60)


@router.get("/slow")
async def slow(request: Request) -> Response:
    (HERE if not (marker := request.query_params.get("marker")) else Path(marker)).touch()
    await asyncio.sleep(1.5)
    return PlainTextResponse("slowly")


def make(settings: ServiceSettings, mode: Any = "demo") -> tuple[Site, FastAPI]:
    site = make_site(
        settings,
        mode,
        version="0.1",
        packages=(),
        templates=(HERE / "example_templates",),
        static=(),
        frame=frame,
    )
    app = create_application(
        site,
        routers=[router],
        is_api=lambda path: path.startswith("/api/"),
        body_limits={"/api/form": 2 << 20},
    )
    return site, app


@dataclass
class Visitor:
    """Somebody at the service in this process, with cookies of their own."""

    site: Site
    app: FastAPI
    client: httpx.AsyncClient
    headers: dict[str, str] = field(default_factory=dict)

    async def get(self, path: str, **options: Any) -> httpx.Response:
        return await self.client.get(path, **options)

    async def post(self, path: str, data: dict[str, Any], **options: Any) -> httpx.Response:
        return await self.client.post(path, data=data, **options)

    async def token(self, path: str) -> str:
        """The form token of a page."""
        return form_token((await self.get(path)).text)

    async def sign_in(self, username: str = "lea", password: str = PASSWORD, **more: str) -> httpx.Response:
        token = await self.token("/signin")
        return await self.post("/signin", {"_csrf": token, "username": username, "password": password, **more})

    def cookie(self, name: str) -> str | None:
        return self.client.cookies.get(name)


def form_token(html: str) -> str:
    return html.split('name="_csrf" value="')[1].split('"')[0]


def set_cookies(response: httpx.Response) -> dict[str, Any]:
    """The cookies that an answer sets, with their attributes."""
    jar: SimpleCookie = SimpleCookie()
    for line in response.headers.get_list("set-cookie"):
        jar.load(line)
    return dict(jar)


@asynccontextmanager
async def visiting(url: str, tmp_path: Path, **given: Any) -> AsyncIterator[Visitor]:
    """The service on a database that has its tables, with the accounts lea (doctor) and olli (clerk)."""
    settings = read_settings(
        Settings, {"data_dir": tmp_path, "database_url": url, "public_url": "https://todiste.example", **given}
    )
    site, app = make(settings)
    async with app.router.lifespan_context(app):
        await add_people(site)
        transport = httpx.ASGITransport(app, client=("192.0.2.1", 5000))
        async with httpx.AsyncClient(transport=transport, base_url="https://todiste.example") as client:
            yield Visitor(site, app, client)


@lru_cache
def _hashed() -> str:
    return hash_password(PASSWORD)


async def add_people(site: Site) -> None:
    hashed = _hashed()

    async def work(tx: Transaction) -> None:
        for username, name, role in (
            ("lea", "Lea Lääkäri-Malli", "doctor"),
            ("olli", "Olli Virkailija-Malli", "clerk"),
        ):
            await add_account(
                tx,
                organisation="o1",
                username=username,
                name=name,
                role=role,
                password_hash=hashed,
                now=site.clock.now(),
            )

    await site.database.transaction(work)


def run_visit(url: str, tmp_path: Path, visit: Callable[[Visitor], Any], **given: Any) -> Any:
    """Run `visit` with a visitor, in a loop of its own."""

    async def run() -> Any:
        async with visiting(url, tmp_path, **given) as visitor:
            return await visit(visitor)

    return asyncio.run(run())


def _log_and_stop(event: str, **facts: Any) -> None:
    """Somebody who reads the log and wants the service stopped at once."""
    log(event, **facts)
    if event == "started":
        os.kill(os.getpid(), signal.SIGTERM)


def main() -> int:
    data_dir, port, workers = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    settings = read_settings(Settings, {"data_dir": data_dir, "port": port, "workers": workers})
    migrations.upgrade(settings.database, PACKAGE)
    reloaded = data_dir / "reloaded"

    def create() -> FastAPI:
        if (data_dir / "reload-while-starting").exists():
            os.kill(os.getpid(), signal.SIGHUP)
        return make(settings)[1]

    if (data_dir / "stop-once-started").exists():
        vars(serving)["log"] = _log_and_stop
    return serving.serve(settings, serving.Service(create=create, reload=lambda _app: reloaded.touch()))


if __name__ == "__main__":
    sys.exit(main())
