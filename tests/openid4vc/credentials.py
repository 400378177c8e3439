"""A small world of credentials: an issuer that the trust folder knows, a holder, and every way to spoil one.

Claims of an imaginary library card: nothing here knows the project's own types.
"""

import itertools
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

from openid4vc import sd_jwt
from openid4vc.errors import ProtocolError
from openid4vc.jose import jws
from openid4vc.jose.jws import KeySigner
from openid4vc.sd_jwt import Bind, ClaimPath, Disclosable, KeyBinding, Salts
from openid4vc.sd_jwt.disclosure import digest
from openid4vc.sd_jwt_vc import credential
from openid4vc.sd_jwt_vc.credential import VerifiedCredential
from openid4vc.sd_jwt_vc.type_matching import TypeMatching
from openid4vc.trust.certificates import Role, x5c
from openid4vc.trust.issuer_chains import IssuerChains
from openid4vc.trust.issuers import TrustedIssuer, TrustedIssuers
from openid4vc.trust.making import DAY, Root, make_leaf, make_root
from tests.openid4vc.forging import forge, new_key, public_jwk

NOW = 1_700_000_000
VCT = "https://types.example/library-card/1"
NONCE = "n-0S6_WzA2Mj"
AUDIENCE = "x509_hash:Uvo3HtuIxuhC92rShpgqcT3YXwrqRxWEviRiA0OZszk"
STATUS = {"uri": "https://lists.example/1", "idx": 7}
ROOT = make_root(Role.ISSUER, now=NOW)
HOLDER = new_key()
ANY_TYPE, THIS_TYPE = TypeMatching.any_type(), TypeMatching.exact([VCT])

_numbers = itertools.count(1)
# Never the same twice; nothing here needs them to be secrets.
fresh_salts = Salts(lambda octets: b"".join(next(_numbers).to_bytes(18, "big") for _ in range(octets // 18)))


def required() -> KeyBinding:
    return KeyBinding.required(nonce=NONCE, audience=AUDIENCE, window=300)


class Issuer:
    """An issuer with a key, a certificate under `root`, and one entry in a trust folder."""

    def __init__(
        self,
        root: Root = ROOT,
        *,
        dns_names: Sequence[str] = ("issuer.example",),
        vct: Sequence[str] = (VCT,),
        organization_identifier: str = "NTRFI-1234567-1",
        **terms: Any,
    ) -> None:
        self.key = new_key()
        self.certificate = make_leaf(
            root.role,
            root,
            organization="Library",
            organization_identifier=organization_identifier,
            common_name="Library cards",
            dns_names=dns_names,
            public_key=self.key.public_key(),
            now=NOW,
            life_days=700,
        )
        self.entry = TrustedIssuer(
            name="library",
            file=Path("library.pem"),
            organization_identifier=organization_identifier,
            vct=frozenset(vct),
            credential_issuers=frozenset(),
            **{
                "anchors": (root.certificate,),
                "status_optional": False,
                "status_3_superseded": False,
                "iss_unchecked": False,
                "valid_until": None,
                "web_iss": None,
                **terms,
            },
        )
        self.issuers = IssuerChains(TrustedIssuers([self.entry]), limit=4)

    @property
    def x5c(self) -> list[str]:
        return x5c([self.certificate])

    def card(self, claims: Mapping[str, object] | None = None, **changes: Any) -> str:
        """A card as it is honestly issued, with changed arguments of `credential.create`."""
        arguments: dict[str, Any] = {
            "vct": VCT,
            "vct_integrity": None,
            "nbf": NOW - 3600,
            "exp": NOW + 300 * DAY,
            "holder_jwk": public_jwk(HOLDER),
            "status": STATUS,
            "x5c": self.x5c,
            "signer": KeySigner(self.key),
            "salts": fresh_salts,
            "digests": 8,
        }
        return credential.create(CLAIMS if claims is None else claims, **{**arguments, **changes})

    def forged(self, payload: Mapping[str, object], header: Mapping[str, object] | None = None) -> str:
        """A card with any payload and header, signed by the issuer's key; Disclosable marks work."""
        usual = {"typ": credential.TYP, "x5c": self.x5c}
        return sd_jwt.issue(
            payload,
            protected=jws.protected(usual if header is None else header),
            signer=KeySigner(self.key),
            salts=fresh_salts,
            digests=None,
        )


CLAIMS: Mapping[str, object] = {
    "kind": "adult",
    "name": Disclosable("Aino"),
    "birthdate": Disclosable("1990-01-02"),
    "loans": Disclosable([Disclosable("A"), "B", Disclosable({"title": Disclosable("C")})]),
    "home": {"city": Disclosable("Oulu"), "zip": Disclosable("90100")},
}
PAYLOAD: Mapping[str, object] = {
    "vct": VCT,
    "nbf": NOW - 3600,
    "exp": NOW + DAY,
    "cnf": {"jwk": public_jwk(HOLDER)},
    "status": {"status_list": {"uri": "https://lists.example/1", "idx": 7}},
    **CLAIMS,
}


def plain(value: object) -> object:
    """Claims as they would be without marks."""
    if isinstance(value, Disclosable):
        return plain(value.value)
    if isinstance(value, dict):
        return {name: plain(member) for name, member in value.items()}
    return [plain(element) for element in value] if isinstance(value, list) else value


def receive(text: str, issuer: Issuer, *, now: int = NOW, types: TypeMatching = ANY_TYPE) -> VerifiedCredential:
    """What a wallet does with a card."""
    return credential.verify(
        text, issuers=issuer.issuers, key_binding=KeyBinding.forbidden(), types=types, now=now, skew=60
    )


def check(text: str, issuer: Issuer, *, now: int = NOW, types: TypeMatching = THIS_TYPE) -> VerifiedCredential:
    """What a verifier does with a presentation."""
    return credential.verify(text, issuers=issuer.issuers, key_binding=required(), types=types, now=now, skew=60)


def present(
    text: str, issuer: Issuer, reveal: Sequence[ClaimPath], *, key: EllipticCurvePrivateKey = HOLDER, now: int = NOW
) -> str:
    """An honest presentation of an honest card."""
    bind = Bind(KeySigner(key), NONCE, AUDIENCE)
    return sd_jwt.present(receive(text, issuer).sd_jwt, reveal, binding=bind, now=now)


def bound(text: str, *, key: EllipticCurvePrivateKey = HOLDER, typ: str = "kb+jwt", **changes: object) -> str:
    """`text` with a Key Binding JWT over it as it is, however spoiled; a change to None drops the claim."""
    claims = {"iat": NOW, "aud": AUDIENCE, "nonce": NONCE, "sd_hash": digest(text), **changes}
    return text + forge(
        {"alg": "ES256", "typ": typ}, {name: value for name, value in claims.items() if value is not None}, key
    )


def assembled(issuer: Issuer, payload: Mapping[str, object], disclosures: Sequence[str]) -> str:
    """An SD-JWT of exactly these parts, signed by the issuer's key."""
    jwt = forge({"alg": "ES256", "typ": credential.TYP, "x5c": issuer.x5c}, payload, issuer.key)
    return "~".join((jwt, *disclosures, ""))


def refused_by_wallet_and_verifier(text: str, issuer: Issuer, code: str) -> None:
    """Both refuse it for the same reason, the verifier although the holder signed it as it is."""
    for take, received in ((receive, text), (check, bound(text))):
        with pytest.raises(ProtocolError) as caught:
            take(received, issuer)
        assert caught.value.code == code
