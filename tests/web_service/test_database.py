"""One store interface, the same behaviour on both databases."""

import asyncio
import sqlite3
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import bindparam, delete, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as insert_or

from tests.databases import Postgresql
from tests.web_service.example_store.store.tables import things
from web_service.database import Database, Statement, Transaction, any_of, open_database
from web_service.database_sqlite import connect
from web_service.errors import DatabaseError, DatabaseUnavailable, UniqueViolation

PACKAGE = "tests.web_service.example_store"

ADD = Statement(insert(things).values(code=bindparam("code"), used=0, content=bindparam("content")))
CONSUME = Statement(
    update(things)
    .where(things.c.code == bindparam("key"), things.c.used_at.is_(None))
    .values(used_at=bindparam("now"), used=things.c.used + 1)
    .returning(things.c.code)
)
ALL = Statement(select(things).order_by(things.c.code))
ONE = Statement(select(things).where(things.c.code == bindparam("code")))
COUNT = Statement(
    select(func.count().label("n"), func.coalesce(func.sum(things.c.used), 0).label("used")).select_from(things)
)
TWO = Statement(select(things.c.code).where(any_of(things.c.code, ["a", "b"])).order_by(things.c.code))
REMOVE = Statement(delete(things).where(things.c.used == 0))
UPSERT = Statement(
    insert_or(things)
    .values(code=bindparam("code"), used=1, content=None)
    .on_conflict_do_update(index_elements=["code"], set_={"used": things.c.used + 1})
    .returning(things.c.used)
)


def in_loop(url: str, work: Callable[[Database], Awaitable[Any]]) -> Any:
    """Run `work` with the opened database in a loop of its own."""

    async def run() -> Any:
        database = open_database(url)
        try:
            return await work(database)
        finally:
            await database.close()

    return asyncio.run(run())


def test_rows_come_back_as_dictionaries_with_their_values_unchanged(url: str) -> None:
    async def work(database: Database) -> Any:
        await database.write(ADD, code="ä🙂", content=b"\x00\xff")
        return await database.read(ALL)

    assert in_loop(url, work) == [{"code": "ä🙂", "used_at": None, "used": 0, "content": b"\x00\xff"}]


def test_constants_in_a_statement_and_alternatives_work(url: str) -> None:
    async def work(database: Database) -> Any:
        for code in "abc":
            await database.write(ADD, code=code, content=None)
        found = await database.read(TWO)
        assert await database.write(REMOVE) == []
        return found, await database.one(COUNT)

    assert in_loop(url, work) == ([{"code": "a"}, {"code": "b"}], {"n": 0, "used": 0})


def test_an_upsert_is_one_statement_on_both(url: str) -> None:
    async def work(database: Database) -> Any:
        return [(await database.write(UPSERT, code="k"))[0]["used"] for _ in range(3)]

    assert in_loop(url, work) == [1, 2, 3]


def test_a_second_row_with_the_same_key_is_the_same_error_on_both_and_holds_no_value(url: str) -> None:
    async def work(database: Database) -> None:
        await database.write(ADD, code="secret-key", content=None)
        with pytest.raises(UniqueViolation) as caught:
            await database.write(ADD, code="secret-key", content=None)
        assert "secret" not in repr(caught.value)
        assert caught.value.__cause__ is None

    in_loop(url, work)


def test_an_exception_rolls_back_the_whole_work(url: str) -> None:
    async def work(database: Database) -> Any:
        async def fails(tx: Transaction) -> None:
            await tx.run(ADD, code="a", content=None)
            raise LookupError

        with pytest.raises(LookupError):
            await database.transaction(fails)
        return await database.read(ALL)

    assert in_loop(url, work) == []


def test_after_a_violation_the_transaction_is_over_even_if_the_work_goes_on(url: str) -> None:
    async def work(database: Database) -> Any:
        await database.write(ADD, code="a", content=None)

        async def goes_on(tx: Transaction) -> None:
            await tx.run(ADD, code="b", content=None)
            with pytest.raises(UniqueViolation):
                await tx.run(ADD, code="a", content=None)

        with pytest.raises(RuntimeError):
            await database.transaction(goes_on)

        async def asks_again(tx: Transaction) -> None:
            with pytest.raises(UniqueViolation):
                await tx.run(ADD, code="a", content=None)
            await tx.run(ALL)

        with pytest.raises(RuntimeError):
            await database.transaction(asks_again)
        return [row["code"] for row in await database.read(ALL)]

    assert in_loop(url, work) == ["a"]


