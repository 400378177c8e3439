"""Who does something: named in every audit row, and nothing else is decided by it here."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Actor:
    """`staff` at the pages, `cli` an operator's command, `api` another system, `wallet` whoever holds a code."""

    kind: Literal["staff", "cli", "api", "wallet", "system"]
    name: str

    def __str__(self) -> str:
        return f"{self.kind}:{self.name}" if self.name else self.kind


WALLET = Actor("wallet", "")
SYSTEM = Actor("system", "")
