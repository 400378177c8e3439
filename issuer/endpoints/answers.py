"""Answers to machines: JSON, never kept by anybody on the way, faults in the form of RFC 6749 §5.2.

OpenID4VCI §6.3, §8.3.1.2, §11.3. `error_description` is short ASCII without quote and backslash and repeats no input.
"""

import re
from collections.abc import Mapping
from typing import Final

from starlette.responses import Response

from openid4vc import strict_json
from openid4vc.errors import IssuanceError, ProtocolError
from openid4vc.strict_json import JsonObject

NO_STORE: Final = {"Cache-Control": "no-store"}
_NOT_ALLOWED: Final = re.compile(r"[^\x20-\x21\x23-\x5b\x5d-\x7e]")


def answer(value: JsonObject, *, status: int = 200) -> Response:
    """A JSON object."""
    return Response(strict_json.write(value), status, NO_STORE, "application/json")


def fault(error: str, description: str, *, status: int = 400, more: Mapping[str, str | int] | None = None) -> Response:
    """An error of the wire; `more` are members beside it (RFC 6749 §5.2 lets them be ignored)."""
    value: JsonObject = {"error": error, **(more or {})}
    if description:
        value["error_description"] = _NOT_ALLOWED.sub(" ", description)
    return answer(value, status=status)


def protocol_fault(error: ProtocolError, *, otherwise: str) -> Response:
    """A fault of the one who asked; `otherwise` is the wire's code for those that name none themselves."""
    code = (error.error if isinstance(error, IssuanceError) else None) or otherwise
    # The one refusal that a person at the other end can do something about: which one it was, and how often it can be
    # tried again. Both are plain to whoever tries.
    more = {"reason": error.code, "tries_left": error.facts["n"]} if error.code == "tx_code_wrong" else None
    return fault(code, error.detail, status=401 if code == "invalid_client" else 400, more=more)


def not_found() -> Response:
    """What is not here, and what is not for you to know: the same answer."""
    return fault("not_found", "", status=404)


def token_fault(*, presented: bool) -> Response:
    """RFC 6750 §3: no error code for a request without a token."""
    challenge = 'Bearer error="invalid_token"' if presented else "Bearer"
    return Response(
        strict_json.write({"error": "invalid_token"}),
        401,
        {**NO_STORE, "WWW-Authenticate": challenge},
        "application/json",
    )
