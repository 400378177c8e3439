"""Addresses from outside that are for a person's browser, and spellings of hosts that nothing else holds."""

import pytest

from openid4vc import uri
from openid4vc.errors import RetrievalError
from openid4vc.uri import MAX_URL


@pytest.mark.parametrize("fragment", ["", "#", "#response_code=091535f699ea575c7937fa5f0f454aee", "#a/b?c=%C3%A4"])
def test_an_address_for_the_browser_may_have_a_fragment(fragment: str) -> None:
    address = f"https://verifier.example/done?x=1{fragment}"
    assert uri.check_browser_url(address, allow_loopback_http=False) == address
    with_loopback = f"http://localhost:8002/done{fragment}"
    assert uri.check_browser_url(with_loopback, allow_loopback_http=True) == with_loopback


@pytest.mark.parametrize(
    "address",
    [
        "http://verifier.example/#a",
        "http://localhost:8002/#a",
        "https://10.0.0.1:0/#a",
        "javascript:alert(1)#a",
        "#a",
        "https://verifier.example/#a#b",
        "https://verifier.example/#a b",
        "https://verifier.example/#<b>",
        "https://verifier.example/#ä",
        "https://verifier.example/#%zz",
        "https://verifier.example/#a\n",
        "https://verifier.example/#" + "a" * MAX_URL,
    ],
    ids=lambda address: address[:40],
)
def test_no_other_address_is_for_the_browser(address: str) -> None:
    with pytest.raises(RetrievalError, match="net_forbidden"):
        uri.check_browser_url(address, allow_loopback_http=False)


# RFC 3986 §3.2.2: an address of a version that is yet to come, which the syntax lets through.
@pytest.mark.parametrize("host", ["[v1.a]", "[vF.::1]", "[1.1.1.1]", "[::g]", "[]"])
def test_brackets_hold_an_ipv6_address_or_nothing(host: str) -> None:
    assert uri.parse_url("https://[2606:4700:4700::1111]/", allow_loopback_http=False).address is not None
    with pytest.raises(RetrievalError, match="net_forbidden"):
        uri.parse_url(f"https://{host}/", allow_loopback_http=False)
