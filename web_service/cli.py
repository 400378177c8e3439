"""What operator commands of every service share: JSON output, the four-line error, exit codes.

0 done · 1 refused or failed · 2 wrong usage · 4 other side not reachable        (3 and 5 are the wallet's)

@click.command()
@json_option
def status(as_json: bool) -> None:
    output(result, as_json, lines=[…])

sys.exit(run(group, "issuer"))
"""

import json
import locale
import os
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, Protocol, TextIO, runtime_checkable

import click

from web_service.words import Words, choose_language, locales_of

DONE: Final = 0
FAILED: Final = 1
WRONG_USAGE: Final = 2
UNREACHABLE: Final = 4
_UNREACHABLE_CODES: Final = frozenset({"database_unavailable", "net_unreachable", "net_timeout"})
_LABEL_WIDTH: Final = 9


@runtime_checkable
class Coded(Protocol):
    """An error of any package: a code of a closed set, facts for its sentence."""

    code: str
    facts: Mapping[str, str | int]


def json_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """`--json`: one JSON object on stdout and nothing else; given to the command as `as_json`."""
    return click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout, nothing else.")(command)


def operator() -> str:
    """The actor of audit rows that a command writes."""
    name = os.environ.get("SUDO_USER") or os.environ.get("USER") or f"uid{os.getuid()}"
    return (
        "cli:" + "".join(letter for letter in name if letter.isascii() and (letter.isalnum() or letter in "._-"))[:60]
    )


def terminal_language(asked: str | None = None) -> str:
    """The language of messages: `--lang`, `TODISTE_LANG`, else the locale's."""
    here = locale.getlocale(locale.LC_MESSAGES)[0] or os.environ.get("LANG", "")
    return choose_language((asked, os.environ.get("TODISTE_LANG")), here.replace("_", "-").split(".")[0])


def words(*packages: str, language: str | None = None) -> Words:
    """The sentences of `packages` and of this one, in the operator's language."""
    return Words(locales_of(*packages, "web_service"), language or terminal_language())


def grouped(names: Iterable[str]) -> str:
    """Many names on one line: those that begin alike (`keys/a`, `keys/b`, `account c`) as one with their number."""
    counts = Counter(re.split(r"[/ ]", name, maxsplit=1)[0] for name in names)
    return ", ".join(name if count == 1 else f"{name} ({count})" for name, count in counts.items())


def output(result: Mapping[str, Any], as_json: bool, lines: Iterable[str], stream: TextIO | None = None) -> None:
    """Print a result: as one JSON object, or as lines for people."""
    target = stream or sys.stdout
    if as_json:
        target.write(json.dumps(result, ensure_ascii=False) + "\n")
    else:
        target.writelines(f"{line}\n" for line in lines)
    target.flush()


def error_lines(sentences: Words, code: str, facts: Mapping[str, object]) -> list[str]:
    """The error as four lines: what, why, what to do, the code."""
    known = code if sentences.has(f"error.{code}.what") else "server_error"
    parts = [sentences.text(f"error.{known}.{part}", **facts) for part in ("what", "why", "do")]
    labels = [sentences.text(f"cli.{label}") for label in ("error", "why", "do", "code")]
    return [f"{label:<{_LABEL_WIDTH}}{text}" for label, text in zip(labels, [*parts, code], strict=True)]


def error_object(sentences: Words, error: Coded) -> dict[str, Any]:
    """The error as the JSON object of design: code, message, hint, and the code of the wire where there is one."""
    what, _, hint, _ = (line[_LABEL_WIDTH:] for line in error_lines(sentences, error.code, error.facts))
    wire = getattr(error, "error", None) or getattr(error, "spec_error", None)
    return {"error": {"code": error.code, "message": what, "hint": hint, "spec_error": wire}}


def exit_code(code: str) -> int:
    """The exit code for an error code."""
    if code == "wrong_usage":
        return WRONG_USAGE
    return UNREACHABLE if code in _UNREACHABLE_CODES else FAILED


def run(group: click.Command, *packages: str, arguments: list[str] | None = None) -> int:
    """Run a command line; return its exit code. Errors with a code become four lines, or JSON with `--json`."""
    given = sys.argv[1:] if arguments is None else arguments
    as_json = "--json" in given
    # Python keeps what is no UTF-8 as lone surrogates, which no database, JSON text or terminal takes.
    unreadable = [argument for argument in given if not _is_utf8(argument)]
    if unreadable:
        return _fail(_Usage(f"{unreadable[0]!a} is not UTF-8"), as_json, packages)
    try:
        done = group.main(args=given, standalone_mode=False)
        return done if isinstance(done, int) else DONE
    except click.exceptions.Exit as ended:
        return ended.exit_code
    except click.exceptions.Abort:
        return FAILED
    except click.ClickException as wrong:
        return _fail(_Usage(wrong.format_message()), as_json, packages)
    except Exception as error:
        # The boundary of a command: what has a code is told in sentences, the rest is ours and shows its traceback.
        if not isinstance(error, Coded):
            raise
        return _fail(error, as_json, packages)


def _is_utf8(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


class _Usage:
    """click's own message as an error with a code."""

    code = "wrong_usage"

    def __init__(self, message: str) -> None:
        self.facts: Mapping[str, str | int] = {"name": message}


def _fail(error: Coded, as_json: bool, packages: tuple[str, ...]) -> int:
    sentences = words(*packages)
    if as_json:
        sys.stdout.write(json.dumps(error_object(sentences, error), ensure_ascii=False) + "\n")
    else:
        sys.stderr.writelines(f"{line}\n" for line in error_lines(sentences, error.code, error.facts))
    return exit_code(error.code)
