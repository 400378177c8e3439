"""What stands on a sheet, already in words: the printer knows no type, claim or database."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol


class Words(Protocol):
    """A catalogue in one language."""

    @property
    def language(self) -> str: ...

    def text(self, identifier: str, /, **facts: str | int) -> str: ...


@dataclass(frozen=True, slots=True)
class Sender:
    """The controller at the top and in the footer; never a unit or a specialty (they would tell the illness)."""

    name: str
    address: str
    phone: str
    email: str
    business_id: str


@dataclass(frozen=True, slots=True)
class Row:
    """One claim in words; `lang` differs from the sheet's language for text that a person wrote in another."""

    label: str
    value: str
    lang: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """A document for paper. `recipient` is the address, line by line, or empty when there is none to print."""

    kind: str
    title: str
    lead: str | None
    number: str
    document_id: str
    issued_on: str
    person: str
    rows: Sequence[Row]
    sender: Sender
    recipient: Sequence[str]
    offer_uri: str
    offer_until: str
    valid_until: str | None
    reprinted_on: str | None
    demo: bool
    made_on: date


@dataclass(frozen=True, slots=True)
class CodeSheet:
    """The transaction code apart from the document: never printed in one job with it."""

    code: str
    number: str
    document_id: str
    issued_on: str
    sender: Sender
    recipient: Sequence[str]
    offer_until: str
    demo: bool
    made_on: date
