"""No crash, no hang, bounded memory. `make fuzz` looks longer and elsewhere at each run; here it is short and the same.

Work is counted, not timed: calls of functions, and bytes held, in proportion to what came in.
"""

import os
import sys
import tracemalloc
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from openid4vc.errors import ProtocolError
from tests.fuzz.growing import changed_value, inputs
from tests.fuzz.parsers import PARSERS, SIGNED, Parser, SignedParser

EXAMPLES = int(os.environ.get("TODISTE_FUZZ", "30"))
LOOKING = settings(
    max_examples=EXAMPLES,
    derandomize="TODISTE_FUZZ" not in os.environ,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
CALLS, CALLS_PER_BYTE = 4000, 40
HELD, HELD_PER_BYTE = 1 << 21, 200


def bounded(take: Callable[[Any], object], data: Any, length: int) -> None:
    """An answer or a ProtocolError, with work and memory in proportion."""
    calls = 0

    def count(_frame: Any, event: str, _argument: Any) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    before = sys.getprofile()
    tracemalloc.start()
    sys.setprofile(count)
    try:
        take(data)
    except ProtocolError as error:
        assert str(error).isprintable() and str(error).isascii()
    finally:
        sys.setprofile(before)
        held = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert calls <= CALLS + CALLS_PER_BYTE * length
    assert held <= HELD + HELD_PER_BYTE * length


@pytest.mark.parametrize("parser", PARSERS, ids=lambda parser: parser.name)
def test_an_honest_input_is_taken(parser: Parser) -> None:
    parser.take(parser.seed)


@pytest.mark.parametrize("parser", PARSERS, ids=lambda parser: parser.name)
@LOOKING
@given(data=st.data())
def test_any_bytes_and_structures_get_an_answer_or_an_error_of_ours(parser: Parser, data: st.DataObject) -> None:
    raw = data.draw(inputs(parser.seed))
    bounded(parser.take, raw, len(raw))


@pytest.mark.parametrize("parser", SIGNED, ids=lambda parser: parser.name)
def test_what_is_honest_and_signed_is_taken(parser: SignedParser) -> None:
    parser.take(parser.signed(parser.header, parser.payload))


@pytest.mark.parametrize("parser", SIGNED, ids=lambda parser: parser.name)
@LOOKING
@given(data=st.data())
def test_any_payload_and_header_behind_a_good_signature_do_too(parser: SignedParser, data: st.DataObject) -> None:
    header, payload = data.draw(
        st.one_of(
            st.tuples(st.just(parser.header), changed_value(parser.payload)),
            st.tuples(changed_value(parser.header), st.just(parser.payload)),
        )
    )
    text = parser.signed(header, payload)
    bounded(parser.take, text, len(text))
