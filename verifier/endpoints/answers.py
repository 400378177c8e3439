"""The few answers that wallets get when something is wrong: a code of the specifications, and nothing to learn from."""

from collections.abc import Mapping
from typing import Final

from starlette.responses import JSONResponse

NO_STORE: Final[Mapping[str, str]] = {"Cache-Control": "no-store"}
_CODES: Final = {404: "not_found", 429: "temporarily_unavailable"}


def failure(status: int, **headers: str) -> JSONResponse:
    return JSONResponse({"error": _CODES.get(status, "invalid_request")}, status, headers={**NO_STORE, **headers})
