"""The network under policy, against a server of our own that can be told to misbehave."""

import asyncio
import ssl
from typing import Any

import pytest

from openid4vc.errors import ProtocolError, RetrievalError
from openid4vc.http_retrieval import Response, Retrieval, RetrievalPolicy
from tests.openid4vc.web_server import Handler, Server, answering, retrieval, server_context

NAME = "issuer.example"


def get(
    handler: Handler, *, accept: str = "application/json", deadline: float = 5.0, **how: Any
) -> tuple[Response, Server]:
    """One GET from a loopback server by http."""

    async def run() -> tuple[Response, Server]:
        async with Server(handler).serving() as server, retrieval(deadline=deadline) as client:
            return await client.get(f"http://127.0.0.1:{server.port}/x?y=1", accept=accept, **how), server

    return asyncio.run(run())


def refused(handler: Handler, code: str, **how: Any) -> ProtocolError:
    with pytest.raises(RetrievalError) as caught:
        get(handler, **how)
    assert caught.value.code == code
    assert caught.value.facts["host"] == "127.0.0.1"
    return caught.value


def test_an_answer_is_given_with_its_media_type_and_headers() -> None:
    response, server = get(answering(content_type="Application/JSON; charset=UTF-8", more="X-A: b\r\n"))
    assert (response.status, response.content_type, response.body) == (200, "application/json", b'{"a":1}')
    assert response.headers["x-a"] == "b" and response.checked() is response
    (request,) = server.requests
    assert request.startswith(b"GET /x?y=1 HTTP/1.1\r\n")
    assert b"Accept: application/json\r\n" in request and b"Accept-Encoding: identity\r\n" in request


def test_forms_and_json_are_posted() -> None:
    async def run() -> list[bytes]:
        async with Server(answering()).serving() as server, retrieval() as client:
            url = f"http://localhost:{server.port}/token"
            await client.post_form(url, {"tx_code": "1 2&3"}, accept="application/json")
            await client.post_json(url, {"a": "ä"}, accept="application/json", headers={"Authorization": "Bearer t"})
            return server.requests

    form, body = asyncio.run(run())
    assert form.endswith(b"\r\n\r\ntx_code=1+2%263") and b"Content-Type: application/x-www-form-urlencoded\r\n" in form
    assert body.endswith('\r\n\r\n{"a":"ä"}'.encode()) and b"Authorization: Bearer t\r\n" in body
    assert b"Content-Type: application/json\r\n" in body


def test_an_error_answer_is_the_callers_to_judge() -> None:
    response, _ = get(answering(b"<h1>no</h1>", "text/html", "500 Oops"))
    assert (response.status, response.content_type) == (500, "text/html")
    with pytest.raises(RetrievalError, match="net_status") as caught:
        response.checked()
    assert caught.value.facts == {"host": "127.0.0.1", "status": 500}
    assert get(answering(b"", None, "204 No Content"))[0].status == 204


@pytest.mark.case("T-13")
@pytest.mark.parametrize(
    "content_type",
    [
        None,
        "",
        "text/html",
        "application/statuslist+cwt",
        "application/json",
        "application/statuslist+jwt; charset=utf-16",
        "statuslist+jwt",
    ],
)
def test_an_answer_of_another_type_than_asked_is_refused(content_type: str | None) -> None:
    refused(answering(b"eyJ", content_type), "net_content_type", accept="application/statuslist+jwt")


def test_one_of_several_types_is_enough() -> None:
    accept = "application/jwt, application/json;q=0.5"
    assert get(answering(content_type="application/jwt"), accept=accept)[0].content_type == "application/jwt"
    assert get(answering(content_type="application/json"), accept=accept)[0].content_type == "application/json"


def test_a_compressed_answer_is_refused() -> None:
    refused(answering(more="Content-Encoding: gzip\r\n"), "net_content_type")


@pytest.mark.case("T-14")
@pytest.mark.parametrize("status", ["301 x", "302 x", "303 x", "307 x", "308 x", "304 x", "300 x"])
def test_no_redirect_is_followed(status: str) -> None:
    async def run() -> tuple[int, int]:
        async with Server(answering()).serving() as canary:
            places = (f"http://127.0.0.1:{canary.port}/", "file:///etc/passwd", "https://10.0.0.1/", "/again")
            for place in places:
                handler = answering(status=status, more=f"Location: {place}\r\n")
                async with Server(handler).serving() as server, retrieval() as client:
                    with pytest.raises(RetrievalError, match="net_redirect"):
                        await client.get(f"http://127.0.0.1:{server.port}/", accept="application/json")
                    assert len(server.requests) == 1
            return canary.connections, len(places)

    assert asyncio.run(run())[0] == 0


@pytest.mark.spec("RFC 9110 §15.4.4")
def test_a_short_link_gives_its_place_as_text_and_nobody_goes_there() -> None:
    async def run() -> str:
        handler = answering(b"", None, "303 See Other", "Location: openid4vp://?client_id=x\r\n")
        async with Server(handler).serving() as server, retrieval() as client:
            place = await client.see_other(f"http://127.0.0.1:{server.port}/r/1")
            assert len(server.requests) == 1
            return place

    assert asyncio.run(run()) == "openid4vp://?client_id=x"


