"""Issuing, presenting and verifying by the public API, every check on; beside it the bare cryptography in each."""

import os
from collections.abc import Mapping

from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, EllipticCurvePublicNumbers
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from openid4vc import sd_jwt
from openid4vc.jose import jws
from openid4vc.jose.jws import Jws
from openid4vc.sd_jwt_vc import credential
from openid4vc.sd_jwt_vc.type_matching import TypeMatching
from openid4vc.trust.making import DAY
from tests.benchmarks.measuring import Round, here
from tests.benchmarks.sample import BIND, CLAIMS, ISSUER, ISSUER_SIGNER, KEY_BINDING, SHOWN
from tests.openid4vc.credentials import HOLDER, NOW, STATUS, VCT, receive
from tests.openid4vc.forging import public_jwk

_X5C = ISSUER.x5c
_HOLDER_JWK = public_jwk(HOLDER)
_TYPES = TypeMatching.exact((VCT,))
_SALTS = sd_jwt.Salts(os.urandom)
_ES256 = ECDSA(SHA256())


def issue() -> str:
    return credential.create(
        CLAIMS,
        vct=VCT,
        vct_integrity=None,
        nbf=NOW - 3600,
        exp=NOW + 300 * DAY,
        holder_jwk=_HOLDER_JWK,
        status=STATUS,
        x5c=_X5C,
        signer=ISSUER_SIGNER,
        salts=_SALTS,
        digests=None,
    )


TEXT = issue()
_HELD = receive(TEXT, ISSUER).sd_jwt


def present_held() -> str:
    return sd_jwt.present(_HELD, SHOWN, binding=BIND, now=NOW)


def present_from_text() -> str:
    return sd_jwt.present(sd_jwt.reopen(TEXT), SHOWN, binding=BIND, now=NOW)


PRESENTATION = present_held()


def verify() -> object:
    return credential.verify(
        PRESENTATION, issuers=ISSUER.issuers, key_binding=KEY_BINDING, types=_TYPES, now=NOW, skew=60
    )


def operations() -> Mapping[str, Round]:
    """What is ours."""
    return {
        "issue": here(issue),
        "present (held)": here(present_held),
        "present (from text)": here(present_from_text),
        "verify": here(verify),
    }


def limits() -> Mapping[str, Round]:
    """S: one signature. L: the issuer's signature, the holder's key from its coordinates, the key binding signature."""
    parsed = sd_jwt.parse(PRESENTATION)
    bound = jws.parse(PRESENTATION.rpartition("~")[2], typ="kb+jwt")
    issuer_key = ISSUER.key.public_key()
    numbers = HOLDER.public_key().public_numbers()
    x, y, curve = numbers.x, numbers.y, SECP256R1()
    signed, der = parsed.issuer_jwt.signing_input, _der(parsed.issuer_jwt)
    bound_input, bound_der = bound.signing_input, _der(bound)

    def verify_both() -> None:
        issuer_key.verify(der, signed, _ES256)
        EllipticCurvePublicNumbers(x, y, curve).public_key().verify(bound_der, bound_input, _ES256)

    return {"S": here(lambda: HOLDER.sign(bound_input, _ES256)), "L": here(verify_both)}


def _der(signed: Jws) -> bytes:
    r, s = signed.signature[:32], signed.signature[32:]
    return encode_dss_signature(int.from_bytes(r, "big"), int.from_bytes(s, "big"))
