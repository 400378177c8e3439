"""JWT VC Issuer Metadata: the web document in which an issuer keeps the keys of its credentials.

SD-JWT VC, "JWT VC Issuer Metadata"; RFC 7517 §5 (key sets). Fetching is the shell's, for issuers that its policy names
and never for an `iss` that a credential brings along; what it hands on says when it was had and how long it is good.
"""

from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit, urlunsplit

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey

from openid4vc import strict_json, uri
from openid4vc.errors import FormatError, JoseError, TrustError
from openid4vc.jose import jwk
from openid4vc.strict_json import JsonValue

MAX_BYTES: Final = 1 << 16
MAX_KEYS: Final = 64
_WELL_KNOWN: Final = "/.well-known/jwt-vc-issuer"


@dataclass(frozen=True, slots=True)
class PublishedKey:
    """A P-256 key that may verify ES256, and its name if it has one."""

    kid: str | None
    public_key: EllipticCurvePublicKey


@dataclass(frozen=True, slots=True)
class IssuerMetadata:
    """The document: the keys themselves, or where they are, never both and never neither."""

    issuer: str
    keys: tuple[PublishedKey, ...] | None
    jwks_uri: str | None


@dataclass(frozen=True, slots=True)
class PublishedKeys:
    """The keys of one issuer as they were at `fetched`, to be used before `until` (both in seconds).

    How much later that is, the HTTP caching model (RFC 9111) and the shell's own limit decide.
    """

    iss: str
    keys: tuple[PublishedKey, ...]
    fetched: int
    until: int

    def key(self, kid: str | None, *, now: int) -> EllipticCurvePublicKey:
        """The key of this name; without a name the only one there is, for keys are not tried out.

        TrustError `issuer_keys_unavailable`, also when the keys are too old to say anything.
        """
        if not self.fetched <= now < self.until:
            raise TrustError("issuer_keys_unavailable", "too old")
        found = [each for each in self.keys if kid is None or each.kid == kid]
        if len(found) != 1:
            raise TrustError("issuer_keys_unavailable", "kid")
        return found[0].public_key


def metadata_url(iss: str, *, allow_loopback_http: bool) -> str:
    """Where the document of this issuer is: the well-known path between host and path, no slash at the end.

    RetrievalError `net_forbidden` for an `iss` that is no https URL; TrustError `issuer_metadata_invalid` for a query.
    """
    uri.parse_url(iss, allow_loopback_http=allow_loopback_http)
    if "?" in iss:
        raise TrustError("issuer_metadata_invalid", "iss with a query")
    scheme, host, path, _, _ = urlsplit(iss)
    return urlunsplit((scheme, host, _WELL_KNOWN + path.rstrip("/"), "", ""))


def parse(raw: bytes, *, iss: str, allow_loopback_http: bool) -> IssuerMetadata:
    """The fetched document of `iss`.

    TrustError `issuer_metadata_invalid`; RetrievalError `net_forbidden` for a `jwks_uri` that policy refuses.
    """
    document = _object(raw)
    # "JWT VC Issuer Metadata Validation": if these are not identical, nothing in it is used.
    if document.get("issuer") != iss:
        raise TrustError("issuer_metadata_invalid", "issuer")
    if ("jwks" in document) == ("jwks_uri" in document):
        raise TrustError("issuer_metadata_invalid", "jwks or jwks_uri")
    if "jwks" in document:
        return IssuerMetadata(iss, _key_set(document["jwks"]), None)
    jwks_uri = document["jwks_uri"]
    if not isinstance(jwks_uri, str):
        raise TrustError("issuer_metadata_invalid", "jwks_uri")
    uri.parse_url(jwks_uri, allow_loopback_http=allow_loopback_http)
    return IssuerMetadata(iss, None, jwks_uri)


def parse_jwks(raw: bytes) -> tuple[PublishedKey, ...]:
    """The fetched key set of a `jwks_uri`; TrustError `issuer_metadata_invalid`."""
    return _key_set(_object(raw))


def _object(raw: bytes) -> JsonValue:
    try:
        return strict_json.parse_object(raw, max_bytes=MAX_BYTES)
    except FormatError:
        raise TrustError("issuer_metadata_invalid") from None


def _key_set(value: JsonValue) -> tuple[PublishedKey, ...]:
    members = value.get("keys") if isinstance(value, dict) else None
    if not isinstance(members, list) or len(members) > MAX_KEYS:
        raise TrustError("issuer_metadata_invalid", "keys")
    keys: list[PublishedKey] = []
    for member in members:
        try:
            key = jwk.parse_public_key(member, use="sig")
        except JoseError:
            # RFC 7517 §5: keys of other kinds stand beside the ones that are understood.
            continue
        kid = member.get("kid")
        if "kid" in member and not isinstance(kid, str):
            raise TrustError("issuer_metadata_invalid", "kid")
        keys.append(PublishedKey(kid, key))
    names = [each.kid for each in keys if each.kid is not None]
    # RFC 7517 §4.5 says SHOULD; of two keys with one name the credential would choose.
    if not keys or len(set(names)) != len(names):
        raise TrustError("issuer_metadata_invalid", "no key, or a name twice")
    return tuple(keys)
