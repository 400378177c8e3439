"""Issuing, showing and checking in one line each, as honest people do."""

from collections.abc import Iterable

from openid4vc import sd_jwt
from openid4vc.jose import jwk, jws
from openid4vc.jose.jws import KeySigner
from openid4vc.sd_jwt import Bind, ClaimPath, KeyBinding, VerifiedSdJwt
from tests.differential import trees
from tests.differential.trees import Branch
from tests.openid4vc.credentials import fresh_salts
from tests.vectors.rfc9901.parts import AUDIENCE, HOLDER, ISSUER, NONCE, NOW, SKEW, WINDOW

ISSUER_KEY = jwk.parse_public_key(ISSUER.jwk, use="sig")
CLEAR = {"cnf": {"jwk": HOLDER.jwk}}


def issue(claims: Branch, *, digests: int | None = None) -> str:
    return sd_jwt.issue(
        trees.ours(trees.beside(claims, CLEAR)),
        protected=jws.protected({"typ": "dc+sd-jwt"}),
        signer=KeySigner(ISSUER.private),
        salts=fresh_salts,
        digests=digests,
    )


def receive(text: str) -> VerifiedSdJwt:
    return _verify(text, KeyBinding.forbidden())


def show(text: str, reveal: Iterable[ClaimPath]) -> str:
    bind = Bind(KeySigner(HOLDER.private), NONCE, AUDIENCE)
    return sd_jwt.present(receive(text), reveal, binding=bind, now=NOW)


def check(text: str) -> VerifiedSdJwt:
    return _verify(text, KeyBinding.required(nonce=NONCE, audience=AUDIENCE, window=WINDOW))


def _verify(text: str, policy: KeyBinding) -> VerifiedSdJwt:
    return sd_jwt.verify(sd_jwt.parse(text), issuer_key=ISSUER_KEY, key_binding=policy, now=NOW, skew=SKEW)
