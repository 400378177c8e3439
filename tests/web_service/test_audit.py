"""No audit, no act; rows are only ever added, and an edited one is found."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, select, update

from tests.web_service.example_store.store.tables import shared
from tests.web_service.test_database import ADD, ALL, PACKAGE, in_loop
from web_service.audit import Audit, merkle_root
from web_service.database import Database, Statement, Transaction
from web_service.errors import ConstraintViolation, UniqueViolation, WebError

ROWS = Statement(select(shared.audit).order_by(shared.audit.c.id))
BATCHES = Statement(select(shared.audit_batches).order_by(shared.audit_batches.c.batch))


async def add(audit: Audit, tx: Transaction, action: str = "issue", **detail: str | int) -> None:
    await audit.row(
        tx, organisation="o1", actor="cli:lea", action=action, object_id="4711", now=1_700_000_000, detail=detail
    )


async def acts(database: Database, audit: Audit, count: int) -> None:
    async def act(tx: Transaction) -> None:
        await add(audit, tx, number=1)

    await asyncio.gather(*(database.transaction(act) for _ in range(count)))


def test_a_row_shares_the_fate_of_its_act(url: str) -> None:
    async def work(database: Database) -> Any:
        audit = Audit(database)

        async def act(tx: Transaction) -> None:
            await add(audit, tx)
            await tx.run(ADD, code="a", content=None)

        await database.transaction(act)
        with pytest.raises(UniqueViolation):
            await database.transaction(act)
        return len(await database.read(ALL)), await audit.of("o1", "4711")

    count, rows = in_loop(url, work)
    assert count == len(rows) == 1
    assert rows[0] == {
        "id": rows[0]["id"],
        "at": 1_700_000_000,
        "organisation": "o1",
        "actor": "cli:lea",
        "action": "issue",
        "object_id": "4711",
        "subject": "",
        "source": "",
        "request_id": "",
        "detail": "{}",
    }


@pytest.mark.parametrize("detail", ["Sertralin 50 mg", "ä", "x" * 81, "a\nb"])
def test_a_detail_that_is_not_a_code_is_refused(url: str, detail: str) -> None:
    async def work(database: Database) -> Any:
        audit = Audit(database)

        async def act(tx: Transaction) -> None:
            await add(audit, tx, reason=detail)

        with pytest.raises(ValueError, match="codes and ids"):
            await database.transaction(act)
        return await database.read(ROWS)

    assert in_loop(url, work) == []


@pytest.mark.parametrize("table", ["audit", "audit_batches"])
def test_the_database_itself_refuses_to_change_or_delete_a_row(url: str, table: str) -> None:
    target = getattr(shared, table)

    async def work(database: Database) -> None:
        audit = Audit(database)
        await acts(database, audit, 1)
        await audit.seal(1)
        for statement in (update(target).values(at=0), delete(target)):
            with pytest.raises(ConstraintViolation):
                await database.write(Statement(statement))
        assert len(await database.read(ROWS)) == 1

    in_loop(url, work)


def test_batches_are_chained_and_hold_every_row_once(url: str) -> None:
    async def work(database: Database) -> None:
        audit = Audit(database)
        assert await audit.seal(5) == 0
        await acts(database, audit, 30)
        assert await audit.seal(6) == 30
        await acts(database, audit, 3)
        assert sorted(await asyncio.gather(audit.seal(7), audit.seal(7))) == [0, 3]
        assert await audit.verify() == 2
        first, second = await database.read(BATCHES)
        assert (first["rows"], second["rows"]) == (30, 3)
        assert first["last_id"] < second["first_id"]

    in_loop(url, work)


def test_a_row_that_was_edited_behind_the_database_is_found(
    tmp_path: Path, migrated_url: Callable[[str | None], str]
) -> None:
    url = migrated_url(PACKAGE)

    async def fill(database: Database) -> None:
        audit = Audit(database)
        for _ in range(2):
            await acts(database, audit, 4)
            await audit.seal(1)

    async def edit(database: Database) -> None:
        if database.dialect == "sqlite":
            await database.write(Statement(_sql("DROP TRIGGER audit_no_update")))
        else:
            await database.write(Statement(_sql("ALTER TABLE audit DISABLE TRIGGER USER")))
        await database.write(Statement(update(shared.audit).where(shared.audit.c.id == 6).values(actor="cli:eve")))

    async def check(database: Database) -> None:
        with pytest.raises(WebError) as caught:
            await Audit(database).verify()
        assert (caught.value.code, caught.value.facts) == ("audit_broken", {"batch": 2})

    in_loop(url, fill)
    in_loop(url, edit)
    in_loop(url, check)


def _sql(text: str) -> Any:
    from sqlalchemy import text as sql

    return sql(text)


@pytest.mark.parametrize(
    ("count", "root"),
    [
        # RFC 6962 §2.1 by its recursive definition, computed beside this code.
        (0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        (1, "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"),
    ],
)
def test_the_root_of_a_tree_is_that_of_the_rfc(count: int, root: str) -> None:
    assert merkle_root([b""] * count).hex() == root


def test_the_root_equals_the_recursive_definition_for_every_small_size() -> None:
    from hashlib import sha256

    def recursive(leaves: list[bytes]) -> bytes:
        if len(leaves) == 1:
            return sha256(b"\x00" + leaves[0]).digest()
        split = 1
        while split * 2 < len(leaves):
            split *= 2
        return sha256(b"\x01" + recursive(leaves[:split]) + recursive(leaves[split:])).digest()

    for size in range(1, 70):
        leaves = [bytes([number]) for number in range(size)]
        assert merkle_root(leaves) == recursive(leaves)
