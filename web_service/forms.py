"""What a request's body holds: a form or a JSON object, bounded before anything looks at it.

The middleware has read the body already and bounded its size. Every fault is RequestError, never a 500 or a 422.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import isinf
from typing import Any, Final
from urllib.parse import parse_qsl

import jiter
from python_multipart.multipart import parse_options_header
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request

from web_service.errors import RequestError

MAX_FIELDS: Final = 1000


@dataclass(frozen=True, slots=True)
class UploadedFile:
    """A file of a multipart form; name and type are what the sender says."""

    name: str
    content_type: str
    content: bytes


class Form(Mapping[str, str]):
    """Fields by name; of a repeated one the first, all of them by `all`."""

    def __init__(self, pairs: list[tuple[str, str]], files: dict[str, UploadedFile] | None = None) -> None:
        self._values: dict[str, list[str]] = {}
        for name, value in pairs:
            # U+0000 cannot be stored, and no field of a page can hold it.
            if "\0" in name or "\0" in value:
                raise RequestError("request_unreadable", 400)
            self._values.setdefault(name, []).append(value)
        self.files = files or {}

    def __getitem__(self, name: str) -> str:
        return self._values[name][0]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def all(self, name: str) -> tuple[str, ...]:
        """Every value of a field, in order (checkboxes)."""
        return tuple(self._values.get(name, ()))

    def pairs(self) -> list[tuple[str, str]]:
        """Every field with every value."""
        return [(name, value) for name, values in self._values.items() for value in values]

    def once(self) -> dict[str, str]:
        """Each field once, as protocols want it (RFC 6749 §3.2). Raises RequestError for a repeated one."""
        if any(len(values) > 1 for values in self._values.values()):
            raise RequestError("request_unreadable", 400)
        return {name: values[0] for name, values in self._values.items()}


def media_type(request: Request) -> str:
    """The content type without parameters, in lower case."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


async def read_form(request: Request, *, max_files: int = 0) -> Form:
    """The form of a request; multipart only where files are expected. Raises RequestError 400, 413 or 415."""
    kind = media_type(request)
    if kind == "multipart/form-data" and max_files:
        return await _read_multipart(request, max_files)
    if kind != "application/x-www-form-urlencoded":
        raise RequestError("request_unreadable", 415)
    body = await request.body()
    if body.count(b"&") >= MAX_FIELDS:
        raise RequestError("form_too_large", 413)
    try:
        return Form(parse_qsl(body.decode("ascii"), keep_blank_values=True, errors="strict"))
    except ValueError:
        raise RequestError("request_unreadable", 400) from None


async def _read_multipart(request: Request, max_files: int) -> Form:
    await _check_frame(request)
    pairs: list[tuple[str, str]] = []
    files: dict[str, UploadedFile] = {}
    try:
        async with request.form(max_files=max_files, max_fields=MAX_FIELDS) as form:
            for name, value in form.multi_items():
                if isinstance(value, UploadFile):
                    content = await value.read()
                    files[name] = UploadedFile(value.filename or "", value.content_type or "", content)
                else:
                    pairs.append((name, value))
    except (HTTPException, ValueError):
        raise RequestError("request_unreadable", 400) from None
    return Form(pairs, files)


async def _check_frame(request: Request) -> None:
    # The parser takes an endless preamble, and a body that was cut off, for an empty form. Browsers send neither.
    _, options = parse_options_header(request.headers["content-type"])
    boundary = options.get(b"boundary", b"")
    body = await request.body()
    if not boundary or not body.startswith(b"--" + boundary) or not body.rstrip().endswith(b"--" + boundary + b"--"):
        raise RequestError("request_unreadable", 400)


async def read_json(request: Request) -> dict[str, Any]:
    """The JSON object of a request: no duplicate member, no NaN, nesting under 200. Raises RequestError 400 or 415."""
    if media_type(request) != "application/json":
        raise RequestError("request_unreadable", 415)
    body = await request.body()
    try:
        value = jiter.from_json(body, catch_duplicate_keys=True, allow_inf_nan=False)
    except ValueError:
        raise RequestError("request_unreadable", 400) from None
    if not isinstance(value, dict) or _has_infinity(value):
        raise RequestError("request_unreadable", 400)
    return value


def _has_infinity(value: object) -> bool:
    # jiter refuses `Infinity` but reads 1e999 as one.
    if isinstance(value, dict):
        return any(_has_infinity(member) for member in value.values())
    if isinstance(value, list):
        return any(_has_infinity(member) for member in value)
    return isinstance(value, float) and isinf(value)
