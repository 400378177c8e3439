"""Start and stop issuer and verifier as processes of their own, on loopback."""

import atexit
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

# Settings of another installation, and the one that keeps Python from remembering what it compiled.
FOREIGN = ("ISSUER_", "VERIFIER_", "WALLET_", "TODISTE_", "PYTHONDONTWRITEBYTECODE")


# What holds the ports that were handed out, the newest last.
_reserved: deque[socket.socket] = deque()
RESERVED = 64


@atexit.register
def _release() -> None:
    for holder in _reserved:
        holder.close()


def reserve_port() -> int:
    """A port of loopback that nobody else is given until this process ends or has reserved 64 more.

    It stays bound here without listening: the system then gives it neither to an outgoing connection nor to whoever
    asks for any port, while a server that names it may listen, for servers set SO_REUSEADDR as well.
    """
    holder = socket.socket()
    holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    holder.bind(("127.0.0.1", 0))
    _reserved.append(holder)
    if len(_reserved) > RESERVED:
        _reserved.popleft().close()
    return int(holder.getsockname()[1])


@dataclass(slots=True)
class Service:
    """One running service: its address and its process."""

    name: str
    url: str
    process: subprocess.Popen[bytes]
    log: Path

    def stop(self) -> int:
        """SIGTERM lets requests in flight finish; returns the exit code."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return self.process.wait()


def start(name: str, *, port: int, environment: Mapping[str, str], log: Path, options: Sequence[str] = ()) -> Service:
    """`issuer serve` or `verifier serve`, once it answers; SystemExit with the end of its log when it does not."""
    url = f"http://127.0.0.1:{port}"
    with log.open("ab") as target:
        process = subprocess.Popen(
            [str(Path(sys.executable).parent / name), "serve", "--port", str(port), *options],
            env=dict(environment),
            stdout=target,
            stderr=target,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{url}/health/ready", timeout=2):
                return Service(name, url, process, log)
        except (urllib.error.URLError, OSError):
            time.sleep(0.05)
    process.kill()
    tail = log.read_text("utf-8", "replace").splitlines()[-5:]
    sys.exit(f"{name} did not start on port {port}:\n" + "\n".join(tail))


def environment(folder: Path, *, issuer_url: str, verifier_url: str) -> dict[str, str]:
    """The settings of a demo installation in `folder`, for services and commands alike."""
    return {
        **{
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("ISSUER_", "VERIFIER_", "WALLET_"))
        },
        "PATH": f"{Path(sys.executable).parent}:{os.environ.get('PATH', '')}",
        "TODISTE_DEMO_TRUST": str(folder / "trust"),
        "ISSUER_DATA_DIR": str(folder / "issuer"),
        "ISSUER_PUBLIC_URL": issuer_url,
        "VERIFIER_DATA_DIR": str(folder / "verifier"),
        "VERIFIER_PUBLIC_URL": verifier_url,
        "WALLET_HOME": str(folder / "wallet"),
    }
