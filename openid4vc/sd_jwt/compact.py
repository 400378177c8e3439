"""The compact form: an issuer-signed JWT, its Disclosures and perhaps a Key Binding JWT, joined by tildes.

RFC 9901 §4 (format), §7.1 step 1 and §7.3 step 3 (taking it apart), §9 (limits before any work).
"""

from dataclasses import dataclass
from typing import Final

from openid4vc.errors import FormatError, SdJwtError
from openid4vc.jose import jws
from openid4vc.jose.jws import Jws
from openid4vc.sd_jwt import disclosure
from openid4vc.sd_jwt.disclosure import Disclosure

MAX_BYTES: Final = 1 << 20
MAX_DISCLOSURES: Final = 1000


# Not frozen, though nobody changes it: it would cost three times as much to make one.
@dataclass(slots=True)
class SdJwt:
    """An SD-JWT taken apart. Nothing in it is trusted; `presentation` is everything up to the last tilde, with it."""

    text: str
    issuer_jwt: Jws
    disclosures: tuple[Disclosure, ...]
    key_binding_jwt: str | None
    presentation: str


def parse(text: str) -> SdJwt:
    """Compact text to its parts.

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
    if not issuer_jwt or (key_binding_jwt and len(key_binding_jwt.split(".", 3)) != 3):
        raise SdJwtError("sd_jwt_malformed", "an issuer-signed JWT, then a tilde after each part but a Key Binding JWT")
    if "" in disclosures or "." in between:
        raise SdJwtError("sd_jwt_malformed", "an empty part, or a JWT among the disclosures")
    return SdJwt(
        text,
        jws.parse(issuer_jwt, None),
        disclosure.parse(disclosures),
        key_binding_jwt or None,
        text[:last],
    )
