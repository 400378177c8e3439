"""The wallet's connections: `openid4vc.http_retrieval`, one request at a time, ended by Ctrl-C at once.

`asyncio.run` would catch the first Ctrl-C for itself, and a question that a person is being asked in the meantime would
not end; here the loop runs only while a request is under way.
"""

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from types import TracebackType
from typing import Any, Final, Self, TypeVar

from openid4vc import strict_json
from openid4vc.errors import FormatError, RetrievalError
from openid4vc.http_retrieval import Response, Retrieval, RetrievalPolicy
from openid4vc.strict_json import JsonValue
from openid4vc.uri import parse_url

DEADLINE_SECONDS: Final = 10.0
# After this a person wants to know what is being waited for.
PATIENCE_SECONDS: Final = 1.0
# A status list of 2^20 entries of two bits is the largest thing that is ever fetched.
MAX_BYTES: Final = 2 << 20
# RFC 6749 §5.2: characters of an error code, and of its description.
_MAX_ERROR: Final = 100

T = TypeVar("T")


class Network:
    """A context manager; every method is one request and raises RetrievalError `net_*`."""

    def __init__(
        self,
        *,
        demo: bool,
        egress: Mapping[str, str],
        tls_anchors: Sequence[bytes],
        waiting: Callable[[str], None],
    ) -> None:
        """`waiting` is told the host of an address that has kept a person waiting."""
        self.demo = demo
        self._waiting = waiting
        policy = RetrievalPolicy.https_and_loopback_http() if demo else RetrievalPolicy.https_only()
        self._loop = asyncio.new_event_loop()
        self._retrieval = Retrieval(
            policy, egress=egress, tls_anchors=tls_anchors, deadline=DEADLINE_SECONDS, max_bytes=MAX_BYTES
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            # After Ctrl-C the interrupted request is still there; it is ended before its loop is.
            for task in asyncio.all_tasks(self._loop):
                task.cancel()
            self._loop.run_until_complete(self._retrieval.aclose())
            self._loop.run_until_complete(self._loop.shutdown_asyncgens())
        finally:
            self._loop.close()

    def get(self, url: str, *, accept: str) -> Response:
        return self._run(url, self._retrieval.get(url, accept=accept))

    def see_other(self, url: str) -> str:
        return self._run(url, self._retrieval.see_other(url))

    def post_form(self, url: str, form: Mapping[str, str], *, accept: str) -> Response:
        return self._run(url, self._retrieval.post_form(url, form, accept=accept))

    def post_json(self, url: str, value: JsonValue, *, accept: str, token: str | None) -> Response:
        headers = {"Authorization": f"Bearer {token}"} if token is not None else {}
        return self._run(url, self._retrieval.post_json(url, value, accept=accept, headers=headers))

    def _run(self, url: str, request: Coroutine[Any, Any, T]) -> T:
        # An address that is none has been refused long before its host would be named.
        patience = self._loop.call_later(PATIENCE_SECONDS, lambda: self._waiting(host_of(url)))
        try:
            return self._loop.run_until_complete(request)
        finally:
            patience.cancel()


def host_of(url: str) -> str:
    """Host, and port where it is not the usual one: what a person is shown of an address, in ASCII."""
    parsed = parse_url(url, allow_loopback_http=True)
    usual = 443 if parsed.scheme == "https" else 80
    return parsed.host if parsed.port == usual else f"{parsed.host}:{parsed.port}"


def wire_error(response: Response) -> tuple[str | None, Mapping[str, JsonValue]]:
    """The `error` of a refusal and its whole object: (None, {}) for whatever else a server may answer.

    Server text is never shown; only a short code of the right alphabet gets through.
    """
    try:
        members = strict_json.parse_object(response.body, max_bytes=65_536)
    except FormatError:
        return None, {}
    error = members.get("error")
    if not isinstance(error, str) or not 0 < len(error) <= _MAX_ERROR or not error.replace("_", "").isalnum():
        return None, members
    return (error, members) if error.isascii() else (None, members)


def check_reachable(response: Response) -> None:
    """A fault of the server (5xx, 429) is "not reachable", not a refusal: RetrievalError `net_status`."""
    if response.status >= 500 or response.status == 429:
        raise RetrievalError("net_status", str(response.status), host=host_of(response.url), status=response.status)
