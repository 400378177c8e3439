"""Where a credential's status stands: a list and an index in it.

Token Status List §6.1, §6.2 (the claim `status`).
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Final
from urllib.parse import urlsplit

from openid4vc.errors import StatusError

_MAX_URI: Final = 2048


# Not frozen, though nobody changes it: it would cost three times as much to make one.
@dataclass(slots=True)
class StatusReference:
    """Entry `index` of the list whose token has `uri` as `sub`."""

    uri: str
    index: int


def parse(status: object) -> StatusReference:
    """The claim `status` to a reference; StatusError `status_unknown` for another mechanism or a malformed one.

    Whether the URI may be fetched is the retrieval policy's to say.
    """
    reference = status.get("status_list") if isinstance(status, dict) else None
    if not isinstance(reference, dict):
        raise StatusError("status_unknown", "no status_list")
    index, uri = reference.get("idx"), reference.get("uri")
    # `true` is an int to Python; 1.0 is another number than 1 to the specification, which asks for an integer.
    if type(index) is not int or index < 0:
        raise StatusError("status_unknown", "idx")
    if not isinstance(uri, str) or not is_http(uri):
        raise StatusError("status_unknown", "uri")
    return StatusReference(uri, index)


# Lists are few, and each credential names one.
@lru_cache(maxsize=256)
def is_http(uri: str) -> bool:
    """Whether it is the address of something on the web: up to 2048 characters, with a host, without a fragment."""
    if len(uri) > _MAX_URI:
        return False
    try:
        parts = urlsplit(uri)
    except ValueError:
        return False
    return parts.scheme in ("https", "http") and bool(parts.netloc) and "#" not in uri
