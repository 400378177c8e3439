"""The compact form: an issuer-signed JWT, its Disclosures and perhaps a Key Binding JWT, joined by tildes.

RFC 9901 §4 (format), §7.1 step 1 and §7.3 step 3 (taking it apart), §9 (limits before any work).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from openid4vc import base64url, strict_json
from openid4vc.errors import FormatError, JoseError, KeyBindingError, ProtocolError, SdJwtError
from openid4vc.jose import jws
from openid4vc.jose.algorithms import ES256_ONLY
from openid4vc.jose.jws import Jws
from openid4vc.sd_jwt import disclosure
from openid4vc.sd_jwt.disclosure import Disclosure
from openid4vc.strict_json import JsonObject, JsonValue

MAX_BYTES: Final = 1 << 20
MAX_DISCLOSURES: Final = 1000


# Not frozen, though nobody changes it: it would cost three times as much to make one.
@dataclass(slots=True)
class SdJwt:
    """An SD-JWT taken apart. Nothing in it is trusted.

    `sd_hash` is over everything up to the last tilde, with it, as its Key Binding JWT has to say (§4.3.1); None where
    there is no such JWT. The payload of a JWT is None where it is no JSON object: what was changed in it is for the
    signature to find.
    """

    text: str
    issuer_jwt: Jws[JsonObject]
    disclosures: tuple[Disclosure, ...]
    key_binding_jwt: Jws[JsonObject] | None
    sd_hash: str | None

    @property
    def unverified_claims(self) -> JsonObject:
        """The payload, for what must be known before the key can be chosen; JoseError `jose_malformed`."""
        if self.issuer_jwt.payload is None:
            raise JoseError("jose_malformed", "payload")
        return self.issuer_jwt.payload


def parse(text: str) -> SdJwt:
    """Compact text to its parts.

    FormatError `too_large`; SdJwtError `sd_jwt_malformed`, `too_many_disclosures`, `disclosure_malformed`,
    `disclosure_name`; JoseError as `jws.parse` for the issuer-signed JWT; KeyBindingError `kb_signature` for a Key
    Binding JWT that is none.
    """
    # Both limits come before anything is split, decoded or hashed.
    if len(text) > MAX_BYTES:
        raise FormatError("too_large", "SD-JWT")
    first, last = text.find("~"), text.rfind("~") + 1
    issuer_jwt, between, key_binding_jwt = text[:first], text[first + 1 : last - 1], text[last:]
    disclosures = between.split("~", MAX_DISCLOSURES) if last - first > 1 else []
    if len(disclosures) > MAX_DISCLOSURES:
        raise SdJwtError("too_many_disclosures")
    if first < 1 or (key_binding_jwt and len(key_binding_jwt.split(".", 3)) != 3):
        raise SdJwtError("sd_jwt_malformed", "an issuer-signed JWT, then a tilde after each part but a Key Binding JWT")
    if "" in disclosures or "." in between:
        raise SdJwtError("sd_jwt_malformed", "an empty part, or a JWT among the disclosures")
    signed, bound = jws.split(issuer_jwt, ES256_ONLY), None
    encoded = [signed.payload, signed.signature, *disclosures]
    if key_binding_jwt:
        try:
            bound = jws.split(key_binding_jwt, ES256_ONLY)
        except JoseError:
            raise KeyBindingError("kb_signature") from None
        encoded += (bound.payload, bound.signature)
    # What is base64url is decoded all at once, and what is JSON read all at once: asking for each by itself would cost
    # as much again.
    try:
        octets = base64url.decode_each(encoded)
    except FormatError:
        raise _undecodable(encoded[:2], encoded[2 + len(disclosures) :]) from None
    signature, key_binding_signature = octets.pop(1), octets.pop() if bound else b""
    if not octets[0]:
        raise JoseError("jose_malformed", "no payload")
    try:
        contents = strict_json.parse_each(octets)
    except FormatError:
        contents = list(_read_apart(octets))
    claims = contents.pop(0)
    # §4.2.3, and §4.3.1 for what a Key Binding JWT is about: over exactly what was received.
    hashes = disclosure.digests(list(map(str.encode, [*disclosures, text[:last]] if bound else disclosures)))
    sd_hash, key_binding = None, None
    if bound:
        said = contents.pop()
        hashes, sd_hash = hashes[:-1], hashes[-1]
        key_binding = Jws(
            key_binding_jwt,
            bound.protected,
            bound.header,
            said if type(said) is dict else None,
            key_binding_signature,
            bound.signing_input,
        )
    return SdJwt(
        text,
        Jws(
            issuer_jwt,
            signed.protected,
            signed.header,
            claims if type(claims) is dict else None,
            signature,
            signed.signing_input,
        ),
        disclosure.parse(disclosures, hashes, contents),
        key_binding,
        sd_hash,
    )


def _undecodable(of_issuer: Sequence[str], of_holder: Sequence[str]) -> ProtocolError:
    """Which part it is that is not base64url: the first of the three that is not by itself."""
    try:
        base64url.decode_each(of_issuer)
    except FormatError:
        return JoseError("jose_malformed", "payload or signature")
    try:
        base64url.decode_each(of_holder)
    except FormatError:
        return KeyBindingError("kb_signature")
    return SdJwtError("disclosure_malformed")


def _read_apart(texts: Sequence[bytes]) -> Iterator[JsonValue]:
    """Each by itself; for what cannot be read None, which is as little a Disclosure or the claims of a JWT."""
    for text in texts:
        try:
            yield strict_json.parse(text)
        except FormatError:
            yield None
