"""Dishonest inputs: bytes at random, honest bytes with a few changed, honest structures with a part exchanged."""

import json
from typing import Any

from hypothesis import strategies as st

MAX_BYTES = 2048
# What breaks readers: limits of integers, exponents, reserved names, empty things, other alphabets, half characters.
_SCALARS: st.SearchStrategy[Any] = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(1 << 70), 1 << 70),
    st.floats(allow_nan=False),
    st.sampled_from(["", "_sd", "...", "_sd_alg", "\x00", "é", "\u2028", "~", ".", "=", "AA", "A" * 300, "https://x/"]),
    st.text(max_size=8),
)
_NAMES = st.sampled_from(["", "a", "_sd", "...", "_sd_alg", "typ", "alg", "kid", "x5c", "path", "vct", "d"])
VALUES: st.SearchStrategy[Any] = st.recursive(
    _SCALARS, lambda below: st.lists(below, max_size=3) | st.dictionaries(_NAMES, below, max_size=3), max_leaves=8
)


@st.composite
def changed_bytes(draw: st.DrawFn, seed: bytes) -> bytes:
    """`seed` with up to four runs of bytes replaced, removed, doubled or put in."""
    data = seed
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(data)))
        end = draw(st.integers(start, min(len(data), start + 8)))
        between = draw(st.one_of(st.binary(max_size=4), st.just(data[start:end] * 2), st.just(b"")))
        data = data[:start] + between + data[end:]
    return data


@st.composite
def changed_value(draw: st.DrawFn, seed: Any) -> Any:
    """`seed`, a JSON value, with one part anywhere in it exchanged, removed or joined by another."""
    if not isinstance(seed, (dict, list)) or not seed or draw(st.integers(0, 3)) == 0:
        return draw(VALUES)
    copy = json.loads(json.dumps(seed))
    place = draw(st.sampled_from(list(copy) if isinstance(copy, dict) else range(len(copy))))
    act = draw(st.sampled_from(["exchange", "exchange", "exchange", "remove", "join"]))
    if act == "exchange":
        copy[place] = draw(changed_value(copy[place]))
    elif act == "remove":
        del copy[place]
    elif isinstance(copy, dict):
        copy[draw(_NAMES)] = draw(VALUES)
    else:
        copy.insert(place, draw(VALUES))
    return copy


def inputs(seed: bytes) -> st.SearchStrategy[bytes]:
    """Everything of the above that fits a parser with this honest input."""
    ways = [st.binary(max_size=MAX_BYTES), changed_bytes(seed), VALUES.map(_written)]
    try:
        value = json.loads(seed)
    except ValueError:
        return st.one_of(ways)
    return st.one_of(*ways, changed_value(value).map(_written), changed_value(value).map(_written))


def _written(value: Any) -> bytes:
    return json.dumps(value).encode("utf-8", "surrogatepass")
