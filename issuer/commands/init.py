"""`issuer init`: keys, certificates, trust and database of an installation."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import click

from issuer.commands.running import installation_options, say
from issuer.errors import IssuerError
from web_service import cli

if TYPE_CHECKING:
    from issuer.settings import IssuerSettings
    from web_service.settings import Mode


@click.command()
@click.option(
    "--organisation",
    "names",
    help="Which organisations issue here, separated by commas; O1,O3,O5,O8 if not given at first.",
)
@click.option("--production", is_flag=True, help="Real certificates; nothing of the demo is accepted.")
@cli.json_option
@installation_options()
def command(settings: "IssuerSettings", names: str | None, production: bool, as_json: bool) -> None:
    """Make keys, certificates, trust and database. A second time changes nothing."""
    from credential_schemas import organisations as all_organisations
    from credential_schemas.types import load_types
    from issuer import demo_accounts, installation
    from issuer.building import check_public_url
    from web_service.clock import Clock

    mode: Mode = "production" if production else "demo"
    settings.check_test_mode(mode)
    check_public_url(settings, mode)
    _check_paper(settings)
    everybody = all_organisations.load()
    chosen = installation.choose(settings, names)
    now = Clock(settings.clock_offset_file).now()
    made = installation.initialise(settings, chosen, everybody, load_types(settings.types_dir), mode=mode, now=now)
    installed = installation.read(settings)
    if mode == "demo":
        added = demo_accounts.ensure(settings, [everybody[name] for name in installed.organisations], now)
        made += [f"account {username}" for username in added]
    result = {
        "mode": mode,
        "data_dir": str(settings.data_dir.absolute()),
        "organisations": list(installed.organisations),
        "made": made,
        "accounts": demo_accounts.read(settings) if mode == "demo" else [],
    }
    cli.output(result, as_json, _lines(settings, result))


def _check_paper(settings: "IssuerSettings") -> None:
    """An address that makes a code too dense to be read from a copy is refused now, not at the printer."""
    from issuer.paper import qr
    from issuer.paper.errors import PaperError
    from issuer.secrets_of_offers import HANDLE_CHARACTERS
    from openid4vc.vci import credential_offer

    link = f"{settings.origin}/o/{'0' * HANDLE_CHARACTERS}"
    try:
        qr.make(credential_offer.reference_uri(link))
    except PaperError as error:
        raise IssuerError(error.code) from error


def _lines(settings: "IssuerSettings", result: Mapping[str, Any]) -> Iterator[str]:
    made = result["made"]
    yield say("cli.init.made", names=cli.grouped(made)) if made else say("cli.init.nothing")
    for account in result["accounts"]:
        yield say("cli.init.account", **account)
    if result["mode"] == "production":
        yield say("cli.init.certificates", folder=settings.keys_dir)
