"""Where connections may go: the addresses of URLs, and those that names resolve to."""

import asyncio
import ipaddress
import socket
from collections.abc import Sequence
from typing import Any

import httpcore
import pytest

from openid4vc.errors import RetrievalError
from openid4vc.http_retrieval import RetrievalPolicy, is_public
from tests.openid4vc.web_server import Server, answering, retrieval

PUBLIC, PUBLIC_6 = "1.1.1.1", "2606:4700:4700::1111"
HTTPS_ONLY, DEMO = RetrievalPolicy.https_only(), RetrievalPolicy.https_and_loopback_http()


LITERALS = [
    "http://169.254.169.254/",
    "https://169.254.169.254/",
    "https://127.0.0.1/",
    "https://127.0.0.1:{port}/",
    "http://127.0.0.1:{port}/",
    "http://localhost:{port}/",
    "https://localhost:{port}/",
    "https://localhost.:{port}/",
    "https://[::1]:{port}/",
    "https://[fc00::1]/",
    "https://[fd00::1]/",
    "https://[fe80::1]/",
    "https://[fec0::1]/",
    "https://[ff02::1]/",
    "https://[::]/",
    "https://[::ffff:10.0.0.1]/",
    "https://[::ffff:127.0.0.1]:{port}/",
    "https://[64:ff9b::7f00:1]:{port}/",
    "https://[64:ff9b::a00:1]/",
    "https://[2002:7f00:1::]/",
    "https://[2001::1]/",
    "https://[::1%25lo]/",
    "https://0x7f000001:{port}/",
    "https://0x7f.1:{port}/",
    "https://2130706433:{port}/",
    "https://0177.0.0.1:{port}/",
    "https://127.1:{port}/",
    "https://127.0.0.1.:{port}/",
    "https://0.0.0.0:{port}/",
    "https://10.0.0.1/",
    "https://172.16.0.1/",
    "https://192.168.1.1/",
    "https://100.64.0.1/",
    "https://198.18.0.1/",
    "https://192.0.2.1/",
    "https://224.0.0.1/",
    "https://240.0.0.1/",
    "https://255.255.255.255/",
    "https://good@10.0.0.1/",
    "https://good:pw@issuer.example/",
    "https://issuer.example:22/",
    "https://issuer.example:80/",
    "http://issuer.example/",
    "file:///etc/passwd",
    "gopher://127.0.0.1:{port}/",
    "ftp://issuer.example/",
    "//127.0.0.1:{port}/",
    "https:/127.0.0.1:{port}/",
    "https:127.0.0.1",
    "https://issuer.example/#fragment",
    "https://issuer.example/a b",
    "https://issuer.example/\r\nHost: evil",
    "https://ex\u0430mple.org/",
    "https://issuer.example\\@127.0.0.1/",
    "",
]


@pytest.mark.case("T-15")
@pytest.mark.parametrize("literal", LITERALS)
def test_an_address_that_is_not_public_https_sees_no_connection(literal: str) -> None:
    async def run() -> int:
        async with (
            Server(answering()).serving() as canary,
            retrieval(RetrievalPolicy.https_only()) as client,
        ):
            with pytest.raises(RetrievalError, match="net_forbidden"):
                await client.get(literal.format(port=canary.port), accept="application/json")
            return canary.connections

    assert asyncio.run(run()) == 0


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("1.1.1.1", True),
        ("2606:4700:4700::1111", True),
        ("64:ff9b::101:101", True),
        ("64:ff9b::a00:1", False),
        ("192.0.0.8", False),
        ("203.0.113.1", False),
        ("2001:db8::1", False),
        ("::ffff:1.1.1.1", False),
        ("2002:101:101::", False),
        ("fec0::1", False),
    ],
)
def test_what_a_name_resolves_to_must_be_public(address: str, public: bool) -> None:
    assert is_public(ipaddress.ip_address(address)) is public


class Network:
    """Every name resolves to `addresses`; which names were asked for and which addresses were dialled is kept.

    Nobody answers: a public address is never dialled by a test.
    """

    def __init__(self, addresses: Sequence[str], monkeypatch: pytest.MonkeyPatch) -> None:
        self.addresses = addresses
        self.asked: list[str] = []
        self.dialled: list[str] = []

        async def dial(_: object, host: str, *__: object, **___: object) -> None:
            self.dialled.append(host)
            raise httpcore.ConnectError("nobody answers")

        monkeypatch.setattr(socket, "getaddrinfo", self.resolve)
        monkeypatch.setattr(httpcore.AnyIOBackend, "connect_tcp", dial)

    def resolve(self, host: str, port: int, *_: object, **__: object) -> list[tuple[Any, ...]]:
        self.asked.append(host)
        if not self.addresses:
            raise socket.gaierror(socket.EAI_NONAME, "no such name")
        return [(socket.AF_UNSPEC, socket.SOCK_STREAM, 6, "", (address, port)) for address in self.addresses]

    def refusal(self, url: str, policy: RetrievalPolicy) -> str:
        """Why a GET of `url` came to nothing."""

        async def run() -> None:
            async with retrieval(policy) as client:
                await client.get(url, accept="application/json")

        with pytest.raises(RetrievalError) as caught:
            asyncio.run(run())
        return caught.value.code


@pytest.mark.parametrize("policy", [HTTPS_ONLY, DEMO], ids=["https", "demo"])
@pytest.mark.parametrize("bad", ["127.0.0.1", "10.0.0.1", "169.254.169.254", "::1", "fd00::1", "::ffff:127.0.0.1"])
def test_a_name_with_one_address_that_is_not_public_is_not_dialled_at_all(
    policy: RetrievalPolicy, bad: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for addresses in ([bad], [PUBLIC, bad], [bad, PUBLIC_6]):
        network = Network(addresses, monkeypatch)
        assert network.refusal("https://issuer.example/", policy) == "net_forbidden"
        assert (network.asked, network.dialled) == (["issuer.example"], [])


def test_a_connection_goes_to_the_addresses_that_were_checked_and_the_name_is_asked_for_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    network = Network([PUBLIC, PUBLIC_6, PUBLIC], monkeypatch)
    assert network.refusal("https://issuer.example/", HTTPS_ONLY) == "net_unreachable"
    assert (network.asked, network.dialled) == (["issuer.example"], [PUBLIC, PUBLIC_6])


def test_a_name_that_does_not_resolve_is_unreachable(monkeypatch: pytest.MonkeyPatch) -> None:
    network = Network([], monkeypatch)
    assert network.refusal("https://issuer.example/", HTTPS_ONLY) == "net_unreachable"
    assert (network.asked, network.dialled) == (["issuer.example"], [])


@pytest.mark.parametrize("address", [PUBLIC, "10.0.0.1", "::ffff:127.0.0.1"])
def test_localhost_in_the_demo_is_loopback_or_nothing(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    network = Network([address], monkeypatch)
    assert network.refusal("http://localhost:8001/", DEMO) == "net_forbidden"
    assert network.dialled == []
    network = Network(["127.0.0.1", "::1"], monkeypatch)
    assert network.refusal("http://localhost:8001/", DEMO) == "net_unreachable"
    assert network.dialled == ["127.0.0.1", "::1"]


@pytest.mark.parametrize("name", ["a.localhost", "localhost.localdomain", "ip6-localhost"])
def test_no_other_name_is_localhost_to_the_demo(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    network = Network(["127.0.0.1"], monkeypatch)
    assert network.refusal(f"https://{name}/", DEMO) == "net_forbidden"
    assert network.dialled == []
