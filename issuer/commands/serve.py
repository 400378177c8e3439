"""`issuer serve`: the service, until it is told to stop."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from issuer.commands.running import installation_options, say
from issuer.fault_points import FAULT_POINTS

_OPTIONS = (
    click.option("--host", help="Address to listen on; 127.0.0.1 if not given."),
    click.option("--port", type=click.IntRange(0, 65535), help="Port to listen on; 8001 if not given."),
    click.option("--workers", type=click.IntRange(1, 64), help="Processes that share the port."),
    click.option("--tls-cert", type=click.Path(path_type=Path), help="Certificate chain for https, PEM."),
    click.option("--tls-key", type=click.Path(path_type=Path), help="Its private key, PEM without passphrase."),
)

if TYPE_CHECKING:
    from issuer.settings import IssuerSettings


@click.command(epilog=f"In test mode ISSUER_FAIL_AT ends the process at one of: {', '.join(sorted(FAULT_POINTS))}.")
@installation_options("host", "port", "workers", "tls_cert", "tls_key", options=_OPTIONS)
def command(settings: "IssuerSettings") -> int:
    """Serve wallets, other systems and staff until Ctrl-C."""
    # The server's libraries take half a second to load; the other commands do without them.
    from issuer import installation
    from issuer.app import create_app
    from issuer.building import check_public_url
    from web_service import migrations, serving

    mode = installation.read(settings).mode
    check_public_url(settings, mode)
    migrations.upgrade(settings.database, "issuer")

    def started(address: str) -> None:
        click.echo(say(f"cli.serve.{mode}", address=address, url=settings.origin), err=True)

    return serving.serve(settings, serving.Service(create=lambda: create_app(settings), started=started))
