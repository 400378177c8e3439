"""The OAuth error response: a code for machines, and a few words for whoever debugs.

RFC 6749 §5.2; OpenID4VCI §6.3, §8.3.1.2, §11.3 and OpenID4VP §8.5 use the same shape.
"""

import re
from dataclasses import dataclass
from typing import Final

from openid4vc import strict_json
from openid4vc.errors import FormatError
from openid4vc.strict_json import JsonObject

MAX_BYTES: Final = 16_384
_MAX_DESCRIPTION: Final = 200

# RFC 6749 §5.2: %x20-21 / %x23-5B / %x5D-7E.
_TEXT = re.compile(r"[ !#-\[\]-~]+")
_OUTSIDE_TEXT = re.compile(r"[^ !#-\[\]-~]")


@dataclass(frozen=True, slots=True)
class ErrorResponse:
    """What the other side says went wrong. Both are shown as its words, never acted on beyond the codes we know."""

    error: str
    description: str | None


def create(error: str, description: str | None = None) -> JsonObject:
    """The error object; characters that the specification forbids become spaces."""
    if description is None:
        return {"error": error}
    return {"error": error, "error_description": _OUTSIDE_TEXT.sub(" ", description)[:_MAX_DESCRIPTION]}


def parse(body: bytes) -> ErrorResponse | None:
    """The error of an answer, or None where the body is not an error object: pages, traces, numbers, megabytes.

    Never raises: what the status says stands already, and this only explains it.
    """
    try:
        value = strict_json.parse_object(body, max_bytes=MAX_BYTES)
    except FormatError:
        return None
    error, description = value.get("error"), value.get("error_description")
    if not isinstance(error, str) or len(error) > 100 or not _TEXT.fullmatch(error):
        return None
    if not isinstance(description, str) or not description:
        return ErrorResponse(error, None)
    return ErrorResponse(error, _OUTSIDE_TEXT.sub(" ", description)[:_MAX_DESCRIPTION])
