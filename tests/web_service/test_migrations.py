"""Migrations from an installed package, on both databases, also when several processes start at once."""

import threading
from collections.abc import Callable

import pytest
from sqlalchemy import text

from tests.web_service.example_store.store.tables import metadata
from tests.web_service.test_database import PACKAGE, in_loop
from web_service import migrations
from web_service.database import Database, Statement
from web_service.errors import DatabaseError


def test_an_empty_database_is_brought_to_what_the_statements_expect(database_url: str) -> None:
    assert migrations.current(database_url, PACKAGE) is None
    with pytest.raises(DatabaseError) as caught:
        migrations.check(database_url, PACKAGE)
    assert caught.value.code == "database_outdated"
    assert migrations.upgrade(database_url, PACKAGE) is True
    assert migrations.upgrade(database_url, PACKAGE) is False
    migrations.check(database_url, PACKAGE)
    assert migrations.differences(database_url, metadata) == []


def test_of_several_that_start_at_once_one_migrates_and_the_others_wait(database_url: str) -> None:
    barrier = threading.Barrier(6)
    changed: list[bool] = []

    def start() -> None:
        barrier.wait()
        changed.append(migrations.upgrade(database_url, PACKAGE))

    threads = [threading.Thread(target=start) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(changed) == [False] * 5 + [True]


def test_a_database_of_a_newer_program_is_refused_and_not_touched(migrated_url: Callable[[str | None], str]) -> None:
    url = migrated_url(PACKAGE)
    newer = Statement(text("UPDATE alembic_version SET version_num = '9999'"))
    read = Statement(text("SELECT version_num FROM alembic_version"))

    async def make_newer(database: Database) -> None:
        await database.write(newer)

    async def look(database: Database) -> object:
        return await database.read(read)

    in_loop(url, make_newer)
    for refuse in (migrations.upgrade, migrations.check):
        with pytest.raises(DatabaseError) as caught:
            refuse(url, PACKAGE)
        assert caught.value.code == "database_newer"
    assert in_loop(url, look) == [{"version_num": "9999"}]
