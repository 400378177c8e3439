"""The benchmarks run and say what they found; how fast anything is, no test decides."""

import json

import pytest

from tests.benchmarks import ours, peer_node, peer_python, status_list
from tests.benchmarks.measuring import here, medians
from tests.benchmarks.report import Figure, table
from tests.strangers.node_clients import NODE


def test_everything_that_is_compared_runs() -> None:
    with peer_node.operations(NODE) as node:
        for subjects in (ours.operations(), ours.limits(), peer_python.operations(), node):
            assert all(spent(1) >= 0 for spent in subjects.values())
        assert set(node) == set(peer_python.operations()) < set(ours.operations())


def test_a_list_is_as_full_after_flipping_there_and_back_as_before() -> None:
    kept = status_list.KeptStatusList(2, 1 << 12)
    before = kept.encode()
    assert status_list.build(kept)
    status_list.flip(kept, 10)
    assert kept.encode() != before
    status_list.flip(kept, 10)
    assert kept.encode() == before


def test_medians_are_per_call_and_of_each_subject() -> None:
    calls: list[str] = []
    found = medians({"a": here(lambda: calls.append("a")), "b": here(lambda: calls.append("b"))}, rounds=3)
    assert set(found) == {"a", "b"} == set(calls)
    assert all(value > 0 for value in found.values())


@pytest.mark.parametrize(
    ("figure", "holds"),
    [
        (Figure("x", 10, 8, must=80), True),
        (Figure("x", 10, 7, must=80), False),
        (Figure("x", 10, 7, "peer", 50, must=5), True),
        (Figure("x", 10, 7, "peer", 49, must=5), False),
        (Figure("x", 10, 7, most_us=10), True),
        (Figure("x", 10, 7, most_us=9), False),
        (Figure("x", 10, 7), None),
    ],
)
def test_a_promise_is_held_or_missed(figure: Figure, holds: bool | None) -> None:
    assert figure.holds is holds
    assert set(json.loads(figure.to_json())) == {
        *("operation", "ours_us", "limit_us", "percent_of_limit", "peer", "peer_us", "ratio")
    }
    assert ("MISSED" in table([figure])) is (holds is False)
