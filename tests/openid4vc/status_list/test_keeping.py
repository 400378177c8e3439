"""The list that is kept: what it writes is what was set, whatever was set when, and it costs no second array."""

import random
import tracemalloc
import zlib

import pytest

from openid4vc import base64url
from openid4vc.status_list.bits import BITS, StatusList
from openid4vc.status_list.keeping import DEFAULT_SIZE, KeptStatusList


def read(kept: KeptStatusList) -> StatusList:
    """As everybody else reads it."""
    return StatusList.decode(kept.encode())


def stream(kept: KeptStatusList) -> bytes:
    return base64url.decode(str(kept.encode()["lst"]))


@pytest.mark.parametrize("bits", BITS)
def test_a_hundred_thousand_entries_come_back_as_they_were_set(bits: int) -> None:
    numbers = random.Random(bits)
    values = [numbers.randrange(1 << bits) for _ in range(100_000)]
    kept = KeptStatusList(bits, 100_000)
    for index, value in enumerate(values):
        kept.set(index, value)
    got = read(kept)
    assert [got.get(index) for index in range(got.size)] == values
    assert [kept.get(index) for index in range(kept.size)] == values
    # Least significant bits first, by another arithmetic: the whole array is one little-endian number.
    number = int.from_bytes(got.data[:1000], "little")
    assert [number >> bits * index & (1 << bits) - 1 for index in range(8000 // bits)] == values[: 8000 // bits]


@pytest.mark.parametrize("bits", BITS)
def test_setting_one_entry_touches_no_other(bits: int) -> None:
    kept = KeptStatusList(bits, 32)
    full = (1 << bits) - 1
    for index in range(32):
        kept.set(index, full)
    kept.set(1, 0)
    assert [kept.get(index) for index in range(kept.size)] == [full, 0, *[full] * 30]
    refused = ((kept.size, 0, IndexError), (-1, 0, IndexError), (0, full + 1, ValueError), (0, -1, ValueError))
    for index, value, error in refused:
        with pytest.raises(error):
            kept.set(index, value)
    for index in (-1, kept.size):
        with pytest.raises(IndexError):
            kept.get(index)


@pytest.mark.parametrize("size", [4, 4 << 16, (4 << 16) + 4, 5 << 18])
def test_changes_anywhere_and_between_writings_are_in_the_next_one(size: int) -> None:
    kept = KeptStatusList(2, size)
    numbers = random.Random(size)
    expected = bytearray(size // 4)
    edges = [edge for edge in (0, (4 << 16) - 1, 4 << 16, (8 << 16) - 1, size - 1) if edge < size]
    for _ in range(5):
        for index in (*edges, *(numbers.randrange(size) for _ in range(50))):
            value = numbers.randrange(4)
            kept.set(index, value)
            expected[index // 4] = expected[index // 4] & ~(3 << index % 4 * 2) | value << index % 4 * 2
        assert zlib.decompress(stream(kept)) == expected
        assert stream(kept) == stream(kept)


def test_a_new_list_says_nothing_about_how_many_there_are() -> None:
    kept = KeptStatusList(2)
    assert kept.size == DEFAULT_SIZE
    assert len(stream(kept)) < 600


def test_the_entries_fill_whole_bytes_and_one_byte_is_enough() -> None:
    assert read(KeptStatusList(8, 1)) == StatusList(8, b"\0")
    assert read(KeptStatusList(1, 8)) == StatusList(1, b"\0")
    for bits, size in ((2, 0), (2, 5), (1, 4), (3, 8), (8, -1)):
        with pytest.raises(ValueError):
            KeptStatusList(bits, size)


@pytest.mark.parametrize("share", [0.001, 0.02, 0.2])
def test_a_list_is_no_longer_than_one_that_was_compressed_whole(share: float) -> None:
    kept = KeptStatusList(2)
    numbers = random.Random(1)
    for _ in range(int(kept.size * share)):
        kept.set(numbers.randrange(kept.size), 1)
    assert len(stream(kept)) <= len(zlib.compress(read(kept).data, 6))


def test_building_changing_and_writing_hold_no_second_array() -> None:
    kept = KeptStatusList(8, 16 << 20)
    tracemalloc.start()
    try:
        kept.encode()
        kept.set(12345, 200)
        kept.encode()
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 1 << 20
