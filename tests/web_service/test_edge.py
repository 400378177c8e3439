"""What is refused before any route looks at it, and what every answer carries."""

import asyncio
import io
import json
import re
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.web_service.example_service import CANARY, Settings, Visitor, make, run_visit
from web_service.application import known_hosts
from web_service.edge import CSP, SECURITY_HEADERS, Edge
from web_service.errors import WebError
from web_service.logging import configure, log, log_exception
from web_service.metrics import Metrics
from web_service.settings import read_settings

PATHS = [
    "/",
    "/signin",
    "/nope",
    "/api/nope",
    "/crash/x",
    "/api/crash/x",
    "/api/count/x",
    "/static/todiste.css",
    "/admin",
]


@pytest.fixture
def lines() -> Any:
    """The log of the test, as objects."""
    stream = io.StringIO()
    configure("info", stream)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    configure("info", sys.stderr)


@pytest.mark.parametrize("path", PATHS)
def test_every_answer_carries_the_security_headers(path: str, local_url: str, tmp_path: Path) -> None:
    async def visit(visitor: Visitor) -> Any:
        return await visitor.get(path), await visitor.client.head(path), await visitor.client.request("BREW", path)

    for answer in run_visit(local_url, tmp_path, visit):
        for name, value in SECURITY_HEADERS.items():
            assert answer.headers[name] == value
        assert answer.headers["strict-transport-security"].startswith("max-age=31536000")
        assert "server" not in answer.headers
        assert re.fullmatch("[0-9a-f]{16}", answer.headers["x-request-id"])
        assert answer.headers["cache-control"] in ("no-store", "public, max-age=3600")


@pytest.mark.case("D-05")
def test_no_page_may_be_framed_and_no_answer_is_without_its_policy(local_url: str, tmp_path: Path) -> None:
    async def visit(visitor: Visitor) -> Any:
        signed_out = [await visitor.get(path) for path in PATHS]
        await visitor.sign_in()
        form = await visitor.post("/things/1", {})
        too_large = await visitor.client.post("/things/1", content=b"x" * (2 << 20))
        other_host = await visitor.get("/", headers={"Host": "evil"})
        return [*signed_out, await visitor.get("/things/1"), form, too_large, other_host]

    answers = run_visit(local_url, tmp_path, visit)
    assert {answer.status_code for answer in answers} >= {200, 303, 400, 404, 413, 500}
    for answer in answers:
        policy = answer.headers["content-security-policy"]
        assert policy == CSP
        assert policy.startswith("default-src 'none'")
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert answer.headers["x-frame-options"] == "DENY"


@pytest.mark.case("D-03")
def test_what_came_in_an_address_is_shown_as_text_or_not_at_all(local_url: str, tmp_path: Path) -> None:
    payload = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"

    async def visit(visitor: Visitor) -> Any:
        return [
            await visitor.get("/", params={"name": payload, "lang": payload}),
            await visitor.get("/" + payload),
            await visitor.get("/api/" + payload),
            await visitor.get("/crash/" + payload),
            await visitor.get("/api/count/" + payload),
            await visitor.get("/signin", params={"next": "/" + payload, "error": payload}),
            await visitor.get("/things/1", params={"x": payload}),
            await visitor.post("/signin", {"username": payload, "_lang": payload}),
            await visitor.get("/", headers={"Accept-Language": payload}),
        ]

    for answer in run_visit(local_url, tmp_path, visit):
        assert "<script>alert" not in answer.text
        assert "<img" not in answer.text
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers.get("content-type", "text/html").split(";")[0] in ("text/html", "application/json")
        assert payload not in repr(answer.headers)


HOSTS = [
    "evil", "todiste.example.evil", "evil:443", "todiste.example:8443", "", "todiste.example@evil",
    "todiste.example evil", "127.0.0.1", "127.0.0.1:443", "localhost:443", "[::1]:443", "todiste.example,evil",
    "x" * 300,
]  # fmt: skip


