"""The issuer's metadata: where its endpoints are and what it issues, plain or signed by its access key.

OpenID4VCI §12.2 (credential issuer), §12.2.3 (signed), §12.3 and RFC 8414 (authorization server), HAIP 1.0 §4.1.

A configuration that would need what is not spoken here (another format, key attestations, other algorithms) is kept
among `unsupported` with the reason, so that asking for it is refused by name while its neighbours stay usable.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from openid4vc import strict_json, uri
from openid4vc.errors import FormatError, IssuanceError
from openid4vc.jose import jws
from openid4vc.jose.jws import Signer
from openid4vc.members import Members
from openid4vc.strict_json import JsonObject
from openid4vc.trust import chain
from openid4vc.trust.certificates import Certificate, Role, parse_x5c
from openid4vc.vci.token import GRANT
from openid4vc.vp import claims_path
from openid4vc.vp.claims_path import ClaimsPath

SIGNED_TYP: Final = "openidvci-issuer-metadata+jwt"
FORMAT: Final = "dc+sd-jwt"
ALG: Final = "ES256"
MAX_BYTES: Final = 1 << 20
_MAX_CONFIGURATIONS: Final = 512


@dataclass(frozen=True, slots=True)
class ClaimDescription:
    """Annex B.2: a claim, whether it is always there, and its labels by language tag."""

    path: ClaimsPath
    mandatory: bool
    labels: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class CredentialConfiguration:
    """§12.2.4, one entry that can be requested here. `labels` are names of the credential by language tag.

    `disclosure_policy` is our extension (`credential_metadata.disclosure_policy`), as it stands; `credential_metadata`
    is the whole member, for a wallet to keep.
    """

    id: str
    vct: str
    scope: str | None
    labels: Mapping[str, str]
    claims: tuple[ClaimDescription, ...]
    disclosure_policy: JsonObject | None
    credential_metadata: JsonObject


@dataclass(frozen=True, slots=True)
class IssuerMetadata:
    """§12.2.4. `authorization_servers` always has one entry: the issuer itself where the member is absent."""

    credential_issuer: str
    credential_endpoint: str
    nonce_endpoint: str | None
    notification_endpoint: str | None
    authorization_servers: tuple[str, ...]
    batch_size: int
    labels: Mapping[str, str]
    configurations: Mapping[str, CredentialConfiguration]
    unsupported: Mapping[str, str]

    def configuration(self, configuration_id: str) -> CredentialConfiguration:
        """The configuration of this id; IssuanceError `not_supported`, `credential_configuration_unknown`."""
        found = self.configurations.get(configuration_id)
        if found is not None:
            return found
        if configuration_id in self.unsupported:
            raise IssuanceError("not_supported", self.unsupported[configuration_id])
        raise IssuanceError("credential_configuration_unknown")

    def authorization_server(self, offered: str | None) -> str:
        """§4.1.1: the server that the offer names, which must be one of ours; else the first."""
        if offered is None:
            return self.authorization_servers[0]
        if offered not in self.authorization_servers:
            raise IssuanceError("metadata_mismatch", "authorization_server of the offer")
        return offered


@dataclass(frozen=True, slots=True)
class AuthorizationServerMetadata:
    """RFC 8414 §2 and OpenID4VCI §12.3, as far as the pre-authorized code goes."""

    issuer: str
    token_endpoint: str
    anonymous_access: bool


def issuer_metadata_url(identifier: str) -> str:
    """§12.2.2: the well-known path between host and path; a trailing slash of the identifier stays."""
    return _well_known(identifier, "openid-credential-issuer")


def authorization_server_metadata_url(identifier: str) -> str:
    """RFC 8414 §3.1: as above, and a terminating slash of the identifier is removed."""
    return _well_known(identifier.rstrip("/"), "oauth-authorization-server")


def parse_issuer_metadata(raw: bytes, *, identifier: str, allow_loopback_http: bool) -> IssuerMetadata:
    """The unsigned JSON form, fetched from the URL of `identifier`.

    IssuanceError `metadata_invalid`, `metadata_mismatch` when it is another issuer's, `not_supported` when the issuer
    demands encryption; RetrievalError `net_forbidden` for an endpoint that policy refuses.
    """
    return _issuer_metadata(_object(raw), identifier, allow_loopback_http)


def verify_signed(
    text: str, *, identifier: str, anchors: Sequence[Certificate], allow_loopback_http: bool, now: int
) -> tuple[IssuerMetadata, Certificate]:
    """§12.2.3: the signed form, and the access certificate that says whose it is.

    JoseError and TrustError of signature and chain; `expired`; otherwise as `parse_issuer_metadata`.
    """
    signed = jws.parse(text, typ=SIGNED_TYP, max_bytes=MAX_BYTES)
    certificate = chain.verify(parse_x5c(signed.header.get("x5c")), role=Role.ACCESS, anchors=anchors, now=now)
    claims = jws.read_claims(jws.verify(signed, certificate.public_key))
    if claims.get("sub") != identifier:
        raise IssuanceError("metadata_mismatch", "sub")
    if "iat" not in claims:
        raise IssuanceError("metadata_invalid", "iat")
    jws.check_times(claims, now=now, skew=60)
    return _issuer_metadata(Members(claims, _invalid), identifier, allow_loopback_http), certificate


def create_signed(metadata: Mapping[str, object], *, iat: int, signer: Signer, x5c: Sequence[str]) -> str:
    """§12.2.3: the metadata as claims, signed with the access key, whose certificates are `x5c`."""
    claims = {**metadata, "sub": metadata["credential_issuer"], "iat": iat}
    return jws.create({"typ": SIGNED_TYP, "x5c": list(x5c)}, claims, signer)


def parse_authorization_server_metadata(
    raw: bytes, *, issuer: str, allow_loopback_http: bool
) -> AuthorizationServerMetadata:
    """RFC 8414 §3.2, fetched from the URL of `issuer`.

    IssuanceError `metadata_invalid`, `metadata_mismatch`, `unsupported_grant`; RetrievalError `net_forbidden`.
    """
    members = _object(raw)
    if members.text("issuer") != issuer:
        raise IssuanceError("metadata_mismatch", "issuer")
    grants = members.optional_texts("grant_types_supported")
    # RFC 8414 §2 has a default without our grant, but servers of pre-authorized codes leave the member out.
    if grants is not None and GRANT not in grants:
        raise IssuanceError("unsupported_grant")
    return AuthorizationServerMetadata(
        issuer=issuer,
        token_endpoint=uri.parse_url(members.text("token_endpoint"), allow_loopback_http=allow_loopback_http).text,
        anonymous_access=members.boolean("pre-authorized_grant_anonymous_access_supported", absent=False),
    )


def _issuer_metadata(members: Members, identifier: str, allow_loopback_http: bool) -> IssuerMetadata:
    # §12.2.1, §12.2.4: the same text, not an equivalent one.
    if members.text("credential_issuer") != identifier:
        raise IssuanceError("metadata_mismatch", "credential_issuer")
    _check_encryption(members)

    def endpoint(name: str) -> str | None:
        text = members.optional_text(name)
        return None if text is None else uri.parse_url(text, allow_loopback_http=allow_loopback_http).text

    credential_endpoint = endpoint("credential_endpoint")
    if credential_endpoint is None:
        raise _invalid("credential_endpoint")
    configurations: dict[str, CredentialConfiguration] = {}
    unsupported: dict[str, str] = {}
    entries = members.object("credential_configurations_supported").values
    if not 0 < len(entries) <= _MAX_CONFIGURATIONS:
        raise _invalid("credential_configurations_supported")
    for configuration_id, value in entries.items():
        entry = Members.of(value, "credential_configurations_supported", _invalid)
        reason = _unsupported(entry)
        if reason is None:
            configurations[configuration_id] = _configuration(configuration_id, entry)
        else:
            unsupported[configuration_id] = reason
    return IssuerMetadata(
        credential_issuer=identifier,
        credential_endpoint=credential_endpoint,
        nonce_endpoint=endpoint("nonce_endpoint"),
        notification_endpoint=endpoint("notification_endpoint"),
        authorization_servers=_authorization_servers(members, identifier, allow_loopback_http),
        batch_size=_batch_size(members),
        labels=_labels(members),
        configurations=configurations,
        unsupported=unsupported,
    )


def _authorization_servers(members: Members, identifier: str, allow_loopback_http: bool) -> tuple[str, ...]:
    servers = members.optional_texts("authorization_servers", max_items=32) or (identifier,)
    for server in servers:
        uri.parse_url(server, allow_loopback_http=allow_loopback_http)
    return servers


def _batch_size(members: Members) -> int:
    """§12.2.4: at least two where batches are supported."""
    if "batch_credential_issuance" not in members:
        return 1
    size = members.object("batch_credential_issuance").optional_integer("batch_size", least=2, most=1_000_000)
    if size is None:
        raise _invalid("batch_size")
    return size


def _check_encryption(members: Members) -> None:
    for name in ("credential_request_encryption", "credential_response_encryption"):
        if name in members and members.object(name).boolean("encryption_required", absent=False):
            raise IssuanceError("not_supported", name)


def _unsupported(entry: Members) -> str | None:
    """Why a configuration can't be requested from here, or None; faults of one that could are `metadata_invalid`."""
    if entry.text("format") != FORMAT:
        return "format"
    algorithms = entry.optional_texts("credential_signing_alg_values_supported")
    if algorithms is not None and ALG not in algorithms:
        return "credential_signing_alg_values_supported"
    binding = entry.optional_texts("cryptographic_binding_methods_supported")
    # §12.2.4: both or neither. Without them the credential is bound to nobody, which a wallet here never takes.
    if (binding is None) != ("proof_types_supported" not in entry):
        raise _invalid("proof_types_supported")
    if binding is None or "jwk" not in binding:
        return "cryptographic_binding_methods_supported"
    proof_types = entry.object("proof_types_supported")
    for name in proof_types.values:
        proof_types.object(name).texts("proof_signing_alg_values_supported")
    if "jwt" not in proof_types:
        return "proof_types_supported"
    jwt = proof_types.object("jwt")
    if ALG not in jwt.texts("proof_signing_alg_values_supported"):
        return "proof_signing_alg_values_supported"
    return "key_attestations_required" if "key_attestations_required" in jwt else None


