"""A web server that can be told to misbehave, and a client that trusts its certificates."""

import asyncio
import ssl
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from openid4vc.http_retrieval import Retrieval, RetrievalPolicy
from openid4vc.trust.certificates import Role
from openid4vc.trust.making import make_leaf, make_root
from tests.openid4vc.forging import new_key

NOW = int(time.time())
TLS_ROOT = make_root(Role.TLS, now=NOW)

Handler = Callable[[bytes, asyncio.StreamWriter], Awaitable[None]]


def server_context(*names: str) -> ssl.SSLContext:
    key = new_key()
    leaf = make_leaf(
        Role.TLS,
        TLS_ROOT,
        organization="Issuer",
        organization_identifier=None,
        common_name="Issuer",
        dns_names=names,
        public_key=key.public_key(),
        now=NOW,
        life_days=30,
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.TemporaryDirectory() as folder:
        pem = Path(folder) / "server.pem"
        pem.write_bytes(
            key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()) + leaf.x509.public_bytes(Encoding.PEM)
        )
        context.load_cert_chain(pem)
    return context


class Server:
    """Counts connections, keeps requests, and answers as it is told."""

    def __init__(self, handler: Handler) -> None:
        self.handler = handler
        self.connections = 0
        self.requests: list[bytes] = []
        self.port = 0

    async def connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            length = 0
            for line in head.split(b"\r\n"):
                if line.lower().startswith(b"content-length:"):
                    length = int(line.split(b":")[1])
            request = head + await reader.readexactly(length)
            self.requests.append(request)
            await self.handler(request, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            return
        finally:
            writer.close()

    @asynccontextmanager
    async def serving(self, tls: ssl.SSLContext | None = None) -> AsyncIterator["Server"]:
        server = await asyncio.start_server(self.connected, "127.0.0.1", 0, ssl=tls)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()
            await server.wait_closed()


def answering(
    body: bytes = b'{"a":1}', content_type: str | None = "application/json", status: str = "200 OK", more: str = ""
) -> Handler:
    async def handler(_: bytes, writer: asyncio.StreamWriter) -> None:
        kind = f"Content-Type: {content_type}\r\n" if content_type is not None else ""
        head = f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n{kind}{more}\r\n"
        writer.write(head.encode("latin-1") + body)
        await writer.drain()

    return handler


def retrieval(
    policy: RetrievalPolicy | None = None, *, egress: Mapping[str, str] | None = None, deadline: float = 5.0
) -> Retrieval:
    return Retrieval(
        policy or RetrievalPolicy.https_and_loopback_http(),
        egress=egress or {},
        tls_anchors=[TLS_ROOT.certificate.der],
        deadline=deadline,
        max_bytes=10_000,
    )
