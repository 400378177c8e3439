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
    if text.count("~") > MAX_DISCLOSURES + 1:
        raise SdJwtError("too_many_disclosures")
    issuer_jwt, *disclosures, last = text.split("~") if "~" in text else ("", "")
    if not issuer_jwt or last.count(".") != (2 if last else 0):
        raise SdJwtError("sd_jwt_malformed", "an issuer-signed JWT, then a tilde after each part but a Key Binding JWT")
    if "" in disclosures or "." in "".join(disclosures):
        raise SdJwtError("sd_jwt_malformed", "an empty part, or a JWT among the disclosures")
    return SdJwt(
        text=text,
        issuer_jwt=jws.parse(issuer_jwt, typ=None, max_bytes=MAX_BYTES, known_headers=known_headers),
        disclosures=disclosure.parse(disclosures),
        key_binding_jwt=last or None,
        presentation=text[: len(text) - len(last)],
    )
