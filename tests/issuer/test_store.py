"""The store: migrations and tables say the same, on both databases, and nothing in it is readable."""

import asyncio
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from issuer import document_status, documents, retention
from issuer.errors import IssuerError
from issuer.store import revision, statements
from issuer.store.tables import metadata
from tests.issuer.world import World
from web_service import migrations
from web_service.database import open_database
from web_service.errors import DatabaseError


def test_the_migrated_database_is_the_one_that_the_tables_describe(migrated_url: Callable[[str | None], str]) -> None:
    assert migrations.differences(migrated_url("issuer"), metadata) == []


def test_a_command_knows_the_newest_revision(migrated_url: Callable[[str | None], str]) -> None:
    url = migrated_url("issuer")
    assert migrations.current(url, "issuer") == revision.NEWEST

    async def checked(address: str) -> None:
        database = open_database(address)
        try:
            await revision.check(database)
        finally:
            await database.close()

    asyncio.run(checked(url))
    with pytest.raises(DatabaseError, match="database_outdated"):
        asyncio.run(checked(migrated_url(None)))


def test_every_table_of_ours_names_the_organisation() -> None:
    shared = {"audit", "audit_batches", "accounts", "sessions", "counters", "api_tokens"}
    for table in metadata.tables.values():
        assert table.name in shared or "organisation" in table.columns, table.name


def test_no_claim_code_or_link_can_be_read_in_the_database(world: World) -> None:
    made = world.offer(recipient=("Erkki Esimerkki", "Kanarialinnunkuja 1"))
    wallet = world.wallet()
    offer = wallet.fetch_offer(made.offer_uri).json()
    code = offer["grants"]["urn:ietf:params:oauth:grant-type:pre-authorized_code"]["pre-authorized_code"]
    token = wallet.token(offer, made.tx_code).json()["access_token"]
    credential = wallet.credential(offer, token).json()["credentials"][0]["credential"]
    stored = everything(world)
    secrets = [code, token, made.offer_uri[-26:], "Erkki", "1974-03-12", "120374-901A", "limited_tasks", "Kanaria"]
    secrets += [*credential.split("~")[1:-1], credential.split(".")[2].split("~")[0]]
    assert [secret for secret in secrets if secret in stored] == []


def everything(world: World) -> str:
    """All that the database holds, as text."""
    url = world.settings.database
    if url.startswith("sqlite"):
        path = Path(url.removeprefix("sqlite:///"))
        with sqlite3.connect(path) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return path.read_bytes().decode("latin-1") + path.read_bytes().decode("utf-8", "replace")

    async def run() -> str:
        import asyncpg

        connection = await asyncpg.connect(url)
        try:
            rows = [await connection.fetch(f'SELECT * FROM "{name}"') for name in metadata.tables]
        finally:
            await connection.close()
        values = [value for table in rows for row in table for value in row.values()]
        return " ".join(value.decode("latin-1") if isinstance(value, bytes) else str(value) for value in values)

    return world.call(run)


@pytest.mark.case("Y-13")
def test_when_its_time_is_over_a_document_is_forgotten_and_its_facts_stay(world: World) -> None:
    made = world.offer()
    wallet = world.wallet()
    credential = wallet.receive(made.offer_uri, made.tx_code)
    document = world.view(made.document_id)
    assert document.claims is not None
    row = world.rows(statements.document_by_id, p_document_id=made.document_id, p_organisation="esimerkkila")[0]
    wrapped: bytes = row["wrapped_key"]
    assert wrapped.decode("latin-1") in everything(world)

    async def run() -> int:
        return await retention.run(world.service)

    assert world.call(run) == 0
    world.wait(document.retained_until - world.service.clock.now())
    assert world.call(run) == 1
    assert world.call(run) == 0
    row = world.rows(statements.document_by_id, p_document_id=made.document_id, p_organisation="esimerkkila")[0]
    assert (row["wrapped_key"], row["content"]) == (None, None)
    stored = everything(world)
    assert wrapped.decode("latin-1") not in stored
    forgotten = world.view(made.document_id)
    assert forgotten.claims is None
    assert (forgotten.state, forgotten.status, len(forgotten.copies)) == ("received", "valid", 1)
    assert [row["action"] for row in world.audit(made.document_id)][-2:] == ["document.forgotten", "document.viewed"]
    with pytest.raises(IssuerError, match="document_gone"):
        world.act(documents.reprint, made.document_id, tx_code=True, valid_days=None, replace=True)
    assert wallet.status(credential) == 0


def test_a_revoked_document_is_kept_for_a_month_and_no_longer(world: World) -> None:
    made = world.offer()
    world.act(document_status.revoke, made.document_id, reason=None)
    seen = world.view(made.document_id)
    assert seen.retained_until == seen.status_at + 30 * 86_400


def test_offers_expire_by_themselves_once(world: World) -> None:
    made = world.offer()
    world.wait(14 * 86_400 + 1)
    assert world.view(made.document_id).state == "expired"

    async def run() -> int:
        return await retention.run(world.service)

    assert world.call(run) == 1
    assert world.call(run) == 0
    assert world.view(made.document_id).state == "expired"
    assert [row["action"] for row in world.audit(made.document_id)].count("offer.expired") == 1
    again = world.act(documents.reprint, made.document_id, tx_code=True, valid_days=None, replace=False)
    assert world.wallet().receive(again.offer_uri, again.tx_code)
