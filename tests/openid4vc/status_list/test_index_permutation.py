"""The order in which indexes are given out."""

from itertools import pairwise

import hypothesis
import pytest
from hypothesis import strategies

from openid4vc.status_list.index_permutation import Permutation

KEY = bytes(range(32))


@pytest.mark.parametrize(("bits", "first"), [(2, 0), (64, 10943076986732128442)])
def test_a_list_has_two_bits_of_index_at_least_and_64_at_most(bits: int, first: int) -> None:
    order = Permutation(KEY, bits)
    assert (order.size, order.index(0)) == (1 << bits, first)


@pytest.mark.parametrize("bits", [2, 4, 8, 12])
def test_every_index_is_given_out_exactly_once(bits: int) -> None:
    order = Permutation(KEY, bits)
    assert sorted(order.index(n) for n in range(order.size)) == list(range(order.size))


@hypothesis.given(
    strategies.sets(strategies.integers(0, (1 << 20) - 1), max_size=200),
    strategies.binary(min_size=32, max_size=32),
)
def test_two_credentials_never_share_an_index(numbers: set[int], key: bytes) -> None:
    order = Permutation(key)
    indexes = {order.index(n) for n in numbers}
    assert len(indexes) == len(numbers)
    assert all(0 <= index < 1 << 20 for index in indexes)


def test_neighbours_go_far_apart_and_another_key_gives_another_order() -> None:
    order, other = Permutation(KEY), Permutation(KEY[::-1])
    indexes = [order.index(n) for n in range(1000)]
    assert indexes != [other.index(n) for n in range(1000)]
    # Each quarter of the list gets its share: about 250 of 1000.
    quarters = [sum(index >> 18 == quarter for index in indexes) for quarter in range(4)]
    assert all(180 < quarter < 320 for quarter in quarters)
    steps = {b - a for a, b in pairwise(indexes)}
    assert len(steps) > 990


def test_the_order_stays_what_it_was() -> None:
    # Indexes are in credentials that live for a year: a change here would give used ones out again.
    assert [Permutation(KEY).index(n) for n in range(4)] == [170017, 447618, 924870, 865549]


def test_a_key_or_a_place_that_does_not_fit_is_refused() -> None:
    for key, bits in ((b"short", 20), (KEY, 19), (KEY, 0), (KEY, 66)):
        with pytest.raises(ValueError):
            Permutation(key, bits)
    for n in (-1, 1 << 20):
        with pytest.raises(ValueError):
            Permutation(KEY).index(n)
