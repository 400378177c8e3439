"""A verifier in one process, with issuers, status lists and wallets of other people around it."""

import asyncio
import json
import socket
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import uvicorn
from cryptography import x509
from fastapi import FastAPI

from credential_schemas import organisations
from credential_schemas.types import load_types, sample
from openid4vc.trust.certificates import Role
from openid4vc.trust.demo import DemoTrust
from tests.verifier.foreign import Issued, Issuer, StatusList, Wallet, new_key, x5c_of
from verifier import enrolment, inquiry, results
from verifier.app import create_app
from verifier.inquiry import Created, Question
from verifier.server import Server
from verifier.settings import Settings
from verifier.store import statements
from web_service import migrations
from web_service.settings import write_mode

PID, FEEDBACK, STATEMENT = "pid", "lausuntopalaute", "laakarinlausunto-b"


class StatusServer:
    """Serves status lists on loopback and counts downloads; `misbehave` answers instead when it is set."""

    def __init__(self) -> None:
        self.lists: dict[str, StatusList] = {}
        self.downloads: list[str] = []
        self.misbehave: Any = None
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer.downloads.append(self.path)
                if outer.misbehave is not None:
                    outer.misbehave(self)
                    return
                self.answer(200, "application/statuslist+jwt", outer.lists[self.path].token().encode())

            def answer(self, status: int, content_type: str, body: bytes, **headers: str) -> None:
                self.send_response(status)
                self.send_header("Content-Type", content_type)
                self.send_header("Content-Length", str(len(body)))
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


@dataclass
class World:
    """Everything a test needs; time moves by `wait`."""

    folder: Path
    settings: Settings
    process: "Process"
    client: httpx.Client
    statuses: StatusServer
    trust: DemoTrust
    issuers: dict[str, Issuer] = field(default_factory=dict)

    @property
    def server(self) -> Server:
        server: Server = self.process.app.state.server
        return server

    def now(self) -> int:
        return self.server.verifier.clock.now()

    def wait(self, seconds: int) -> None:
        path = self.folder / "offset"
        path.write_text(str(int(path.read_text() or "0") + seconds))

    def run(self, work: Any, *arguments: Any, **named: Any) -> Any:
        """A coroutine function in the application's own loop."""
        return asyncio.run_coroutine_threadsafe(work(*arguments, **named), self.process.loop).result(30)

    def issuer(self, organisation_id: str) -> Issuer:
        """The issuer of one organisation, with a status list of its own."""
        if organisation_id not in self.issuers:
            organisation = organisations.load()[organisation_id]
            self.issuers[organisation_id] = self.new_issuer(
                organisation.name, organisation.organization_identifier, self.trust
            )
        return self.issuers[organisation_id]

    def new_issuer(self, name: str, identifier: str, trust: DemoTrust) -> Issuer:
        def leaf(role: Role) -> tuple[Any, list[str]]:
            key = new_key()
            chain = trust.issue_leaf(
                role,
                organization=name,
                organization_identifier=identifier,
                common_name=name,
                public_key=key.public_key(),
                dns_names=(),
                now=self.now(),
            )
            return key, x5c_of([each.x509 for each in chain])

        key, x5c = leaf(Role.ISSUER)
        path = f"/lists/{len(self.statuses.lists)}"
        self.statuses.lists[path] = StatusList(f"{self.statuses.url}{path}", *leaf(Role.STATUS), self.now)
        return Issuer(key, x5c, self.statuses.lists[path], self.now)

    def wallet(self) -> Wallet:
        root = x509.load_pem_x509_certificate((self.trust.directory / "access" / "root.pem").read_bytes())
        return Wallet(self.client, root, self.now)

    def claims(self, type_name: str, case: str, **changed: Any) -> dict[str, Any]:
        claims = sample(load_types()[type_name], case, self.server.verifier.clock.today())
        return {name: value for name, value in {**claims, **changed}.items() if value is not None}

    def credential(
        self,
        type_name: str,
        case: str = "C1",
        *,
        issuer: Issuer | None = None,
        jwt: Mapping[str, Any] = {},
        **changed: Any,
    ) -> Issued:
        """A document of that case in the hands of a wallet; `changed` are claims, `jwt` members of the payload."""
        kind = load_types()[type_name]
        claims = self.claims(type_name, case, **changed)
        today = self.server.verifier.clock.today()
        never = {
            "date_of_issuance": today.isoformat(),
            "date_of_expiry": sample_date(today, 180),
            "document_id": "1.2.246.10.99001010.14.2026.1",
            "issuing_authority": "Esimerkkilän hyvinvointialue",
            "issuing_country": "FI",
        }
        clear = {name: value for name, value in {**never, **claims}.items() if kind.has(name) and is_clear(kind, name)}
        hidden = {name: value for name, value in claims.items() if name not in clear}
        by = issuer or self.issuer("O8" if type_name == PID else "O1")
        return by.issue(kind.vct, hidden, clear, **jwt)

    def person(self, case: str = "C1") -> Wallet:
        """A wallet with identity data and a statement feedback."""
        wallet = self.wallet()
        wallet.held = {"pid": self.credential(PID, case), "feedback": self.credential(FEEDBACK, case)}
        return wallet

    def ask(
        self, purpose: str = "P1", *, customer: str | None = None, created_by: str = "cli:test", seconds: int = 600
    ) -> Created:
        verifier = self.server.verifier
        question = Question(
            asker=verifier.asker_of("O2"),
            purpose=verifier.purpose(purpose),
            customer=customer,
            case_reference=None,
            created_by=created_by,
            seconds=seconds,
        )
        created: Created = self.run(inquiry.create, verifier, question, public_url=self.server.public_url)
        return created

    def row(self, created: Created) -> dict[str, Any]:
        row: dict[str, Any] = self.run(self.server.verifier.database.one, statements.request_by_id, p_id=created.id)
        return row

    def result_state(self, request_id: str) -> str:
        row = self.run(self.server.verifier.database.one, statements.request_by_id, p_id=request_id)
        return str(results.state_of(row, self.now())[0])

    def result(self, created: Created) -> dict[str, Any]:
        standing = self.run(results.standing, self.server.verifier, self.row(created))
        value: dict[str, Any] = json.loads(json.dumps(standing.to_json()))
        return value


