"""What can go wrong in issuing that is nobody's protocol error, as one closed set.

Every code has its sentences (`error.<code>.what`, `.why`, `.do`) in issuer/locales, in three languages. The codes of
openid4vc.errors, credential_schemas and web_service are used as they are where they fit.
"""

from collections.abc import Mapping
from typing import Final

from credential_schemas.errors import CODES as schema_codes


class IssuerError(Exception):
    """A request of staff, an operator or another system that cannot be done; `facts` fill the sentence's places."""

    def __init__(self, code: str, **facts: str | int) -> None:
        if code not in CODES and code not in schema_codes:
            raise ValueError(f"unknown error code {code}")
        super().__init__(code)
        self.code = code
        self.facts: Mapping[str, str | int] = facts


# The HTTP management API answers with these; everything that is not listed is 400.
HTTP_STATUS: Final[Mapping[str, int]] = {
    "document_unknown": 404,
    "organisation_unknown": 404,
    "type_unknown": 404,
    "status_final": 409,
    "offer_redeemed": 409,
    "offer_not_open": 409,
    "offer_not_locked": 409,
    "unlock_limit": 409,
    "document_gone": 410,
}

CODES: Final[frozenset[str]] = frozenset(
    {
        "organisation_unknown",
        "organisation_needed",
        "type_not_issued_here",
        "flow_not_offered",
        "claims_file_invalid",
        "document_unknown",
        "document_gone",
        "status_final",
        "offer_redeemed",
        "offer_not_open",
        "offer_not_locked",
        "unlock_limit",
        "replacement_unknown",
        "valid_days_out_of_range",
        "reason_unknown",
        "not_initialised",
        "key_missing",
        "data_key_wrong",
        "key_file_readable",
        "public_url_plain",
        "demo_in_production",
        "certificate_needed",
        "signing_failed",
        "api_request_invalid",
        "output_unwritable",
        "sheet_text_unprintable",
        "sheet_code_too_large",
        "sheet_code_unreadable",
    }
)
