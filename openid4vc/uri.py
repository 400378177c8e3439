"""Addresses from outside: which URLs may be used at all, and what a custom-scheme link carries.

OpenID4VCI §4.1 and §12.2.1, OpenID4VP §5 and §14.7 (https everywhere); RFC 3986 for the syntax. What an address
resolves to is checked where the connection is made (http_retrieval); this module sees the text alone.
"""

import ipaddress
import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl, urlsplit

from openid4vc.errors import ProtocolError, RetrievalError

MAX_URL: Final = 4096
MAX_LINK: Final = 65_536

_PRINTABLE = re.compile(r"[!-~]+")
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
# WHATWG URL "ends in a number": such a last label makes resolvers read the whole as an IPv4 address.
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
# RFC 3986 §2: what a URI may hold, and nothing that a server, a log or a shell reads differently.
_OUTSIDE_URI = re.compile(r"[^A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]|%(?![0-9A-Fa-f]{2})")


@dataclass(frozen=True, slots=True)
class Url:
    """A URL that policy lets through. `host` is lower case, without brackets; `address` is set for an IP literal."""

    text: str
    scheme: str
    host: str
    port: int
    path_and_query: str
    address: ipaddress.IPv4Address | ipaddress.IPv6Address | None

    @property
    def loopback(self) -> bool:
        """127.0.0.0/8, ::1 or the exact name localhost: what the demo may reach by plain http."""
        return self.host == "localhost" if self.address is None else is_loopback(self.address)


def is_loopback(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    """Loopback proper; IPv4-mapped spellings of it are not."""
    return address.is_loopback and getattr(address, "ipv4_mapped", None) is None


def parse_url(text: str, *, allow_loopback_http: bool) -> Url:
    """An absolute https URL, or a loopback one by http where allowed; RetrievalError `net_forbidden` otherwise.

    Refused besides other schemes: userinfo, fragments, odd spellings of IP addresses, names that are not ASCII,
    loopback by any scheme where it is not allowed.
    """
    if len(text) > MAX_URL or not _PRINTABLE.fullmatch(text) or _OUTSIDE_URI.search(text):
        raise _forbidden("not a plain URL")
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise _forbidden("not a URL") from None
    scheme = parts.scheme
    if scheme not in ("https", "http") or not text[len(scheme) :].startswith("://"):
        raise _forbidden("scheme")
    if "@" in parts.netloc or "#" in text or port == 0 or parts.netloc.endswith(":"):
        raise _forbidden("userinfo, fragment or port")
    host, address = _host(parts.netloc, parts.hostname or "")
    target = parts.path or "/"
    url = Url(
        text=text,
        scheme=scheme,
        host=host,
        port=port or (443 if scheme == "https" else 80),
        path_and_query=f"{target}?{parts.query}" if parts.query else target,
        address=address,
    )
    if url.loopback and not allow_loopback_http:
        raise _forbidden("loopback")
    if scheme == "http" and not url.loopback:
        raise _forbidden("scheme")
    return url


def check_browser_url(text: str, *, allow_loopback_http: bool) -> str:
    """An address that a person's browser may go on to: as `parse_url`, and a fragment may follow, which only the page
    reads (the example of OpenID4VP §8.2 carries its response_code there). RetrievalError `net_forbidden`.
    """
    address, _, fragment = text.partition("#")
    parse_url(address, allow_loopback_http=allow_loopback_http)
    if len(text) > MAX_URL or "#" in fragment or _OUTSIDE_URI.search(fragment):
        raise _forbidden("fragment")
    return text


def _host(netloc: str, host: str) -> tuple[str, ipaddress.IPv4Address | ipaddress.IPv6Address | None]:
    """One spelling for one host: a bracketed IPv6 address, a dotted quad, or ASCII labels."""
    if netloc.startswith("["):
        try:
            address: ipaddress.IPv4Address | ipaddress.IPv6Address = ipaddress.IPv6Address(host)
        except ValueError:
            raise _forbidden("host") from None
        if "%" in host:
            raise _forbidden("host")
        return host, address
    labels = host.split(".")
    if _NUMBER.fullmatch(labels[-1]):
        # ipaddress takes four canonical decimal parts alone: 127.1, 0x7f.1, 2130706433 and leading zeros are refused.
        try:
            address = ipaddress.IPv4Address(host)
        except ValueError:
            raise _forbidden("host") from None
        return host, address
    if len(host) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
        raise _forbidden("host")
    return host, None


def link_parameters(text: str, schemes: Collection[str], *, error: type[ProtocolError], code: str) -> dict[str, str]:
    """The query of a custom-scheme link, each name once; `error(code)` for a broken link or a repeated parameter.

    The scheme itself must have been looked at (`scheme_of`): a link of another scheme is another thing, not a fault.
    """
    if len(text) > MAX_LINK or not _PRINTABLE.fullmatch(text) or scheme_of(text) not in schemes:
        raise error(code, "not a link of this kind")
    _, _, query = text.partition("?")
    query, _, _ = query.partition("#")
    if _broken_escape(query):
        raise error(code, "percent encoding")
    try:
        pairs = parse_qsl(query, keep_blank_values=True, encoding="utf-8", errors="strict", max_num_fields=32)
    except ValueError:
        raise error(code, "query") from None
    parameters = dict(pairs)
    if len(parameters) != len(pairs):
        raise error(code, "a parameter is repeated")
    return parameters


def scheme_of(text: str) -> str:
    """The scheme in lower case, or "" where there is none."""
    scheme, colon, _ = text.partition(":")
    return scheme.lower() if colon and re.fullmatch(r"[A-Za-z][A-Za-z0-9+.-]*", scheme) else ""


def _broken_escape(query: str) -> bool:
    return re.search(r"%(?![0-9A-Fa-f]{2})", query) is not None


def _forbidden(detail: str) -> RetrievalError:
    return RetrievalError("net_forbidden", detail)
