"""JSON from outside: I-JSON (RFC 7493), bounded in size and depth, no key twice, no number that is not one.

No JSON library refuses duplicate keys by default, and several take NaN, 1e999 or lone surrogates; this reader stands
in front of all of them.
"""

from collections.abc import Iterable
from typing import Any, TypeAlias

import orjson
from jiter import from_json

from openid4vc.errors import FormatError

JsonValue: TypeAlias = Any
JsonObject: TypeAlias = dict[str, Any]

MAX_BYTES = 1 << 20
MAX_DEPTH = 64
# RFC 7493 §2.2: integers beyond these limits do not survive every reader.
_MAX_INTEGER = (1 << 53) - 1


def parse(data: bytes | str, *, max_bytes: int = MAX_BYTES) -> JsonValue:
    """One JSON text to Python values.

    FormatError: `too_large` over max_bytes, `json_too_deep` over MAX_DEPTH levels, `json_invalid` for the rest.
    """
    raw = data.encode("utf-8", "surrogatepass") if isinstance(data, str) else data
    if len(raw) > max_bytes:
        raise FormatError("too_large", "JSON text")
    try:
        value = from_json(raw, catch_duplicate_keys=True, allow_inf_nan=False, cache_mode="keys")
    except ValueError as error:
        if "recursion" in str(error):
            raise FormatError("json_too_deep") from None
        raise FormatError("json_invalid") from None
    kind = type(value)
    if kind is list:
        _check(value)
    elif kind is dict:
        _check(value.values())
    else:
        _check((value,))
    return value


def parse_object(data: bytes | str, *, max_bytes: int = MAX_BYTES) -> JsonObject:
    """As `parse`, and the text must be an object: FormatError `json_not_object` otherwise."""
    value = parse(data, max_bytes=max_bytes)
    if not isinstance(value, dict):
        raise FormatError("json_not_object")
    return value


def write(value: JsonValue) -> bytes:
    """Python values to compact UTF-8 JSON text, members in the order given."""
    return orjson.dumps(value)


def _check(level: Iterable[JsonValue]) -> None:
    """Depth and numbers below the top: jiter still takes 1e999 as infinity, and integers of any size."""
    for _ in range(MAX_DEPTH - 1):
        below: list[JsonValue] = []
        for item in level:
            kind = type(item)
            # Most values are text, and text is what it is.
            if kind is str:
                continue
            if kind is dict:
                below += item.values()
            elif kind is list:
                below += item
            elif kind is int:
                if not -_MAX_INTEGER <= item <= _MAX_INTEGER:
                    raise FormatError("json_invalid", "number out of range")
            elif kind is float and item - item != 0.0:
                raise FormatError("json_invalid", "number out of range")
        if not below:
            return
        level = below
    raise FormatError("json_too_deep")
