"""Which bit a new credential gets: indexes of an organisation's lists, each handed out once and never again.

Token Status List §13.2–13.4, HAIP 1.0 §6.1. The database counts; a keyed permutation (one key a list) makes the n-th
credential's index say nothing about n. A process takes a run of indexes at a time, so that an issuance costs no
transaction for it; what a process had taken and not used when it ended is lost, which the permutation hides too.
"""

from collections import deque
from dataclasses import dataclass
from typing import Final

from issuer.counters import Counters
from issuer.data_protection import DataKey
from issuer.store import statements
from openid4vc.status_list.index_permutation import Permutation
from openid4vc.status_list.keeping import DEFAULT_SIZE
from web_service.database import Database, Transaction

# A divisor of a list's size, so that a run never lies in two lists.
RUN: Final = 32


@dataclass(frozen=True, slots=True)
class StatusIndex:
    """A place in the lists of an organisation."""

    list: int
    idx: int


class StatusIndexes:
    """The indexes that this process may give out for one organisation."""

    def __init__(self, organisation: str, data_key: DataKey, database: Database, counters: Counters) -> None:
        self._organisation = organisation
        self._data_key = data_key
        self._database = database
        self._counters = counters
        self._taken: deque[StatusIndex] = deque()

    async def take(self) -> StatusIndex:
        """An index that nobody else has or will have."""
        while not self._taken:
            self._taken.extend(await self._take_run())
        self._counters.status_index()
        return self._taken.popleft()

    async def _take_run(self) -> list[StatusIndex]:
        async def work(tx: Transaction) -> int:
            row = await tx.one(statements.take_indexes, organisation=self._organisation, amount=RUN)
            first = int(row["next"]) - RUN if row else 0
            await tx.run(statements.ensure_list, organisation=self._organisation, list=first // DEFAULT_SIZE)
            return first

        first = await self._database.transaction(work)
        number, start = divmod(first, DEFAULT_SIZE)
        permutation = Permutation(self._data_key.derived(f"status-list-{number}"))
        return [StatusIndex(number, permutation.index(n)) for n in range(start, start + RUN)]
