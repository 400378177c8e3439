"""Whether a database has this program's tables, asked without loading Alembic: every command asks, few migrate."""

from typing import Final

from sqlalchemy import text

from web_service.database import Database, Statement

# The newest revision in migrations/; a test holds both together.
NEWEST: Final = "2"

_TABLE = Statement(
    text("SELECT name FROM sqlite_master WHERE name = 'alembic_version'"),
    postgresql=text("SELECT tablename AS name FROM pg_tables WHERE tablename = 'alembic_version'"),
)
_REVISION = Statement(text("SELECT version_num FROM alembic_version"))


async def check(database: Database) -> None:
    """DatabaseError `database_outdated` or `database_newer`."""
    if await database.one(_TABLE) is not None:
        row = await database.one(_REVISION)
        if row is not None and row["version_num"] == NEWEST:
            return
    from web_service import migrations

    migrations.check(database.url, "issuer")
