"""The credential: an SD-JWT with a type, a known issuer, a holder's key, a life and a status.

SD-JWT VC, "JOSE Header", "JWT Claims Set", "Verification and Processing", "Issuer Verification Key Discovery and
Validation"; HAIP 1.0 §6.1 (`x5c` alone, `cnf.jwk`, limited validity).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final
from urllib.parse import urlsplit

from openid4vc import sd_jwt
from openid4vc.errors import CredentialError, JoseError, KeyBindingError, SdJwtError, StatusError, TrustError
from openid4vc.jose import jwk, jws
from openid4vc.jose.jws import Signer
from openid4vc.sd_jwt import KeyBinding, VerifiedSdJwt
from openid4vc.sd_jwt.salts import Salts
from openid4vc.sd_jwt.verifying import check_presence
from openid4vc.sd_jwt_vc.type_matching import TypeMatching
from openid4vc.status_list import reference
from openid4vc.status_list.reference import StatusReference
from openid4vc.strict_json import JsonObject
from openid4vc.trust.certificates import Certificate
from openid4vc.trust.issuer_chains import IssuerChains
from openid4vc.trust.issuers import TrustedIssuer

# "JOSE Header". The older `vc+sd-jwt` is not accepted.
TYP: Final = "dc+sd-jwt"
# "Registered JWT Claims": never selectively disclosable, nor is anything inside them.
NEVER_SD: Final = frozenset({"iss", "nbf", "exp", "cnf", "vct", "vct#integrity", "aka_vcts", "status"})
# What the format and its issuer say, beside what is said of a person.
PROTOCOL_CLAIMS: Final = NEVER_SD | {"iat"}
# A credential that nobody can revoke is believed only while it is fresh, unless its issuer's terms say otherwise.
MAX_LIFE_WITHOUT_STATUS: Final = 86400
_LOOPBACK_HOSTS: Final = frozenset({"localhost", "127.0.0.1", "::1"})


# Not frozen, though nobody changes it: it would cost three times as much to make one.
@dataclass(slots=True)
class VerifiedCredential:
    """A credential that holds now; whether it was revoked is for `status_list` to say, with `status`.

    `claims` is the processed payload without PROTOCOL_CLAIMS. `issuer` is the entry of the trust folder that vouches
    for this type, `certificate` the leaf that signed, `holder_jwk` the key to which it is bound.
    """

    vct: str
    claims: JsonObject
    issuer: TrustedIssuer
    certificate: Certificate
    holder_jwk: JsonObject
    nbf: int | None
    exp: int | None
    status: StatusReference | None
    sd_jwt: VerifiedSdJwt

    @property
    def all_claims(self) -> JsonObject:
        """The processed payload with PROTOCOL_CLAIMS."""
        return self.sd_jwt.claims

    @property
    def holder_thumbprint(self) -> str:
        """Thumbprint (RFC 7638) of the holder's key."""
        return jwk.thumbprint(self.holder_jwk)


def verify(
    text: str,
    *,
    issuers: IssuerChains,
    key_binding: KeyBinding,
    types: TypeMatching,
    now: int,
    skew: int,
) -> VerifiedCredential:
    """A received credential, or its presentation, to what it proves, by the certificates that it brings along.

    Raises, in this order: FormatError, JoseError, SdJwtError, KeyBindingError `kb_signature` (the format);
    KeyBindingError `kb_missing`, `kb_unexpected`; JoseError `typ_wrong`; TrustError `x5c_invalid`; JoseError
    `bad_signature`, `jose_malformed`; TrustError `key_discovery_forbidden`; CredentialError `vct_missing`; TrustError
    (chain, and authority for the type); CredentialError `iss_mismatch`; SdJwtError `disclosure_*`, `digest_*`;
    KeyBindingError; then, of a credential that is its issuer's and its holder's, as `read_content`.
    """
    parsed = sd_jwt.parse(text)
    check_presence(parsed, key_binding)
    if parsed.issuer_jwt.header.get("typ") != TYP:
        raise JoseError("typ_wrong")
    # Nothing says yet that the leaf is anybody's. The signature comes before the chain so that a changed payload is
    # `bad_signature`, whatever the change made of the `vct` by which authority is looked up.
    chain = issuers.read(parsed.issuer_jwt)
    payload = jws.verify(parsed.issuer_jwt, chain.public_key)
    # "for any given `iss` value, an attacker cannot influence the type of verification process used": an issuer whose
    # keys are found on the web is not believed by a certificate, whoever signed that.
    if "iss" in payload and issuers.issuers.by_web_metadata(payload["iss"]):
        raise TrustError("key_discovery_forbidden")
    vct = read_vct(payload)
    issuer, certificate = issuers.for_credential(chain, vct, now)
    # In clear or not at all: `iss` is never selectively disclosable.
    if "iss" in payload and not issuer.iss_unchecked:
        _check_iss(payload["iss"], certificate)
    verified = sd_jwt.verify_processed(parsed, payload, key_binding, now)
    claims, holder_jwk, nbf, exp, status = read_content(verified, vct, issuer, types, now, skew)
    return VerifiedCredential(vct, claims, issuer, certificate, holder_jwk, nbf, exp, status, verified)


