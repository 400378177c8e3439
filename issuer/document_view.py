"""A document as staff, paper and other systems see it: opened once, unchanging, without the secrets of its offers."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from credential_schemas.organisations import Organisation
from credential_schemas.types import CredentialType
from issuer.document_content import PaperChoice
from issuer.store.statements import MAX_GUESSES, MAX_UNLOCKS
from web_service.clock import Clock

STATUS_WORDS: Final = ("valid", "revoked", "suspended", "superseded")


@dataclass(frozen=True, slots=True)
class OfferView:
    """One offer. `state`: offered, fetched, redeemed, received, locked, cancelled or expired. Times are seconds."""

    state: str
    tx_code_required: bool
    attempts: int
    unlocks: int
    copies: int
    reprint: bool
    created_at: int
    expires_at: int
    last_day: date
    fetched_at: int | None
    redeemed_at: int | None
    received_at: int | None
    ended_at: int | None

    @property
    def attempts_left(self) -> int:
        """How many wrong transaction codes it still takes to lock it."""
        return MAX_GUESSES - self.attempts

    @property
    def unlocks_left(self) -> int:
        """How often it can still be unlocked."""
        return MAX_UNLOCKS - self.unlocks


@dataclass(frozen=True, slots=True)
class CopyView:
    """One credential that was delivered: when, until when, and what its bit says. Never where it was shown."""

    issued_at: int
    exp: int
    status: str


@dataclass(frozen=True, slots=True)
class DocumentView:
    """One document. `claims` has all of them, the issuer's own too; None when its retention has ended."""

    organisation: Organisation
    type: CredentialType
    document_id: str
    number: str
    language: str
    status: str
    status_at: int
    created_at: int
    created_by: str
    replaces: str | None
    replaced_by: str | None
    retained_until: int
    claims: Mapping[str, Any] | None
    recipient: tuple[str, ...]
    paper: PaperChoice
    offers: tuple[OfferView, ...]
    copies: tuple[CopyView, ...]

    @property
    def offer(self) -> OfferView:
        """The newest offer; a document always has one."""
        return self.offers[0]

    @property
    def state(self) -> str:
        """The newest offer's state."""
        return self.offer.state

    @property
    def issued_on(self) -> date:
        """The claim date_of_issuance; the day it was made where its type has no such claim."""
        claims = self.claims or {}
        said: str | None = claims.get("date_of_issuance")
        return Clock.local(self.created_at).date() if said is None else date.fromisoformat(said)

    @property
    def expires_on(self) -> date | None:
        """The claim date_of_expiry: the last day that counts; None for a document without end."""
        claims = self.claims or {}
        return date.fromisoformat(claims["date_of_expiry"]) if "date_of_expiry" in claims else None
