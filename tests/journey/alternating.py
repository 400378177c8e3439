"""Two processes of each service behind one address: every request goes to the other one than the request before."""

import http.client
import itertools
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self

from examples import services
from examples.services import Service
from tests.journey.installation import Installation

_HOP = {"connection", "transfer-encoding", "content-length"}


class Alternating:
    """A context manager. `served` counts by service how many requests each of its two processes answered."""

    def __init__(self, installation: Installation) -> None:
        self._installation = installation
        self._processes: list[Service] = []
        self._fronts: list[ThreadingHTTPServer] = []
        self.served: dict[str, list[int]] = {}

    def __enter__(self) -> Self:
        try:
            for name in ("issuer", "verifier"):
                self._open(name)
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for front in self._fronts:
            front.shutdown()
            front.server_close()
        codes = [process.stop() for process in self._processes]
        if error is None and set(codes) != {0}:
            raise AssertionError(f"exit codes {codes}")

    def _open(self, name: str) -> None:
        installation = self._installation
        ports = [services.free_port(), services.free_port()]
        for number, port in enumerate(ports):
            log = installation.folder / f"{name}-{number}.log"
            self._processes.append(services.start(name, port=port, environment=installation.environment, log=log))
        self.served[name] = [0, 0]
        address = ("127.0.0.1", installation.ports[name])
        front = ThreadingHTTPServer(address, _forwarder(ports, self.served[name]))
        self._fronts.append(front)
        threading.Thread(target=front.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()


def _forwarder(ports: list[int], served: list[int]) -> type[BaseHTTPRequestHandler]:
    turns: Iterator[int] = itertools.cycle(range(len(ports)))
    lock = threading.Lock()

    class Forwarder(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, format: str, *args: object) -> None:
            """The services write their own logs."""

        def forward(self) -> None:
            with lock:
                turn = next(turns)
                served[turn] += 1
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            connection = http.client.HTTPConnection("127.0.0.1", ports[turn], timeout=30)
            try:
                connection.request(self.command, self.path, body, dict(self.headers))
                answer = connection.getresponse()
                content = answer.read()
            finally:
                connection.close()
            self.send_response(answer.status)
            for field, value in answer.getheaders():
                if field.lower() not in _HOP:
                    self.send_header(field, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = forward

    return Forwarder
