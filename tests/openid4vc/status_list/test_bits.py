"""The bits of a list: order, every size, and what is no list."""

import json
import tracemalloc
import zlib
from pathlib import Path

import pytest

from openid4vc import base64url
from openid4vc.errors import StatusError
from openid4vc.status_list.bits import BITS, MAX_INFLATED, StatusList

DATA = bytes(range(64))


def listed(compressed: bytes, bits: object = 1) -> dict[str, object]:
    return {"bits": bits, "lst": base64url.encode(compressed)}


def refused(value: object) -> str:
    with pytest.raises(StatusError) as caught:
        StatusList.decode(value)
    return caught.value.code


@pytest.mark.vectors
@pytest.mark.case("T-10")
def test_the_vectors_of_appendix_c_read_the_same_here(vectors: Path) -> None:
    cases = json.loads((vectors / "status-list" / "appendix-c-vectors.json").read_text("utf-8"))["vectors"]
    assert {case["bits"] for case in cases} == set(BITS)
    for case in cases:
        read = StatusList.decode({"bits": case["bits"], "lst": case["json_lst"]})
        assert read.size == case["entries"]
        expected = {int(index): value for index, value in case["expected"].items()}
        assert {index: value for index in range(read.size) if (value := read.get(index))} == {
            index: value for index, value in expected.items() if value
        }
        assert StatusList.decode(listed(octets_of_cbor(case["cbor_hex"], case["bits"]), case["bits"])) == read


def octets_of_cbor(text: str, bits: int) -> bytes:
    """`lst` of the CBOR form (§4.3), which has the octets themselves: {"bits": …, "lst": h'…'}, in this order."""
    head, _, rest = bytes.fromhex(text).partition(b"\x63lst")
    assert head == b"\xa2\x64bits" + bytes((bits,))
    end = 1 + {0x58: 1, 0x59: 2}[rest[0]]
    assert int.from_bytes(rest[1:end]) == len(rest[end:])
    return rest[end:]


@pytest.mark.vectors
def test_the_small_lists_of_section_4_read_as_they_are_printed(vectors: Path) -> None:
    examples = json.loads((vectors / "status-list" / "body-examples.json").read_text("utf-8"))
    for name in ("section4_bits1", "section4_bits2"):
        example = examples[name]
        read = StatusList.decode(example["status_list"])
        assert read.data.hex() == example["uncompressed_hex"]
        assert [read.get(index) for index in range(len(example["statuses"]))] == example["statuses"]


@pytest.mark.case("T-06")
@pytest.mark.parametrize("bits", [0, 3, 16, -1, "1", 1.0, True, None])
def test_a_list_of_any_other_number_of_bits_is_refused(bits: object) -> None:
    assert refused(listed(zlib.compress(DATA), bits)) == "status_list_invalid"


@pytest.mark.parametrize("lst", [None, 1, "", "====", "+/+/", "AAAAA", base64url.encode(b"") + "=", ["eNo"]])
def test_a_list_without_base64url_is_refused(lst: object) -> None:
    assert refused({"bits": 1, "lst": lst}) == "status_list_invalid"
    assert refused({"bits": 1}) == "status_list_invalid"
    assert refused(None) == "status_list_invalid"
    assert refused([1]) == "status_list_invalid"


@pytest.mark.case("T-07")
def test_every_zlib_header_is_read_and_nothing_that_is_not_zlib() -> None:
    seen = set()
    for level in (0, 2, 6, 9):
        compressed = zlib.compress(DATA, level)
        seen.add(compressed[:2].hex())
        assert StatusList.decode(listed(compressed)).data == DATA
    assert seen == {"7801", "785e", "789c", "78da"}
    small_window = zlib.compressobj(9, zlib.DEFLATED, 9)
    assert StatusList.decode(listed(small_window.compress(DATA) + small_window.flush())).data == DATA
    for window in (-15, 31):
        other = zlib.compressobj(9, zlib.DEFLATED, window)
        assert refused(listed(other.compress(DATA) + other.flush())) == "status_list_invalid"
    with_dictionary = zlib.compressobj(9, zlib.DEFLATED, 15, zdict=DATA)
    assert refused(listed(with_dictionary.compress(DATA) + with_dictionary.flush())) == "status_list_invalid"


@pytest.mark.case("T-08")
@pytest.mark.parametrize("mebibytes", [17, 100, 10_240])
def test_a_bomb_stops_at_the_cap_and_takes_no_memory(mebibytes: int) -> None:
    compressor = zlib.compressobj(9)
    start = compressor.compress(bytes(1 << 20)) + compressor.flush(zlib.Z_FULL_FLUSH)
    block = compressor.compress(bytes(1 << 20)) + compressor.flush(zlib.Z_FULL_FLUSH)
    value = listed(start + block * (mebibytes - 1))
    tracemalloc.start()
    assert refused(value) == "status_list_invalid"
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    # On top of what arrived, which the limit of a token (1 MiB) keeps small in life.
    assert peak < (50 << 20) + len(str(value["lst"]))


def test_a_list_of_exactly_the_cap_is_read() -> None:
    assert StatusList.decode(listed(zlib.compress(bytes(MAX_INFLATED)))).size == MAX_INFLATED * 8
    assert refused(listed(zlib.compress(bytes(MAX_INFLATED + 1)))) == "status_list_invalid"


@pytest.mark.case("T-09")
def test_a_stream_that_is_cut_off_spoilt_or_followed_by_something_is_refused() -> None:
    whole = zlib.compress(DATA)
    for length in range(len(whole)):
        assert refused(listed(whole[:length])) == "status_list_invalid"
    assert refused(listed(whole[:-1] + bytes([whole[-1] ^ 1]))) == "status_list_invalid"
    assert refused(listed(whole + b"\0")) == "status_list_invalid"
    assert refused(listed(whole + whole)) == "status_list_invalid"
    assert refused(listed(zlib.compress(b""))) == "status_list_invalid"
