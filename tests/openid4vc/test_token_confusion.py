"""Every signed object that is made or taken here, handed in wherever another one is expected.

The worst case on purpose: one key and one certificate for all roles, one anchor for all of them, so that nothing but
the kind of the object keeps them apart. A new kind is one more entry of `KINDS`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import pytest

from openid4vc import receipt
from openid4vc.errors import IssuanceError, ProtocolError
from openid4vc.jose.jws import KeySigner
from openid4vc.relying_party import registration_certificate
from openid4vc.status_list import token
from openid4vc.status_list.keeping import KeptStatusList
from openid4vc.vci import key_proof, metadata
from openid4vc.vp import invocation, request
from openid4vc.vp.client_id import ClientId
from tests.openid4vc import credentials, test_receipt
from tests.openid4vc.credentials import NONCE, NOW, ROOT, STATUS, Issuer, bound, check, receive
from tests.openid4vc.forging import forge, new_key, public_jwk
from tests.openid4vc.relying_party import test_registration_certificate

ISSUER_ID = "https://issuer.example/library"
ORGANISATION = "NTRFI-9900102-9"
ONE = Issuer(organization_identifier=ORGANISATION)
CHAIN = ONE.x5c
SIGNER = KeySigner(ONE.key)
ANCHORS = (ROOT.certificate,)
CARD = ONE.card(holder_jwk=public_jwk(ONE.key))
CLIENT_ID = f"x509_hash:{ONE.certificate.sha256}"
INVOCATION = invocation.Invocation(ClientId("x509_hash", ONE.certificate.sha256), "https://verifier.example/r", "get")


@dataclass(frozen=True)
class Kind:
    """A good object, and whoever takes it."""

    text: str
    take: Callable[[str], object]


METADATA = {
    "credential_issuer": ISSUER_ID,
    "credential_endpoint": f"{ISSUER_ID}/credential",
    "nonce_endpoint": f"{ISSUER_ID}/nonce",
    "credential_configurations_supported": {
        "card": {
            "format": "dc+sd-jwt",
            "vct": credentials.VCT,
            "cryptographic_binding_methods_supported": ["jwk"],
            "proof_types_supported": {"jwt": {"proof_signing_alg_values_supported": ["ES256"]}},
        }
    },
}
REQUEST = {
    "client_id": CLIENT_ID,
    "nonce": NONCE,
    "response_uri": "https://verifier.example/response",
    "client_metadata": request.client_metadata(public_jwk(new_key()), "k1"),
    "dcql_query": {
        "credentials": [{"id": "card", "format": "dc+sd-jwt", "meta": {"vct_values": [credentials.VCT]}}],
    },
}
KINDS: Mapping[str, Kind] = {
    "credential": Kind(CARD, lambda text: receive(text if "~" in text else text + "~", ONE)),
    "presentation": Kind(bound(CARD, key=ONE.key), lambda text: check(text if "~" in text else text + "~", ONE)),
    "key binding": Kind(
        bound(CARD, key=ONE.key)[len(CARD) :], lambda text: check(CARD + text.replace("~", ""), ONE)
    ),
    "key proof": Kind(
        key_proof.create(audience=ISSUER_ID, nonce=NONCE, iat=NOW, signer=SIGNER),
        lambda text: key_proof.verify(text, audience=ISSUER_ID, now=NOW, window=300),
    ),
    "status list": Kind(
        token.create(
            uri=str(STATUS["uri"]), status_list=KeptStatusList(2, 64), aggregation_uri=None, iat=NOW, exp=NOW + 3600,
            ttl=60, signer=SIGNER, x5c=CHAIN,
        ),
        lambda text: token.verify(text, uri=str(STATUS["uri"]), now=NOW, authorise=lambda chain: chain[0]),
    ),
    "request": Kind(
        request.create(REQUEST, signer=SIGNER, x5c=CHAIN),
        lambda text: request.verify(
            text, invocation=INVOCATION, anchors=ANCHORS, wallet_nonce=None, allow_loopback_http=False, now=NOW
        ),
    ),
    "issuer metadata": Kind(
        metadata.create_signed(METADATA, iat=NOW, signer=SIGNER, x5c=CHAIN),
        lambda text: metadata.verify_signed(
            text, identifier=ISSUER_ID, anchors=ANCHORS, allow_loopback_http=False, now=NOW
        ),
    ),
    "registration": Kind(
        registration_certificate.create(
            {**test_registration_certificate.CLAIMS, "iat": NOW - 100, "exp": NOW + 1000}, signer=SIGNER, x5c=CHAIN
        ),
        lambda text: registration_certificate.verify(
            text, anchors=ANCHORS, access_certificate=ONE.certificate, now=NOW
        ),
    ),
    "receipt": Kind(
        receipt.create(test_receipt.CLAIMS, signer=SIGNER, x5c=CHAIN),
        lambda text: receipt.verify(text, access_certificate=ONE.certificate),
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_each_object_is_taken_where_it_belongs(kind: str) -> None:
    assert KINDS[kind].take(KINDS[kind].text)


@pytest.mark.case("J-17")
@pytest.mark.parametrize("sent", KINDS)
@pytest.mark.parametrize("expected", KINDS)
def test_no_object_is_taken_where_another_is_expected(sent: str, expected: str) -> None:
    if sent != expected:
        with pytest.raises(ProtocolError):
            KINDS[expected].take(KINDS[sent].text)


PROOF = {"aud": ISSUER_ID, "iat": NOW, "nonce": NONCE}


@pytest.mark.case("J-09")
@pytest.mark.parametrize("names", [("jwk", "kid"), ("jwk", "x5c"), ("kid", "x5c"), ("jwk", "kid", "x5c"), ()])
def test_a_key_proof_names_its_key_in_exactly_one_way(names: tuple[str, ...]) -> None:
    carriers = {"jwk": public_jwk(ONE.key), "kid": "k1", "x5c": CHAIN}
    header = {"alg": "ES256", "typ": key_proof.TYP, **{name: carriers[name] for name in names}}
    with pytest.raises(IssuanceError) as caught:
        key_proof.verify(forge(header, PROOF, ONE.key), audience=ISSUER_ID, now=NOW, window=300)
    assert (caught.value.code, caught.value.error) == ("proof_invalid", "invalid_proof")
