"""Who did what: one append-only row in the transaction of the act itself, so no audit, no act.

A row holds ids and codes, never a value that somebody typed or a document holds. Rows are made tamper-evident in
batches: a Merkle root (hashes as in RFC 6962 §2.1) over the rows that were added since the last batch, each batch
chained to the one before. Writers never wait for the chain; the job that seals takes at most LIMIT rows at a time.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from sqlalchemy import MetaData, Table, bindparam, func, insert, select, text

from web_service.database import Database, Row, Statement, Transaction
from web_service.errors import UniqueViolation, WebError
from web_service.logging import request_id
from web_service.tables import shared_tables

LIMIT: Final = 10_000
_CODE: Final = re.compile(r"[A-Za-z0-9_.:/-]{0,80}")
_COLUMNS: Final = (
    "id", "at", "organisation", "actor", "action", "object_id", "subject", "source", "request_id", "detail",
)  # fmt: skip

_tables = shared_tables(MetaData())
_rows, _batches = _tables.audit, _tables.audit_batches

_INSERT = Statement(insert(_rows).values({name: bindparam(name) for name in _COLUMNS if name != "id"}))
# An id is taken under the table's row lock, so after this lock no lower id can appear any more.
_LOCK = Statement(text("SELECT 1"), postgresql=text("LOCK TABLE audit IN SHARE MODE"))
_NEWEST = Statement(select(func.coalesce(func.max(_rows.c.id), 0).label("newest")))
_LAST_BATCH = Statement(select(_batches).order_by(_batches.c.batch.desc()).limit(1))
_UNSEALED = Statement(
    select(_rows)
    .where(_rows.c.id > bindparam("after"), _rows.c.id <= bindparam("until"))
    .order_by(_rows.c.id)
    .limit(LIMIT)
)
_SEAL = Statement(insert(_batches))
_NEXT_BATCH = Statement(
    select(_batches).where(_batches.c.batch > bindparam("after")).order_by(_batches.c.batch).limit(1)
)
_OF_OBJECT = Statement(
    select(_rows)
    .where(_rows.c.organisation == bindparam("organisation"), _rows.c.object_id == bindparam("object_id"))
    .order_by(_rows.c.id)
    .limit(500)
)


def audit_table(metadata: MetaData) -> Table:
    """The audit table, where a service needs no other shared table."""
    return shared_tables(metadata).audit


class Audit:
    """The audit trail of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def row(
        self,
        tx: Transaction,
        *,
        organisation: str,
        actor: str,
        action: str,
        object_id: str,
        now: int,
        subject: str = "",
        source: str = "",
        detail: Mapping[str, str | int] | None = None,
    ) -> None:
        """Add a row in the act's own transaction. Raises ValueError for a detail that is not a code or a number."""
        for value in (organisation, actor, action, object_id, subject, source, *(detail or {}).values()):
            if isinstance(value, str) and not _CODE.fullmatch(value):
                raise ValueError("audit rows hold codes and ids alone")
        await tx.run(
            _INSERT,
            at=now,
            organisation=organisation,
            actor=actor,
            action=action,
            object_id=object_id,
            subject=subject,
            source=source,
            request_id=request_id.get(),
            detail=json.dumps(detail or {}, sort_keys=True, separators=(",", ":")),
        )

    async def of(self, organisation: str, object_id: str) -> list[Row]:
        """What happened to one thing, oldest first (at most 500 rows)."""
        return await self._database.read(_OF_OBJECT, organisation=organisation, object_id=object_id)

    async def seal(self, now: int) -> int:
        """Seal up to LIMIT new rows into one batch; return how many. Several processes may try at the same time."""

        async def newest(tx: Transaction) -> int:
            await tx.run(_LOCK)
            return int((await tx.run(_NEWEST))[0]["newest"])

        until = await self._database.transaction(newest)

        async def work(tx: Transaction) -> int:
            last = await tx.one(_LAST_BATCH)
            rows = await tx.run(_UNSEALED, after=last["last_id"] if last else 0, until=until)
            if rows:
                batch = _batch(last, rows, now)
                await tx.run(_SEAL, **batch)
            return len(rows)

        try:
            return await self._database.transaction(work)
        except UniqueViolation:
            return 0  # another process sealed the same rows first

    async def verify(self) -> int:
        """Recompute every batch; return how many. Raises WebError("audit_broken", batch=…) where one differs."""
        last: Row | None = None
        while (found := await self._database.one(_NEXT_BATCH, after=last["batch"] if last else 0)) is not None:
            rows = await self._database.read(_UNSEALED, after=last["last_id"] if last else 0, until=found["last_id"])
            if not rows or _batch(last, rows, found["at"]) != found:
                raise WebError("audit_broken", batch=(last["batch"] if last else 0) + 1)
            last = found
        return int(last["batch"]) if last else 0


def _batch(last: Row | None, rows: list[Row], now: int) -> Row:
    batch: dict[str, Any] = {
        "batch": (last["batch"] if last else 0) + 1,
        "first_id": rows[0]["id"],
        "last_id": rows[-1]["id"],
        "rows": len(rows),
        "root": merkle_root(_canonical([row[name] for name in _COLUMNS]) for row in rows).hex(),
        "at": now,
    }
    before = last["chained"] if last else ""
    batch["chained"] = hashlib.sha256(b"\x02" + _canonical([before, batch])).hexdigest()
    return batch


def _canonical(value: object) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode("ascii")


def merkle_root(leaves: Iterable[bytes]) -> bytes:
    """The Merkle tree hash of RFC 6962 §2.1 over `leaves` in their order."""
    level = [hashlib.sha256(b"\x00" + leaf).digest() for leaf in leaves]
    if not level:
        return hashlib.sha256(b"").digest()
    while len(level) > 1:
        # A last odd node moves up unchanged: the same tree as the split at the largest power of two.
        paired = [hashlib.sha256(b"\x01" + a + b).digest() for a, b in zip(level[::2], level[1::2], strict=False)]
        level = [*paired, level[-1]] if len(level) % 2 else paired
    return level[0]
