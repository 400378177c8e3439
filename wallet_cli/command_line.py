"""The command line's frame: commands that are imported when they run, help from the catalogue, errors in one shape."""

import importlib
from collections.abc import Callable, Sequence
from typing import Any, Final

import click

from wallet_cli.errors import WalletError
from wallet_cli.invocation import CRASH_POINTS, Invocation
from wallet_cli.terminal import shown
from wallet_cli.words import LANGUAGES

# The commands in the order of a person's day; each is `command` in wallet_cli.commands.<name>.
COMMANDS: Final = ("init", "receive", "scan", "list", "show", "present", "history", "receipts")


class Option(click.Option):
    """An option whose help is an id of the catalogue."""

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        record = super().get_help_record(ctx)
        invocation: Invocation = ctx.obj
        return record and (record[0], invocation.words.text(self.help or "help.option.help"))


def _remember_passphrase_file(ctx: click.Context, parameter: click.Parameter, value: str | None) -> None:
    if value is not None:
        ctx.obj.passphrase_file = value


def _already_read(ctx: click.Context, parameter: click.Parameter, value: object) -> None:
    """`Invocation` has read this switch from the command line before click did."""


def _common_options() -> list[click.Parameter]:
    """The options that every command takes, before or after its name."""
    switches = [
        Option([f"--{name}"], is_flag=True, expose_value=False, callback=_already_read, help=f"help.option.{name}")
        for name in ("json", "plain", "test-mode")
    ]
    language = Option(
        ["--lang"], type=click.Choice(LANGUAGES), expose_value=False, callback=_already_read, help="help.option.lang"
    )
    passphrase = Option(
        ["--passphrase-file"],
        metavar="FILE|-",
        expose_value=False,
        callback=_remember_passphrase_file,
        help="help.option.passphrase-file",
    )
    return [passphrase, language, *switches]


class _Help(click.Command):
    """Help in the person's language: what it is for, its options, and an example that works."""

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        option = super().get_help_option(ctx)
        if option is not None:
            option.help = ctx.obj.words.text("help.option.help")
        return option

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        pieces = " ".join(self.collect_usage_pieces(ctx))
        formatter.write_usage(ctx.command_path, pieces, prefix=ctx.obj.words.text("help.usage") + " ")

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        formatter.write_paragraph()
        formatter.write_text(ctx.obj.words.text(f"help.{self.name}"))

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        records = [parameter.get_help_record(ctx) for parameter in self.get_params(ctx)]
        with formatter.section(ctx.obj.words.text("help.options")):
            formatter.write_dl([record for record in records if record is not None])

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        words = ctx.obj.words
        with formatter.section(words.text("help.example")):
            formatter.write_text(words.text(f"help.{self.name}.example"))


class Command(_Help):
    """One verb: its words are `help.<name>` and `help.<name>.example`."""

    def __init__(self, name: str, callback: Callable[..., Any], parameters: Sequence[click.Parameter] = ()) -> None:
        super().__init__(name, callback=callback, params=[*parameters, *_common_options()])


class Commands(_Help, click.Group):
    """`wallet`: prints its table of commands from the catalogue, so that --help imports none of them."""

    def __init__(self) -> None:
        super().__init__("wallet", params=_common_options())

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            raise WalletError("usage", name=shown(cmd_name))
        command: click.Command = importlib.import_module(f"wallet_cli.commands.{cmd_name}").command
        return command

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        words = ctx.obj.words
        with formatter.section(words.text("help.commands")):
            formatter.write_dl([(name, words.text(f"help.{name}")) for name in COMMANDS])
        super().format_options(ctx, formatter)
        with formatter.section(words.text("help.crash_points")):
            formatter.write_text(", ".join(CRASH_POINTS))


def usage_facts(error: click.UsageError) -> str:
    """What on the command line was wrong: the option or argument, else the command."""
    if isinstance(error, click.NoSuchOption):
        return shown(error.option_name)
    if isinstance(error, click.BadOptionUsage):
        return shown(error.option_name)
    if isinstance(error, click.BadParameter) and error.param is not None:
        return error.param.opts[0] if isinstance(error.param, click.Option) else error.param.name.upper()
    return error.ctx.command_path if error.ctx is not None else "wallet"
