"""Accounts of staff, and who says that a password is right.

`IdentityProvider` is the seam to an organisation's own sign-in; `DatabaseIdentities` is the one that comes along. Its
hashing runs in two threads of its own, so that a flood of sign-ins delays sign-ins and nothing else; a further one
that finds a long queue is told to come back (429).
"""

import asyncio
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Protocol
from uuid import uuid4

from sqlalchemy import MetaData, bindparam, delete, insert, select, update

from web_service.database import Database, Row, Statement, Transaction
from web_service.errors import RequestError
from web_service.passwords import hash_password, verify_password
from web_service.tables import shared_tables

HASHERS: Final = 2
MAX_WAITING: Final = 16

_tables = shared_tables(MetaData())
_accounts, _sessions = _tables.accounts, _tables.sessions
_INSERT = Statement(insert(_accounts))
_BY_USERNAME = Statement(
    select(_accounts).where(_accounts.c.username == bindparam("username"), _accounts.c.disabled_at.is_(None))
)
_BY_ID = Statement(select(_accounts).where(_accounts.c.id == bindparam("id"), _accounts.c.disabled_at.is_(None)))
_ALL = Statement(select(_accounts).order_by(_accounts.c.organisation, _accounts.c.username))
_NEW_PASSWORD = Statement(
    update(_accounts)
    .where(_accounts.c.id == bindparam("account"))
    .values(password_hash=bindparam("hashed"))
    .returning(_accounts.c.id)
)
_DISABLE = Statement(
    update(_accounts)
    .where(_accounts.c.id == bindparam("account"), _accounts.c.disabled_at.is_(None))
    .values(disabled_at=bindparam("now"))
    .returning(_accounts.c.id)
)
_END_SESSIONS = Statement(delete(_sessions).where(_sessions.c.account_id == bindparam("account")))


@dataclass(frozen=True, slots=True)
class Identity:
    """Somebody who may sign in."""

    account_id: str
    organisation: str
    role: str
    name: str
    language: str = ""


class IdentityProvider(Protocol):
    """Says who somebody is by user name and password; None says no more than "not these two together"."""

    async def authenticate(self, username: str, password: str) -> Identity | None: ...

    async def confirm(self, account_id: str, password: str) -> bool:
        """Whether the password is that account's: the same person is still there."""
        ...


async def add_account(
    tx: Transaction, *, organisation: str, username: str, name: str, role: str, password_hash: str, now: int
) -> str:
    """Add an account; return its id. Raises UniqueViolation for a user name that exists."""
    account = str(uuid4())
    await tx.run(
        _INSERT,
        id=account,
        organisation=organisation,
        username=username,
        name=name,
        role=role,
        password_hash=password_hash,
        language="",
        created_at=now,
        disabled_at=None,
    )
    return account


async def set_password(tx: Transaction, account: str, password_hash: str) -> bool:
    """Change a password and end every session of the account; False when there is no such account."""
    changed = await tx.run(_NEW_PASSWORD, account=account, hashed=password_hash)
    await tx.run(_END_SESSIONS, account=account)
    return bool(changed)


async def disable_account(tx: Transaction, account: str, now: int) -> bool:
    """Close an account and end its sessions; False when there is none open."""
    closed = await tx.run(_DISABLE, account=account, now=now)
    await tx.run(_END_SESSIONS, account=account)
    return bool(closed)


async def all_accounts(database: Database) -> list[Row]:
    """Every account, for the command line."""
    return await database.read(_ALL)


@lru_cache(maxsize=1)
def _nobody() -> str:
    # Checked when there is no such user, so that the answer takes as long as for a wrong password.
    return hash_password("nobody has this password")


class DatabaseIdentities:
    """Accounts in the service's own database."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._hashers: ThreadPoolExecutor | None = None
        self._waiting = 0

    async def authenticate(self, username: str, password: str) -> Identity | None:
        """Raises RequestError("too_many_requests", 429) when too many wait already."""
        found = None if "\0" in username else await self._database.one(_BY_USERNAME, username=username)
        if not await self._verify(password, found) or found is None:
            return None
        return Identity(found["id"], found["organisation"], found["role"], found["name"], found["language"])

    async def confirm(self, account_id: str, password: str) -> bool:
        """Raises RequestError("too_many_requests", 429) when too many wait already."""
        return await self._verify(password, await self._database.one(_BY_ID, id=account_id))

    async def _verify(self, password: str, account: Mapping[str, str] | None) -> bool:
        if self._waiting >= MAX_WAITING:
            raise RequestError("too_many_requests", 429, headers={"Retry-After": "5"})
        if self._hashers is None:
            self._hashers = ThreadPoolExecutor(HASHERS, thread_name_prefix="password")
        self._waiting += 1
        try:
            loop = asyncio.get_running_loop()
            right = await loop.run_in_executor(
                self._hashers, lambda: verify_password(password, account["password_hash"] if account else _nobody())
            )
        finally:
            self._waiting -= 1
        return right and account is not None
