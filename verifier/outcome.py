"""What was proven → what is said: reasons to outcomes, the checks in their order, and whether it ends the request.

The catalogue has a sentence for each outcome (`verdict.*`).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final


class Outcome(StrEnum):
    """What a person is told; every ended request has exactly one."""

    VALID = "valid"
    VALID_EXPIRES_SOON = "valid_expires_soon"
    TOO_OLD_FOR_PURPOSE = "too_old_for_purpose"
    REPLACED = "replaced"
    SUSPENDED = "suspended"
    REVOKED = "revoked"
    EXPIRED = "expired"
    UNTRUSTED_ISSUER = "untrusted_issuer"
    HOLDER_NOT_PROVEN = "holder_not_proven"
    OTHER_PERSON = "other_person"
    ALTERED = "altered"
    INCOMPLETE = "incomplete"
    CANNOT_CHECK_NOW = "cannot_check_now"
    REFUSED_BY_HOLDER = "refused_by_holder"
    REQUEST_EXPIRED = "request_expired"


# The states of a request: pending moves to one of the others, once.
PENDING, VERIFIED, REFUSED, FAILED, EXPIRED = "pending", "verified", "refused", "failed", "expired"

# Values are shown only where they are authentic, valid and about the right person.
WITH_VALUES: Final = frozenset({Outcome.VALID, Outcome.VALID_EXPIRES_SOON, Outcome.TOO_OLD_FOR_PURPOSE})
# Outcomes whose document card names the document and its issuer: both were proven.
WITH_DOCUMENT: Final = frozenset(
    {Outcome.REPLACED, Outcome.SUSPENDED, Outcome.REVOKED, Outcome.EXPIRED, Outcome.CANNOT_CHECK_NOW}
)
EXPIRES_SOON_DAYS: Final = 30

# Reasons that end a request: all of them are found only after state, decryption, issuer signature and trust, and key
# binding held for everything presented, so that nobody but the holder of a genuine credential can end it (§4).
ENDING: Final = frozenset(
    """
    revoked suspended superseded status_unavailable status_unknown status_missing
    expired not_yet_valid vct_wrong missing_credential claim_missing other_person
    """.split()
)

_OUTCOMES: Final[Mapping[str, Outcome]] = {
    "superseded": Outcome.REPLACED,
    "suspended": Outcome.SUSPENDED,
    "revoked": Outcome.REVOKED,
    "expired": Outcome.EXPIRED,
    "untrusted_issuer": Outcome.UNTRUSTED_ISSUER,
    "issuer_not_authorised_for_type": Outcome.UNTRUSTED_ISSUER,
    "chain_untrusted": Outcome.UNTRUSTED_ISSUER,
    "iss_mismatch": Outcome.UNTRUSTED_ISSUER,
    "x5c_invalid": Outcome.UNTRUSTED_ISSUER,
    "cnf": Outcome.HOLDER_NOT_PROVEN,
    "holder_key_mismatch": Outcome.HOLDER_NOT_PROVEN,
    "missing_credential": Outcome.INCOMPLETE,
    "claim_missing": Outcome.INCOMPLETE,
    "vct_wrong": Outcome.INCOMPLETE,
    "status_unavailable": Outcome.CANNOT_CHECK_NOW,
    "status_unknown": Outcome.CANNOT_CHECK_NOW,
    "status_missing": Outcome.CANNOT_CHECK_NOW,
    "other_person": Outcome.OTHER_PERSON,
    "access_denied": Outcome.REFUSED_BY_HOLDER,
    "request_expired": Outcome.REQUEST_EXPIRED,
}


def of_reason(reason: str) -> Outcome:
    """The outcome that a reason stands for; whatever is malformed or does not verify was altered."""
    if reason.startswith("kb_"):
        return Outcome.HOLDER_NOT_PROVEN
    if reason.startswith("cert_"):
        return Outcome.UNTRUSTED_ISSUER
    return _OUTCOMES.get(reason, Outcome.ALTERED)


# The checks in the order in which they are made and shown.
CHECKS: Final = ("issuer", "signature", "holder", "person", "period", "status", "fresh")

_FAILED_CHECK: Final[Mapping[Outcome, str]] = {
    Outcome.UNTRUSTED_ISSUER: "issuer",
    Outcome.ALTERED: "signature",
    Outcome.HOLDER_NOT_PROVEN: "holder",
    Outcome.OTHER_PERSON: "person",
    Outcome.EXPIRED: "period",
    Outcome.REPLACED: "status",
    Outcome.SUSPENDED: "status",
    Outcome.REVOKED: "status",
    Outcome.CANNOT_CHECK_NOW: "status",
}
# Authentic, but not what `period` or `signature` would say by the outcome alone.
_FAILED_BY_REASON: Final[Mapping[str, str | None]] = {"not_yet_valid": "period", "vct_wrong": None}
# Found before any credential was looked at: no check was made.
_BEFORE_CHECKS: Final = frozenset(
    """
    decryption_failed state_unknown response_malformed response_mode_mismatch missing_credential not_supported
    json_invalid json_not_object json_too_deep too_large base64url_invalid jose_malformed request_gone
    """.split()
)


@dataclass(frozen=True, slots=True)
class Check:
    """One line of what was checked: `ok` is None where the check was not made."""

    name: str
    ok: bool | None
    reason: str | None
    credential: str | None

    def to_json(self) -> dict[str, Any]:
        return {"name": self.name, "ok": self.ok, "reason": self.reason, "credential": self.credential}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "Check":
        return cls(value["name"], value["ok"], value["reason"], value["credential"])


def checks_of_rejected(reason: str) -> tuple[Check, ...]:
    """One set for an answer that was turned away: checks run in order, so those before the failing one held."""
    if reason in _BEFORE_CHECKS:
        return tuple(Check(name, None, None, None) for name in CHECKS)
    failed = CHECKS.index(_FAILED_CHECK.get(of_reason(reason), "signature"))
    return tuple(
        Check(name, True if at < failed else False if at == failed else None, reason if at == failed else None, None)
        for at, name in enumerate(CHECKS)
    )


def failed_check(reason: str) -> str | None:
    """The check of a credential that a reason belongs to; None where the answer as a whole is wrong."""
    if reason in _FAILED_BY_REASON:
        return _FAILED_BY_REASON[reason]
    return _FAILED_CHECK.get(of_reason(reason))


def checks_of_credential(
    credential: str, found: Mapping[str, str], *, compared: bool, status_checked: bool, fresh_checked: bool
) -> tuple[Check, ...]:
    """The set of one authentic credential: `found` maps names of failed checks to reasons."""
    made = {"person": compared, "status": status_checked, "fresh": fresh_checked}
    return tuple(
        Check(name, False, found[name], credential)
        if name in found
        else Check(name, True if made.get(name, True) else None, None, credential)
        for name in CHECKS
    )


def first_reason(reasons: Iterable[str]) -> str:
    """Of several faults the one to say: what is wrong for good comes before what may pass."""
    order = (
        "other_person missing_credential claim_missing vct_wrong revoked superseded suspended expired not_yet_valid "
        "status_missing status_unknown status_unavailable"
    ).split()
    return min(reasons, key=lambda reason: order.index(reason) if reason in order else len(order))
