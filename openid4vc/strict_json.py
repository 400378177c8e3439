"""JSON from outside: I-JSON (RFC 7493), bounded in size and depth, no key twice, no number that is not one.

No JSON library refuses duplicate keys by default, and several take NaN, 1e999 or lone surrogates; this reader stands
in front of all of them.
"""

from collections.abc import Callable, Iterable
from typing import Any, Final, TypeAlias

import orjson
from jiter import from_json

from openid4vc.errors import FormatError

JsonValue: TypeAlias = Any
JsonObject: TypeAlias = dict[str, Any]

# The types of JSON numbers in what was read from JSON; `true` is another one.
NUMBERS: Final = frozenset({int, float})

MAX_BYTES = 1 << 20
MAX_DEPTH = 64
# RFC 7493 §2.2: integers beyond these limits do not survive every reader.
_MAX_INTEGER = (1 << 53) - 1
_SAFE_INTEGERS = orjson.OPT_STRICT_INTEGER

# Python values to compact UTF-8 JSON text, members in the order given.
write: Callable[[JsonValue], bytes] = orjson.dumps


def parse(data: bytes | str, *, max_bytes: int = MAX_BYTES) -> JsonValue:
    """One JSON text to Python values.

    FormatError: `too_large` over max_bytes, `json_too_deep` over MAX_DEPTH levels, `json_invalid` for the rest.
    """
    raw = data.encode("utf-8", "surrogatepass") if isinstance(data, str) else data
    if len(raw) > max_bytes:
        raise FormatError("too_large", "JSON text")
    # Text that is its own writing has no name twice, no number that is not one and no other surprise, and most senders
    # write like this.
    try:
        value = orjson.loads(raw)
        if orjson.dumps(value, None, _SAFE_INTEGERS) == raw and _is_shallow(raw):
            return value
    except (ValueError, TypeError):
        pass
    return _parse_slowly([raw])[0]


def parse_each(texts: list[bytes]) -> list[JsonValue]:
    """JSON texts to Python values, as `parse`; their sizes are the caller's to bound, who has them all in one text."""
    try:
        together = b"[" + b",".join(texts) + b"]"
        values: list[JsonValue] = orjson.loads(together)
        # One text might begin what another ends: each is asked for by itself.
        if [orjson.dumps(value, None, _SAFE_INTEGERS) for value in values] == texts and (
            _is_shallow(together) or all(map(_is_shallow, texts))
        ):
            return values
    except (ValueError, TypeError):
        pass
    return _parse_slowly(texts)


def parse_object(data: bytes | str, *, max_bytes: int = MAX_BYTES) -> JsonObject:
    """As `parse`, and the text must be an object: FormatError `json_not_object` otherwise."""
    value = parse(data, max_bytes=max_bytes)
    if type(value) is not dict:
        raise FormatError("json_not_object")
    return value


def _parse_slowly(texts: list[bytes]) -> list[JsonValue]:
    """Every text as it may also be written, by a reader that tells one name from two."""
    try:
        values = [from_json(text, catch_duplicate_keys=True, allow_inf_nan=False, cache_mode="keys") for text in texts]
    except ValueError as error:
        raise FormatError("json_too_deep" if "recursion" in str(error) else "json_invalid") from None
    _check(values)
    return values


def _is_shallow(text: bytes) -> bool:
    """Brackets in strings count too: they only lead to the slower way.

    Taking the first few away is twice as fast as counting all.
    """
    return len(text) - len(text.replace(b"{", b"", MAX_DEPTH).replace(b"[", b"", MAX_DEPTH)) < MAX_DEPTH


def _check(level: Iterable[JsonValue]) -> None:
    """Depth and numbers: jiter still takes 1e999 as infinity, and integers of any size."""
    for _ in range(MAX_DEPTH):
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
