"""The command line's frame: verbs that load when they are used, and the settings that each of them takes."""

from collections.abc import Callable, Mapping
from functools import wraps
from importlib import import_module
from pathlib import Path
from typing import Any, Final

import click

from verifier.settings import FAULT_POINTS, Settings
from web_service.settings import read_settings

# Verb → the line that `--help` shows for it; the module of the same name has the command.
VERBS: Final[Mapping[str, str]] = {
    "init": "Make keys, certificates, accounts and the database, or what is missing of them.",
    "serve": "Answer wallets, officials and other systems until told to stop.",
    "request": "Ask for a purpose; print the address for the wallet.",
    "result": "Say how a request stands, or wait for its end.",
    "db": "Bring the database up to date, or look at it.",
    "keys": "Register a purpose, make a token for another system.",
}
_FOLDER: Final = click.Path(path_type=Path)


class Verbs(click.Group):
    """Imports a verb when it is asked for, so that `--help` stays quick."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(VERBS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in VERBS:
            return None
        command: click.Command = import_module(f"verifier.commands.{name}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(VERBS.items()))


_OPTIONS: Final[Mapping[str, tuple[tuple[str, ...], dict[str, Any]]]] = {
    "data_dir": (("--data-dir",), {"type": _FOLDER, "help": "Where keys, trust and the database are."}),
    "database_url": (("--database-url",), {"help": "sqlite:////absolute/path or postgresql://user@host:port/name."}),
    "public_url": (("--public-url",), {"help": "The address that wallets reach this service at."}),
    "demo_trust": (("--demo-trust",), {"type": _FOLDER, "help": "The demonstration's own trust."}),
    "trust_dir": (("--trust-dir",), {"type": _FOLDER, "help": "Trust anchors, one folder a role."}),
    "host": (("--host",), {"help": "Address to listen on."}),
    "port": (("--port",), {"type": int, "help": "Port to listen on."}),
    "tls_cert": (("--tls-cert",), {"type": _FOLDER, "help": "Certificate chain (PEM)."}),
    "tls_key": (("--tls-key",), {"type": _FOLDER, "help": "Its private key (PEM, not encrypted)."}),
    "workers": (("--workers",), {"type": int, "help": "How many processes answer."}),
    "fail_at": (
        ("--fail-at",),
        {"help": f"With --test-mode: die there as by a power cut ({', '.join(FAULT_POINTS)})."},
    ),
}
_EVERYWHERE: Final = ("data_dir", "database_url", "public_url", "demo_trust", "trust_dir")


def with_settings(*names: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Options for settings; the command gets `settings`, read from them over the environment."""
    wanted = (*_EVERYWHERE, *names)

    def decorate(command: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(command)
        def called(*arguments: Any, **options: Any) -> Any:
            given = {name: options.pop(name) for name in wanted}
            # Absent means "as the environment says", which may have it on.
            given["test_mode"] = options.pop("test_mode") or None
            return command(*arguments, settings=read_settings(Settings, given), **options)

        decorated: Callable[..., Any] = click.option(
            "--test-mode", is_flag=True, help="Allow what only tests need (never in production)."
        )(called)
        for name in reversed(wanted):
            flags, details = _OPTIONS[name]
            decorated = click.option(*flags, name, **details)(decorated)
        return decorated

    return decorate
