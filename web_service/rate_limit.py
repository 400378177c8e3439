"""How often something may happen: counters in the database, one statement each, the same for all processes.

Keys are hashed, so that no address or user name stands in the table. A counter belongs to a window; it starts again
with the next, so nobody is locked out for longer than one.
"""

import hashlib
from typing import Final

from sqlalchemy import MetaData, bindparam, case, delete
from sqlalchemy.dialects.postgresql import insert

from web_service.database import Database, Statement
from web_service.errors import RequestError
from web_service.tables import shared_tables

LONGEST_WINDOW: Final = 86_400

_counters = shared_tables(MetaData()).counters
_row = insert(_counters).values(key=bindparam("key"), window_start=bindparam("window"), count=1)
_HIT = Statement(
    _row.on_conflict_do_update(
        index_elements=["key"],
        set_={
            "count": case((_counters.c.window_start == bindparam("window"), _counters.c.count + 1), else_=1),
            "window_start": bindparam("window"),
        },
    ).returning(_counters.c.count)
)
_FORGET = Statement(delete(_counters).where(_counters.c.key == bindparam("key")))
_PURGE = Statement(delete(_counters).where(_counters.c.window_start < bindparam("before")))


def _key(kind: str, who: str) -> str:
    return hashlib.sha256(f"{kind}\x1f{who}".encode("utf-8", "replace")).hexdigest()[:40]


class RateLimits:
    """The counters of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def count(self, kind: str, who: str, *, window: int, now: int) -> int:
        """Count one more of `kind` by `who` in this window; return how many there are now."""
        rows = await self._database.write(_HIT, key=_key(kind, who), window=now - now % window)
        return int(rows[0]["count"])

    async def check(self, kind: str, who: str, *, limit: int, window: int, now: int) -> None:
        """Count, and raise RequestError("too_many_requests", 429) with `Retry-After` above `limit` in the window."""
        if await self.count(kind, who, window=window, now=now) > limit:
            raise RequestError("too_many_requests", 429, headers={"Retry-After": str(window - now % window)})

    async def forget(self, kind: str, who: str) -> None:
        """Begin again: it went well."""
        await self._database.write(_FORGET, key=_key(kind, who))

    async def purge(self, now: int) -> None:
        """Delete what no window needs any more; a background job."""
        await self._database.write(_PURGE, before=now - LONGEST_WINDOW)
