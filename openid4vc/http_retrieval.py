"""The network: the one module that opens connections, and the policy it keeps.

OpenID4VCI §13.9, OpenID4VP §14.7 and §14.8 (TLS; redirects are errors), Token Status List §8.2, SD-JWT VC §6 (retrieval
with bounded time and size, and against server-side request forgery).

Names are resolved here, every address is checked, and the connection goes to the address that was checked: a second
lookup never decides. No redirect is followed, no environment variable is read, nothing is kept between requests but
open connections.
"""

import asyncio
import ipaddress
import re
import socket
import ssl
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Final, Self
from urllib.parse import urlencode

import httpcore

from openid4vc import strict_json, uri
from openid4vc.errors import RetrievalError
from openid4vc.strict_json import JsonValue
from openid4vc.uri import Url

FORM: Final = "application/x-www-form-urlencoded"
JSON: Final = "application/json"

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_NAT64: Final = ipaddress.IPv6Network("64:ff9b::/96")
_UNICAST: Final = ipaddress.IPv6Network("2000::/3")
# What `is_global` lets through in some Python versions: protocol assignments, documentation, and the tunnels (6to4,
# Teredo) that carry an IPv4 address for a relay to reach.
_NOT_PUBLIC: Final = tuple(
    ipaddress.ip_network(text)
    for text in ("192.0.0.0/24", "192.88.99.0/24", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")
)
_EGRESS: Final = re.compile(r"127\.0\.0\.1:([1-9][0-9]{0,4})")
_MEDIA_TYPE: Final = re.compile(r"[a-z0-9!#$&^_.+-]+/[a-z0-9!#$&^_.+-]+")
_HEADER_VALUE: Final = re.compile(r"[ -~]*")


@dataclass(frozen=True, slots=True)
class RetrievalPolicy:
    """Where connections may go; made by one of the two class methods, there is no default."""

    allow_loopback_http: bool

    @classmethod
    def https_only(cls) -> Self:
        """Public addresses by https on port 443."""
        return cls(allow_loopback_http=False)

    @classmethod
    def https_and_loopback_http(cls) -> Self:
        """The demo: besides, 127.0.0.0/8, ::1 and the exact name localhost, by http or https and on any port."""
        return cls(allow_loopback_http=True)


@dataclass(frozen=True, slots=True)
class Response:
    """An answer: `content_type` is the media type alone, in lower case, "" when there is none."""

    url: str
    status: int
    content_type: str
    body: bytes
    headers: Mapping[str, str]

    def checked(self) -> Self:
        """The answer itself when its status is 200; RetrievalError `net_status` otherwise."""
        if self.status != 200:
            raise RetrievalError("net_status", str(self.status), host=_host_of(self.url), status=self.status)
        return self


class Retrieval:
    """Bounded HTTP for one event loop. Close it, or use it as an async context manager.

    `egress` maps names to 127.0.0.1:port (test mode); TLS is for the name all the same. `tls_anchors` are DER
    certificates trusted beside the system's. `deadline` is in seconds, for one whole request.
    """

    def __init__(
        self,
        policy: RetrievalPolicy,
        *,
        egress: Mapping[str, str],
        tls_anchors: Sequence[bytes],
        deadline: float,
        max_bytes: int,
    ) -> None:
        self._policy = policy
        self._egress = {host: _egress_port(target) for host, target in egress.items()}
        self._deadline = deadline
        self._max_bytes = max_bytes
        context = ssl.create_default_context()
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        if tls_anchors:
            context.load_verify_locations(cadata=b"".join(tls_anchors))
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=context,
            network_backend=_PinningBackend(policy, self._egress),
            max_connections=64,
            keepalive_expiry=15.0,
            retries=0,
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close the open connections."""
        await self._pool.aclose()

    def check(self, url: str) -> Url:
        """The URL as policy reads it, without any connection; RetrievalError `net_forbidden`."""
        parsed = uri.parse_url(url, allow_loopback_http=self._policy.allow_loopback_http)
        if parsed.port != 443 and not parsed.loopback and parsed.host not in self._egress:
            raise RetrievalError("net_forbidden", "port", host=parsed.host)
        if parsed.address is not None and not parsed.loopback and not is_public(parsed.address):
            raise RetrievalError("net_forbidden", "address", host=parsed.host)
        return parsed

    async def get(self, url: str, *, accept: str, headers: Mapping[str, str] | None = None) -> Response:
        """GET. `accept` is one media type or several with commas; an answer of 2xx must be one of them.

        RetrievalError `net_forbidden`, `net_unreachable`, `net_timeout`, `net_redirect`, `net_content_type`,
        `net_too_large`; every other status is the caller's to judge (`Response.checked`).
        """
        return await self._request("GET", url, accept=accept, headers=headers, content_type=None, body=b"")

    async def see_other(self, url: str) -> str:
        """GET of a short link: the `Location` of a 303, as text and not followed, for the caller to judge.

        Every other answer is a RetrievalError: `net_status`, or as `get`.
        """
        response = await self._request(
            "GET", url, accept=JSON, headers=None, content_type=None, body=b"", see_other=True
        )
        location = response.headers.get("location")
        if response.status != 303 or location is None:
            raise RetrievalError("net_status", str(response.status), host=_host_of(url), status=response.status)
        return location

    async def post_form(
        self, url: str, data: Mapping[str, str], *, accept: str, headers: Mapping[str, str] | None = None
    ) -> Response:
        """POST of a form; otherwise as `get`."""
        body = urlencode(data).encode("ascii")
        return await self._request("POST", url, accept=accept, headers=headers, content_type=FORM, body=body)

    async def post_json(
        self, url: str, value: JsonValue, *, accept: str, headers: Mapping[str, str] | None = None
    ) -> Response:
        """POST of JSON; otherwise as `get`."""
        body = strict_json.write(value)
        return await self._request("POST", url, accept=accept, headers=headers, content_type=JSON, body=body)

    async def _request(
        self,
        method: str,
        url: str,
        *,
        accept: str,
        headers: Mapping[str, str] | None,
        content_type: str | None,
        body: bytes,
        see_other: bool = False,
    ) -> Response:
        target = self.check(url)
        fields = _fields(target, accept, headers or {}, content_type, body)
        try:
            async with asyncio.timeout(self._deadline):
                return await self._exchange(method, target, accept, fields, body, see_other)
        except TimeoutError:
            raise RetrievalError("net_timeout", host=target.host) from None
        except (httpcore.TimeoutException, httpcore.ConnectError, httpcore.NetworkError) as error:
            raise RetrievalError("net_unreachable", type(error).__name__, host=target.host) from None
        except (httpcore.ProtocolError, httpcore.UnsupportedProtocol) as error:
            raise RetrievalError("net_unreachable", type(error).__name__, host=target.host) from None

    async def _exchange(
        self,
        method: str,
        target: Url,
        accept: str,
        fields: list[tuple[bytes, bytes]],
        body: bytes,
        see_other: bool,
    ) -> Response:
        host = target.host.encode("ascii")
        address = httpcore.URL(
            scheme=target.scheme.encode("ascii"),
            host=host,
            port=target.port,
            target=target.path_and_query.encode("ascii"),
        )
        async with self._pool.stream(method, address, headers=fields, content=body) as response:
            if 300 <= response.status < 400 and not (see_other and response.status == 303):
                raise RetrievalError("net_redirect", str(response.status), host=target.host)
            headers = _headers(response.headers)
            media_type = _media_type(headers.get("content-type", ""))
            if 200 <= response.status < 300:
                _check_content(response.status, headers, media_type, accept, target.host)
            content = bytearray()
            async for chunk in response.aiter_stream():
                content += chunk
                if len(content) > self._max_bytes:
                    raise RetrievalError("net_too_large", host=target.host)
        return Response(target.text, response.status, media_type, bytes(content), headers)


class _PinningBackend(httpcore.AsyncNetworkBackend):
    """Resolves a name, checks every address, and connects to one that was checked."""

    def __init__(self, policy: RetrievalPolicy, egress: Mapping[str, int]) -> None:
        self._policy = policy
        self._egress = egress
        self._network = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """One TCP connection; RetrievalError `net_forbidden` when any address of the name is not allowed."""
        if host in self._egress:
            addresses, port = ["127.0.0.1"], self._egress[host]
        else:
            addresses = await self._resolve(host, port)
        problem: httpcore.ConnectError | None = None
        for address in addresses:
            try:
                return await self._network.connect_tcp(
                    address, port, timeout=timeout, local_address=local_address, socket_options=socket_options
                )
            except httpcore.ConnectError as error:
                problem = error
        raise problem or httpcore.ConnectError("no address")

    async def _resolve(self, host: str, port: int) -> list[str]:
        try:
            found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            raise httpcore.ConnectError("name not resolved") from None
        addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
        for text in addresses:
            address = ipaddress.ip_address(text)
            if self._policy.allow_loopback_http and _names_loopback(host):
                allowed = uri.is_loopback(address)
            else:
                allowed = is_public(address)
            # One bad address among good ones is how rebinding looks: the whole name is refused.
            if not allowed:
                raise RetrievalError("net_forbidden", "address", host=host)
        return addresses


def _names_loopback(host: str) -> bool:
    """The exact name, or a literal; a public name that resolves to loopback is refused even in the demo."""
    if host == "localhost":
        return True
    try:
        return uri.is_loopback(ipaddress.ip_address(host))
    except ValueError:
        return False


def is_public(address: Address) -> bool:
    """Globally reachable unicast, directly: no private, link-local, shared (CGNAT), mapped or tunnelled address."""
    if isinstance(address, ipaddress.IPv6Address):
        if address in _NAT64:
            # RFC 6052: what an IPv6-only network uses to reach the IPv4 address inside.
            return is_public(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
        if address not in _UNICAST:
            return False
    if any(address in network for network in _NOT_PUBLIC):
        return False
    return address.is_global and not address.is_multicast and not address.is_reserved


def _fields(
    target: Url, accept: str, headers: Mapping[str, str], content_type: str | None, body: bytes
) -> list[tuple[bytes, bytes]]:
    """Request headers; what comes from the other side (a token) may not carry a line end into them."""
    default_port = 443 if target.scheme == "https" else 80
    host = f"[{target.host}]" if ":" in target.host else target.host
    fields = {
        "Host": host if target.port == default_port else f"{host}:{target.port}",
        "Accept": accept,
        "Accept-Encoding": "identity",
        "User-Agent": "todiste",
        **headers,
    }
    if content_type is not None:
        fields["Content-Type"] = content_type
        fields["Content-Length"] = str(len(body))
    if not all(_HEADER_VALUE.fullmatch(value) for value in fields.values()):
        raise RetrievalError("net_forbidden", "header value", host=target.host)
    return [(name.encode("ascii"), value.encode("ascii")) for name, value in fields.items()]


def _headers(raw: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    """Names in lower case; of a repeated header the last value."""
    return {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in raw}


def _media_type(content_type: str) -> str:
    media_type, _, parameters = content_type.partition(";")
    media_type = media_type.strip().lower()
    charset = re.search(r"charset\s*=\s*\"?([^\";\s]+)", parameters, re.IGNORECASE)
    if not _MEDIA_TYPE.fullmatch(media_type) or (charset and charset[1].lower() not in ("utf-8", "us-ascii")):
        return ""
    return media_type


def _check_content(status: int, headers: Mapping[str, str], media_type: str, accept: str, host: str) -> None:
    if headers.get("content-encoding", "identity").strip().lower() != "identity":
        raise RetrievalError("net_content_type", "content encoding", host=host)
    # 204 has no content to be of a type.
    if status != 204 and media_type not in {wanted.partition(";")[0].strip() for wanted in accept.split(",")}:
        raise RetrievalError("net_content_type", media_type[:64], host=host)


def _egress_port(target: str) -> int:
    matched = _EGRESS.fullmatch(target)
    if matched is None or int(matched[1]) > 65535:
        raise ValueError("an egress map sends names to 127.0.0.1:port")
    return int(matched[1])


def _host_of(url: str) -> str:
    return uri.parse_url(url, allow_loopback_http=True).host
