"""`verifier serve`: until SIGTERM; SIGHUP reads the trust folder again."""

import sys

import click
from fastapi import FastAPI

from verifier.commands.group import with_settings
from verifier.service import mode_of
from verifier.settings import Settings
from web_service import cli, migrations, serving
from web_service.errors import WebError
from web_service.serving import Service


@click.command("serve")
@with_settings("host", "port", "tls_cert", "tls_key", "workers", "fail_at")
def command(settings: Settings) -> int:
    """Answer wallets, officials and other systems until told to stop.

    Example:  verifier serve --port 8002 --public-url http://127.0.0.1:8002
    """
    mode = mode_of(settings)
    settings.check_test_mode(mode)
    if not settings.origin.startswith("https:") and not (mode == "demo" and settings.loopback()):
        # Plain http is for a demonstration on this machine alone.
        raise WebError("settings_invalid", name="public_url")
    migrations.upgrade(settings.database, "verifier")

    def create() -> FastAPI:
        from verifier.app import create_app

        return create_app(settings)

    def reload(app: FastAPI) -> None:
        app.state.server.trust.reload()

    def started(address: str) -> None:
        words = cli.words("verifier")
        sys.stderr.write(words.text("cli.serving", address=address, public=settings.origin) + "\n")
        if mode == "demo":
            sys.stderr.write(words.text("cli.demo") + "\n")

    return serving.serve(settings, Service(create, reload, started))
