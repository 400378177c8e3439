"""Signed-in sessions: a random cookie, of which the database keeps the hash, and rows that can be ended at once.

Idle for 15 minutes or 12 hours old, a session is over. The cookie is new at every sign-in and worth nothing after
sign-out, whoever kept a copy. A dangerous action asks `recently_authenticated`.
"""

import hashlib
from dataclasses import dataclass
from typing import Final

from sqlalchemy import MetaData, bindparam, delete, insert, or_, select, update

from web_service.accounts import Identity
from web_service.csrf import new_secret
from web_service.database import Database, Statement, Transaction
from web_service.errors import ReauthenticationNeeded
from web_service.tables import shared_tables

IDLE: Final = 15 * 60
ABSOLUTE: Final = 12 * 3600
RECENT: Final = 5 * 60
# A row is touched at most this often, so that reading pages costs few writes.
TOUCH: Final = 10

_sessions = shared_tables(MetaData()).sessions
_INSERT = Statement(insert(_sessions))
_GET = Statement(
    select(_sessions).where(
        _sessions.c.id_hash == bindparam("id_hash"),
        _sessions.c.last_seen_at > bindparam("seen_after"),
        _sessions.c.created_at > bindparam("created_after"),
    )
)
_TOUCH = Statement(
    update(_sessions).where(_sessions.c.id_hash == bindparam("key")).values(last_seen_at=bindparam("now"))
)
_CONFIRM = Statement(
    update(_sessions).where(_sessions.c.id_hash == bindparam("key")).values(authenticated_at=bindparam("now"))
)
_END = Statement(delete(_sessions).where(_sessions.c.id_hash == bindparam("id_hash")))
_PURGE = Statement(
    delete(_sessions).where(
        or_(_sessions.c.last_seen_at <= bindparam("seen_after"), _sessions.c.created_at <= bindparam("created_after"))
    )
)


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody who is signed in now."""

    id_hash: str
    account_id: str
    organisation: str
    role: str
    name: str
    authenticated_at: int

    def check_recent(self, now: int) -> None:
        """Raise ReauthenticationNeeded unless the password was given in the last five minutes."""
        if now - self.authenticated_at > RECENT:
            raise ReauthenticationNeeded


def _hash(cookie: str) -> str:
    return hashlib.sha256(cookie.encode("utf-8", "replace")).hexdigest()


class Sessions:
    """The sessions of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def start(self, tx: Transaction, identity: Identity, now: int) -> str:
        """Make a session; return the cookie's value, which is kept nowhere."""
        cookie = new_secret()
        await tx.run(
            _INSERT,
            id_hash=_hash(cookie),
            account_id=identity.account_id,
            organisation=identity.organisation,
            role=identity.role,
            name=identity.name,
            created_at=now,
            last_seen_at=now,
            authenticated_at=now,
        )
        return cookie

    async def find(self, cookie: str | None, now: int) -> Session | None:
        """The session of a cookie, touched; None when it has ended."""
        if not cookie or len(cookie) > 100:
            return None
        row = await self._database.one(_GET, id_hash=_hash(cookie), seen_after=now - IDLE, created_after=now - ABSOLUTE)
        if row is None:
            return None
        if now - row["last_seen_at"] >= TOUCH:
            await self._database.write(_TOUCH, key=row["id_hash"], now=now)
        return Session(
            row["id_hash"],
            row["account_id"],
            row["organisation"],
            row["role"],
            row["name"],
            row["authenticated_at"],
        )

    async def confirm(self, tx: Transaction, session: Session, now: int) -> None:
        """The password was given again."""
        await tx.run(_CONFIRM, key=session.id_hash, now=now)

    async def end(self, tx: Transaction, cookie: str) -> None:
        """Sign out: the row is gone."""
        await tx.run(_END, id_hash=_hash(cookie))

    async def purge(self, now: int) -> None:
        """Delete ended sessions; a background job."""
        await self._database.write(_PURGE, seen_after=now - IDLE, created_after=now - ABSOLUTE)
