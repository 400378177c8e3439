"""The types as credentials: what is signed has the same number of digests for everybody (MIN-5)."""

import os
from collections.abc import Mapping

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from credential_schemas.organisations import Organisation
from credential_schemas.types import CredentialType, credential_claims, load_types
from openid4vc import sd_jwt
from openid4vc.jose import jws
from openid4vc.jose.jws import KeySigner
from openid4vc.sd_jwt_vc import type_extension, type_metadata
from openid4vc.sd_jwt_vc.type_extension import Reference
from tests.credential_schemas.conftest import document

ISSUER = KeySigner(ec.generate_private_key(ec.SECP256R1()))
CASES = [(name, case) for name, credential_type in load_types().items() for case in credential_type.samples]


SALTS = sd_jwt.Salts(os.urandom)


def issued(credential_type: CredentialType, case: str, organisation: Organisation) -> sd_jwt.VerifiedSdJwt:
    payload = {
        "vct": credential_type.vct,
        **credential_claims(credential_type, document(credential_type, case, organisation)),
    }
    text = sd_jwt.issue(
        payload,
        protected=jws.protected({"typ": "dc+sd-jwt"}),
        signer=ISSUER,
        salts=SALTS,
        digests=credential_type.digests,
    )
    return sd_jwt.verify(
        sd_jwt.parse(text), issuer_key=ISSUER.public_key, key_binding=sd_jwt.KeyBinding.forbidden(), now=0, skew=0
    )


@pytest.mark.parametrize(("name", "case"), CASES)
def test_every_credential_of_a_type_has_the_same_number_of_digests(
    types: Mapping[str, CredentialType], organisations: Mapping[str, Organisation], name: str, case: str
) -> None:
    credential = issued(types[name], case, organisations["O1"])
    signed = credential.sd_jwt.unverified_claims
    assert len(signed["_sd"]) == types[name].digests


@pytest.mark.parametrize(("name", "case"), CASES)
def test_a_holder_finds_every_credential_as_its_type_metadata_says(
    types: Mapping[str, CredentialType], organisations: Mapping[str, Organisation], name: str, case: str
) -> None:
    credential_type = types[name]
    metadata = type_extension.resolve(
        Reference(credential_type.vct, credential_type.integrity),
        {credential_type.vct: credential_type.type_metadata_raw},
    )
    type_metadata.check(metadata, issued(credential_type, case, organisations["O1"]), holder=True)


def test_in_clear_stands_nothing_about_the_person(
    types: Mapping[str, CredentialType], organisations: Mapping[str, Organisation]
) -> None:
    credential = issued(types["lausuntopalaute"], "C4", organisations["O1"])
    signed = credential.sd_jwt.unverified_claims
    assert set(signed) == {
        "vct", "_sd", "_sd_alg", "client_agreed_content", "professional_role", "issuing_authority",
        "issuing_authority_id", "issuing_country", "attestation_legal_category", "document_language",
    }  # fmt: skip
