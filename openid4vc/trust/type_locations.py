"""Where the metadata of a type is served: `types.json` of a trust folder.

`{"https://tyypit.example/tyokyky/": "issuer", "urn:eudi:pid:": {"issuer": "pid/"}, "urn:x:": "https://types.example/x/"}`:
the longest prefix of a `vct` decides. `issuer` means `PUBLIC_URL/types/` of the credential's own issuer, whose
identifier is `PUBLIC_URL/<organisation>`; the rest of the `vct` is appended. A `vct` is never itself fetched.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from openid4vc import strict_json
from openid4vc.errors import FormatError, TrustError
from openid4vc.strict_json import JsonValue

# What may be appended to a base: plain segments, so that nothing climbs out of it or becomes a query.
_SEGMENTS: Final = re.compile(r"(?!\.{1,2}(/|$))[A-Za-z0-9._~-]+(/(?!\.{1,2}(/|$))[A-Za-z0-9._~-]+)*")


@dataclass(frozen=True, slots=True)
class AtIssuer:
    """Below `PUBLIC_URL/types/` of the credential's own issuer."""

    path: str


@dataclass(frozen=True, slots=True)
class TypeLocations:
    """Prefixes of `vct` with the place of each: AtIssuer, or a base URL."""

    places: Mapping[str, AtIssuer | str]

    def locate(self, vct: str, issuer: str) -> str | None:
        """The URL of the metadata of `vct` from the issuer with this identifier; None where no prefix maps it."""
        prefixes = [prefix for prefix in self.places if vct.startswith(prefix)]
        if not prefixes:
            return None
        # Of the beginnings of one text the longest sorts last.
        prefix = max(prefixes)
        rest = vct.removeprefix(prefix)
        if not _SEGMENTS.fullmatch(rest):
            return None
        place = self.places[prefix]
        base = f"{_public_url(issuer)}/types/{place.path}" if isinstance(place, AtIssuer) else place
        return base + rest


def parse(raw: bytes) -> TypeLocations:
    """The content of `types.json`; TrustError `trust_list_invalid`."""
    try:
        document = strict_json.parse_object(raw)
    except FormatError as error:
        raise TrustError("trust_list_invalid", f"JSON: {error.code}") from None
    return TypeLocations({_prefix(prefix): _place(value) for prefix, value in document.items()})


def _prefix(prefix: str) -> str:
    if not prefix:
        raise TrustError("trust_list_invalid", "an empty prefix would map every type")
    return prefix


def _place(value: JsonValue) -> AtIssuer | str:
    if value == "issuer":
        return AtIssuer("")
    if isinstance(value, dict) and set(value) == {"issuer"} and isinstance(path := value["issuer"], str):
        if path.endswith("/") and _SEGMENTS.fullmatch(path[:-1]):
            return AtIssuer(path)
    elif isinstance(value, str) and value.startswith(("https://", "http://")) and value.endswith("/"):
        # Plain http goes no further than the retrieval policy lets it: loopback, in a demo installation.
        return value
    raise TrustError("trust_list_invalid", "place of a type: issuer, {issuer: path/} or a base URL")


def _public_url(issuer: str) -> str:
    """`PUBLIC_URL` of an issuer identifier: without the last segment of its path, if it has one."""
    scheme, separator, rest = issuer.partition("://")
    host, _, path = rest.rstrip("/").partition("/")
    parent = path.rpartition("/")[0]
    return f"{scheme}{separator}{host}" + (f"/{parent}" if parent else "")
