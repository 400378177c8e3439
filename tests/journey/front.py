"""An address in front of one or several processes of a service: requests go to them in turn, and are remembered."""

import http.client
import itertools
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self

from examples import services
from examples.services import Service
from tests.journey.installation import Installation

_HOP = {"connection", "transfer-encoding", "content-length"}


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and its answer; `turn` is the number of the process that answered."""

    turn: int
    method: str
    path: str
    asked_headers: Mapping[str, str]
    asked: bytes
    status: int
    headers: Mapping[str, str]
    answered: bytes


class Front:
    """Listens on `port` of 127.0.0.1 until `close`."""

    def __init__(self, port: int, behind: Sequence[int]) -> None:
        self.exchanges: list[Exchange] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", port), _handler(behind, self.exchanges))
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


class Fronted:
    """A context manager: `count` processes of each service on ports of their own, behind the public addresses."""

    def __init__(self, installation: Installation, count: int) -> None:
        self._installation = installation
        self._count = count
        self._processes: list[Service] = []
        self.fronts: dict[str, Front] = {}

    def __enter__(self) -> Self:
        try:
            for name in ("issuer", "verifier"):
                self._open(name)
        except BaseException:
            self._close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        codes = self._close()
        if error is None and set(codes) != {0}:
            raise AssertionError(f"exit codes {codes}")

    def urls(self, name: str) -> list[str]:
        """Where its processes listen themselves."""
        return [process.url for process in self._processes if process.name == name]

    def _open(self, name: str) -> None:
        installation = self._installation
        ports = [services.reserve_port() for _ in range(self._count)]
        for number, port in enumerate(ports):
            log = installation.folder / f"{name}-{number}.log"
            self._processes.append(services.start(name, port=port, environment=installation.environment, log=log))
        self.fronts[name] = Front(installation.ports[name], ports)

    def _close(self) -> list[int]:
        for front in self.fronts.values():
            front.close()
        return [process.stop() for process in self._processes]


def _handler(behind: Sequence[int], exchanges: list[Exchange]) -> type[BaseHTTPRequestHandler]:
    turns = itertools.cycle(range(len(behind)))
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, format: str, *args: object) -> None:
            """The services write their own logs."""

        def forward(self) -> None:
            with lock:
                turn = next(turns)
            asked = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            connection = http.client.HTTPConnection("127.0.0.1", behind[turn], timeout=30)
            try:
                connection.request(self.command, self.path, asked, dict(self.headers))
                answer = connection.getresponse()
                answered = answer.read()
            finally:
                connection.close()
            headers = dict(answer.getheaders())
            exchanges.append(
                Exchange(turn, self.command, self.path, dict(self.headers), asked, answer.status, headers, answered)
            )
            self.send_response(answer.status)
            for field, value in headers.items():
                if field.lower() not in _HOP:
                    self.send_header(field, value)
            self.send_header("Content-Length", str(len(answered)))
            self.end_headers()
            self.wfile.write(answered)

        do_GET = do_POST = forward

    return Handler
