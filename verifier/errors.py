"""What can go wrong in asking that is nobody's protocol error, as one closed set.

Every code has its sentences (`error.<code>.what`, `.why`, `.do`) in verifier/locales, in three languages. Codes of
openid4vc.errors, credential_schemas and web_service are used as they are where they fit. `other_person`,
`access_denied` and `wallet_error` are reasons of ended requests; `too_old_for_purpose` is one of the check `fresh`.
"""

from collections.abc import Mapping
from typing import Final

CODES: Final[frozenset[str]] = frozenset(
    """
    asker_unknown asker_not_initialised access_key_missing access_certificate_needed demo_anchor_in_production
    purpose_missing purpose_not_yours purpose_file_invalid purpose_exists
    customer_invalid customer_not_used case_format
    request_not_found api_fields_unknown api_over_asking too_many_responses
    other_person access_denied wallet_error too_old_for_purpose
    attach_none result_gone result_not_attachable
    """.split()
)
_BORROWED: Final = frozenset({"purpose_unknown", "purpose_asks_too_much"})

# Pages and the management interface answer with these; everything that is not listed is 400.
HTTP_STATUS: Final[Mapping[str, int]] = {
    "asker_unknown": 404,
    "purpose_unknown": 404,
    "request_not_found": 404,
    "purpose_not_yours": 403,
    "api_over_asking": 403,
    "result_gone": 410,
    "result_not_attachable": 409,
    "too_many_responses": 429,
}


class VerifierError(Exception):
    """A request of staff, an operator or another system that cannot be done; `facts` fill the sentence's places."""

    def __init__(self, code: str, **facts: str | int) -> None:
        if code not in CODES | _BORROWED:
            raise ValueError(f"unknown error code {code}")
        super().__init__(code)
        self.code = code
        self.facts: Mapping[str, str | int] = facts

    @property
    def status(self) -> int:
        return HTTP_STATUS.get(self.code, 400)
