"""`issuer status`: what the credentials of a document say about themselves."""

from typing import TYPE_CHECKING, Any

import click

from issuer.commands.running import document_lines, installation_options, on_document
from web_service import cli

if TYPE_CHECKING:
    from issuer.actor import Actor
    from issuer.service import IssuingOrganisation, Service
    from issuer.settings import IssuerSettings


@click.command()
@click.argument("document_id", metavar="DOCUMENT_ID")
@click.argument("status", type=click.Choice(["valid", "suspended", "revoked", "superseded"]))
@click.option("--by", metavar="DOCUMENT_ID", help="With superseded: the document that counts now.")
@click.option("--reason", metavar="CODE", help="Kept in the audit record; never told to an office.")
@cli.json_option
@installation_options()
def command(
    settings: "IssuerSettings", document_id: str, status: str, by: str | None, reason: str | None, as_json: bool
) -> None:
    """Suspend, resume, revoke or replace a document. Revoked and superseded are for ever.

    Example: issuer status 1.2.246.10.99001010.14.2026.4711 revoked --reason wrong_person
    """
    if by is not None and status != "superseded":
        raise click.UsageError("--by goes with superseded")

    async def work(service: "Service", organisation: "IssuingOrganisation", actor: "Actor") -> dict[str, Any]:
        from issuer import document_status, documents
        from issuer.document_json import document_json

        await document_status.change(service, organisation, actor, document_id, status, by=by, reason=reason)
        return document_json(await documents.view(service, organisation, actor, document_id))

    result = on_document(settings, document_id, work)
    cli.output(result, as_json, document_lines(result))
