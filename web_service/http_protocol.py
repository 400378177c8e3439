"""uvicorn's HTTP/1.1 protocol with the limits that it lacks: how large and how slow a request's head may be.

Bodies are the middleware's matter. A connection that stays silent is closed; when there are too many, the one that has
waited longest for its request goes first, so that a health check is still answered.
"""

import asyncio
from typing import Any, Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_BYTES: Final = 64 * 1024
HEAD_SECONDS: Final = 15.0
MAX_TARGET: Final = 16 * 1024
MAX_HEADERS: Final = 200
MAX_CONNECTIONS: Final = 1000


class _HeadRefused(Exception):
    """Becomes 400 and a closed connection."""


class LimitedHttp(HttpToolsProtocol):
    """One connection."""

    # Connections whose request has not come yet, oldest first; per process.
    _waiting: dict["LimitedHttp", None] = {}  # noqa: RUF012 - shared on purpose
    head_seconds = HEAD_SECONDS
    max_connections = MAX_CONNECTIONS

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self._head_bytes = 0
        self._in_head = True
        self._deadline: asyncio.TimerHandle | None = None
        if len(self.connections) > self.max_connections and self._waiting:
            next(iter(self._waiting)).give_up()
        self._await_head()

    def _await_head(self) -> None:
        self._in_head, self._head_bytes = True, 0
        self._waiting[self] = None
        if self._deadline is None:
            self._deadline = self.loop.call_later(self.head_seconds, self.give_up)

    def _head_done(self) -> None:
        self._in_head = False
        self._waiting.pop(self, None)
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def give_up(self) -> None:
        """Close a connection that has not finished its request's head."""
        self._head_done()
        if self.transport is not None and not self.transport.is_closing():
            self.transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        self._head_done()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        # A header without an end never reaches `on_header`: what the parser holds back is counted here.
        if self._in_head and not self.transport.is_closing():
            self._head_bytes += len(data)
            if self._head_bytes > HEAD_BYTES:
                self.send_400_response("Request head too large.")

    def on_message_begin(self) -> None:
        super().on_message_begin()
        if not self._in_head:
            self._await_head()

    def on_url(self, url: bytes) -> None:
        super().on_url(url)
        # Only the origin form: an absolute one (RFC 9112 §3.2.2) would name a host beside the Host header.
        if len(self.url) > MAX_TARGET or not self.url.startswith(b"/"):
            raise _HeadRefused

    def on_header(self, name: bytes, value: bytes) -> None:
        if len(self.headers) >= MAX_HEADERS:
            raise _HeadRefused
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        self._head_done()
        lengths = [value for name, value in self.headers if name == b"content-length"]
        encodings = [value for name, value in self.headers if name == b"transfer-encoding"]
        if len(lengths) > 1 or (lengths and encodings):
            raise _HeadRefused  # two ways to see where the body ends
        super().on_headers_complete()
