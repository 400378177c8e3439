"""How much is done for a body before it is refused, counted and not timed: a slow machine counts the same."""

import sys
import tracemalloc
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.types import Message

from web_service.errors import RequestError

Reader = Callable[[Request], Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class Effort:
    """`calls` of functions, of Python and of C, and the most bytes that were held beside the body."""

    status: int
    calls: int
    held: int


def refusing(reader: Reader, kind: bytes, body: bytes) -> Effort:
    """What `reader` (read_form, read_json) does until it refuses. AssertionError when it takes the body, or waits."""

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    # Inside an application, as ever: only there a form that cannot be read is an HTTP error.
    scope = {"type": "http", "method": "POST", "headers": [(b"content-type", kind)], "app": None}
    request = Request(scope, receive)
    calls = 0

    def count(_frame: Any, event: str, _argument: Any) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    reading = reader(request).__await__()
    profile = sys.getprofile()
    tracemalloc.start()
    sys.setprofile(count)
    try:
        next(reading)
    except RequestError as error:
        return Effort(error.status, calls, tracemalloc.get_traced_memory()[1])
    except StopIteration:
        raise AssertionError("the body was taken") from None
    finally:
        sys.setprofile(profile)
        tracemalloc.stop()
    raise AssertionError("the body was waited for")
