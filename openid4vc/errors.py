"""The errors of the protocols: one tree, each leaf raised at the step that found the fault.

    ProtocolError
    ├── FormatError           bytes that are not the format: base64url, JSON, compact JOSE, SD-JWT, a URI
    ├── JoseError             a signature, key or encryption that does not hold
    ├── SdJwtError            RFC 9901 §7.1: disclosures and digests
    ├── KeyBindingError       RFC 9901 §7.3: the holder did not prove possession for this request
    ├── CredentialError       SD-JWT VC: type, time, issuer claims, type metadata
    ├── TrustError            certificates, chains, trusted lists, authority per type
    ├── StatusError           Token Status List: the list, or what it says
    ├── IssuanceError         OpenID4VCI: what the other side of an issuance got wrong
    ├── PresentationError     OpenID4VP: what the other side of a presentation got wrong
    ├── RegistrationError     registration certificate, asked more than registered, disclosure policy
    ├── RetrievalError        the network, or a policy that forbids a connection
    └── PrintedCodeError      pixels without a code, or with one that is not ours

`code` is lower_snake and from one closed set (CODES); people get the sentence that the catalogue has for it.
`detail` is short printable ASCII for developers and never repeats input; `facts` fill the catalogue's placeholders.
"""

from collections.abc import Mapping
from typing import ClassVar, Final


class ProtocolError(Exception):
    """Root of the tree. `code` must be in CODES; `spec_error` is the error code of the wire, where there is one."""

    spec_error: ClassVar[str | None] = None

    def __init__(self, code: str, detail: str = "", **facts: str | int) -> None:
        if code not in CODES:
            raise ValueError(f"unknown error code {code}")
        super().__init__(code, detail)
        self.code = code
        self.detail = detail
        self.facts: Mapping[str, str | int] = facts

    def __str__(self) -> str:
        return f"{self.code}: {self.detail}" if self.detail else self.code


class FormatError(ProtocolError):
    """Bytes that are not the format they claim to be."""


class JoseError(ProtocolError):
    """A signature, key or encryption that does not hold (RFC 7515, 7516, 7517)."""


class SdJwtError(ProtocolError):
    """A disclosure or digest that RFC 9901 §7.1 refuses."""


class KeyBindingError(ProtocolError):
    """No proof that the holder presents this, here and now (RFC 9901 §7.3)."""


class CredentialError(ProtocolError):
    """An SD-JWT VC that is not what it should be: type, time, claims, type metadata."""


class TrustError(ProtocolError):
    """A certificate, chain, trusted list or authority that does not hold."""


class StatusError(ProtocolError):
    """The status list, or what it says about this credential (Token Status List §8.3)."""


class IssuanceError(ProtocolError):
    """OpenID4VCI: `error` is the code of the wire (§6.3, §8.3.1.2, §11.3), where the answer has one."""

    def __init__(self, code: str, detail: str = "", *, error: str | None = None, **facts: str | int) -> None:
        super().__init__(code, detail, **facts)
        self.error = error


class PresentationError(ProtocolError):
    """OpenID4VP: `error` is the code of the wire (§8.5), where the answer has one."""

    def __init__(self, code: str, detail: str = "", *, error: str | None = None, **facts: str | int) -> None:
        super().__init__(code, detail, **facts)
        self.error = error


class RegistrationError(ProtocolError):
    """Registration certificate (ETSI TS 119 475), asked more than registered, or a disclosure policy."""


class RetrievalError(ProtocolError):
    """The network, or a policy that forbids a connection."""


class PrintedCodeError(ProtocolError):
    """Pixels or pages without a code, or with one that belongs to something else."""


# The closed set of protocol errors. A service or the wallet adds its own set; a test holds that no code is in two.
CODES: Final[frozenset[str]] = frozenset(
    """
    base64url_invalid json_invalid json_not_object json_too_deep too_large
    jose_malformed jose_header alg_not_allowed typ_wrong jwk_invalid bad_signature decryption_failed
    sd_jwt_malformed sd_alg_unsupported disclosure_malformed disclosure_not_referenced disclosure_duplicate
    disclosure_name disclosure_collision digest_duplicate digest_malformed too_many_disclosures claim_reserved
    kb_missing kb_unexpected kb_typ kb_nonce kb_aud kb_sd_hash kb_iat kb_signature kb_expired cnf
    vct_missing vct_wrong aka_vcts_invalid never_sd_disclosed iss_mismatch expired not_yet_valid time_claim_invalid
    type_metadata_invalid type_metadata_integrity type_metadata_unavailable
    x5c_invalid cert_expired cert_not_yet_valid cert_self_signed cert_role cert_key_usage chain_untrusted
    key_discovery_forbidden issuer_keys_unavailable issuer_metadata_invalid
    untrusted_issuer issuer_not_authorised_for_type trust_list_invalid trust_list_untrusted trust_list_outdated
    trust_anchors_missing key_certificate_mismatch key_unreadable
    status_unavailable status_unknown status_missing status_list_invalid revoked suspended superseded
    offer_malformed offer_scheme offer_used offer_expired offer_locked offer_not_found
    metadata_invalid metadata_mismatch metadata_unsigned metadata_untrusted unsupported_grant
    tx_code_wrong tx_code_missing tx_code_unexpected grant_invalid client_invalid request_malformed
    token_invalid token_response_invalid nonce_invalid nonce_missing proof_invalid proof_missing
    credential_configuration_unknown credential_request_malformed credential_response_invalid credential_denied
    notification_id_unknown notification_invalid not_supported holder_key_mismatch
    request_untrusted request_invalid client_id_mismatch client_id_prefix wallet_nonce_mismatch
    request_expired request_gone response_malformed response_mode_mismatch state_unknown
    dcql_invalid missing_credential claim_missing transaction_data_unsupported no_usable_encryption_key
    registration_invalid registration_untrusted over_asking disclosure_policy_forbids
    receipt_invalid
    net_unreachable net_forbidden net_redirect net_timeout net_status net_content_type net_too_large
    scan_none scan_foreign scan_file scan_too_large
    """.split()
)
