"""One store interface over two databases: statements in SQLAlchemy Core, run by the drivers themselves.

A `Statement` is written once and compiled once per dialect, at its first use; `sqlite3` and `asyncpg` then run the
text. Nothing of SQLAlchemy is on a request's path. Rows come back as dictionaries. Column types are Text, BigInteger,
Integer and LargeBinary alone: values are not converted, JSON travels as text and times as whole seconds.

    CONSUME = Statement(update(offers).where(offers.c.code == bindparam("code"), offers.c.used_at.is_(None))
                        .values(used_at=bindparam("now")).returning(offers.c.id))

    async def work(tx: Transaction) -> Row:
        row = await tx.one(CONSUME, code=code, now=now)   # decided by one statement, never by check and write
        ...
    row = await database.transaction(work)
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal, TypeVar
from urllib.parse import urlsplit

from sqlalchemy import ColumnElement, Insert, or_
from sqlalchemy.dialects import sqlite
from sqlalchemy.dialects.postgresql import asyncpg as postgresql
from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.sql.elements import ClauseElement

from web_service.errors import DatabaseError

T = TypeVar("T")
Row = dict[str, Any]
Dialect = Literal["sqlite", "postgresql"]
Work = Callable[["Transaction"], Coroutine[Any, Any, T]]

_postgresql: Callable[[], DefaultDialect] = postgresql.dialect

_DIALECTS: Final[dict[Dialect, DefaultDialect]] = {
    "sqlite": sqlite.dialect(paramstyle="named"),
    "postgresql": _postgresql(),
}


@dataclass(frozen=True, slots=True)
class Compiled:
    """A statement as one driver runs it: the text, the constants in it, the order of positional values."""

    text: str
    constants: dict[str, Any]
    required: frozenset[str]
    order: tuple[str, ...]

    def bind(self, values: dict[str, Any]) -> dict[str, Any]:
        """Constants and given values together. Raises TypeError for a value too few or too many."""
        if values.keys() != self.required:
            missing, extra = self.required - values.keys(), values.keys() - self.required
            raise TypeError(f"statement values: missing {sorted(missing)}, not expected {sorted(extra)}")
        for value in values.values():
            # PostgreSQL cannot keep U+0000 in text; refused on both, so that both behave the same.
            if isinstance(value, str) and "\0" in value:
                raise ValueError("text with U+0000 cannot be stored")
        return self.constants | values if self.constants else values


class Statement:
    """A Core statement, compiled at first use on each dialect. Every parameter must be given at each run.

    `postgresql` replaces it there, for the rare thing that only one of them needs (a lock).
    """

    __slots__ = ("_by_dialect", "_compiled")

    def __init__(self, core: ClauseElement, *, postgresql: ClauseElement | None = None) -> None:
        self._by_dialect: dict[Dialect, ClauseElement] = {
            "sqlite": core,
            "postgresql": core if postgresql is None else postgresql,
        }
        self._compiled: dict[Dialect, Compiled] = {}

    def compiled(self, dialect: Dialect) -> Compiled:
        """The text for one dialect. Raises TypeError for `IN (…)`, which would need a new text at each run."""
        found = self._compiled.get(dialect)
        if found is None:
            found = self._compiled[dialect] = _compile(self._by_dialect[dialect], dialect)
        return found


def _compile(core: ClauseElement, dialect: Dialect) -> Compiled:
    if isinstance(core, Insert) and not core._returning:
        core = core.inline()  # else PostgreSQL's insert gets a RETURNING of its own
    compiled: Any = core.compile(dialect=_DIALECTS[dialect])
    if compiled.post_compile_params:
        raise TypeError("IN is not expanded by the drivers: use any_of(column, values)")
    params: dict[str, Any] = compiled.params
    required = frozenset(name for name in params if compiled.binds[name].required)
    constants = {name: value for name, value in params.items() if name not in required}
    return Compiled(str(compiled), constants, required, tuple(compiled.positiontup or ()))


def any_of(column: ColumnElement[Any], values: Sequence[Any]) -> ColumnElement[bool]:
    """`column` is one of `values`, constants of the statement."""
    return or_(*(column == value for value in values))


class Transaction(ABC):
    """What happens together or not at all. Inside the work, await nothing but `run` and `one`.

    After a violation the transaction is over on both databases: further statements raise, the work must end.
    """

    dialect: Dialect

    @abstractmethod
    async def run(self, statement: Statement, /, **values: Any) -> list[Row]:
        """Run the statement; return its rows (a write's: of RETURNING). Raises UniqueViolation, ConstraintViolation."""

    async def one(self, statement: Statement, /, **values: Any) -> Row | None:
        """The first row, or None."""
        rows = await self.run(statement, **values)
        return rows[0] if rows else None


class Database(ABC):
    """A connection to one database; opened without touching it, so that the first use may be in any loop."""

    dialect: Dialect
    url: str

    @abstractmethod
    async def transaction(self, work: Work[T]) -> T:
        """Run `work` in one transaction and return its result once that is durable; its exception rolls back.

        The work may run again from its start (lost connection before the commit, deadlock), so it changes nothing
        but the database. Raises DatabaseUnavailable.
        """

    @abstractmethod
    async def read(self, statement: Statement, /, **values: Any) -> list[Row]:
        """Rows of one statement that writes nothing. Raises DatabaseUnavailable."""

    async def one(self, statement: Statement, /, **values: Any) -> Row | None:
        """The first row of a read, or None."""
        rows = await self.read(statement, **values)
        return rows[0] if rows else None

    async def write(self, statement: Statement, /, **values: Any) -> list[Row]:
        """A transaction of one statement."""

        async def work(tx: Transaction) -> list[Row]:
            return await tx.run(statement, **values)

        return await self.transaction(work)

    @abstractmethod
    async def check_durable(self) -> None:
        """Raise DatabaseError("database_not_durable") where a committed row could be lost with the power."""

    @abstractmethod
    async def tidy(self) -> None:
        """Give deleted content no longer than needed: fold the write-ahead log into the file where there is one."""

    @abstractmethod
    async def close(self) -> None:
        """Let what runs end, then close every connection."""


def open_database(url: str) -> Database:
    """`sqlite:////absolute/path` or `postgresql://user@host:port/name`. Raises DatabaseError(database_url_invalid)."""
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        from web_service.database_sqlite import SqliteDatabase

        return SqliteDatabase(url, sqlite_path(url))
    if parts.scheme == "postgresql" and parts.path.strip("/"):
        from web_service.database_postgresql import PostgresqlDatabase

        return PostgresqlDatabase(url)
    raise DatabaseError("database_url_invalid")


def sqlite_path(url: str) -> Path:
    """The file of an SQLite URL. Raises DatabaseError("database_url_invalid") unless it is absolute."""
    path = url.removeprefix("sqlite:///")
    if path == url or not path.startswith("/") or "?" in path:
        raise DatabaseError("database_url_invalid")
    return Path(path)
