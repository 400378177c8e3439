"""The issuer as it is operated: commands and servers as processes of their own."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from examples.services import reserve_port

ROOT = Path(__file__).parent.parent.parent


@dataclass
class Done:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        """The one object on stdout."""
        found: dict[str, Any] = json.loads(self.out)
        return found


@dataclass
class Issuer:
    """An installation in a folder, and a port that its servers answer on."""

    folder: Path
    database_url: str = ""
    port: int = field(default_factory=reserve_port)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder),
            "PYTHONPATH": str(ROOT),
            "TODISTE_LANG": "en",
            "TODISTE_DEMO_TRUST": str(self.folder / "trust"),
            "ISSUER_DATA_DIR": str(self.folder / "issuer"),
            "ISSUER_PUBLIC_URL": self.url,
            **({"ISSUER_DATABASE_URL": self.database_url} if self.database_url else {}),
        }

    def run(self, *arguments: str, stdin: str = "", **environment: str) -> Done:
        done = subprocess.run(
            [sys.executable, "-m", "issuer", *arguments],
            env={**self.environment, **environment},
            cwd=self.folder,
            input=stdin,
            capture_output=True,
            text=True,
            timeout=60,
        )
        return Done(done.returncode, done.stdout, done.stderr)

    def must(self, *arguments: str, **environment: str) -> dict[str, Any]:
        done = self.run(*arguments, "--json", **environment)
        assert done.code == 0, done
        return done.json

    @contextmanager
    def serving(self, *options: str, port: int | None = None, **environment: str) -> Iterator["subprocess.Popen[str]"]:
        """A server that answers; killed at the end unless it has ended by then."""
        number = port or self.port
        process = subprocess.Popen(
            [sys.executable, "-m", "issuer", "serve", "--port", str(number), *options],
            env={**self.environment, **environment},
            cwd=self.folder,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert process.stderr is not None
        try:
            # The server says so itself; nothing is asked before.
            for line in process.stderr:
                if '"event": "started"' in line:
                    break
            else:
                raise AssertionError(f"the server ended with {process.wait()}")
            yield process
        finally:
            process.kill()
            process.stderr.close()
            process.wait()

    @contextmanager
    def client(self) -> Iterator[httpx.Client]:
        with httpx.Client(timeout=30, transport=httpx.HTTPTransport(retries=3)) as client:
            yield client


def now() -> int:
    return int(time.time())
