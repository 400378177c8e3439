"""What an organisation publishes about itself as a credential issuer and as its own authorization server.

OpenID4VCI §12.2 (credential issuer), §12.3 and RFC 8414 §2 (authorization server), Token Status List §9.1. Made once at
start: nothing in it depends on who asks, nor on the address they used.
"""

from collections.abc import Mapping

from credential_schemas import organisations as all_organisations
from credential_schemas.data import LANGUAGES
from credential_schemas.organisations import Organisation
from credential_schemas.types import CredentialType, metadata_claims, metadata_display
from openid4vc.jose.jws import Signer
from openid4vc.strict_json import JsonObject
from openid4vc.vci import metadata
from openid4vc.vci.token import GRANT


def issuer_metadata(
    identifier: str,
    organisation: Organisation,
    types: Mapping[str, CredentialType],
    everybody: Mapping[str, Organisation],
) -> JsonObject:
    """§12.2.4. `everybody` are the organisations that disclosure policies may name."""
    return {
        "credential_issuer": identifier,
        "credential_endpoint": f"{identifier}/credential",
        "nonce_endpoint": f"{identifier}/nonce",
        "notification_endpoint": f"{identifier}/notification",
        "display": [{"name": organisation.local_name(language), "locale": language} for language in LANGUAGES],
        "credential_configurations_supported": {
            name: _configuration(credential_type, everybody) for name, credential_type in types.items()
        },
    }


def authorization_server_metadata(identifier: str, aggregation_uri: str) -> JsonObject:
    """§12.3: the pre-authorized code, from anybody who holds one. There is no authorization endpoint.

    `aggregation_uri` is where the status lists are named.
    """
    return {
        "issuer": identifier,
        "token_endpoint": f"{identifier}/token",
        "grant_types_supported": [GRANT],
        "response_types_supported": [],
        "token_endpoint_auth_methods_supported": ["none"],
        "pre-authorized_grant_anonymous_access_supported": True,
        "status_list_aggregation_endpoint": aggregation_uri,
    }


def signed(issuer: JsonObject, *, iat: int, signer: Signer, x5c: list[str]) -> str:
    """§12.2.3: the same, signed with the access key."""
    return metadata.create_signed(issuer, iat=iat, signer=signer, x5c=x5c)


def _configuration(credential_type: CredentialType, everybody: Mapping[str, Organisation]) -> JsonObject:
    credential_metadata: JsonObject = {
        "display": metadata_display(credential_type),
        "claims": metadata_claims(credential_type),
    }
    policy = all_organisations.disclosure_policy(credential_type, everybody)
    if policy is not None:
        credential_metadata["disclosure_policy"] = policy
    return {
        "format": metadata.FORMAT,
        "vct": credential_type.vct,
        "scope": credential_type.name,
        "cryptographic_binding_methods_supported": ["jwk"],
        "credential_signing_alg_values_supported": [metadata.ALG],
        "proof_types_supported": {"jwt": {"proof_signing_alg_values_supported": [metadata.ALG]}},
        "credential_metadata": credential_metadata,
    }
