"""SQLite: one writer thread that commits in groups, a few reader threads beside it, several processes on one file.

Durable means durable: WAL with `synchronous=FULL`. A write waits in a queue while the disk works; all that wait then
share the next commit, each in a savepoint of its own, so that one that fails takes nobody along.
"""

import asyncio
import contextvars
import os
import queue
import sqlite3
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from web_service.database import Database, Row, Statement, T, Transaction, Work
from web_service.errors import ConstraintViolation, DatabaseError, DatabaseUnavailable, UniqueViolation

# A second process may hold the write lock this long (a batch of the other writer, a migration).
BUSY_SECONDS = 20.0
GROUP = 64
READERS = 4
_creating = threading.Lock()


def connect(path: Path) -> sqlite3.Connection:
    """A connection with the pragmas that make a commit durable; the file is created for its owner alone."""
    try:
        _create(path)
        connection = sqlite3.connect(
            path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False, cached_statements=512
        )
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA foreign_keys=ON")
        connection.execute("PRAGMA trusted_schema=OFF")
        connection.execute("PRAGMA secure_delete=ON")  # a destroyed key must not stay in free pages
    except (OSError, sqlite3.Error):
        raise DatabaseUnavailable from None
    return connection


def _create(path: Path) -> None:
    """The empty file with the right mode, if there is none.

    An existing one is never opened by hand: closing that descriptor would drop all locks that this process holds on the
    file (POSIX), other processes would believe themselves alone, and the last of them would delete our log.
    """
    with _creating, suppress(FileExistsError):
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))


def _rows(connection: sqlite3.Connection, statement: Statement, values: dict[str, Any]) -> list[Row]:
    compiled = statement.compiled("sqlite")
    bound = compiled.bind(values)
    try:
        cursor = connection.execute(compiled.text, bound)
        if cursor.description is None:
            return []
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    except sqlite3.IntegrityError as error:
        unique = error.sqlite_errorname in ("SQLITE_CONSTRAINT_UNIQUE", "SQLITE_CONSTRAINT_PRIMARYKEY")
        raise (UniqueViolation if unique else ConstraintViolation)() from None
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode == sqlite3.SQLITE_ERROR:
            raise  # a statement of ours that is wrong, not a database that is away
        raise DatabaseUnavailable from None


class _SqliteTransaction(Transaction):
    dialect = "sqlite"

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self.failed = False

    async def run(self, statement: Statement, /, **values: Any) -> list[Row]:
        if self.failed:
            raise RuntimeError("the transaction is over: an earlier statement of it failed")
        try:
            return _rows(self._connection, statement, values)
        except BaseException:
            self.failed = True
            raise


def _drive(coroutine: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine that waits for nothing but the transaction to its end, on this thread."""
    try:
        coroutine.send(None)
    except StopIteration as stop:
        result: T = stop.value
        return result
    coroutine.close()
    raise RuntimeError("inside a transaction nothing but the transaction may be awaited")


@dataclass(slots=True)
class _Item:
    work: Work[Any]
    future: Future[Any]
    context: contextvars.Context
    result: Any = None
    error: BaseException | None = None


class _Writer(threading.Thread):
    """The one thread that writes."""

    def __init__(self, path: Path) -> None:
        super().__init__(name="sqlite-writer", daemon=True)
        self._path = path
        self._queue: queue.SimpleQueue[_Item | None] = queue.SimpleQueue()
        self._connection: sqlite3.Connection | None = None

    def submit(self, work: Work[T]) -> Future[T]:
        future: Future[T] = Future()
        self._queue.put(_Item(work, future, contextvars.copy_context()))
        return future

    def stop(self) -> None:
        self._queue.put(None)

    def run(self) -> None:
        stopping = False
        while not stopping:
            waiting = [self._queue.get()]
            while len(waiting) < GROUP and not self._queue.empty():
                waiting.append(self._queue.get())
            stopping = None in waiting
            group = [item for item in waiting if item is not None and item.future.set_running_or_notify_cancel()]
            if group:
                self._commit(group)
        self._close()

    def _commit(self, group: list[_Item]) -> None:
        """Run the group in one transaction; answer only after the commit."""
        try:
            if self._connection is None:
                self._connection = connect(self._path)
            self._connection.execute("BEGIN IMMEDIATE")
            for item in group:
                self._run_item(self._connection, item)
            self._connection.execute("COMMIT")
        except (DatabaseUnavailable, sqlite3.Error):
            # Nothing of this group is on disk (full, I/O error, locked for too long): nobody is told otherwise.
            self._close()
            for item in group:
                item.error = item.error or DatabaseUnavailable()
        for item in group:
            if item.error is None:
                item.future.set_result(item.result)
            else:
                item.future.set_exception(item.error)

    @staticmethod
    def _run_item(connection: sqlite3.Connection, item: _Item) -> None:
        connection.execute("SAVEPOINT item")
        transaction = _SqliteTransaction(connection)
        try:
            item.result = item.context.run(_drive, item.work(transaction))
            if transaction.failed:
                raise RuntimeError("the work went on after a statement of it had failed")
        except BaseException as error:
            # The boundary of somebody's work: whatever it raised belongs to who asked for it.
            item.error = error
            if not connection.in_transaction:
                raise DatabaseUnavailable from None  # SQLite rolled back everything: the others are lost too
            connection.execute("ROLLBACK TO item")
        connection.execute("RELEASE item")

    def _close(self) -> None:
        if self._connection is not None:
            try:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                self._connection.close()
            except sqlite3.Error:
                pass  # it is being given up; the next group opens a new one
            self._connection = None


class SqliteDatabase(Database):
    """See `Database`; `path` may not exist yet, its folder must."""

    dialect = "sqlite"

    def __init__(self, url: str, path: Path) -> None:
        self.url = url
        self._path = path
        self._writer: _Writer | None = None
        self._readers: ThreadPoolExecutor | None = None
        self._local = threading.local()
        self._opened: list[sqlite3.Connection] = []

    async def transaction(self, work: Work[T]) -> T:
        if self._writer is None:
            # Threads start at first use, so that a server may fork its workers after opening.
            self._writer = _Writer(self._path)
            self._writer.start()
        return await asyncio.wrap_future(self._writer.submit(work))

    async def read(self, statement: Statement, /, **values: Any) -> list[Row]:
        return await self._on_reader(lambda connection: _rows(connection, statement, values))

    async def check_durable(self) -> None:
        def settings(connection: sqlite3.Connection) -> tuple[str, int]:
            mode = connection.execute("PRAGMA journal_mode").fetchone()[0]
            return mode, connection.execute("PRAGMA synchronous").fetchone()[0]

        mode, synchronous = await self._on_reader(settings)
        if mode != "wal" or synchronous < 2:
            raise DatabaseError("database_not_durable")

    async def tidy(self) -> None:
        await self._on_reader(lambda connection: connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall())

    async def close(self) -> None:
        if self._writer is not None:
            self._writer.stop()
            await asyncio.to_thread(self._writer.join)
            self._writer = None
        if self._readers is not None:
            await asyncio.to_thread(self._readers.shutdown)
            self._readers = None
            self._local = threading.local()
        for connection in self._opened:
            connection.close()
        self._opened.clear()

    async def _on_reader(self, use: Callable[[sqlite3.Connection], T]) -> T:
        if self._readers is None:
            self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="sqlite-reader")

        def run() -> T:
            connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
            if connection is None:
                connection = self._local.connection = connect(self._path)
                self._opened.append(connection)
            return use(connection)

        return await asyncio.get_running_loop().run_in_executor(self._readers, run)