def _configuration(configuration_id: str, entry: Members) -> CredentialConfiguration:
    metadata = entry.object("credential_metadata") if "credential_metadata" in entry else Members({}, _invalid)
    policy = metadata.object("disclosure_policy").values if "disclosure_policy" in metadata else None
    return CredentialConfiguration(
        id=configuration_id,
        vct=entry.text("vct"),
        scope=entry.optional_text("scope"),
        labels=_labels(metadata),
        claims=tuple(_claim(claim) for claim in metadata.objects("claims")),
        disclosure_policy=policy,
        credential_metadata=metadata.values,
    )


def _claim(claim: Members) -> ClaimDescription:
    return ClaimDescription(
        path=claims_path.parse(claim.values.get("path"), fault=_invalid),
        mandatory=claim.boolean("mandatory", absent=False),
        labels=_labels(claim),
    )


def _labels(members: Members) -> dict[str, str]:
    """`display` (§12.2.4, B.2): names by language tag, "" for one without; at most one object per language."""
    labels: dict[str, str] = {}
    seen: set[str] = set()
    for display in members.objects("display"):
        locale = display.optional_text("locale", max_length=64) or ""
        if locale.lower() in seen:
            raise _invalid("display")
        seen.add(locale.lower())
        name = display.optional_text("name")
        if name is not None:
            labels[locale] = name
    return labels


def _well_known(identifier: str, name: str) -> str:
    scheme, _, rest = identifier.partition("://")
    host, slash, path = rest.partition("/")
    return f"{scheme}://{host}/.well-known/{name}{slash}{path}"


def _object(raw: bytes) -> Members:
    try:
        return Members(strict_json.parse_object(raw, max_bytes=MAX_BYTES), _invalid)
    except FormatError:
        raise _invalid("JSON") from None


def _invalid(detail: str) -> IssuanceError:
    return IssuanceError("metadata_invalid", detail)