@pytest.mark.parametrize("host", HOSTS)
def test_another_host_is_not_this_service(host: str, local_url: str, tmp_path: Path) -> None:
    async def visit(visitor: Visitor) -> Any:
        return [
            await visitor.get(path, headers={"Host": host}) for path in ("/", "/api/nope", "/health/live", "/signin")
        ]

    page, wire, health, signin = run_visit(local_url, tmp_path, visit)
    assert page.status_code == wire.status_code == health.status_code == signin.status_code == 400
    assert wire.json() == {"error": "invalid_request"}
    assert "evil" not in page.text


@pytest.mark.parametrize("host", ["todiste.example", "TODISTE.example", "todiste.example:443", "other.example"])
def test_the_configured_names_are_this_service(host: str, local_url: str, tmp_path: Path) -> None:
    async def visit(visitor: Visitor) -> Any:
        return await visitor.get("/", headers={"Host": host})

    assert run_visit(local_url, tmp_path, visit, allowed_hosts=("other.example",)).status_code == 200


def test_a_port_belongs_to_the_name() -> None:
    assert known_hosts("http://127.0.0.1:8001", ()) == {"127.0.0.1:8001"}
    assert known_hosts("https://[::1]", ()) == {"[::1]", "[::1]:443"}
    assert known_hosts("http://a.example", ()) == {"a.example", "a.example:80"}


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({f"x-{number}": "1" for number in range(101)}, 431),
        ({"x-long": "x" * 33_000}, 431),
        ({"cookie": "a=" + "x" * 33_000}, 431),
        ({"content-encoding": "gzip"}, 415),
        ({"content-length": "9" * 20}, 400),
        ({"content-length": "-1"}, 400),
        ({"content-length": str(2 << 20)}, 413),
    ],
)
def test_a_head_that_is_too_much_is_refused_as_page_and_as_json(
    headers: dict[str, str], status: int, local_url: str, tmp_path: Path
) -> None:
    async def visit(visitor: Visitor) -> Any:
        return [await visitor.client.post(path, content=b"x", headers=headers) for path in ("/things/1", "/api/echo")]

    page, wire = run_visit(local_url, tmp_path, visit)
    assert page.status_code == wire.status_code == status
    assert wire.json() == {"error": "invalid_request"}
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert page.headers["connection"] == "close"


def test_one_route_may_take_more_and_no_other(local_url: str, tmp_path: Path) -> None:
    body = b"a=" + b"x" * (1 << 20)
    headers = {"Content-Type": "application/x-www-form-urlencoded"}

    async def chunks() -> Any:
        for _ in range(5):
            yield b"x" * (1 << 19)

    async def visit(visitor: Visitor) -> Any:
        return [
            await visitor.client.post("/api/form", content=body, headers=headers),
            await visitor.client.post("/things/1", content=body, headers=headers),
            await visitor.client.post("/api/form", content=chunks(), headers=headers),
        ]

    larger, usual, endless = run_visit(local_url, tmp_path, visit)
    assert (larger.status_code, larger.json()) == (200, {"fields": 1})
    assert usual.status_code == endless.status_code == 413


def test_a_body_that_does_not_come_is_not_waited_for() -> None:
    sent: list[Any] = []

    async def application(scope: Any, receive: Any, send: Any) -> None:
        raise AssertionError("nothing to answer yet")

    async def run() -> None:
        from starlette.responses import PlainTextResponse

        def answer(_scope: Any, error: WebError) -> Any:
            return PlainTextResponse(error.code, error.status)

        edge = Edge(
            application, error_answer=answer, metrics=Metrics(), hosts=frozenset({"a"}), https=False, body_limits={},
            body_seconds=0.01,
        )  # fmt: skip
        scope = {
            "type": "http", "method": "POST", "path": "/", "raw_path": b"/", "query_string": b"",
            "headers": [(b"host", b"a"), (b"content-length", b"10")],
        }  # fmt: skip

        async def receive() -> Any:
            await asyncio.Event().wait()

        async def send(message: Any) -> None:
            sent.append(message)

        await edge(scope, receive, send)

    asyncio.run(run())
    assert sent[0]["status"] == 408
    assert (b"connection", b"close") in sent[0]["headers"]