def sample_date(today: Any, days: int) -> str:
    from datetime import timedelta

    return str((today + timedelta(days=days)).isoformat())


def is_clear(kind: Any, name: str) -> bool:
    return bool(kind.claim(name).sd == "never")


class Process:
    """The application behind a real socket, in a thread with a loop of its own."""

    def __init__(self, app: FastAPI, port: int) -> None:
        self.app = app
        self.loop = asyncio.new_event_loop()
        config = uvicorn.Config(app, host="127.0.0.1", port=port, log_config=None, lifespan="on", loop="asyncio")
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._started = threading.Event()

    def _run(self) -> None:
        asyncio.set_event_loop(self.loop)
        try:
            self.loop.run_until_complete(self._serve())
        finally:
            self._started.set()
            self.loop.close()

    async def _serve(self) -> None:
        serving = asyncio.create_task(self._server.serve())
        while not self._server.started and not serving.done():
            await asyncio.sleep(0.005)
        self._started.set()
        await serving

    def start(self) -> None:
        self._thread.start()
        self._started.wait(30)
        if not self._server.started:
            raise RuntimeError("the verifier did not start")

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join(30)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def new_world(folder: Path, database_url: str, **settings: Any) -> Iterator[World]:
    """A whole small world; `settings` are the verifier's."""
    (folder / "offset").write_text("0")
    port = free_port()
    public_url = f"http://127.0.0.1:{port}"
    chosen = Settings(
        data_dir=folder / "verifier",
        demo_trust=folder / "trust",
        public_url=public_url,
        port=port,
        database_url=database_url,
        test_mode=True,
        clock_offset_file=folder / "offset",
        **settings,
    )
    chosen.data_dir.mkdir(parents=True)
    write_mode(chosen.data_dir, "demo")
    enrolment.enrol(chosen, ["O2", "O1"], now=int(time.time()))
    migrations.upgrade(chosen.database, "verifier")
    statuses = StatusServer()
    process = Process(create_app(chosen), port)
    process.start()
    try:
        with httpx.Client(base_url=public_url, timeout=30) as client:
            yield World(folder, chosen, process, client, statuses, DemoTrust.open(chosen.demo_trust))
    finally:
        process.stop()
        statuses.close()
