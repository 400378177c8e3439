"""The command line's frame: commands that are imported when they run, help from the catalogue, errors in one shape."""

import importlib
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final

import click

from wallet_cli.errors import WalletError
from wallet_cli.invocation import CRASH_POINTS, Invocation
from wallet_cli.terminal import shown
from wallet_cli.words import LANGUAGES, Words

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

# The commands in the order of a person's day; each is `command` in wallet_cli.commands.<name>.
COMMANDS: Final = ("init", "receive", "scan", "list", "show", "present", "history", "receipts", "check")

# The shell's own completion, for the shell of most people here; click speaks those of zsh and fish as well.
COMPLETION: Final = 'eval "$(_WALLET_COMPLETE=bash_source wallet)"'


class FileName(click.ParamType[str]):
    """A path, or what may stand in its place: taken as it is, and completed by the shell like any file's name."""

    name = "file"

    def __init__(self, kind: str = "file") -> None:
        self._kind = kind

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> "list[CompletionItem]":
        from click.shell_completion import CompletionItem

        return [CompletionItem(incomplete, type=self._kind)]


class Argument(click.Argument):
    """An argument whose metavar is an id of the catalogue."""

    def make_metavar(self, ctx: click.Context) -> str:
        words: Words = ctx.obj.words
        name = words.text(self.metavar or "arg.number")
        return name if self.required else f"[{name}]"


class Option(click.Option):
    """An option whose help and metavar are ids of the catalogue."""

    def make_metavar(self, ctx: click.Context) -> str:
        words: Words = ctx.obj.words
        return words.text(self.metavar) if self.metavar else super().make_metavar(ctx)

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
        type=FileName(),
        metavar="arg.file_or_input",
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

    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:
        arguments = [parameter for parameter in self.get_params(ctx) if isinstance(parameter, click.Argument)]
        return [ctx.obj.words.text("help.usage.options"), *(argument.make_metavar(ctx) for argument in arguments)]

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        pieces = " ".join(self.collect_usage_pieces(ctx))
        formatter.write_usage(ctx.command_path, pieces, prefix=ctx.obj.words.text("help.usage") + " ")

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        formatter.write_paragraph()
        formatter.write_text(ctx.obj.words.text(f"help.{self.name}"))

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        options = [parameter for parameter in self.get_params(ctx) if isinstance(parameter, click.Option)]
        records = [option.get_help_record(ctx) for option in options]
        with formatter.section(ctx.obj.words.text("help.options")):
            _write_list(formatter, [record for record in records if record is not None])

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        words = ctx.obj.words
        with formatter.section(words.text("help.example")):
            _write_command(formatter, words.text(f"help.{self.name}.example"))

    def shell_complete(self, ctx: click.Context, incomplete: str) -> "list[CompletionItem]":
        """As click has it, with what shells show beside a name in the person's language."""
        items = super().shell_complete(ctx, incomplete)
        for item in items:
            name = item.help or (f"help.{item.value}" if item.value in COMMANDS else "")
            item.help = ctx.obj.words.text(name) if name.startswith("help.") else item.help
        return items


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

    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:
        return [*super().collect_usage_pieces(ctx), ctx.obj.words.text("help.usage.command")]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            raise WalletError("usage", name=shown(cmd_name), command="wallet")
        command: click.Command = importlib.import_module(f"wallet_cli.commands.{cmd_name}").command
        return command

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        words = ctx.obj.words
        with formatter.section(words.text("help.commands")):
            _write_list(formatter, [(name, words.text(f"help.{name}")) for name in COMMANDS])
        super().format_options(ctx, formatter)
        with formatter.section(words.text("help.crash_points")):
            formatter.write_text(", ".join(CRASH_POINTS))
        with formatter.section(words.text("help.completion")):
            _write_command(formatter, COMPLETION)


def _write_list(formatter: click.HelpFormatter, records: Sequence[tuple[str, str]]) -> None:
    """Names and what they mean, beside each other; a narrow terminal has long names on lines of their own."""
    formatter.write_dl(records, col_max=30 if formatter.width >= 60 else 12)


def _write_command(formatter: click.HelpFormatter, command: str) -> None:
    """A command as it can be pasted: in one line, however narrow the terminal."""
    formatter.write(" " * formatter.current_indent + command + "\n")


def usage_facts(error: click.UsageError) -> dict[str, str]:
    """`name`: what on the command line was wrong; `command`: the command whose help tells how it is right."""
    command = error.ctx.command_path if error.ctx is not None else "wallet"
    return {"name": _wrong(error) or command, "command": command}


def _wrong(error: click.UsageError) -> str | None:
    """The option or argument that was wrong, where it was one."""
    if isinstance(error, click.NoSuchOption):
        return shown(error.option_name)
    if isinstance(error, click.BadOptionUsage):
        return shown(error.option_name)
    if isinstance(error, click.BadParameter) and error.param is not None:
        named = isinstance(error.param, click.Option) or error.ctx is None
        return error.param.opts[0] if named or error.ctx is None else error.param.make_metavar(error.ctx)
    return None