def test_a_failing_item_of_a_group_takes_no_other_along(url: str) -> None:
    async def work(database: Database) -> Any:
        codes = [f"{number % 10}" for number in range(40)]
        answers = await asyncio.gather(
            *(database.write(ADD, code=code, content=None) for code in codes), return_exceptions=True
        )
        assert sum(isinstance(answer, UniqueViolation) for answer in answers) == 30
        return len(await database.read(ALL))

    assert in_loop(url, work) == 10


@pytest.mark.parametrize("round_number", range(5))
def test_of_fifty_consumers_of_one_row_exactly_one_wins(url: str, round_number: int) -> None:
    async def work(database: Database) -> None:
        await database.write(ADD, code="x", content=None)
        barrier = asyncio.Barrier(50)

        async def consume(number: int) -> bool:
            await barrier.wait()
            return bool(await database.write(CONSUME, key="x", now=number))

        assert sum(await asyncio.gather(*(consume(number) for number in range(50)))) == 1
        assert await database.one(COUNT) == {"n": 1, "used": 1}

    in_loop(url, work)


def test_two_processes_worth_of_writers_share_one_database(url: str) -> None:
    """Two `Database` objects have two writer threads and two locks, as two processes have."""

    async def work(database: Database) -> None:
        other = open_database(url)
        try:
            await asyncio.gather(
                *((database, other)[number % 2].write(ADD, code=f"{number:03}", content=None) for number in range(200))
            )
            assert (await other.one(COUNT)) == {"n": 200, "used": 0}
        finally:
            await other.close()

    in_loop(url, work)


def test_another_process_that_writes_and_ends_takes_nothing_from_the_one_that_runs_on(url: str) -> None:
    """An operator's command beside a server: its end must not take the write-ahead log away from under the server.

    POSIX drops all locks of a process on a file as soon as it closes any descriptor of that file: opening the file once
    more by hand made SQLite in the other process believe that it was the last one, and delete the log.
    """
    beside = "; ".join(
        (
            "import asyncio, sys",
            "from tests.web_service.test_database import ADD, ALL, in_loop",
            "in_loop(sys.argv[1], lambda database: database.write(ADD, code=sys.argv[2], content=None))",
            "print(*(row['code'] for row in in_loop(sys.argv[1], lambda database: database.read(ALL))))",
        )
    )

    def other_process(code: str) -> list[str]:
        command = [sys.executable, "-c", beside, url, code]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()

    async def work(database: Database) -> None:
        await database.write(ADD, code="1", content=None)
        # Enough at once that every reader of the pool has opened a connection of its own.
        await asyncio.gather(*(database.read(ALL) for _ in range(20)))
        assert await asyncio.to_thread(other_process, "2") == ["1", "2"]
        await database.write(ADD, code="3", content=None)
        assert await asyncio.to_thread(other_process, "4") == ["1", "2", "3", "4"]
        assert [row["code"] for row in await database.read(ALL)] == ["1", "2", "3", "4"]

    in_loop(url, work)


@pytest.mark.parametrize("values", [{}, {"code": "a"}, {"code": "a", "content": None, "used": 1}])
def test_a_value_too_few_or_too_many_is_refused_before_the_database(url: str, values: dict[str, Any]) -> None:
    async def work(database: Database) -> None:
        with pytest.raises(TypeError):
            await database.write(ADD, **values)

    in_loop(url, work)


def test_text_that_one_of_them_cannot_keep_is_refused_by_both(url: str) -> None:
    async def work(database: Database) -> None:
        with pytest.raises(ValueError, match="U\\+0000"):
            await database.write(ADD, code="a\0b", content=None)

    in_loop(url, work)


def test_a_list_parameter_is_refused_where_the_statement_is_written() -> None:
    with pytest.raises(TypeError):
        Statement(select(things).where(things.c.code.in_(["a"]))).compiled("sqlite")


def test_waiting_for_anything_else_inside_a_transaction_is_refused(tmp_path: Path) -> None:
    async def work(database: Database) -> None:
        async def waits(tx: Transaction) -> None:
            await asyncio.sleep(0)

        with pytest.raises(RuntimeError, match="nothing but the transaction"):
            await database.transaction(waits)

    in_loop(f"sqlite:///{tmp_path / 'x.db'}", work)


