"""`wallet`: runs one command, and turns every way it can end into an exit code and one message."""

import os
import resource
import sys
from collections.abc import Sequence

import click

from openid4vc.errors import ProtocolError
from wallet_cli.command_line import Commands, usage_facts
from wallet_cli.errors import Exit, WalletError, exit_of
from wallet_cli.invocation import Invocation


def main() -> None:
    """The console script."""
    # A crash must not leave the opened vault in a core file.
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")
    try:
        code = int(run(sys.argv[1:]))
    except BrokenPipeError:
        # Whoever read our output has seen enough; the interpreter must not try to write the rest.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = int(Exit.REFUSED)
    sys.exit(code)


def run(arguments: Sequence[str]) -> int:
    """Run one command line; the exit code."""
    invocation = Invocation(arguments, os.environ)
    try:
        result = Commands().main(
            list(arguments),
            prog_name="wallet",
            standalone_mode=False,
            obj=invocation,
            terminal_width=invocation.terminal.out.width,
        )
    except WalletError as error:
        invocation.print_error(error.code, error.facts)
        return exit_of(error)
    except ProtocolError as error:
        invocation.print_error(error.code, error.facts, spec_error=getattr(error, "error", None) or error.spec_error)
        return exit_of(error)
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message(), err=True)
        return Exit.USAGE
    except click.UsageError as error:
        invocation.print_error("usage", usage_facts(error))
        return Exit.USAGE
    except (KeyboardInterrupt, click.Abort):
        invocation.say(invocation.words.text("interrupted"))
        return Exit.INTERRUPTED
    return result if isinstance(result, int) else Exit.DONE


if __name__ == "__main__":
    main()
