"""The compact form: an issuer-signed JWT, its Disclosures and perhaps a Key Binding JWT, joined by tildes.

RFC 9901 §4 (format), §7.1 step 1 and §7.3 step 3 (taking it apart), §9 (limits before any work).
"""

from collections.abc import Mapping
from typing import Final, NamedTuple

from openid4vc.errors import FormatError, SdJwtError
from openid4vc.jose import jws
from openid4vc.jose.jws import Jws
from openid4vc.sd_jwt import disclosure
from openid4vc.sd_jwt.disclosure import Disclosure
from openid4vc.strict_json import JsonObject

MAX_BYTES: Final = 1 << 20
MAX_DISCLOSURES: Final = 1000


class SdJwt(NamedTuple):
    """An SD-JWT taken apart. Nothing in it is trusted; `presentation` is everything up to the last tilde, with it."""

    text: str
    issuer_jwt: Jws
    disclosures: tuple[Disclosure, ...]
    key_binding_jwt: str | None
    presentation: str


def parse(text: str, *, known_headers: Mapping[str, JsonObject] = jws.NO_HEADERS) -> SdJwt:
    """Compact text to its parts; `known_headers` as in `jws.parse`, for the issuer-signed JWT.

    FormatError `too_large`; SdJwtError `sd_jwt_malformed`, `too_many_disclosures`, `disclosure_malformed`,
    `disclosure_name`; JoseError for the issuer-signed JWT.
    """
    # Both limits come before anything is split, decoded or hashed.
    if len(text) > MAX_BYTES:
        raise FormatError("too_large", "SD-JWT")
    first, last = text.find("~"), text.rfind("~") + 1
    issuer_jwt, between, key_binding_jwt = text[: max(first, 0)], text[first + 1 : last - 1], text[last:]
    disclosures = between.split("~", MAX_DISCLOSURES) if last - first > 1 else []
    if len(disclosures) > MAX_DISCLOSURES:
        raise SdJwtError("too_many_disclosures")
    if not issuer_jwt or (key_binding_jwt and key_binding_jwt.count(".") != 2):
        raise SdJwtError("sd_jwt_malformed", "an issuer-signed JWT, then a tilde after each part but a Key Binding JWT")
    if "" in disclosures or "." in between:
        raise SdJwtError("sd_jwt_malformed", "an empty part, or a JWT among the disclosures")
    return SdJwt(
        text,
        jws.parse(issuer_jwt, typ=None, max_bytes=MAX_BYTES, known_headers=known_headers),
        disclosure.parse(disclosures),
        key_binding_jwt or None,
        text[:last],
    )
