"""A real server on a real port: limits that only a connection shows, and an end without loss."""

import json
import os
import resource
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from examples.services import reserve_port
from tests.web_service.effort import Reader, refusing
from web_service.errors import WebError
from web_service.forms import read_form, read_json
from web_service.http_protocol import HEAD_BYTES
from web_service.serving import listen, tls_context

ROOT = Path(__file__).resolve().parent.parent.parent


@dataclass
class Running:
    """The example service in a process of its own."""

    process: subprocess.Popen[bytes]
    port: int
    log: Path

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def events(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.log.read_text("utf-8").splitlines()]

    def memory(self) -> int:
        """Resident bytes now."""
        return int(Path(f"/proc/{self.process.pid}/statm").read_text().split()[1]) * resource.getpagesize()

    def workers(self) -> list[int]:
        """The processes that it forked."""
        return [
            int(pid) for pid in Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        ]

    def raw(self, request: bytes, *, repeat: bytes = b"", times: int = 0) -> tuple[int, bytes]:
        """Send bytes as they are, `repeat` after them until the other side closes; the status and the whole answer."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=20) as connection:
            try:
                connection.sendall(request)
                for _ in range(times):
                    connection.sendall(repeat)
            except OSError:
                pass  # closed while we were sending: the answer may still be there
            answer = b""
            try:
                while part := connection.recv(65536):
                    answer += part
                    if b"\r\n\r\n" in answer and b"connection: close" not in answer.lower():
                        break
            except OSError:
                pass
        return int(answer.split(b" ", 2)[1]) if answer else 0, answer


@contextmanager
def running(folder: Path, *, workers: int = 1, port: int | None = None) -> Iterator[Running]:
    port = port or reserve_port()
    log = folder / "log"
    command = [sys.executable, "-m", "tests.web_service.example_service", str(folder), str(port), str(workers)]
    with log.open("wb") as stderr:
        process = subprocess.Popen(command, cwd=ROOT, stderr=stderr)
    service = Running(process, port, log)
    try:
        wait_until(lambda: process.poll() is not None or alive(service))
        yield service
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            process.wait(30)


def alive(service: Running) -> bool:
    try:
        return httpx.get(f"{service.address}/health/ready", timeout=2).status_code == 200
    except httpx.TransportError:
        return False


def wait_until(ready: Any, seconds: float = 30) -> None:
    """Poll with a deadline: there is nothing to subscribe to in another process."""
    end = time.monotonic() + seconds
    while not ready():
        if time.monotonic() > end:
            raise TimeoutError
        time.sleep(0.02)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running(tmp_path_factory.mktemp("server")) as service:
        yield service


HEAD = b"POST %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nContent-Type: %s\r\n"


def post(server: Running, path: bytes, kind: bytes, body: bytes) -> tuple[int, bytes]:
    head = HEAD % (path, server.port, kind)
    return server.raw(head + b"Content-Length: %d\r\nConnection: close\r\n\r\n" % len(body) + body)


@pytest.mark.case("N-04")
@pytest.mark.parametrize("kind", [b"application/json", b"application/x-www-form-urlencoded"])
@pytest.mark.parametrize("chunked", [False, True])
def test_a_huge_or_endless_body_is_refused_after_a_megabyte(server: Running, kind: bytes, chunked: bool) -> None:
    before = server.memory()
    part = b"x" * (1 << 20)
    head = HEAD % (b"/api/echo", server.port, kind)
    if chunked:
        head += b"Transfer-Encoding: chunked\r\n\r\n"
        status, answer = server.raw(head, repeat=b"100000\r\n" + part + b"\r\n", times=200)
    else:
        status, answer = server.raw(head + b"Content-Length: 209715200\r\n\r\n", repeat=part, times=200)
    assert status in (0, 413)  # a sender that goes on sending may lose the answer with the connection
    if answer:
        assert answer.endswith(b'{"error":"invalid_request"}')
    assert server.memory() - before < 50 << 20
    assert alive(server)
    assert [event["status"] for event in server.events() if event.get("route") == "unmatched"][-1] == "413"


@pytest.mark.case("N-05")
def test_a_head_that_is_too_large_ends_the_connection(server: Running) -> None:
    host = b"Host: 127.0.0.1:%d\r\n" % server.port
    for request in (
        b"GET / HTTP/1.1\r\n" + host + b"X-Long: " + b"x" * 100_000 + b"\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + host + b"".join(b"X-%d: 1\r\n" % number for number in range(10_000)) + b"\r\n",
        b"GET /" + b"x" * 1_000_000 + b" HTTP/1.1\r\n" + host + b"\r\n",
        b"GET /?" + b"x" * 9_000 + b" HTTP/1.1\r\n" + host + b"\r\n",
        b"GET / HTTP/1.1\r\n" + host + b"X-Endless: " + b"x" * (HEAD_BYTES + 300_000),
    ):
        status, _ = server.raw(request)
        assert status in (400, 414, 431)
    assert alive(server)


FORM, MULTIPART, JSON = b"application/x-www-form-urlencoded", b"multipart/form-data; boundary=b", b"application/json"


def parts(count: int, more: bytes = b"") -> bytes:
    """A multipart form of so many fields, or files when `more` names them."""
    one = b'--b\r\nContent-Disposition: form-data; name="f%06d"' + more + b"\r\n\r\nx\r\n"
    return b"".join(one % number for number in range(count)) + b"--b--\r\n"


def part_headers(count: int) -> bytes:
    """A multipart form whose only part has so many headers."""
    return b"--b\r\n" + b"".join(b"X-%06d: 1\r\n" % number for number in range(count)) + b"\r\nx\r\n--b--\r\n"


def assert_effort_is_bounded(reader: Reader, kind: bytes, once: bytes, twice: bytes) -> None:
    """Twice as much costs no more calls, and what is held is a few times the body, which has a limit of its own."""
    efforts = [refusing(reader, kind, body) for body in (once, twice)]
    assert all(effort.status in (400, 413) for effort in efforts)
    assert efforts[1].calls - efforts[0].calls < 1000, efforts  # thousands of items came on top
    assert efforts[1].held < 8 * len(twice), efforts


@pytest.mark.case("N-06")
@pytest.mark.parametrize(
    ("kind", "body", "most"),
    [
        (FORM, lambda count: b"&".join(b"f%06d=1" % number for number in range(count)), 100_000),
        (FORM, lambda count: b"&" * count, 1_000_000),
        (MULTIPART, parts, 10_000),
        (MULTIPART, lambda count: parts(count, b'; filename="a"'), 9_999),
        (MULTIPART, lambda count: b"\r\n" * count, 500_000),
        (MULTIPART, lambda count: b"-" * count, 1_000_000),
        (MULTIPART, part_headers, 50_000),
    ],
    ids=["fields", "ampersands", "parts", "files", "empty lines", "dashes", "headers of a part"],
)
def test_forms_with_too_many_parts_are_refused_without_work_for_each(
    server: Running, kind: bytes, body: Callable[[int], bytes], most: int
) -> None:
    status, answer = post(server, b"/api/form", kind, body(most))
    assert status in (400, 413), answer[-200:]
    assert alive(server)
    assert_effort_is_bounded(partial(read_form, max_files=1), kind, body(most // 2), body(most))


@pytest.mark.parametrize("boundary", [b"", b"; boundary=" + b"x" * 500], ids=["none", "too long"])
def test_a_multipart_form_needs_a_boundary(server: Running, boundary: bytes) -> None:
    assert post(server, b"/api/form", b"multipart/form-data" + boundary, b"--b--")[0] == 400


@pytest.mark.case("N-07")
@pytest.mark.parametrize(
    ("body", "most"),
    [
        (lambda count: b"[" * count, 100_000),
        (lambda count: b'{"a":' * count, 200_000),
        (lambda count: b"[" + b"0," * count + b"0]", 500_000),
        (lambda count: b'{"a":[' + b"0," * count, 499_000),
    ],
    ids=["brackets", "objects", "elements", "cut off"],
)
def test_deep_or_long_json_is_refused_without_work_for_each(
    server: Running, body: Callable[[int], bytes], most: int
) -> None:
    status, answer = post(server, b"/api/echo", JSON, body(most)[: 1 << 20])
    assert status == 400
    assert answer.endswith(b'{"error":"invalid_request"}')
    assert_effort_is_bounded(read_json, JSON, body(most // 2), body(most))


@pytest.mark.case("D-18")
def test_only_the_configured_host_is_answered_however_the_request_names_it(server: Running) -> None:
    own = b"127.0.0.1:%d" % server.port
    assert server.raw(b"GET / HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n" % own)[0] == 200
    for request in (
        b"GET / HTTP/1.1\r\nHost: evil\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: evil:%d\r\n\r\n" % server.port,
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.0\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: %s\r\nHost: evil\r\n\r\n" % own,
        b"GET / HTTP/1.1\r\nHost: %s@evil\r\n\r\n" % own,
        b"GET / HTTP/1.1\r\nHost: %s/evil\r\n\r\n" % own,
        b"GET / HTTP/1.1\r\nHost: %s?evil\r\n\r\n" % own,
        b"GET / HTTP/1.1\r\nHost: %s#evil\r\n\r\n" % own,
        b"GET http://evil/ HTTP/1.1\r\nHost: %s\r\n\r\n" % own,
        b"GET http://%s/ HTTP/1.1\r\nHost: evil\r\n\r\n" % own,
        b"GET evil HTTP/1.1\r\nHost: %s\r\n\r\n" % own,
        b"CONNECT evil:443 HTTP/1.1\r\nHost: evil:443\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: evil\r\nX-Forwarded-Host: %s\r\n\r\n" % own,
    ):
        status, answer = server.raw(request)
        assert status == 400, request
        assert b"evil" not in answer


def test_two_ways_to_see_the_end_of_a_body_are_refused(server: Running) -> None:
    head = b"POST /api/echo HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n" % server.port
    for fields in (
        b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}",
        b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
        b"X: a\r\n folded: b\r\nContent-Length: 2\r\n\r\n{}",
        b"X: a\x00b\r\nContent-Length: 2\r\n\r\n{}",
        b"X y: a\r\nContent-Length: 2\r\n\r\n{}",
    ):
        assert server.raw(head + fields)[0] == 400, fields


@pytest.mark.case("D-16")
def test_nothing_of_the_machinery_is_served(server: Running) -> None:
    paths = [
        b"/docs", b"/openapi.json", b"/redoc", b"/docs/oauth2-redirect", b"/debug", b"/.env", b"/.git/config",
        b"/static/", b"/static/../web_service/settings.py", b"/static/%2e%2e/web_service/settings.py",
        b"/static/..%2fsettings.py", b"/static/..%5csettings.py", b"/static/%252e%252e/settings.py",
        b"/static//etc/passwd", b"/static/%2fetc%2fpasswd", b"/static/todiste.css%00.py", b"/static/settings.py",
    ]  # fmt: skip
    for path in paths:
        request = b"GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nConnection: close\r\n\r\n" % (path, server.port)
        status, answer = server.raw(request)
        assert status == 404, path
        assert b"import" not in answer
        assert b"root:" not in answer
    outside = {"X-Forwarded-For": "192.0.2.1"}
    assert httpx.get(f"{server.address}/metrics", headers=outside).status_code == 404
    assert httpx.get(f"{server.address}/metrics").status_code == 200
    assert "server" not in httpx.get(server.address).headers


def test_a_second_service_on_the_port_is_refused_and_the_port_named(server: Running) -> None:
    with pytest.raises(WebError) as caught:
        listen("127.0.0.1", server.port)
    assert (caught.value.code, caught.value.facts["port"]) == ("port_taken", server.port)
    with pytest.raises(WebError) as caught:
        listen("192.0.2.77", 0)
    assert caught.value.code == "host_unusable"


@pytest.mark.parametrize("workers", [1, 2])
def test_being_told_to_stop_lets_the_running_request_end_and_exits_with_0(workers: int, tmp_path: Path) -> None:
    marker = tmp_path / "began"
    with running(tmp_path, workers=workers) as service:
        wait_until(lambda: [event["event"] for event in service.events()].count("started") == workers)
        request = f"GET /slow?marker={marker} HTTP/1.1\r\nHost: 127.0.0.1:{service.port}\r\nConnection: close\r\n\r\n"
        with socket.create_connection(("127.0.0.1", service.port), timeout=20) as connection:
            connection.sendall(request.encode())
            wait_until(marker.exists)
            service.process.send_signal(signal.SIGTERM)
            answer = b""
            while part := connection.recv(65536):
                answer += part
        assert answer.startswith(b"HTTP/1.1 200")
        assert answer.endswith(b"slowly")
        assert service.process.wait(25) == 0
    names = [event["event"] for event in service.events()]
    assert names.count("draining") == names.count("stopped") == workers
    assert not any(event["level"] == "error" for event in service.events())


def test_a_stop_that_is_asked_for_as_soon_as_the_log_says_started_is_a_clean_end(tmp_path: Path) -> None:
    (tmp_path / "stop-once-started").touch()
    with running(tmp_path) as service:
        assert service.process.wait(25) == 0
    assert [event["event"] for event in service.events() if event["event"] != "http_request"] == [
        *("started", "draining", "stopped")
    ]


@pytest.mark.parametrize("workers", [1, 2])
def test_ctrl_c_is_a_clean_end(workers: int, tmp_path: Path) -> None:
    with running(tmp_path, workers=workers) as service:
        service.process.send_signal(signal.SIGINT)
        assert service.process.wait(25) == 0
    assert "Traceback" not in service.log.read_text()


@pytest.mark.parametrize("workers", [1, 2])
def test_sighup_reloads_in_every_worker_and_serving_goes_on(workers: int, tmp_path: Path) -> None:
    with running(tmp_path, workers=workers) as service:
        service.process.send_signal(signal.SIGHUP)
        wait_until(lambda: [event["event"] for event in service.events()].count("reloaded") == workers)
        assert (tmp_path / "reloaded").exists()
        assert alive(service)


@pytest.mark.parametrize("workers", [1, 2])
def test_a_reload_that_is_asked_for_during_the_start_ends_no_worker_and_is_done_after_it(
    workers: int, tmp_path: Path
) -> None:
    (tmp_path / "reload-while-starting").touch()
    with running(tmp_path, workers=workers) as service:
        wait_until(lambda: [event["event"] for event in service.events()].count("reloaded") == workers)
        assert "worker_died" not in [event["event"] for event in service.events()]
        assert alive(service)


def test_a_worker_that_dies_is_replaced_and_numbers_are_added_up(tmp_path: Path) -> None:
    with running(tmp_path, workers=2) as service:
        for _ in range(20):
            httpx.get(service.address)
        text = httpx.get(f"{service.address}/metrics").text
        line = next(
            line for line in text.splitlines() if line.startswith("http_requests_total") and 'route="/"' in line
        )
        assert line.endswith(" 20.0")
        os.kill(service.workers()[0], signal.SIGKILL)
        wait_until(lambda: [event["event"] for event in service.events()].count("started") == 3)
        wait_until(lambda: alive(service))
        assert len(service.workers()) == 2


def test_a_silent_or_slow_connection_is_closed_and_a_full_house_closes_the_longest_waiting() -> None:
    import asyncio

    import uvicorn

    from web_service.http_protocol import LimitedHttp

    class Impatient(LimitedHttp):
        head_seconds = 0.3
        max_connections = 5

    async def answer(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body"})

    async def run() -> None:
        server = uvicorn.Server(uvicorn.Config(answer, http=Impatient, lifespan="off", log_config=None, port=0))
        listening = listen("127.0.0.1", 0)
        port = listening.getsockname()[1]
        task = asyncio.create_task(server._serve([listening]))
        silent = [await asyncio.open_connection("127.0.0.1", port) for _ in range(2)]
        silent[0][1].write(b"GET / HTTP/1.1\r\nHost: a\r\nX:")
        for reader, writer in silent:
            assert await asyncio.wait_for(reader.read(), 10) == b""
            writer.close()
        crowd = [await asyncio.open_connection("127.0.0.1", port) for _ in range(8)]
        reader, writer = crowd[-1]
        writer.write(b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        assert (await asyncio.wait_for(reader.read(), 10)).startswith(b"HTTP/1.1 204")
        assert await asyncio.wait_for(crowd[0][0].read(), 10) == b""
        for _, other in crowd:
            other.close()
        server.should_exit = True
        await asyncio.wait_for(task, 10)

    asyncio.run(run())


def self_signed(folder: Path) -> tuple[Path, Path]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now, now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    cert_path, key_path = folder / "cert.pem", folder / "key.pem"
    cert_path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    key_path.write_bytes(pem)
    return cert_path, key_path


def test_tls_is_1_2_or_newer_with_forward_secrecy(tmp_path: Path) -> None:
    cert, key = self_signed(tmp_path)
    context = tls_context(cert, key)
    assert context.minimum_version == ssl.TLSVersion.TLSv1_2
    names = [cipher["name"] for cipher in context.get_ciphers()]
    assert all(name.startswith(("TLS_", "ECDHE-")) and "CBC" not in name for name in names)
    with pytest.raises(WebError) as caught:
        tls_context(cert, tmp_path / "absent.pem")
    assert caught.value.code == "tls_unusable"
    key.write_text("not a key")
    with pytest.raises(WebError):
        tls_context(cert, key)
