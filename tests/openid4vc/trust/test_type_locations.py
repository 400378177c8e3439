"""Where type metadata is fetched from."""

import pytest

from openid4vc.errors import TrustError
from openid4vc.trust import type_locations

TYPES = type_locations.parse(
    b'{"https://tyypit.example/tyokyky/": "issuer", "urn:eudi:pid:": {"issuer": "pid/"},'
    b' "https://tyypit.example/": "https://types.example/all/"}'
)


def test_the_longest_prefix_says_where() -> None:
    vct = "https://tyypit.example/tyokyky/lausuntopalaute/1"
    assert TYPES.locate(vct, "https://h.example/o1") == "https://h.example/types/lausuntopalaute/1"
    assert TYPES.locate(vct, "https://h.example/base/o1") == "https://h.example/base/types/lausuntopalaute/1"
    assert TYPES.locate(vct, "http://127.0.0.1:8001/o1") == "http://127.0.0.1:8001/types/lausuntopalaute/1"
    assert TYPES.locate(vct, "https://h.example/o1/") == "https://h.example/types/lausuntopalaute/1"
    # The last segment alone is the organisation's.
    assert TYPES.locate(vct, "https://h.example/a://b") == "https://h.example/a://types/lausuntopalaute/1"
    assert TYPES.locate(vct, "https://H.EX") == "https://H.EX/types/lausuntopalaute/1"
    assert TYPES.locate(vct, "https://h.example") == "https://h.example/types/lausuntopalaute/1"
    assert TYPES.locate("urn:eudi:pid:1", "https://h.example/o8") == "https://h.example/types/pid/1"
    assert TYPES.locate("https://tyypit.example/other/1", "https://h.example/o1") == "https://types.example/all/other/1"


@pytest.mark.parametrize(
    "vct",
    [
        "https://elsewhere.example/x/1",
        "urn:eudi:pid",
        "urn:eudi:pid:",
        "urn:eudi:pid:../../admin",
        "urn:eudi:pid:a/../b",
        "urn:eudi:pid:1?x=y",
        "urn:eudi:pid:1#x",
        "urn:eudi:pid:%2e%2e/1",
        "urn:eudi:pid://evil.example/1",
        "urn:eudi:pid:.",
        "urn:eudi:pid:1/",
    ],
)
def test_a_type_that_no_prefix_maps_or_that_would_climb_out_is_nowhere(vct: str) -> None:
    assert TYPES.locate(vct, "https://h.example/o1") is None


def test_a_base_may_be_plain_http_which_retrieval_allows_to_loopback_alone() -> None:
    types = type_locations.parse(b'{"urn:x:": "http://127.0.0.1:8001/types/"}')
    assert types.locate("urn:x:1", "https://h.example/o1") == "http://127.0.0.1:8001/types/1"


@pytest.mark.parametrize(
    "raw",
    [
        b"[]",
        b'{"": "issuer"}',
        b'{"a": "issuers"}',
        b'{"a": {"issuer": "../"}}',
        b'{"a": {"issuer": "pid"}}',
        b'{"a": {"issuer": "pid//"}}',
        b'{"a": {"issuer": "pid/", "b": 1}}',
        b'{"a": "https://types.example/all"}',
        b'{"a": "file:///"}',
        b'{"a": null}',
    ],
)
def test_a_place_is_the_issuer_or_a_base_url(raw: bytes) -> None:
    with pytest.raises(TrustError) as caught:
        type_locations.parse(raw)
    assert caught.value.code == "trust_list_invalid"