def test_a_reader_that_stays_long_stops_no_writer(migrated_url: Callable[[str | None], str], tmp_path: Path) -> None:
    url = migrated_url(PACKAGE)
    if not url.startswith("sqlite:"):
        return  # PostgreSQL has no such lock

    reader = connect(Path(url.removeprefix("sqlite:///")))
    reader.execute("BEGIN")
    reader.execute("SELECT * FROM things").fetchall()

    async def work(database: Database) -> Any:
        await database.write(ADD, code="a", content=None)
        return await database.one(COUNT)

    assert in_loop(url, work) == {"n": 1, "used": 0}
    assert reader.execute("SELECT count(*) FROM things").fetchone() == (0,)
    reader.close()


def test_sqlite_is_durable_and_says_so_on_a_live_connection(tmp_path: Path) -> None:
    path = tmp_path / "x.db"

    async def work(database: Database) -> None:
        await database.check_durable()

    in_loop(f"sqlite:///{path}", work)
    connection = connect(path)
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert connection.execute("PRAGMA synchronous").fetchone() == (2,)
    connection.close()
    assert path.stat().st_mode & 0o077 == 0


def test_a_server_that_could_lose_a_commit_is_refused(postgresql_server: Postgresql) -> None:
    async def work(database: Database) -> None:
        with pytest.raises(DatabaseError) as caught:  # the server of the tests runs without fsync
            await database.check_durable()
        assert caught.value.code == "database_not_durable"

    in_loop(postgresql_server.create(None), work)


def test_a_lost_connection_is_replaced_and_the_work_runs_again(postgresql_server: Postgresql) -> None:
    url = postgresql_server.create(PACKAGE)
    name = url.rsplit("/", 1)[1]
    attempts: list[int] = []

    async def work(database: Database) -> Any:
        await database.write(ADD, code="a", content=None)

        async def loses_its_connection_once(tx: Transaction) -> None:
            attempts.append(1)
            await tx.run(ADD, code="b", content=None)
            if len(attempts) == 1:
                postgresql_server.command(
                    f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"
                )
            await tx.run(ADD, code="c", content=None)

        await database.transaction(loses_its_connection_once)
        return [row["code"] for row in await database.read(ALL)]

    assert in_loop(url, work) == ["a", "b", "c"]
    assert len(attempts) == 2


@pytest.mark.parametrize("url", ["postgresql://todiste@127.0.0.1:1/x", "sqlite:////nonexistent/folder/x.db"])
def test_a_database_that_is_not_there_is_unavailable(url: str) -> None:
    async def work(database: Database) -> None:
        with pytest.raises(DatabaseUnavailable):
            await database.write(ADD, code="a", content=None)
        with pytest.raises(DatabaseUnavailable):
            await database.read(ALL)

    in_loop(url, work)


@pytest.mark.parametrize("url", ["", "sqlite:///relative.db", "sqlite://", "mysql://x/y", "postgresql://host", "x"])
def test_another_kind_of_url_is_refused(url: str) -> None:
    with pytest.raises(DatabaseError) as caught:
        open_database(url)
    assert caught.value.code == "database_url_invalid"


def test_a_full_disk_fails_the_whole_group_and_leaves_a_database_that_works(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    plain = sqlite3.connect(path)
    plain.execute("CREATE TABLE things (code TEXT PRIMARY KEY, used_at BIGINT, used INTEGER NOT NULL, content BLOB)")
    plain.execute("INSERT INTO things VALUES ('there', NULL, 0, NULL)")
    plain.commit()
    plain.close()

    async def work(database: Database) -> Any:
        await database.write(ADD, code="first", content=None)

        async def fills_up(tx: Transaction) -> None:
            await tx.run(Statement(_pragma("PRAGMA max_page_count = 1")))
            await tx.run(ADD, code="big", content=b"x" * 1_000_000)

        answers = await asyncio.gather(
            database.transaction(fills_up), database.write(ADD, code="neighbour", content=None), return_exceptions=True
        )
        assert isinstance(answers[0], DatabaseUnavailable)
        codes = [row["code"] for row in await database.read(ALL)]
        assert ("neighbour" in codes) == (not isinstance(answers[1], DatabaseUnavailable))
        await database.write(ADD, code="afterwards", content=None)
        return [row["code"] for row in await database.read(ALL)]

    codes = in_loop(f"sqlite:///{path}", work)
    assert "big" not in codes
    assert {"there", "first", "afterwards"} <= set(codes)


def _pragma(sql: str) -> Any:
    from sqlalchemy import text

    return text(sql)
