"""An issuer in this process with its own database, a clock that tests move, and a stranger's wallet before it."""

import asyncio
import secrets
import threading
import time
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import httpx
from fastapi import FastAPI

from credential_schemas import organisations
from credential_schemas.types import load_types, sample
from issuer import documents, installation
from issuer.actor import Actor
from issuer.app import create_app
from issuer.document_view import DocumentView
from issuer.documents import NewDocument, OfferMade
from issuer.management import SCOPES
from issuer.service import IssuingOrganisation, Service
from issuer.settings import IssuerSettings
from tests.issuer.stranger import Stranger
from web_service.api_tokens import ApiTokens
from web_service.database import Row, Statement, Transaction

T = TypeVar("T")
URL = "http://127.0.0.1:8001"
DOCTOR = Actor("staff", "d0c70r")


def install(folder: Path, *names: str, **settings: Any) -> IssuerSettings:
    """A demo installation, its database included; `names` are organisation ids."""
    made = IssuerSettings(
        **{
            "data_dir": folder / "issuer",
            "demo_trust": folder / "trust",
            "public_url": URL,
            "test_mode": True,
            "clock_offset_file": folder / "offset",
            **settings,
        }
    )
    types = load_types(made.types_dir)
    chosen = names or ("O1", "O8")
    installation.initialise(made, chosen, organisations.load(), types, mode="demo", now=int(time.time()))
    return made


class Loop:
    """An event loop in a thread of its own, where one application and its database live."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        return self.start(coroutine).result(60)

    def start(self, coroutine: Coroutine[Any, Any, T]) -> Future[T]:
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop)

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


class Client:
    """httpx before the application itself: no socket, and an exception is the 500 that a caller would see."""

    def __init__(self, app: FastAPI, loop: Loop) -> None:
        transport = httpx.ASGITransport(app, raise_app_exceptions=False, client=("127.0.0.1", 50000))
        self.asynchronous = httpx.AsyncClient(transport=transport, base_url=URL, timeout=60)
        self._loop = loop

    def request(self, method: str, url: str, **options: Any) -> httpx.Response:
        return self._loop.run(self.asynchronous.request(method, url, **options))

    def get(self, url: str, **options: Any) -> httpx.Response:
        return self.request("GET", url, **options)

    def post(self, url: str, **options: Any) -> httpx.Response:
        return self.request("POST", url, **options)


@dataclass
class World:
    """`app` answers `client`; what the issuer's own functions do runs in the same loop by `call`."""

    settings: IssuerSettings
    app: FastAPI
    client: Client
    loop: Loop

    @property
    def service(self) -> Service:
        service: Service = self.app.state.service
        return service

    @property
    def o1(self) -> IssuingOrganisation:
        return self.service.organisation("O1")

    def call(self, function: Callable[[], Coroutine[Any, Any, T]]) -> T:
        return self.loop.run(function())

    def act(self, function: Callable[..., Awaitable[T]], *arguments: Any, **named: Any) -> T:
        """A function of the issuer for O1 by the doctor."""

        async def run() -> T:
            return await function(self.service, self.o1, DOCTOR, *arguments, **named)

        return self.call(run)

    def wait(self, seconds: int) -> None:
        """Time goes on."""
        file = self.settings.clock_offset_file
        assert file is not None
        before = int(file.read_text()) if file.exists() else 0
        file.write_text(str(before + seconds))

    def offer(self, case: str = "C1", **more: Any) -> OfferMade:
        """A statement feedback of O1 with a code."""
        kind = self.service.types["lausuntopalaute"]
        claims = sample(kind, case, self.service.clock.today())
        return self.act(documents.create, NewDocument(kind, claims, more.pop("tx_code", True), **more))

    def view(self, document_id: str) -> DocumentView:
        return self.act(documents.view, document_id)

    def wallet(self) -> Stranger:
        return Stranger(self.client, self.service.clock.now)

    def api_token(self, *scopes: str, organisation: str = "esimerkkila") -> str:
        """A bearer token of the management API."""

        async def run() -> str:
            async def work(tx: Transaction) -> tuple[str, str]:
                return await ApiTokens(self.service.database).create(
                    tx,
                    organisation=organisation,
                    name="test",
                    scopes=scopes or SCOPES,
                    now=self.service.clock.now(),
                    days=1,
                )

            return (await self.service.database.transaction(work))[1]

        return self.call(run)

    def audit(self, object_id: str, organisation: str = "esimerkkila") -> list[Row]:
        """What the audit trail says about a document."""

        async def run() -> list[Row]:
            return await self.service.audit.of(organisation, object_id)

        return self.call(run)

    def rows(self, statement: Statement, **values: Any) -> list[Row]:
        async def run() -> list[Row]:
            return await self.service.database.read(statement, **values)

        return self.call(run)

    def counter(self, name: str, **labels: str) -> float:
        return float(self.app.state.site.metrics.value(name, **labels))


@contextmanager
def running(settings: IssuerSettings) -> Iterator[World]:
    loop = Loop()
    app = create_app(settings)
    world = World(settings, app, Client(app, loop), loop)
    try:
        yield world
    finally:
        loop.run(world.client.asynchronous.aclose())
        loop.run(world.service.database.close())
        loop.close()


def wrong(code: str) -> str:
    """Another transaction code than this one."""
    return f"{(int(code) + 1 + secrets.randbelow(999_998)) % 1_000_000:06d}"
