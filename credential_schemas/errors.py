"""The closed set of codes of this package, and the errors that carry them.

    CheckError        one text is not the identifier or date it claims to be (checks.py)
    ClaimErrors       the claims of a document are not what their type asks for (validation.py)
    MinimisationError a purpose or type that asks or says more than it may (minimisation.py)
    DataError         our own data files are wrong (data.py); no code, because no person can mend it

Sentences for people stand in this package's catalogue under `error.<code>.what`, `.why` and `.do`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

CODES: Final[frozenset[str]] = frozenset(
    """
    claim_not_yours claim_unknown claim_required claim_type claim_code claim_empty claim_too_long claim_pattern
    claim_characters claim_range claim_not_applicable claim_duplicate claim_too_few claim_too_many
    date_invalid date_future date_past date_too_old date_too_far date_order
    hetu_format hetu_check birthdate_mismatch y_tunnus_format y_tunnus_check oid_format document_id_format
    registration_number_format doctor_id_format
    work_ability_missing effect_missing hours_missing hours_range restrictions_missing restrictions_conflict
    effect_conflict effect_doubtful choice_conflict occupation_unemployed agreed_missing note_health_term
    incapacity_missing pension_degree_conflict band_conflict
    type_unknown purpose_unknown sample_unknown purpose_asks_too_much person_protected
    """.split()
)


class CheckError(ValueError):
    """A text that a named check refuses; `code` says why."""

    def __init__(self, code: str) -> None:
        if code not in CODES:
            raise ValueError(f"unknown error code {code}")
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class ClaimError:
    """One fault of one claim. `facts` fill the sentence's placeholders, and say which item of a list it was."""

    claim: str
    code: str
    facts: Mapping[str, str | int]


class ClaimErrors(ValueError):
    """All faults of a document's claims at once, in the order of the type's claims."""

    def __init__(self, errors: tuple[ClaimError, ...]) -> None:
        super().__init__("; ".join(f"{error.claim}: {error.code}" for error in errors))
        self.errors = errors


class MinimisationError(ValueError):
    """A purpose or type against one of the rules MIN-1 … MIN-11 (docs: data minimisation).

    `rule` is its name, `claims` the claims that are too much, each as `type.claim`.
    """

    def __init__(self, rule: str, claims: tuple[str, ...], detail: str) -> None:
        super().__init__(f"{rule}: {detail}: {', '.join(claims)}")
        self.code: Final = "person_protected" if rule == "MIN-7" else "purpose_asks_too_much"
        self.rule = rule
        self.claims = claims
