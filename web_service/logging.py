"""JSON lines on stderr: what happened, by code, with the request's id. No value that anybody sent is ever in one.

    log("offer_stored", organisation="o1")          →  {"time":…,"level":"info","event":"offer_stored",…}
    log_exception("request_failed", error)          →  type and places of the traceback, neither message nor locals

Records of other libraries pass with their logger's name and unformatted template: their arguments may hold anything.
"""

import contextvars
import json
import logging
import sys
import traceback
from datetime import UTC, datetime
from types import TracebackType
from typing import Final, TextIO

# Set by the middleware for one request; audit rows and log lines carry it.
request_id: contextvars.ContextVar[str] = contextvars.ContextVar("request_id", default="")

MAX_LINE: Final = 2000
MAX_VALUE: Final = 200
_LEVELS: Final = {"debug": 10, "info": 20, "warning": 30, "error": 40}
_OURS: Final = "todiste"
_logger = logging.getLogger(_OURS)


def log(event: str, *, level: str = "info", reason: str = "", **fields: str | int | float | bool) -> None:
    """Write one line. `fields` are codes, ids of our own and numbers."""
    number = _LEVELS[level]
    if _logger.isEnabledFor(number):
        extra = {"event": event, **({"reason": reason} if reason else {}), **fields}
        _logger.log(number, event, extra={"line": extra})


def log_exception(event: str, error: BaseException, **fields: str) -> None:
    """Write where an exception came from: types and places, outermost cause first."""
    log(event, level="error", **{**_described(error), **fields})


def _described(error: BaseException) -> dict[str, str]:
    names: list[str] = []
    seen: BaseException | None = error
    while seen is not None and len(names) < 5:
        names.append(type(seen).__name__)
        seen = seen.__cause__ or (None if seen.__suppress_context__ else seen.__context__)
    return {"error": " < ".join(names), "traceback": _places(error.__traceback__)}


def _places(trace: TracebackType | None) -> str:
    frames = traceback.extract_tb(trace)
    places = [f"{'/'.join(frame.filename.rsplit('/', 2)[1:])}:{frame.lineno} {frame.name}" for frame in frames[-12:]]
    return " > ".join(places)


class _JsonLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
        }
        ours = getattr(record, "line", None)
        if record.name == _OURS and isinstance(ours, dict):
            line |= ours
        else:
            line |= {"event": "library", "logger": record.name, "message": str(record.msg)[:MAX_VALUE]}
            if record.exc_info and record.exc_info[1] is not None:
                line |= _described(record.exc_info[1])
        if request := request_id.get():
            line["request_id"] = request
        text = json.dumps(line, ensure_ascii=False, default=str)
        if len(text) > MAX_LINE:
            kept = {name: value[:MAX_VALUE] if isinstance(value, str) else value for name, value in line.items()}
            text = json.dumps(kept, ensure_ascii=False, default=str)[:MAX_LINE]
        return text


def configure(level: str, stream: TextIO | None = None) -> None:
    """Send every record of the process as JSON lines to stderr, from `level` up (other libraries: warnings only)."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(_JsonLines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    _logger.setLevel(_LEVELS[level])
    logging.getLogger("uvicorn.access").disabled = True  # it would write paths and queries
