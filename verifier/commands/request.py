"""`verifier request`: a new request on behalf of the operator, beside a running server or without one."""

import asyncio
import sys
from pathlib import Path

import click

from verifier import inquiry
from verifier.commands.group import with_settings
from verifier.errors import VerifierError
from verifier.inquiry import Created, Question
from verifier.service import Asker, Verifier
from verifier.settings import Settings
from web_service import cli


@click.command("request")
@click.argument("purpose")
@click.option("--customer", metavar="FILE|-", help="Identity code of the expected client: a file, or - for stdin.")
@click.option("--case", "case_reference", default="", help="The office's own case number.")
@click.option("--ttl", type=click.IntRange(1, 600), help="How many seconds the request lives.")
@click.option("--organisation", help="Who asks, when several organisations may (O2).")
@with_settings()
@cli.json_option
def command(
    purpose: str,
    customer: str | None,
    case_reference: str,
    ttl: int | None,
    organisation: str | None,
    settings: Settings,
    as_json: bool,
) -> None:
    """Ask for a purpose (P1 or tyoll-terveysvaikutus); print the address for the wallet.

    Example:  verifier request P1 --json
    """
    text = None if customer is None else _read(customer)
    created, typed = asyncio.run(
        _create(settings, purpose, customer=text, case_reference=case_reference, ttl=ttl, organisation=organisation)
    )
    words = cli.words("verifier")
    cli.output(
        {"id": created.id, "request_uri": created.request_uri},
        as_json,
        [
            created.request_uri,
            words.text("cli.request_typed", address=typed),
            words.text("cli.request_result", id=created.id),
        ],
    )


async def _create(
    settings: Settings,
    purpose_name: str,
    *,
    customer: str | None,
    case_reference: str,
    ttl: int | None,
    organisation: str | None,
) -> tuple[Created, str]:
    verifier = Verifier.open(settings)
    try:
        purpose = verifier.purpose(purpose_name)
        question = Question(
            asker=_asker(verifier, purpose.id, organisation),
            purpose=purpose,
            customer=None if customer is None else inquiry.read_customer(customer, purpose),
            case_reference=inquiry.check_case_reference(case_reference),
            created_by=cli.operator(),
            seconds=ttl or verifier.settings.request_seconds,
        )
        public_url = await verifier.public_url()
        created = await inquiry.create(verifier, question, public_url=public_url)
        return created, f"{public_url}/p/{created.alias}"
    finally:
        await verifier.database.close()


def _asker(verifier: Verifier, purpose: str, organisation: str | None) -> Asker:
    """The organisation that was named, else the first that is registered for the purpose."""
    if organisation is not None:
        return verifier.asker_of(organisation)
    for asker in verifier.askers.values():
        if purpose in asker.registrations:
            return asker
    raise VerifierError("purpose_not_yours", purpose=purpose)


def _read(source: str) -> str:
    """A secret from a file or standard input, never from the command line."""
    try:
        return sys.stdin.read(10_000) if source == "-" else Path(source).read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        raise click.BadParameter(source, param_hint="--customer") from None
