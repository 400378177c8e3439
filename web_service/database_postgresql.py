"""PostgreSQL by asyncpg's pool: statements prepared once per connection, lost connections replaced.

The work of a transaction runs again when its connection is lost or a deadlock is broken before the commit was sent.
A connection lost during the commit leaves the outcome unknown: DatabaseUnavailable, and nothing is repeated.
"""

import asyncio
from typing import Any, Final

import asyncpg

from web_service.database import Database, Row, Statement, T, Transaction, Work
from web_service.errors import ConstraintViolation, DatabaseError, DatabaseUnavailable, UniqueViolation

ATTEMPTS: Final = 4
POOL_SIZE: Final = 10
CONNECT_SECONDS: Final = 5
STATEMENT_SECONDS: Final = 20

_LOST: Final = (
    OSError,
    TimeoutError,
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.OperatorInterventionError,  # the server is shutting down or starting
    asyncpg.InsufficientResourcesError,  # too many connections, disk full
)
_AGAIN: Final = (asyncpg.DeadlockDetectedError, asyncpg.SerializationError)


class _PostgresqlTransaction(Transaction):
    dialect = "postgresql"

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        self.failed = False

    async def run(self, statement: Statement, /, **values: Any) -> list[Row]:
        if self.failed:
            raise RuntimeError("the transaction is over: an earlier statement of it failed")
        try:
            return await _rows(self._connection, statement, values)
        except BaseException:
            self.failed = True
            raise


async def _rows(connection: Any, statement: Statement, values: dict[str, Any]) -> list[Row]:
    compiled = statement.compiled("postgresql")
    bound = compiled.bind(values)
    try:
        records = await connection.fetch(compiled.text, *(bound[name] for name in compiled.order))
    except asyncpg.UniqueViolationError:
        raise UniqueViolation from None  # the server's text holds the values
    except asyncpg.IntegrityConstraintViolationError:
        raise ConstraintViolation from None
    except TimeoutError:
        raise DatabaseUnavailable from None
    except asyncpg.DataError as error:
        raise ValueError(f"a value does not fit its column: {type(error).__name__}") from None
    return [dict(record) for record in records]


async def _keep(_connection: Any) -> None:
    """Every transaction here ends by COMMIT or ROLLBACK, so a released connection needs no reset round trip."""


class PostgresqlDatabase(Database):
    """See `Database`; the pool is made at first use, in the loop that uses it."""

    dialect = "postgresql"

    def __init__(self, url: str) -> None:
        self.url = url
        self._pool: Any = None
        self._making = asyncio.Lock()

    async def transaction(self, work: Work[T]) -> T:
        for attempt in range(ATTEMPTS):
            try:
                return await self._attempt(work)
            except (*_LOST, *_AGAIN):
                await asyncio.sleep(0.05 * attempt)
        raise DatabaseUnavailable

    async def _attempt(self, work: Work[T]) -> T:
        pool = await self._connected()
        connection = await pool.acquire(timeout=CONNECT_SECONDS)
        try:
            await connection.execute("BEGIN")
            transaction = _PostgresqlTransaction(connection)
            try:
                result = await work(transaction)
                if transaction.failed:
                    raise RuntimeError("the work went on after a statement of it had failed")
            except BaseException:
                await self._roll_back(connection)
                raise
            try:
                await connection.execute("COMMIT")
            except _LOST:
                raise DatabaseUnavailable from None
            return result
        finally:
            await pool.release(connection)

    @staticmethod
    async def _roll_back(connection: Any) -> None:
        try:
            await connection.execute("ROLLBACK")
        except _LOST:
            connection.terminate()  # the server rolls back what it lost

    async def read(self, statement: Statement, /, **values: Any) -> list[Row]:
        for attempt in range(ATTEMPTS):
            try:
                pool = await self._connected()
                async with pool.acquire(timeout=CONNECT_SECONDS) as connection:
                    return await _rows(connection, statement, values)
            except _LOST:
                await asyncio.sleep(0.05 * attempt)
        raise DatabaseUnavailable

    async def check_durable(self) -> None:
        try:
            pool = await self._connected()
            async with pool.acquire(timeout=CONNECT_SECONDS) as connection:
                for name in ("fsync", "synchronous_commit", "full_page_writes"):
                    value = await connection.fetchval(f"SHOW {name}")
                    if value not in ("on", "remote_write", "remote_apply"):
                        raise DatabaseError("database_not_durable")
        except _LOST:
            raise DatabaseUnavailable from None

    async def tidy(self) -> None:
        """Nothing: autovacuum does it (docs/operating.md)."""

    async def close(self) -> None:
        if self._pool is not None:
            await self._pool.close()
            self._pool = None

    async def _connected(self) -> Any:
        if self._pool is None:
            async with self._making:
                if self._pool is None:
                    self._pool = await asyncpg.create_pool(
                        self.url,
                        min_size=0,
                        max_size=POOL_SIZE,
                        timeout=CONNECT_SECONDS,
                        command_timeout=STATEMENT_SECONDS,
                        reset=_keep,
                        server_settings={
                            "application_name": "todiste",
                            "idle_in_transaction_session_timeout": f"{STATEMENT_SECONDS}s",
                        },
                    )
        return self._pool