@pytest.mark.parametrize(
    ("status", "more", "code"),
    [
        ("303 See Other", "", "net_status"),
        ("200 OK", "Location: openid4vp://?client_id=x\r\n", "net_status"),
        ("404 Not Found", "Location: openid4vp://?client_id=x\r\n", "net_status"),
        ("302 Found", "Location: openid4vp://?client_id=x\r\n", "net_redirect"),
    ],
)
def test_an_answer_that_is_no_303_with_a_place_is_no_short_link(status: str, more: str, code: str) -> None:
    async def run() -> None:
        async with Server(answering(status=status, more=more)).serving() as server, retrieval() as client:
            await client.see_other(f"http://127.0.0.1:{server.port}/r/1")

    with pytest.raises(RetrievalError) as caught:
        asyncio.run(run())
    assert caught.value.code == code
    assert caught.value.facts["host"] == "127.0.0.1"


def by_tls(name: str, context: ssl.SSLContext, url: str = f"https://{NAME}/x") -> tuple[Response, bytes]:
    async def run() -> tuple[Response, bytes]:
        async with Server(answering()).serving(context) as server:
            egress = {name: f"127.0.0.1:{server.port}"}
            async with retrieval(RetrievalPolicy.https_only(), egress=egress) as client:
                response = await client.get(url, accept="application/json")
                return response, server.requests[0]

    return asyncio.run(run())


def test_an_egress_map_leads_a_name_to_a_local_port_and_tls_is_for_the_name() -> None:
    response, request = by_tls(NAME, server_context(NAME))
    assert response.status == 200 and b"\r\nHost: issuer.example\r\n" in request
    response, request = by_tls(NAME, server_context(NAME), f"https://{NAME}:8443/x")
    assert b"\r\nHost: issuer.example:8443\r\n" in request


def test_a_server_certificate_for_another_name_is_refused() -> None:
    with pytest.raises(RetrievalError, match="net_unreachable"):
        by_tls(NAME, server_context("other.example"))


def test_a_server_certificate_of_nobody_trusted_is_refused() -> None:
    async def run() -> None:
        async with Server(answering()).serving(server_context(NAME)) as server:
            client = Retrieval(
                RetrievalPolicy.https_only(),
                egress={NAME: f"127.0.0.1:{server.port}"},
                tls_anchors=[],
                deadline=5,
                max_bytes=1000,
            )
            async with client:
                await client.get(f"https://{NAME}/", accept="application/json")

    with pytest.raises(RetrievalError, match="net_unreachable"):
        asyncio.run(run())


@pytest.mark.parametrize("target", ["10.0.0.1:443", "127.0.0.1", "127.0.0.1:0", "127.0.0.1:99999", "localhost:1", ""])
def test_an_egress_map_leads_nowhere_but_to_this_machine(target: str) -> None:
    with pytest.raises(ValueError, match="egress"):
        retrieval(egress={NAME: target})


def test_the_environment_chooses_no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    assert get(answering())[0].status == 200


async def drip(_: bytes, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n")
    for _second in range(1000):
        writer.write(b" ")
        await writer.drain()
        await asyncio.sleep(0.02)


async def silence(_: bytes, writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(60)


async def hang_up(_: bytes, writer: asyncio.StreamWriter) -> None:
    writer.close()


async def endless(_: bytes, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n")
    while True:
        writer.write(b"1000\r\n" + b"a" * 4096 + b"\r\n")
        await writer.drain()


async def endless_headers(_: bytes, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\n")
    while True:
        writer.write(b"X-A: " + b"a" * 4096 + b"\r\n")
        await writer.drain()


async def garbage(_: bytes, writer: asyncio.StreamWriter) -> None:
    writer.write(b"\x16\x03\x01 not http\r\n\r\n")
    await writer.drain()


def test_the_deadline_is_for_the_whole_and_not_for_each_read() -> None:
    refused(drip, "net_timeout", deadline=0.3)
    refused(silence, "net_timeout", deadline=0.3)


def test_an_answer_without_end_is_cut_off() -> None:
    refused(endless, "net_too_large")
    refused(answering(b"a" * 10_001), "net_too_large")
    assert len(get(answering(b"a" * 10_000))[0].body) == 10_000


@pytest.mark.parametrize("handler", [hang_up, garbage, endless_headers])
def test_a_server_that_speaks_no_http_is_unreachable(handler: Handler) -> None:
    refused(handler, "net_unreachable")


def test_a_header_value_from_outside_starts_no_new_line() -> None:
    refused(answering(), "net_forbidden", headers={"Authorization": "Bearer a\r\nX: y"})
    refused(answering(), "net_forbidden", headers={"DPoP": "ä"})


def test_nobody_listening_is_unreachable() -> None:
    async def run() -> None:
        async with Server(answering()).serving() as server:
            port = server.port
        async with retrieval() as client:
            await client.get(f"http://127.0.0.1:{port}/", accept="application/json")

    with pytest.raises(RetrievalError, match="net_unreachable"):
        asyncio.run(run())
