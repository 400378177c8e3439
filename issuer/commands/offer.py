"""`issuer offer`: give a document, or print one again."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from issuer.commands.running import installation_options, offer_lines, operator, read_claims, say, with_service
from issuer.errors import IssuerError
from web_service import cli
from web_service.words import LANGUAGES

if TYPE_CHECKING:
    from credential_schemas.types import CredentialType
    from issuer.documents import OfferMade
    from issuer.service import IssuingOrganisation, Service
    from issuer.settings import IssuerSettings


@click.command()
@click.argument("type_name", metavar="TYPE")
@click.option("--claims", metavar="FILE|-", help="The claims as one JSON object; - reads standard input.")
@click.option("--sample", metavar="CASE", help="The packaged sample of that case, for example C1.")
@click.option("--document", "document_id", metavar="ID", help="Print this document again: same number, new code.")
@click.option("--replace", is_flag=True, help="With --document: also when a wallet has it; that copy is replaced.")
@click.option("--organisation", metavar="ID", help="Who gives it, where several could.")
@click.option(
    "--flow",
    type=click.Choice(["pre-authorized_code", "authorization_code"]),
    default="pre-authorized_code",
    show_default=True,
    help="How the wallet fetches it.",
)
@click.option("--tx-code/--no-tx-code", default=True, help="Whether a confirmation code is needed (it is).")
@click.option("--pdf", type=click.Path(path_type=Path, dir_okay=False), help="Write the printed sheet here.")
@click.option("--valid-days", type=int, help="How long the code works; 14 if not given, at most 60.")
@click.option("--lang", "language", type=click.Choice(LANGUAGES), help="Language of the sheet.")
@cli.json_option
@installation_options()
def command(settings: "IssuerSettings", as_json: bool, **options: Any) -> None:
    """Give a document of TYPE and print the link that takes it into a wallet.

    Example: issuer offer lausuntopalaute --sample C1 --pdf palaute.pdf
    """
    if sum(options[name] is not None for name in ("claims", "sample", "document_id")) != 1:
        raise click.UsageError("exactly one of --claims, --sample and --document")
    if options["replace"] and options["document_id"] is None:
        raise click.UsageError("--replace goes with --document")
    if options["pdf"] is not None and not options["tx_code"]:
        raise click.UsageError(say("cli.offer.sheet_needs_code"))
    if options["flow"] != "pre-authorized_code":
        raise IssuerError("flow_not_offered")
    given = read_claims(options["claims"]) if options["claims"] is not None else None

    async def work(service: "Service") -> dict[str, Any]:
        from issuer.document_json import offer_json

        organisation, made = await _make(service, options, given)
        if options["pdf"] is not None:
            from issuer import sheets

            pdf = await sheets.sheet(service, organisation, operator(), made.document_id, language=options["language"])
            _write(service, options["pdf"], pdf, made.document_id)
        return offer_json(made)

    result = with_service(settings, work)
    lines = offer_lines(result)
    if options["pdf"] is not None:
        lines.append(say("cli.offer.sheet", file=options["pdf"]))
    cli.output(result, as_json, lines)


async def _make(
    service: "Service", options: Mapping[str, Any], given: dict[str, Any] | None
) -> tuple["IssuingOrganisation", "OfferMade"]:
    """The document or the new offer of an old one, and whose it is."""
    from issuer import documents

    if options["document_id"] is not None:
        return await _again(service, options)
    organisation, credential_type = service.issuer_of(options["type_name"], options["organisation"])
    claims = _sample(service, credential_type, options["sample"]) if given is None else given
    new = documents.NewDocument(credential_type, claims, options["tx_code"], valid_days=options["valid_days"])
    return organisation, await documents.create(service, organisation, operator(), new)


async def _again(service: "Service", options: Mapping[str, Any]) -> tuple["IssuingOrganisation", "OfferMade"]:
    from issuer import documents
    from issuer.document_reading import read_document

    document_id = options["document_id"]
    organisation = await documents.organisation_of(service, document_id)
    document = await read_document(service, organisation, document_id)
    if document.type.name != options["type_name"]:
        raise IssuerError("document_unknown", document=document_id)
    made = await documents.reprint(
        service,
        organisation,
        operator(),
        document_id,
        tx_code=options["tx_code"],
        valid_days=options["valid_days"],
        replace=options["replace"],
    )
    return organisation, made


def _sample(service: "Service", credential_type: "CredentialType", case: str) -> dict[str, Any]:
    from credential_schemas.types import sample

    try:
        return sample(credential_type, case, service.clock.today())
    except KeyError:
        raise IssuerError("sample_unknown", case=case, cases=", ".join(credential_type.samples)) from None


def _write(service: "Service", path: Path, pdf: bytes, document_id: str) -> None:
    """The sheet to its file, whole or not at all, for its owner alone; IssuerError `output_unwritable`."""
    from issuer import whole_file

    try:
        whole_file.write(path, pdf, halfway=lambda: service.faults.reach("sheet.half_written"))
    except OSError:
        raise IssuerError("output_unwritable", file=str(path), document=document_id) from None
