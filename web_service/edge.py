"""The one middleware, pure ASGI, around every request: what is refused before any route looks at it, and what every
answer carries.

In order: request id; header and host checks; the body, read whole under a limit and a deadline; the application; the
security headers; one metrics sample and one log line with the route's template, never the path, query or an id.
"""

import asyncio
import re
from collections.abc import Callable, Mapping, MutableMapping
from secrets import token_hex
from time import perf_counter
from typing import Any, Final

from starlette.datastructures import MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from web_service.errors import RequestError, WebError
from web_service.logging import log, log_exception, request_id
from web_service.metrics import Metrics
from web_service.settings import is_loopback

BODY_LIMIT: Final = 1 << 20
BODY_SECONDS: Final = 20.0
MAX_HEADERS: Final = 100
MAX_HEADER_BYTES: Final = 32 * 1024
MAX_TARGET: Final = 8 * 1024
_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_HOST: Final = re.compile(rb"[A-Za-z0-9.\-]{1,253}(?::[0-9]{1,5})?|\[[0-9A-Fa-f:.]{2,45}\](?::[0-9]{1,5})?")

CSP: Final = (
    "default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self'; script-src 'self'; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
SECURITY_HEADERS: Final[Mapping[str, str]] = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Frame-Options": "DENY",
}

ErrorAnswer = Callable[[Scope, WebError], Response]


