"""Server-Sent Events for a page that waits: one event when something changed, and the page loads itself again.

State lives in the database and any process may change it, so the stream asks `changes` now and then. It ends by itself
after `seconds`, when the service is told to stop, and when `changes` says so (the session has ended): LiveEnded.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Final

from starlette.requests import Request
from starlette.responses import StreamingResponse

from web_service.site import site_of

INTERVAL: Final = 1.0
KEEP_ALIVE: Final = 15.0


class LiveEnded(Exception):
    """Raised by `changes`: close the stream, nothing to tell."""


def event_stream(
    request: Request, changes: Callable[[], Awaitable[str | None]], *, seconds: float
) -> StreamingResponse:
    """The stream. `changes` returns a short code once there is news, None until then."""
    site = site_of(request)

    async def events() -> AsyncIterator[bytes]:
        loop = asyncio.get_running_loop()
        end, said = loop.time() + seconds, loop.time()
        yield b"retry: 5000\n\n"
        while loop.time() < end and not site.draining:
            try:
                news = await changes()
            except LiveEnded:
                break
            if news is not None:
                yield b"event: changed\ndata: " + news.encode("ascii", "ignore").replace(b"\n", b" ") + b"\n\n"
                return
            if loop.time() - said > KEEP_ALIVE:
                said = loop.time()
                yield b": waiting\n\n"
            await asyncio.sleep(INTERVAL)
        yield b"event: ended\ndata: \n\n"

    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(events(), media_type="text/event-stream", headers=headers)
