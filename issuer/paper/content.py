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
class SheetText:
    """All of a document in the language of `words`: a sheet in two languages has two of them."""

    words: Words
    kind: str
    title: str
    lead: str | None
    issued_on: str
    person: str
    rows: Sequence[Row]
    sender: Sender
    offer_until: str
    valid_until: str | None
    reprinted_on: str | None


@dataclass(frozen=True, slots=True)
class Sheet:
    """A document for paper. `recipient` is the address, line by line, or empty when there is none to print; `parts` are
    its languages in order, at least one; `large`: large print, 16/24 pt.
    """

    number: str
    document_id: str
    recipient: Sequence[str]
    parts: Sequence[SheetText]
    large: bool
    offer_uri: str
    demo: bool
    made_on: date


@dataclass(frozen=True, slots=True)
class CodeText:
    """What the code's sheet says in the language of `words`."""

    words: Words
    issued_on: str
    sender: Sender
    offer_until: str


@dataclass(frozen=True, slots=True)
class CodeSheet:
    """The transaction code apart from the document: never printed in one job with it. Languages and size as Sheet."""

    code: str
    number: str
    document_id: str
    recipient: Sequence[str]
    parts: Sequence[CodeText]
    large: bool
    demo: bool
    made_on: date
