"""A real HTTP server on a free port of 127.0.0.1, with a record of every request and answers that can be replaced."""

import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.body.decode("ascii"), keep_blank_values=True))

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Reply:
    status: int = 200
    content_type: str = "application/json"
    body: bytes = b"{}"
    headers: dict[str, str] = field(default_factory=dict)
    # Seconds before each octet: a server that never quite answers.
    drip: float = 0.0

    @classmethod
    def of_json(cls, value: object, status: int = 200) -> "Reply":
        return cls(status, "application/json", json.dumps(value).encode("utf-8"))

    @classmethod
    def text(cls, text: str, content_type: str) -> "Reply":
        return cls(200, content_type, text.encode("ascii"))


Answer = Callable[[Request], Reply]


class HttpWorld:
    """Routes by method and path. `answers` replaces what the world itself would say."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.answers: dict[tuple[str, str], Answer] = {}
        self._routes: dict[tuple[str, str], Answer] = {}
        self._closed = threading.Event()
        world = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                world._serve(self)

            do_POST = do_GET

            def log_message(self, format: str, *args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._closed.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)

    def route(self, method: str, path: str, answer: Answer) -> None:
        self._routes[method, path] = answer

    def paths(self) -> list[str]:
        """Every path that is answered."""
        return list(dict.fromkeys(path for _, path in self._routes))

    def honest(self, method: str, path: str) -> Answer:
        """What the world itself answers on a route."""
        return self._routes[method, path]

    def hang_at(self, route: tuple[str, str]) -> threading.Event:
        """Leave requests on this route unanswered until the world is closed; the event says that one came."""
        reached = threading.Event()

        def hang(request: Request) -> Reply:
            reached.set()
            self._closed.wait(60)
            return Reply.of_json({}, 503)

        self.answers[route] = hang
        return reached

    def seen(self, method: str | None = None) -> list[str]:
        """The paths that were asked for, in order."""
        return [request.path for request in self.requests if method in (None, request.method)]

    def _serve(self, handler: BaseHTTPRequestHandler) -> None:
        length = int(handler.headers.get("Content-Length", "0"))
        headers = {name.lower(): value for name, value in handler.headers.items()}
        request = Request(handler.command, urlsplit(handler.path).path, headers, handler.rfile.read(length))
        self.requests.append(request)
        route = (request.method, request.path)
        answer = self.answers.get(route) or self._routes.get(route)
        reply = answer(request) if answer else Reply.of_json({"error": "not_found"}, 404)
        try:
            handler.send_response(reply.status)
            handler.send_header("Content-Type", reply.content_type)
            handler.send_header("Content-Length", str(len(reply.body)))
            for name, value in reply.headers.items():
                handler.send_header(name, value)
            handler.end_headers()
            if not reply.drip:
                handler.wfile.write(reply.body)
            for position in range(len(reply.body) if reply.drip else 0):
                handler.wfile.write(reply.body[position : position + 1])
                handler.wfile.flush()
                time.sleep(reply.drip)
        except (BrokenPipeError, ConnectionResetError):
            handler.close_connection = True
