"""The key proof: the wallet shows that it holds the key that the credential is to be bound to.

OpenID4VCI Annex F.1 (`jwt` proof type), F.4 (verification), §13.8 (replay).
"""

from dataclasses import dataclass
from typing import Final

from openid4vc.errors import IssuanceError, JoseError, ProtocolError
from openid4vc.jose import jwk, jws
from openid4vc.jose.jws import Signer
from openid4vc.strict_json import JsonObject

TYP: Final = "openid4vci-proof+jwt"
MAX_BYTES: Final = 16_384


@dataclass(frozen=True, slots=True)
class VerifiedProof:
    """The holder's public key in its minimal JWK, its thumbprint (RFC 7638), and the nonce that was signed.

    Whether the nonce is one of ours, unused and in time, is the issuer's to decide (`invalid_nonce`).
    """

    jwk: dict[str, str]
    thumbprint: str
    nonce: str


def create(*, audience: str, nonce: str | None, iat: int, signer: Signer) -> str:
    """A proof for the credential issuer `audience`; `nonce` is None only for an issuer without a nonce endpoint.

    `iss` is left out: F.1 forbids it for an anonymous wallet.
    """
    claims: dict[str, object] = {"aud": audience, "iat": iat}
    if nonce is not None:
        claims["nonce"] = nonce
    return jws.create({"typ": TYP, "jwk": jwk.from_public_key(signer.public_key)}, claims, signer)


def verify(text: str, *, audience: str, now: int, window: int) -> VerifiedProof:
    """F.4, for an anonymous wallet of an issuer that has a nonce endpoint.

    IssuanceError `proof_invalid`, `nonce_missing` and `not_supported` (a key by `kid` or `x5c`, key attestations), all
    of them invalid_proof on the wire.
    """
    try:
        claims, key = _verify_signature(text)
    except IssuanceError:
        raise
    except ProtocolError as error:
        raise _invalid(error.code) from None
    # F.1: `aud` is a string; in an array a second audience could be waiting for a replay.
    if claims.get("aud") != audience:
        raise _invalid("aud")
    iat = claims.get("iat")
    if isinstance(iat, bool) or not isinstance(iat, int | float) or abs(now - iat) > window:
        raise _invalid("iat")
    try:
        jws.check_times(claims, now=now, skew=window)
    except JoseError as error:
        raise _invalid(error.code) from None
    # F.1: MUST be omitted when the token came from an anonymous request.
    if "iss" in claims:
        raise _invalid("iss of an anonymous wallet")
    nonce = claims.get("nonce")
    if nonce is None:
        raise IssuanceError("nonce_missing", error="invalid_proof")
    if not isinstance(nonce, str) or not nonce:
        raise _invalid("nonce")
    return VerifiedProof(key, jwk.thumbprint(key), nonce)


def _verify_signature(text: str) -> tuple[JsonObject, dict[str, str]]:
    proof = jws.parse(text, typ=TYP, max_bytes=MAX_BYTES)
    # Accepting what is not looked at would let a wallet believe that its attestation counted.
    if "key_attestation" in proof.header or "trust_chain" in proof.header:
        raise IssuanceError("not_supported", "key attestation", error="invalid_proof")
    carriers = [name for name in ("jwk", "kid", "x5c") if name in proof.header]
    if len(carriers) != 1:
        raise _invalid("exactly one of jwk, kid and x5c")
    if carriers != ["jwk"]:
        raise IssuanceError("not_supported", "keys by jwk alone", error="invalid_proof")
    key = jwk.parse_public_key(proof.header["jwk"], use="sig")
    return jws.read_claims(jws.verify(proof, key)), jwk.from_public_key(key)


def _invalid(detail: str) -> IssuanceError:
    return IssuanceError("proof_invalid", detail, error="invalid_proof")