def test_page_errors_speak_the_readers_language_and_api_errors_json(local_url: str, tmp_path: Path) -> None:
    async def visit(visitor: Visitor) -> Any:
        return (
            await visitor.get("/nope", headers={"Accept-Language": "sv"}),
            await visitor.get("/nope", headers={"Accept-Language": "en"}),
            await visitor.client.delete("/signin"),
            await visitor.get("/api/nope"),
            await visitor.client.get("/api/echo"),
            await visitor.get("/api/count/many"),
            await visitor.client.post("/api/echo", content=b"{", headers={"Content-Type": "application/json"}),
            await visitor.client.post("/api/echo", json={"a": 1}),
        )

    swedish, english, method, missing, wire_method, wrong_type, broken, fine = run_visit(local_url, tmp_path, visit)
    assert "Sidan finns inte" in swedish.text
    assert "The page does not exist" in english.text
    assert (swedish.status_code, method.status_code) == (404, 405)
    assert (missing.status_code, missing.json()) == (404, {"error": "not_found"})
    assert (wire_method.status_code, wire_method.json()) == (405, {"error": "method_not_allowed"})
    assert wire_method.headers["allow"] == "POST"
    assert (wrong_type.status_code, wrong_type.json()) == (400, {"error": "invalid_request"})
    assert (broken.status_code, broken.json()) == (400, {"error": "invalid_request"})
    assert fine.json() == {"members": 1}


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"1", b'{"a":1,"a":2}', b'{"a":{"b":1,"b":2}}', b'{"a":NaN}', b'{"a":1e999}', b'{"a":[-1e999]}',
     b'{"a":1}x', b"\xef\xbb\xbf{}", b'{"a":"\\ud800"}', b'{"a":"\xff"}', b'{"a":' * 1000],
)  # fmt: skip
def test_json_that_is_not_one_plain_object_is_refused(body: bytes, tmp_path: Path, local_url: str) -> None:
    async def visit(visitor: Visitor) -> Any:
        return await visitor.client.post("/api/echo", content=body, headers={"Content-Type": "application/json"})

    answer = run_visit(local_url, tmp_path, visit)
    assert (answer.status_code, answer.json()) == (400, {"error": "invalid_request"})


@pytest.mark.case("Y-03")
def test_a_crash_answers_with_the_requests_id_and_logs_places_without_values(
    lines: Any, local_url: str, tmp_path: Path
) -> None:
    async def visit(visitor: Visitor) -> Any:
        return await visitor.get(f"/crash/{CANARY}?q={CANARY}"), await visitor.get(f"/api/crash/{CANARY}")

    page, wire = run_visit(local_url, tmp_path, visit)
    assert (page.status_code, wire.status_code) == (500, 500)
    assert wire.json() == {"error": "server_error", "request_id": wire.headers["x-request-id"]}
    assert page.headers["x-request-id"] in page.text
    assert "Palvelussa tapahtui virhe" in page.text
    failed = [line for line in lines() if line["event"] == "request_failed"]
    assert [line["request_id"] for line in failed] == [page.headers["x-request-id"], wire.headers["x-request-id"]]
    assert failed[0]["error"] == "ValueError"
    assert failed[0]["traceback"].endswith(" crash")
    for text in (page.text, wire.text, json.dumps(lines())):
        assert CANARY not in text
        assert "Traceback" not in text


@pytest.mark.case("Y-04")
def test_logs_and_metrics_know_routes_by_their_templates_alone(lines: Any, local_url: str, tmp_path: Path) -> None:
    async def visit(visitor: Visitor) -> Any:
        await visitor.sign_in()
        await visitor.get(f"/things/{CANARY}?q={CANARY}")
        await visitor.get(f"/{CANARY}")
        await visitor.client.request(CANARY.replace("-", ""), f"/things/{CANARY}")
        await visitor.get(
            f"/things/1#{CANARY}", headers={"User-Agent": CANARY, "Referer": CANARY, "X-Request-Id": CANARY}
        )
        return visitor.site.metrics.exposition().decode(), visitor.site.metrics.value(
            "http_requests_total", method="GET", route="/things/{thing}", status="200"
        )

    metrics, counted = run_visit(local_url, tmp_path, visit)
    requests = [line for line in lines() if line["event"] == "http_request"]
    assert [(line["route"], line["method"]) for line in requests[2:]] == [
        ("/things/{thing}", "GET"), ("unmatched", "GET"), ("/things/{thing}", "other"), ("/things/{thing}", "GET"),
    ]  # fmt: skip
    assert counted == 2
    assert 'http_requests_total{method="GET",route="/things/{thing}",status="200"} 2.0' in metrics
    for text in (json.dumps(lines()), metrics):
        for secret in (CANARY, CANARY.replace("-", ""), "192.0.2.1", "lea"):
            assert secret not in text
    assert all(
        set(line) <= {"time", "level", "event", "reason", "method", "route", "status", "ms", "request_id"}
        for line in requests
    )


