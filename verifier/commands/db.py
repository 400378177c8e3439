"""`verifier db`: the database's tables, and whether the audit trail is whole."""

import asyncio

import click

from verifier.commands.group import with_settings
from verifier.settings import Settings
from web_service import cli, migrations
from web_service.audit import Audit
from web_service.database import open_database


@click.group("db")
def command() -> None:
    """Bring the database up to date, or look at it."""


@command.command("upgrade")
@with_settings()
@cli.json_option
def upgrade(settings: Settings, as_json: bool) -> None:
    """Bring the tables to this program's newest revision."""
    changed = migrations.upgrade(settings.database, "verifier")
    revision = migrations.current(settings.database, "verifier")
    words = cli.words("verifier")
    line = words.text("cli.db_upgraded" if changed else "cli.db_current", revision=revision or "-")
    cli.output({"changed": changed, "revision": revision}, as_json, [line])


@command.command("check")
@with_settings()
@cli.json_option
def check(settings: Settings, as_json: bool) -> None:
    """Check the revision, and every sealed batch of the audit trail."""
    migrations.check(settings.database, "verifier")
    batches = asyncio.run(_verify(settings))
    cli.output({"audit_batches": batches}, as_json, [cli.words("verifier").text("cli.db_audit", n=batches)])


async def _verify(settings: Settings) -> int:
    database = open_database(settings.database)
    try:
        return await Audit(database).verify()
    finally:
        await database.close()
