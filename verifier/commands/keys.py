"""`verifier keys`: what this verifier may ask, and who may ask through it."""

import asyncio
from pathlib import Path

import click

from verifier import enrolment
from verifier.commands.group import with_settings
from verifier.endpoints.management import SCOPES
from verifier.service import Verifier
from verifier.settings import Settings
from web_service import cli
from web_service.api_tokens import ApiTokens
from web_service.clock import Clock
from web_service.database import Transaction

_ORGANISATION = click.option("--organisation", default=enrolment.DEFAULT_ORGANISATION, help="For whom (O2).")


@click.group("keys")
def command() -> None:
    """Register a purpose, make a token for another system."""


@command.command("register")
@click.argument("file", type=click.Path(path_type=Path))
@_ORGANISATION
@with_settings()
@cli.json_option
def register(file: Path, organisation: str, settings: Settings, as_json: bool) -> None:
    """Register a purpose from FILE with the demonstration's registrar.

    A purpose that asks for more than the rules allow (MIN-1 and on) is refused, and the rule named.
    """
    now = Clock(settings.clock_offset_file).now()
    purpose, changed = enrolment.register_purpose(settings, file, organisation, now=now)
    words = cli.words("verifier")
    line = words.text("cli.registered" if changed else "cli.registered_before", purpose=purpose.id)
    cli.output({"purpose": purpose.id, "slug": purpose.slug, "changed": changed}, as_json, [line])


@command.command("api-token")
@click.option("--name", required=True, help="Which system will use it.")
@click.option("--days", type=click.IntRange(1, 730), default=365, help="How long it works.")
@_ORGANISATION
@with_settings()
@cli.json_option
def api_token(name: str, days: int, organisation: str, settings: Settings, as_json: bool) -> None:
    """Make a bearer token of the management interface; it is shown this once."""
    token_id, token = asyncio.run(_make_token(settings, name, days, organisation))
    cli.output({"id": token_id, "token": token}, as_json, [token, cli.words("verifier").text("cli.token_once")])


async def _make_token(settings: Settings, name: str, days: int, organisation: str) -> tuple[str, str]:
    verifier = Verifier.open(settings)
    asker = verifier.asker_of(organisation)
    now = verifier.clock.now()

    async def work(tx: Transaction) -> tuple[str, str]:
        made = await ApiTokens(verifier.database).create(
            tx, organisation=asker.organisation.id, name=name, scopes=SCOPES, now=now, days=days
        )
        await verifier.audit.row(
            tx,
            organisation=asker.organisation.id,
            actor=cli.operator(),
            action="api_token.created",
            object_id=made[0],
            now=now,
        )
        return made

    try:
        return await verifier.database.transaction(work)
    finally:
        await verifier.database.close()
