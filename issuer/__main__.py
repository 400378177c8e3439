"""`issuer`: the operator's commands, each loaded when it is used. `python -m issuer` is the same."""

import importlib
import sys
from typing import Final

import click

from web_service import cli

PACKAGES: Final = ("issuer", "credential_schemas", "openid4vc")
COMMANDS: Final = ("init", "serve", "offer", "status", "document", "db", "keys")


class Commands(click.Group):
    """One verb a module; `issuer offer` never loads a server."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """In the order of use."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The module's `command`."""
        if cmd_name not in COMMANDS:
            return None
        found: click.Command = importlib.import_module(f"issuer.commands.{cmd_name}").command
        return found


@click.command(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
def group() -> None:
    """Give documents on paper and to wallets.

    Begin with `issuer init`, then `issuer serve`. Example:

    \b
      issuer offer lausuntopalaute --sample C1 --pdf palaute.pdf
    """


def main() -> None:
    """The console script."""
    sys.exit(cli.run(group, *PACKAGES))


if __name__ == "__main__":
    main()
