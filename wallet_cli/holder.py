"""The holder's side of a credential: one fresh key for each, and what the credential says when it is opened again."""

from cryptography.hazmat.primitives.asymmetric import ec

from openid4vc import base64url, sd_jwt
from openid4vc.jose import jws
from openid4vc.jose.jws import KeySigner
from openid4vc.sd_jwt import ClaimPath, KeyBinding, VerifiedSdJwt
from openid4vc.trust import certificates
from openid4vc.trust.certificates import Certificate
from wallet_cli.contents import HeldCredential

# Members that speak to machines: the envelope of a credential, not something about the person.
TECHNICAL = frozenset({"iss", "iat", "nbf", "exp", "cnf", "vct", "vct#integrity", "status", "sub", "jti", "_sd_alg"})


def new_key() -> str:
    """A new P-256 key for one credential, as the vault keeps it: the private scalar, base64url."""
    number = ec.generate_private_key(ec.SECP256R1()).private_numbers().private_value
    return base64url.encode(number.to_bytes(32, "big"))


def signer(key: str) -> KeySigner:
    """A kept key, ready to sign."""
    return KeySigner(ec.derive_private_key(int.from_bytes(base64url.decode(key), "big"), ec.SECP256R1()))


def issuer_chain(held: HeldCredential) -> tuple[Certificate, ...]:
    """The chain that signed the credential, leaf first. It was trusted when the credential was received."""
    return certificates.parse_x5c(sd_jwt.parse(held.text).issuer_jwt.header.get("x5c"))


def opened(held: HeldCredential, now: int) -> VerifiedSdJwt:
    """All claims of a held credential, with the signature checked again; dates are for the caller to judge.

    JoseError, SdJwtError or TrustError can only mean that the vault holds what no wallet put there.
    """
    parsed = sd_jwt.parse(held.text)
    payload = jws.verify(parsed.issuer_jwt, issuer_chain(held)[0].public_key)
    return sd_jwt.verify_processed(parsed, payload, key_binding=KeyBinding.forbidden(), now=now)


def claim_paths(verified: VerifiedSdJwt) -> list[ClaimPath]:
    """The claims as a person counts them: the members of the top level that are about something."""
    return [(name,) for name in verified.claims if name not in TECHNICAL]
