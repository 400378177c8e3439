"""What the operator's commands share beside web_service.cli: installation, service, who is at the terminal."""

import asyncio
import functools
import sys
from collections.abc import Awaitable, Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

from issuer.errors import IssuerError
from web_service import cli

if TYPE_CHECKING:
    from credential_schemas.errors import ClaimErrors
    from issuer.actor import Actor
    from issuer.service import IssuingOrganisation, Service
    from issuer.settings import IssuerSettings
    from openid4vc.strict_json import JsonObject

T = TypeVar("T")
PACKAGES: Final = ("issuer", "credential_schemas", "openid4vc")
_path = click.Path(path_type=Path)
_OPTIONS: Final = (
    click.option("--data-dir", type=_path, help="Where everything is kept (ISSUER_DATA_DIR)."),
    click.option("--database-url", help="sqlite:////absolute/path or postgresql://user@host:port/name."),
    click.option("--public-url", help="The address that wallets use, for example https://issuer.example."),
    click.option("--demo-trust", type=_path, help="Demo trust folder (TODISTE_DEMO_TRUST)."),
    click.option("--trust-dir", type=_path, help="Trust anchors, one folder per role."),
    click.option("--test-mode", is_flag=True, default=None, help="Allow clock, network map and crash points."),
)
_NAMES: Final = ("data_dir", "database_url", "public_url", "demo_trust", "trust_dir", "test_mode")


def installation_options(*more: str, options: Iterable[Callable[..., Any]] = ()) -> Callable[..., Callable[..., Any]]:
    """The options that say which installation is meant; the command gets them as `settings`, over the environment.

    `more` are the names of further settings, `options` their options.
    """

    def decorate(command: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(command)
        def run(**given: Any) -> Any:
            from issuer.settings import IssuerSettings
            from web_service.settings import read_settings

            read = {name: given.pop(name) for name in (*_NAMES, *more)}
            return command(settings=read_settings(IssuerSettings, read), **given)

        for option in reversed((*_OPTIONS, *options)):
            run = option(run)
        return run

    return decorate


def with_service(settings: "IssuerSettings", work: Callable[["Service"], Awaitable[T]]) -> T:
    """Runs `work` on the installation's database, beside a running server or without one.

    Faults of claims and paper come out as IssuerError with their code, for the four lines at the terminal.
    """
    # Loaded here and not for every `--help`: half a second of libraries.
    from credential_schemas.errors import ClaimErrors, MinimisationError
    from issuer.building import build
    from issuer.counters import NoCounters
    from issuer.paper.errors import PaperError
    from issuer.store import revision
    from web_service.database import open_database

    database = open_database(settings.database)
    service = build(settings, database=database, counters=NoCounters())

    async def run() -> T:
        try:
            await revision.check(database)
            return await work(service)
        finally:
            await database.close()

    try:
        return asyncio.run(run())
    except ClaimErrors as error:
        raise _first(error) from error
    except MinimisationError as error:
        raise IssuerError(error.code) from error
    except PaperError as error:
        raise IssuerError(error.code, field=error.field) from error


def _first(error: "ClaimErrors") -> IssuerError:
    """One fault of several for a terminal: a claim that has no business there before one that is missing."""
    foreign = ("claim_not_yours", "claim_unknown")
    first = min(error.errors, key=lambda fault: fault.code not in foreign)
    return IssuerError(first.code, **{"label": first.claim, "claim": first.claim, **first.facts})


def on_document(
    settings: "IssuerSettings",
    document_id: str,
    work: Callable[["Service", "IssuingOrganisation", "Actor"], Awaitable[T]],
) -> T:
    """Runs `work` for the organisation whose document it is; IssuerError `document_unknown`."""
    from issuer import documents

    async def run(service: "Service") -> T:
        organisation = await documents.organisation_of(service, document_id)
        return await work(service, organisation, operator())

    return with_service(settings, run)


def operator() -> "Actor":
    """Who is at the terminal, for the audit record."""
    from issuer.actor import Actor

    return Actor("cli", cli.operator().removeprefix("cli:"))


def say(identifier: str, **facts: object) -> str:
    """A sentence for the operator."""
    return cli.words(*PACKAGES).text(identifier, **facts)


def read_claims(source: str) -> "JsonObject":
    """One JSON object from a file, or from standard input for `-`; IssuerError `claims_file_invalid`."""
    from openid4vc import strict_json
    from openid4vc.errors import FormatError

    try:
        raw = sys.stdin.buffer.read() if source == "-" else Path(source).read_bytes()
        return strict_json.parse_object(raw)
    except (OSError, FormatError) as error:
        raise IssuerError("claims_file_invalid", file=source) from error


def document_lines(document: Mapping[str, Any]) -> list[str]:
    """A document's state for people."""
    return [
        say("cli.offer.document", document=document["document_id"]),
        say("cli.document.state", state=say(f"state.{document['state']}.tag")),
        say("cli.document.status", status=say(f"state.{document['status']}.tag")),
        say("cli.document.copies", n=document["copies"]),
    ]


def offer_lines(offer: Mapping[str, Any]) -> list[str]:
    """An offer for people, with its code: whoever runs the command hands both on."""
    lines = [
        say("cli.offer.document", document=offer["document_id"]),
        say("cli.offer.link", uri=offer["credential_offer_uri"]),
    ]
    code = offer["tx_code"]
    if code is not None:
        lines.append(say("cli.offer.code", code=f"{code[:3]} {code[3:]}"))
    return lines
