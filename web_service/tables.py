"""The tables that every service has: audit, accounts, sessions, counters, tokens of the management API.

`shared_tables(metadata)` declares them for statements; `create_shared(op)` makes revision 1 of them in a migration.
Both come from one description, which is frozen: a later change is a new function beside it, called by a new revision.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, Column, Integer, MetaData, Table, Text, UniqueConstraint

BIG_KEY = BigInteger().with_variant(Integer(), "sqlite")  # SQLite numbers rows by themselves only for INTEGER


@dataclass(frozen=True, slots=True)
class SharedTables:
    """The tables as SQLAlchemy Core sees them."""

    audit: Table
    audit_batches: Table
    accounts: Table
    sessions: Table
    counters: Table
    api_tokens: Table


def shared_tables(metadata: MetaData) -> SharedTables:
    """Declare the shared tables in a service's metadata."""

    def text(name: str, **options: Any) -> Column[Any]:
        return Column(name, Text, nullable=options.pop("nullable", False), **options)

    def number(name: str, **options: Any) -> Column[Any]:
        return Column(name, BigInteger, nullable=options.pop("nullable", False), **options)

    return SharedTables(
        audit=Table(
            "audit",
            metadata,
            Column("id", BIG_KEY, primary_key=True, autoincrement=True),
            number("at"),
            text("organisation"),
            text("actor"),  # account id, cli:<user>, api:<token id>, or a role such as wallet
            text("action"),
            text("object_id"),
            text("subject"),  # pseudonym of whom it is about, or empty
            text("source"),  # from where: a pseudonym of the address, or empty
            text("request_id"),
            text("detail"),  # JSON object of codes and numbers
            sqlite_autoincrement=True,  # a number is never given twice, even after a rollback at the end
        ),
        audit_batches=Table(
            "audit_batches",
            metadata,
            Column("batch", BigInteger, primary_key=True, autoincrement=False),
            number("first_id"),
            number("last_id"),
            number("rows"),
            text("root"),
            text("chained"),  # hash over this batch and the one before
            number("at"),
        ),
        accounts=Table(
            "accounts",
            metadata,
            text("id", primary_key=True),
            text("organisation", index=True),
            text("username", unique=True),
            text("name"),
            text("role"),
            text("password_hash"),
            text("language"),
            number("created_at"),
            number("disabled_at", nullable=True),
        ),
        sessions=Table(
            "sessions",
            metadata,
            text("id_hash", primary_key=True),
            text("account_id", index=True),
            text("organisation"),
            text("role"),
            text("name"),
            number("created_at"),
            number("last_seen_at", index=True),
            number("authenticated_at"),
        ),
        counters=Table(
            "counters",
            metadata,
            text("key", primary_key=True),
            number("window_start", index=True),
            number("count"),
        ),
        api_tokens=Table(
            "api_tokens",
            metadata,
            text("id", primary_key=True),
            text("organisation", index=True),
            text("name"),
            text("token_hash"),
            text("scopes"),  # separated by a space
            number("created_at"),
            number("expires_at"),
            number("revoked_at", nullable=True),
            UniqueConstraint("token_hash", name="api_tokens_token_hash"),
        ),
    )


def create_shared(op: Any) -> None:
    """Make the shared tables and the rule that audit rows are only ever added; `op` is Alembic's."""
    metadata = MetaData()
    shared_tables(metadata)
    connection = op.get_bind()
    metadata.create_all(connection, checkfirst=False)
    for table in ("audit", "audit_batches"):
        make_append_only(op, table)


def make_append_only(op: Any, table: str) -> None:
    """Let the database itself refuse UPDATE, DELETE (and TRUNCATE) on `table`, whoever asks."""
    if op.get_bind().dialect.name == "sqlite":
        for act in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{act.lower()} BEFORE {act} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )
        return
    op.execute(
        f"CREATE FUNCTION {table}_append_only() RETURNS trigger LANGUAGE plpgsql AS $$ "
        f"BEGIN RAISE EXCEPTION '{table} is append-only' USING ERRCODE = 'integrity_constraint_violation'; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {table}_append_only()"
    )
