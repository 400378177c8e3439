"""Migrations of a package's store: `<package>/store/migrations/*.py`, Alembic revisions valid on both databases.

Everything from the current revision to the newest happens in one transaction that first takes the write lock, so
several processes may start at once: one migrates, the others wait and find nothing to do. A crash leaves the old state.
A database whose revision this program does not know was made by a newer one and is refused, not touched.

A revision file is ordinary Alembic (`revision`, `down_revision`, `upgrade()`); `downgrade` is not supported. Its first
one calls `tables.create_shared(op)` for the tables that this package owns.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from importlib.resources import files
from pathlib import Path
from typing import Any, Final, TypeVar

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, MetaData, create_engine, event, text
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from web_service.database import sqlite_path
from web_service.database_sqlite import connect
from web_service.errors import DatabaseError, DatabaseUnavailable

T = TypeVar("T")
# One number for all our programs: two services in one PostgreSQL database never migrate at the same time.
_ADVISORY_LOCK: Final = 5_021_017


def upgrade(url: str, package: str) -> bool:
    """Bring the database to the newest revision of `package`; True when something changed.

    Raises DatabaseError("database_newer"), DatabaseUnavailable.
    """
    script = _script(package)
    head = script.get_current_head()

    def run(connection: Connection) -> bool:
        before = _known_revision(connection, script)
        if before == head:
            return False
        config = _config(package)
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        return True

    return _with_lock(url, run)


def current(url: str, package: str) -> str | None:
    """The revision of the database, None for an empty one. Raises DatabaseError("database_newer")."""
    script = _script(package)
    return _with_lock(url, lambda connection: _known_revision(connection, script))


def check(url: str, package: str) -> None:
    """Raise unless the database is at the newest revision: database_outdated, database_newer, DatabaseUnavailable."""
    if current(url, package) != _script(package).get_current_head():
        raise DatabaseError("database_outdated")


def differences(url: str, metadata: MetaData) -> list[Any]:
    """What the migrated database lacks or has beyond `metadata`; for the test that holds both together."""
    return _with_lock(url, lambda connection: list(compare_metadata(MigrationContext.configure(connection), metadata)))


def _folder(package: str) -> Path:
    return Path(str(files(package) / "store" / "migrations"))


def _config(package: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(files("web_service") / "alembic").replace("%", "%%"))
    config.set_main_option("version_locations", str(_folder(package)).replace("%", "%%"))
    config.set_main_option("path_separator", "newline")
    return config


def _script(package: str) -> ScriptDirectory:
    return ScriptDirectory.from_config(_config(package))


def _known_revision(connection: Connection, script: ScriptDirectory) -> str | None:
    revision = MigrationContext.configure(connection).get_current_revision()
    if revision is not None and revision not in {known.revision for known in script.walk_revisions()}:
        raise DatabaseError("database_newer")
    return revision


def _with_lock(url: str, work: Callable[[Connection], T]) -> T:
    try:
        if url.startswith("sqlite:"):
            return _with_sqlite(url, work)
        # Alembic is synchronous and the driver is not; a thread of its own, because a loop may be running here.
        with ThreadPoolExecutor(1) as thread:
            return thread.submit(lambda: asyncio.run(_with_postgresql(url, work))).result()
    except (OperationalError, OSError):
        raise DatabaseUnavailable from None
    except DBAPIError as error:
        if error.connection_invalidated:
            raise DatabaseUnavailable from None
        raise


def _with_sqlite(url: str, work: Callable[[Connection], T]) -> T:
    path = sqlite_path(url)
    engine = create_engine("sqlite://", creator=lambda: connect(path), poolclass=NullPool)

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")  # the driver itself would begin only at the first INSERT

    with engine.begin() as connection:
        return work(connection)


async def _with_postgresql(url: str, work: Callable[[Connection], T]) -> T:
    engine = create_async_engine(url.replace("postgresql://", "postgresql+asyncpg://", 1), poolclass=NullPool)
    try:
        async with engine.begin() as connection:
            await connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ADVISORY_LOCK})
            return await connection.run_sync(work)
    finally:
        await engine.dispose()
