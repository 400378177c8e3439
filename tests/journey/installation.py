"""One installation of issuer, verifier and wallet in a folder, as separate processes that talk HTTP on loopback."""

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from examples import services
from examples.services import Service

BIN = Path(sys.executable).parent
PASSPHRASE = "kokeen tunnuslause"


@dataclass(frozen=True, slots=True)
class Done:
    """How a command ended: exit code, standard output and error."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        """The one object that `--json` promises, and nothing else."""
        return dict(json.loads(self.out))


@dataclass(slots=True)
class Installation:
    """Folders, ports and environment of one installation; `databases` are URLs by service, SQLite files when absent."""

    folder: Path
    databases: dict[str, str] = field(default_factory=dict)
    environment: dict[str, str] = field(init=False)
    ports: dict[str, int] = field(init=False)
    running: dict[str, Service] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self.ports = {"issuer": services.reserve_port(), "verifier": services.reserve_port()}
        self.environment = {
            **services.environment(self.folder, issuer_url=self.url("issuer"), verifier_url=self.url("verifier")),
            "HOME": str(self.folder / "home"),
            "WALLET_PASSPHRASE": PASSPHRASE,
            **{f"{name.upper()}_DATABASE_URL": url for name, url in self.databases.items()},
        }

    def url(self, service: str) -> str:
        return f"http://127.0.0.1:{self.ports[service]}"

    def run(self, *command: str, stdin: str | None = None, environment: dict[str, str] | None = None) -> Done:
        """A command of the installed package, without a terminal."""
        done = subprocess.run(
            [str(BIN / command[0]), *command[1:]],
            env={**self.environment, **(environment or {})},
            input=stdin,
            stdin=None if stdin is not None else subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
        )
        return Done(done.returncode, done.stdout, done.stderr)

    def must(self, *command: str, stdin: str | None = None) -> dict[str, Any]:
        """A command with `--json` that has to succeed; its object."""
        done = self.run(*command, "--json", stdin=stdin)
        if done.code != 0:
            raise AssertionError(f"{command} ended with {done.code}: {done.out} {done.err}")
        return done.json

    def init(self) -> None:
        self.must("issuer", "init", "--organisation", "O1,O3,O5,O8")
        self.must("verifier", "init", "--organisation", "O2")
        self.must("wallet", "init", "--demo")

    def start(self, *names: str, test_mode: Sequence[str] = (), environment: dict[str, str] | None = None) -> None:
        for name in names or ("issuer", "verifier"):
            self.running[name] = services.start(
                name,
                port=self.ports[name],
                environment={**self.environment, **(environment or {})},
                log=self.folder / f"{name}.log",
                options=test_mode,
            )

    def stop(self) -> dict[str, int]:
        """Stop what runs; exit codes by service."""
        codes = {name: service.stop() for name, service in self.running.items()}
        self.running.clear()
        return codes

    # What people do

    def offer(self, kind: str, case: str, organisation: str, *options: str) -> dict[str, Any]:
        return self.must("issuer", "offer", kind, "--sample", case, "--organisation", organisation, *options)

    def take(self, offer: dict[str, Any], source: str | None = None) -> dict[str, Any]:
        """Receive an offer with its transaction code on standard input; from a sheet when `source` is a file."""
        uri = source or offer["credential_offer_uri"]
        return self.must("wallet", "receive", uri, "--tx-code-file", "-", "--yes", stdin=offer["tx_code"] + "\n")

    def ask(self, purpose: str, *options: str) -> dict[str, Any]:
        return self.must("verifier", "request", purpose, *options)

    def result(self, request: dict[str, Any]) -> dict[str, Any]:
        done = self.run("verifier", "result", request["id"], "--wait", "10", "--json")
        return done.json
