"""`sd-jwt` (PyPI): issues, presents and verifies the same claims, with the checks that it has."""

from collections.abc import Mapping

from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from jwcrypto.jwk import JWK
from sd_jwt.common import SDObj
from sd_jwt.holder import SDJWTHolder
from sd_jwt.issuer import SDJWTIssuer
from sd_jwt.verifier import SDJWTVerifier

from tests.benchmarks.measuring import Round, here
from tests.benchmarks.sample import ISSUER, SHOWN, VALUES
from tests.openid4vc.credentials import AUDIENCE, HOLDER, NONCE, NOW, STATUS, VCT
from tests.openid4vc.forging import public_jwk

NAME = "sd-jwt"
_ISSUER_KEY = JWK.from_pem(ISSUER.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
_ISSUER_PUBLIC = JWK.from_pem(ISSUER.key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
_HOLDER_KEY = JWK.from_pem(HOLDER.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
_HOLDER_PUBLIC = JWK(**public_jwk(HOLDER))
_HEADER = {"typ": "dc+sd-jwt", "x5c": ISSUER.x5c}


def issue() -> str:
    claims: dict[object, object] = {"vct": VCT, "nbf": NOW - 3600, "exp": NOW + 10**8}
    claims["status"] = {"status_list": STATUS}
    claims |= {SDObj(name): value for name, value in VALUES.items()}
    made = SDJWTIssuer(claims, _ISSUER_KEY, _HOLDER_PUBLIC, sign_alg="ES256", extra_header_parameters=_HEADER)
    return str(made.sd_jwt_issuance)


_TEXT = issue()


def present() -> str:
    holder = SDJWTHolder(_TEXT)
    holder.create_presentation({str(path[0]): True for path in SHOWN}, NONCE, AUDIENCE, _HOLDER_KEY, "ES256")
    return str(holder.sd_jwt_presentation)


_PRESENTATION = present()


def verify() -> object:
    return SDJWTVerifier(_PRESENTATION, lambda *_: _ISSUER_PUBLIC, AUDIENCE, NONCE).get_verified_payload()


def operations() -> Mapping[str, Round]:
    """By the names of `ours`; it presents from text alone."""
    return {"issue": here(issue), "present (from text)": here(present), "verify": here(verify)}