def test_other_libraries_lines_keep_their_arguments_to_themselves_and_no_line_is_long(lines: Any) -> None:
    import logging

    logging.getLogger("someone").warning("value %s", CANARY)
    try:
        raise ValueError(CANARY)
    except ValueError:
        logging.getLogger("someone").exception("failed")
    log("long", text="x" * 10_000)
    log("quiet", level="debug")
    try:
        raise KeyError(CANARY) from ValueError(CANARY)
    except KeyError as error:
        log_exception("chained", error)
    assert [line["event"] for line in lines()] == ["library", "library", "long", "chained"]
    assert lines()[-1]["error"] == "KeyError < ValueError"
    assert CANARY not in json.dumps(lines())
    assert len(json.dumps(lines()[2])) < 2000


@pytest.mark.parametrize("path", ["/metrics", "/health/live", "/health/ready"])
def test_operators_pages_are_for_this_machine_or_the_token(path: str, local_url: str, tmp_path: Path) -> None:
    async def visit(visitor: Visitor) -> Any:
        async def from_here(host: str, **headers: str) -> int:
            transport = httpx.ASGITransport(visitor.app, client=("127.0.0.1", 5000))
            async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as client:
                return (await client.get(path, headers={"Host": host, **headers})).status_code

        return (
            (await visitor.get(path)).status_code,
            (await visitor.get(path, headers={"Authorization": "Bearer wrong"})).status_code,
            (await visitor.get(path, headers={"Authorization": "Bearer a-token"})).status_code,
            await from_here("127.0.0.1:8000"),
            await from_here("localhost:8000"),
            await from_here("todiste.example"),
            await from_here("127.0.0.1:8000", **{"X-Forwarded-For": "192.0.2.1"}),
        )

    assert run_visit(local_url, tmp_path, visit, metrics_token="a-token") == (404, 404, 200, 200, 200, 404, 404)


def test_readiness_follows_the_database_the_checks_and_the_end(tmp_path: Path, url: str) -> None:
    async def visit(visitor: Visitor) -> Any:
        async def ready() -> Any:
            answer = await visitor.get("/health/ready", headers={"Authorization": "Bearer t"})
            return answer.status_code, answer.json()

        async def fails() -> None:
            raise WebError("service_unavailable")

        results = [await ready()]
        visitor.site.ready_checks.append(fails)
        results.append(await ready())
        visitor.site.draining = True
        results.append(await ready())
        return results

    assert run_visit(url, tmp_path, visit, metrics_token="t") == [
        (200, {"status": "ok"}),
        (503, {"status": "failed", "reason": "service_unavailable"}),
        (503, {"status": "draining"}),
    ]


def test_a_database_that_is_away_is_said_as_503_everywhere(tmp_path: Path) -> None:
    settings = read_settings(
        Settings,
        {"data_dir": tmp_path, "database_url": "sqlite:////nonexistent/x.db", "public_url": "https://todiste.example"},
    )
    site, app = make(settings)

    async def run() -> Any:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="https://todiste.example") as client:
            cookies = {"Cookie": "__Host-session=x"}
            token = {"Authorization": "Bearer x"}
            answers = await client.get("/things/1", headers=cookies), await client.get("/api/items", headers=token)
        await site.database.close()
        return answers

    page, wire = asyncio.run(run())
    assert (page.status_code, wire.status_code) == (503, 503)
    assert "Tietokanta ei vastaa" in page.text
    assert wire.json()["error"] == "temporarily_unavailable"
