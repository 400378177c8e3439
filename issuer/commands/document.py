"""`issuer document`: the state of a document and its offer; unlock it, renew its code, cancel it."""

from typing import TYPE_CHECKING, Any

import click

from issuer.commands.running import document_lines, installation_options, offer_lines, on_document
from web_service import cli

if TYPE_CHECKING:
    from issuer.actor import Actor
    from issuer.service import IssuingOrganisation, Service
    from issuer.settings import IssuerSettings


class _Document(click.Group):
    """`issuer document DOCUMENT_ID` shows; a first word that is a verb does something."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """An id is not the name of a command: it means `show`."""
        if args and args[0] not in self.commands and not args[0].startswith("-"):
            return "show", self.commands["show"], args
        return super().resolve_command(ctx, args)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Options may stand before the id."""
        if args and args[0].startswith("-") and args[0] not in ("-h", "--help"):
            args = ["show", *args]
        return super().parse_args(ctx, args)


@click.group(cls=_Document)
def command() -> None:
    """Show a document's state, or mend its offer.

    \b
      issuer document DOCUMENT_ID
      issuer document unlock|new-code|cancel DOCUMENT_ID
    """


@command.command(hidden=True)
@click.argument("document_id", metavar="DOCUMENT_ID")
@cli.json_option
@installation_options()
def show(settings: "IssuerSettings", document_id: str, as_json: bool) -> None:
    """The state of the document and its offer, and how many copies were issued."""

    async def work(service: "Service", organisation: "IssuingOrganisation", actor: "Actor") -> dict[str, Any]:
        return await _state(service, organisation, actor, document_id)

    result = on_document(settings, document_id, work)
    cli.output(result, as_json, document_lines(result))


@command.command()
@click.argument("document_id", metavar="DOCUMENT_ID")
@cli.json_option
@installation_options()
def unlock(settings: "IssuerSettings", document_id: str, as_json: bool) -> None:
    """Open an offer that five wrong codes locked: a new code, at most three times."""

    async def work(service: "Service", organisation: "IssuingOrganisation", actor: "Actor") -> dict[str, Any]:
        from issuer import documents
        from issuer.document_json import offer_json

        return offer_json(await documents.unlock(service, organisation, actor, document_id))

    result = on_document(settings, document_id, work)
    cli.output(result, as_json, offer_lines(result))


@command.command("new-code")
@click.argument("document_id", metavar="DOCUMENT_ID")
@cli.json_option
@installation_options()
def new_code(settings: "IssuerSettings", document_id: str, as_json: bool) -> None:
    """Another confirmation code for the open offer; the link stays the same."""

    async def work(service: "Service", organisation: "IssuingOrganisation", actor: "Actor") -> dict[str, Any]:
        from issuer import documents
        from issuer.document_json import offer_json

        return offer_json(await documents.new_code(service, organisation, actor, document_id))

    result = on_document(settings, document_id, work)
    cli.output(result, as_json, offer_lines(result))


@command.command()
@click.argument("document_id", metavar="DOCUMENT_ID")
@cli.json_option
@installation_options()
def cancel(settings: "IssuerSettings", document_id: str, as_json: bool) -> None:
    """End what can still be fetched: the code on a lost sheet works no more."""

    async def work(service: "Service", organisation: "IssuingOrganisation", actor: "Actor") -> dict[str, Any]:
        from issuer import documents

        await documents.cancel(service, organisation, actor, document_id)
        return await _state(service, organisation, actor, document_id)

    result = on_document(settings, document_id, work)
    cli.output(result, as_json, document_lines(result))


async def _state(
    service: "Service", organisation: "IssuingOrganisation", actor: "Actor", document_id: str
) -> dict[str, Any]:
    from issuer import documents
    from issuer.document_json import document_json

    return document_json(await documents.view(service, organisation, actor, document_id))
