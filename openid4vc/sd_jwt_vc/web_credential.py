"""The credential of an issuer whose keys are found by its web metadata.

SD-JWT VC, "Issuer Verification Key Discovery and Validation", "Ecosystem-specific Public Key Verification Methods". The
trust folder's entry fixes the mechanism: this module refuses what belongs to `credential.verify` and the other way
round, so that it does not matter how a caller chooses between the two. HAIP 1.0 §6.1.1 knows only the other one.
"""

from collections.abc import Mapping
from typing import NamedTuple

from openid4vc import sd_jwt
from openid4vc.errors import JoseError, TrustError
from openid4vc.jose import jws
from openid4vc.sd_jwt import KeyBinding, VerifiedSdJwt
from openid4vc.sd_jwt.verifying import check_presence
from openid4vc.sd_jwt_vc import credential
from openid4vc.sd_jwt_vc.issuer_metadata import PublishedKeys
from openid4vc.sd_jwt_vc.type_matching import TypeMatching
from openid4vc.status_list.reference import StatusReference
from openid4vc.strict_json import JsonObject
from openid4vc.trust.issuers import TrustedIssuer, TrustedIssuers, authorised


class WebCredential(NamedTuple):
    """A credential that holds now, as credential.VerifiedCredential; `iss` and no certificate says whose it is."""

    vct: str
    claims: JsonObject
    issuer: TrustedIssuer
    iss: str
    holder_jwk: JsonObject
    nbf: int | None
    exp: int | None
    status: StatusReference | None
    sd_jwt: VerifiedSdJwt


def verify(
    text: str,
    *,
    issuers: TrustedIssuers,
    published: Mapping[str, PublishedKeys],
    key_binding: KeyBinding,
    types: TypeMatching,
    now: int,
    skew: int,
) -> WebCredential:
    """A received credential, or its presentation, to what it proves, by the keys that `published` has for its `iss`.

    Raises, in this order: FormatError, JoseError, SdJwtError (the format); KeyBindingError `kb_missing`,
    `kb_unexpected`; JoseError `typ_wrong`; TrustError `key_discovery_forbidden` for a certificate in the header or an
    `iss` whose keys are not found this way; `issuer_keys_unavailable`; JoseError `bad_signature`; and what follows in
    `credential.verify`, without the chain and `iss_mismatch`.
    """
    parsed = sd_jwt.parse(text)
    check_presence(parsed, key_binding)
    issuer_jwt = parsed.issuer_jwt
    if issuer_jwt.header.get("typ") != credential.TYP:
        raise JoseError("typ_wrong")
    if "x5c" in issuer_jwt.header:
        raise TrustError("key_discovery_forbidden", "x5c")
    # Nothing is believed yet: the `iss` only says which key the signature must hold under.
    iss = parsed.unverified_claims.get("iss")
    entries = issuers.by_web_metadata(iss)
    if not isinstance(iss, str) or not entries:
        raise TrustError("key_discovery_forbidden", "iss")
    keys = published.get(iss)
    if keys is None or keys.iss != iss:
        raise TrustError("issuer_keys_unavailable", "none")
    payload = jws.verify(issuer_jwt, keys.key(issuer_jwt.header.get("kid"), now=now))
    vct = credential.read_vct(payload)
    issuer = authorised(entries, vct=vct, now=now)
    verified = sd_jwt.verify_processed(parsed, payload, key_binding=key_binding, now=now)
    claims, holder_jwk, nbf, exp, status = credential.read_content(verified, vct, issuer, types, now, skew)
    return WebCredential(vct, claims, issuer, iss, holder_jwk, nbf, exp, status, verified)
