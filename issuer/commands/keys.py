"""`issuer keys`: what signs here and until when, and tokens for other systems."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from issuer.commands.running import installation_options, operator, say, with_service
from web_service import cli

if TYPE_CHECKING:
    from issuer.service import Service
    from issuer.settings import IssuerSettings
    from web_service.database import Transaction

_SCOPES = ("offers", "documents", "status")


@click.group()
def command() -> None:
    """Look after keys, certificates and tokens."""


@command.command("list")
@cli.json_option
@installation_options()
def list_keys(settings: "IssuerSettings", as_json: bool) -> None:
    """The certificates in use and their last days."""

    async def work(service: "Service") -> list[dict[str, Any]]:
        return [
            {
                "organisation": organisation.slug,
                "key": str(purpose),
                "not_after": key.certificate.not_after,
                "sha256": key.certificate.sha256,
            }
            for organisation in service.organisations.values()
            for purpose, key in organisation.keys.by_purpose().items()
        ]

    found = with_service(settings, work)
    lines = [
        say(
            "cli.keys.certificate",
            organisation=key["organisation"],
            key=key["key"],
            date=datetime.fromtimestamp(key["not_after"], UTC).date().isoformat(),
        )
        for key in found
    ]
    cli.output({"keys": found}, as_json, lines)


@command.command("api-token")
@click.option("--organisation", required=True, metavar="ID", help="Whose documents the token is for.")
@click.option("--name", required=True, help="Which system will use it.")
@click.option("--scope", "scopes", multiple=True, type=click.Choice(_SCOPES), help="What it may do; all if not given.")
@click.option("--days", type=click.IntRange(1, 730), default=365, show_default=True, help="How long it works.")
@cli.json_option
@installation_options()
def api_token(
    settings: "IssuerSettings", organisation: str, name: str, scopes: tuple[str, ...], days: int, as_json: bool
) -> None:
    """Make a bearer token for the HTTP management API. It is shown once."""

    async def work(service: "Service") -> dict[str, Any]:
        from web_service.api_tokens import ApiTokens

        issuing = service.organisation(organisation)
        now = service.clock.now()

        async def make(tx: "Transaction") -> tuple[str, str]:
            token_id, token = await ApiTokens(service.database).create(
                tx, organisation=issuing.slug, name=name, scopes=scopes or _SCOPES, now=now, days=days
            )
            await service.audit.row(
                tx,
                organisation=issuing.slug,
                actor=str(operator()),
                action="api_token.created",
                object_id=token_id,
                now=now,
            )
            return token_id, token

        token_id, token = await service.database.transaction(make)
        return {"id": token_id, "token": token, "organisation": issuing.slug, "scopes": list(scopes or _SCOPES)}

    result = with_service(settings, work)
    cli.output(result, as_json, [say("cli.keys.token", token=result["token"]), say("cli.keys.token_once")])