def create(
    claims: Mapping[str, object],
    *,
    vct: str,
    vct_integrity: str | None,
    nbf: int,
    exp: int,
    holder_jwk: Mapping[str, object],
    status: Mapping[str, str | int] | None,
    x5c: Sequence[str],
    signer: Signer,
    salts: Salts,
    digests: int | None,
) -> str:
    """The one form that is issued: no `iss` and no `iat`, `cnf` with the four members of the key, `status_list`.

    `claims` carries sd_jwt.Disclosable marks; `status` is {"uri", "idx"}; `x5c` is leaf first, without the anchor.
    SdJwtError `claim_reserved` for a claim whose name belongs to the format; ValueError as `sd_jwt.issue`.
    """
    if not claims.keys().isdisjoint(PROTOCOL_CLAIMS):
        raise SdJwtError("claim_reserved")
    key = {"kty": holder_jwk["kty"], "crv": holder_jwk["crv"], "x": holder_jwk["x"], "y": holder_jwk["y"]}
    clear: dict[str, object] = {"vct": vct, "nbf": nbf, "exp": exp, "cnf": {"jwk": key}}
    if vct_integrity is not None:
        clear["vct#integrity"] = vct_integrity
    if status is not None:
        clear["status"] = {"status_list": {"idx": status["idx"], "uri": status["uri"]}}
    return sd_jwt.issue(
        claims, protected=_protected(tuple(x5c)), signer=signer, salts=salts, digests=digests, clear=clear
    )


# An issuer has one certificate at a time, and writing it is a tenth of all that issuing is beside the signature.
@lru_cache(maxsize=8)
def _protected(x5c: tuple[str, ...]) -> bytes:
    return jws.protected({"typ": TYP, "x5c": x5c})


def read_vct(claims: JsonObject) -> str:
    """The type that the issuer signed; CredentialError `vct_missing`."""
    vct = claims.get("vct")
    if not isinstance(vct, str) or not vct:
        raise CredentialError("vct_missing")
    return vct


def read_content(
    verified: VerifiedSdJwt, vct: str, issuer: TrustedIssuer, types: TypeMatching, now: int, skew: int
) -> tuple[JsonObject, JsonObject, int | None, int | None, StatusReference | None]:
    """What a credential says, once it is known to be its issuer's and its holder's, however the keys were found.

    That is: the claims without PROTOCOL_CLAIMS, the holder's key, `nbf`, `exp`, the status reference.
    Raises, in this order: CredentialError `never_sd_disclosed`; as `TypeMatching.match`; KeyBindingError `cnf`;
    StatusError `status_unknown`, `status_missing`; CredentialError `time_claim_invalid`, `expired`, `not_yet_valid`.
    """
    for path in verified.disclosed:
        if path[0] in NEVER_SD:
            raise CredentialError("never_sd_disclosed")
    claims = verified.claims
    types.match(vct, claims)
    # HAIP §6.1: `cnf.jwk` in every credential; one without a holder would be anybody's.
    if verified.holder_jwk is None:
        raise KeyBindingError("cnf")
    status = _read_status(claims, issuer)
    # RFC 9901 §7.1 step 6. Last, so that only a credential that holds otherwise is called expired.
    try:
        jws.check_times(claims, now, skew)
    except JoseError as error:
        raise CredentialError(error.code, error.detail, **error.facts) from None
    said = claims.copy()
    for name in PROTOCOL_CLAIMS:
        said.pop(name, None)
    nbf = int(claims["nbf"]) if "nbf" in claims else None
    exp = int(claims["exp"]) if "exp" in claims else None
    return said, verified.holder_jwk, nbf, exp, status


def _check_iss(iss: object, certificate: Certificate) -> None:
    """An `iss` that is present must be a name of the leaf: a URI SAN, or a web origin whose host is a DNS SAN."""
    if not isinstance(iss, str):
        raise CredentialError("iss_mismatch")
    if iss in certificate.uri_names:
        return
    host = _web_host(iss)
    if host is None or not certificate.has_dns_name(host):
        raise CredentialError("iss_mismatch")


def _web_host(text: str) -> str | None:
    """The host of an https URL, or of http on loopback (a demo's; nothing is fetched from it); no user information."""
    try:
        url = urlsplit(text)
    except ValueError:
        return None
    loopback = url.scheme == "http" and url.hostname in _LOOPBACK_HOSTS
    return url.hostname if (url.scheme == "https" or loopback) and "@" not in url.netloc else None


def _read_status(claims: JsonObject, issuer: TrustedIssuer) -> StatusReference | None:
    """The status reference, where the issuer's terms let a credential live without one: None.

    StatusError `status_missing`; `status_unknown`, for what is there but not understood is never "no status".
    """
    if "status" in claims:
        return reference.parse(claims["status"])
    if not issuer.status_optional:
        start = _seconds(claims, "nbf") if "nbf" in claims else _seconds(claims, "iat")
        end = _seconds(claims, "exp")
        if start is None or end is None or end - start > MAX_LIFE_WITHOUT_STATUS:
            raise StatusError("status_missing")
    return None


def _seconds(claims: JsonObject, name: str) -> int | None:
    """A time claim in whole seconds, None where there is none."""
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return int(value)
