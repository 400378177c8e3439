"""A verifier in one process, with issuers, status lists and wallets of other people around it."""

import asyncio
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import uvicorn
from fastapi import FastAPI

from examples.services import reserve_port
from openid4vc.trust.demo import DemoTrust
from tests.verifier.town import StatusServer, Town
from verifier import enrolment, inquiry, results
from verifier.app import create_app
from verifier.inquiry import Created, Question
from verifier.server import Server
from verifier.settings import Settings
from verifier.store import statements
from web_service import migrations
from web_service.clock import Clock
from web_service.settings import write_mode


@dataclass(kw_only=True)
class World(Town):
    """Everything a test needs; time moves by `wait`."""

    folder: Path
    settings: Settings
    process: "Process"

    @property
    def server(self) -> Server:
        server: Server = self.process.app.state.server
        return server

    def wait(self, seconds: int) -> None:
        path = self.folder / "offset"
        path.write_text(str(int(path.read_text() or "0") + seconds))

    def run(self, work: Any, *arguments: Any, **named: Any) -> Any:
        """A coroutine function in the application's own loop."""
        return asyncio.run_coroutine_threadsafe(work(*arguments, **named), self.process.loop).result(30)

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


@contextmanager
def new_world(folder: Path, database_url: str, **settings: Any) -> Iterator[World]:
    """A whole small world; `settings` are the verifier's."""
    (folder / "offset").write_text("0")
    port = reserve_port()
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
            yield World(
                client=client,
                clock=Clock(folder / "offset"),
                statuses=statuses,
                trust=DemoTrust.open(chosen.demo_trust),
                folder=folder,
                settings=chosen,
                process=process,
            )
    finally:
        process.stop()
        statuses.close()