class Edge:
    """See the module. `hosts` are the Host values that name us; this machine may also use its loopback names."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        error_answer: ErrorAnswer,
        metrics: Metrics,
        hosts: frozenset[str],
        https: bool,
        body_limits: Mapping[str, int],
        body_seconds: float = BODY_SECONDS,
    ) -> None:
        self._app = app
        self._error_answer = error_answer
        self._metrics = metrics
        self._hosts = hosts
        self._headers = dict(SECURITY_HEADERS)
        if https:
            self._headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
        self._body_limits = body_limits
        self._body_seconds = body_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
        elif scope["type"] == "http":
            await self._request(scope, receive, send)
        else:
            await send({"type": "websocket.close", "code": 1008})

    async def _request(self, outer: Scope, receive: Receive, send: Send) -> None:
        started = perf_counter()
        scope: MutableMapping[str, Any] = dict(outer)
        scope.setdefault("state", {})
        # What really was asked, for the rare GET that does something.
        scope["state"]["method"] = scope["method"]
        if scope["method"] == "HEAD":
            scope["method"] = "GET"  # the server leaves the body out
        identifier = token_hex(8)
        token = request_id.set(identifier)
        answer = _Answer(send, self._headers, identifier)
        try:
            await self._answer(scope, receive, answer)
        finally:
            self._record(scope, outer["method"], answer.status, perf_counter() - started)
            request_id.reset(token)

    async def _answer(self, scope: Scope, receive: Receive, answer: "_Answer") -> None:
        try:
            self._check_headers(scope)
            body = await self._read_body(scope, receive)
            await self._app(scope, _replayed(body, receive), answer)
        except ClientDisconnect:
            scope["state"]["reason"] = "client_disconnected"
        except RequestError as error:
            # Part of the body may be unread: the connection cannot be used again.
            answer.close = True
            await self._refuse(scope, receive, answer, error)
        except Exception as error:
            # The boundary of everything that answers: the place is logged, the asker gets the request's id.
            log_exception("request_failed", error, route=_template(scope))
            await self._refuse(scope, receive, answer, WebError("server_error"))

    async def _refuse(self, scope: Scope, receive: Receive, answer: "_Answer", error: WebError) -> None:
        scope["state"]["reason"] = error.code
        if answer.status is not None:
            return  # it has begun: the server closes the connection, which tells that it is incomplete
        try:
            response = self._error_answer(scope, error)
        except Exception as fault:
            # The page of an error is broken itself; there is still an answer.
            log_exception("error_page_failed", fault)
            response = Response(f"error {answer.identifier}\n", 500, media_type="text/plain")
        await response(scope, receive, answer)

    def _check_headers(self, scope: Scope) -> None:
        """Raise RequestError: 431, 414, 400 (`host_unknown`), 415."""
        headers: list[tuple[bytes, bytes]] = scope["headers"]
        if len(headers) > MAX_HEADERS or sum(len(name) + len(value) for name, value in headers) > MAX_HEADER_BYTES:
            raise RequestError("headers_too_large", 431)
        if len(scope.get("raw_path") or b"") + len(scope["query_string"]) > MAX_TARGET:
            raise RequestError("headers_too_large", 414)
        hosts = [value for name, value in headers if name == b"host"]
        if len(hosts) != 1 or not _HOST.fullmatch(hosts[0]) or not self._known(hosts[0].decode().lower(), scope):
            raise RequestError("host_unknown", 400)
        if any(name == b"content-encoding" and value.lower() != b"identity" for name, value in headers):
            raise RequestError("content_encoding_refused", 415)

    def _known(self, host: str, scope: Scope) -> bool:
        if host in self._hosts:
            return True
        # Health checks, operators and a second process on another port come by the loopback name of this very port.
        client, server = scope.get("client"), scope.get("server")
        if not client or not server or not is_loopback(client[0]):
            return False
        name, _, port = host.rpartition(":")
        return is_loopback(name.strip("[]")) and port == str(server[1])

    async def _read_body(self, scope: Scope, receive: Receive) -> bytes:
        """The whole body. Raises RequestError 413 before reading more than the limit, 408 when it comes too slowly."""
        limit = self._body_limits.get(scope["path"], BODY_LIMIT)
        declared = b""
        chunked = False
        for name, value in scope["headers"]:
            if name == b"content-length":
                declared = value
            chunked = chunked or name == b"transfer-encoding"
        if not declared and not chunked:
            return b""
        if declared and (not declared.isdigit() or len(declared) > 15):
            raise RequestError("request_unreadable", 400)
        if declared and int(declared) > limit:
            raise RequestError("body_too_large", 413)
        try:
            async with asyncio.timeout(self._body_seconds):
                return await _collect(receive, limit)
        except TimeoutError:
            raise RequestError("request_too_slow", 408) from None

    def _record(self, scope: Scope, method: str, status: int | None, seconds: float) -> None:
        route = _template(scope)
        method = method if method in _METHODS else "other"
        code = str(status or 0)
        self._metrics.requests.labels(method, route, code).inc()
        self._metrics.seconds.labels(route).observe(seconds)
        level = "error" if (status or 0) >= 500 else "info"
        reason = scope["state"].get("reason", "")
        milliseconds = round(seconds * 1000, 1)
        log("http_request", level=level, reason=reason, method=method, route=route, status=code, ms=milliseconds)


class _Answer:
    """`send` with our headers on the answer; `status` once it has begun, `close` to end the connection with it."""

    def __init__(self, send: Send, headers: Mapping[str, str], identifier: str) -> None:
        self._send = send
        self._headers = headers
        self.identifier = identifier
        self.status: int | None = None
        self.close = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = MutableHeaders(scope=message)
            for name, value in self._headers.items():
                headers[name] = value
            headers.setdefault("Cache-Control", "no-store")
            headers["X-Request-Id"] = self.identifier
            if self.close:
                headers["Connection"] = "close"
        await self._send(message)


def _template(scope: Scope) -> str:
    """The path template of the route that answered, `unmatched` where none did."""
    route = scope.get("route")
    template = getattr(route, "path", None)
    return template if isinstance(template, str) else "unmatched"


async def _collect(receive: Receive, limit: int) -> bytes:
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        part = message.get("body", b"")
        size += len(part)
        if size > limit:
            raise RequestError("body_too_large", 413)
        parts.append(part)
        if not message.get("more_body", False):
            return b"".join(parts)


def _replayed(body: bytes, receive: Receive) -> Receive:
    """A `receive` that hands out the body that was read, then whatever comes (a disconnect)."""
    given = False

    async def replay() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replay
