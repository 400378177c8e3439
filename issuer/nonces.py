"""The c_nonce of the Nonce Endpoint: proves by itself where and when it was made, so that none need be stored.

OpenID4VCI §7. A nonce is 128 random bits, its last second and a keyed digest of both for one organisation; one that is
foreign, old or altered fails without a look at the database. That it is used only once is the database's part
(`used_nonces`), in the transaction that records the credential.
"""

import hmac
import secrets
from typing import Final

from issuer.data_protection import DataKey
from openid4vc import base64url
from openid4vc.errors import FormatError, IssuanceError

_RANDOM_BYTES: Final = 16
_TIME_BYTES: Final = 5
_MAC_BYTES: Final = 16


class Nonces:
    """The nonces of one organisation."""

    def __init__(self, data_key: DataKey, *, lifetime: int) -> None:
        self._key = data_key.derived("nonces")
        self._lifetime = lifetime

    def create(self, now: int) -> str:
        body = secrets.token_bytes(_RANDOM_BYTES) + (now + self._lifetime).to_bytes(_TIME_BYTES, "big")
        return base64url.encode(body + self._mac(body))

    def check(self, nonce: str, now: int) -> int:
        """The nonce's last second; IssuanceError `nonce_invalid` (wire: invalid_nonce) when it is not ours, or old."""
        try:
            raw = base64url.decode(nonce)
        except FormatError:
            raise _invalid() from None
        body, mac = raw[: _RANDOM_BYTES + _TIME_BYTES], raw[_RANDOM_BYTES + _TIME_BYTES :]
        if not hmac.compare_digest(mac, self._mac(body)):
            raise _invalid()
        last = int.from_bytes(body[_RANDOM_BYTES:], "big")
        if now > last:
            raise _invalid()
        return last

    def _mac(self, body: bytes) -> bytes:
        return hmac.digest(self._key, body, "sha256")[:_MAC_BYTES]


def _invalid() -> IssuanceError:
    return IssuanceError("nonce_invalid", "the nonce is not one of this issuer, or is too old", error="invalid_nonce")
