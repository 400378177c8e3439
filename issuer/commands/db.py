"""`issuer db`: the database's revision."""

from typing import TYPE_CHECKING

import click

from issuer.commands.running import installation_options, say
from web_service import cli

if TYPE_CHECKING:
    from issuer.settings import IssuerSettings


@click.group()
def command() -> None:
    """Look after the database."""


@command.command()
@cli.json_option
@installation_options()
def upgrade(settings: "IssuerSettings", as_json: bool) -> None:
    """Bring the database to this program's revision; `serve` does it too."""
    from web_service import migrations

    changed = migrations.upgrade(settings.database, "issuer")
    cli.output({"changed": changed}, as_json, [say("cli.db.upgraded" if changed else "cli.db.current")])


@command.command()
@cli.json_option
@installation_options()
def current(settings: "IssuerSettings", as_json: bool) -> None:
    """The database's revision."""
    from web_service import migrations

    revision = migrations.current(settings.database, "issuer")
    cli.output({"revision": revision}, as_json, [say("cli.db.revision", revision=revision or "-")])


@command.command()
@cli.json_option
@installation_options()
def check(settings: "IssuerSettings", as_json: bool) -> None:
    """Whether the database fits this program; exit code 1 when it does not."""
    from web_service import migrations

    migrations.check(settings.database, "issuer")
    cli.output({"ok": True}, as_json, [say("cli.db.current")])
