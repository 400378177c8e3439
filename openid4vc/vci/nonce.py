"""The nonce endpoint's answer: a challenge that makes a key proof fresh.

OpenID4VCI §7.2.
"""

import re

from openid4vc import strict_json
from openid4vc.errors import FormatError, IssuanceError
from openid4vc.strict_json import JsonObject

_NONCE = re.compile(r"[!-~]{1,1024}")


def create_response(c_nonce: str) -> JsonObject:
    """The answer; the caller adds `Cache-Control: no-store`."""
    return {"c_nonce": c_nonce}


def parse_response(raw: bytes) -> str:
    """The challenge; IssuanceError `nonce_invalid` for anything but a short printable text."""
    try:
        nonce = strict_json.parse_object(raw, max_bytes=16_384).get("c_nonce")
    except FormatError:
        raise IssuanceError("nonce_invalid", "JSON") from None
    if not isinstance(nonce, str) or not _NONCE.fullmatch(nonce):
        raise IssuanceError("nonce_invalid", "c_nonce")
    return nonce
