"""`verifier`: the operator's command line (python -m verifier is the same)."""

import sys

import click

from verifier.commands.group import Verbs
from web_service import cli


@click.group(cls=Verbs, context_settings={"help_option_names": ["-h", "--help"]})
def verifier() -> None:
    """Ask wallets for what a registered purpose needs, and say what the answer is worth.

    Example:  verifier init  &&  verifier serve
    """


def main() -> None:
    sys.exit(cli.run(verifier, "verifier", "credential_schemas"))


if __name__ == "__main__":
    main()
