"""`wallet scan FILE`: what a code is, and what would happen with it. Nothing is fetched, no passphrase is asked."""

import click

from wallet_cli import inputs
from wallet_cli.command_line import Argument, Command, FileName
from wallet_cli.inputs import Code
from wallet_cli.invocation import Invocation

# What a person would do next with each kind of code.
_NEXT = {"offer": "receive", "request": "present", "request_link": "present"}


def scan(invocation: Invocation, given: str) -> None:
    """One line a code, then the commands that take them."""
    codes = inputs.codes_in(given)
    if invocation.json:
        found = [{"page": code.page, "kind": code.kind, "host": code.host} for code in codes]
        invocation.print_json({"codes": found})
        return
    words, screen = invocation.words, invocation.terminal.out
    for code in codes:
        screen.paragraph(_sentence(invocation, code))
    verbs = sorted({_NEXT[code.kind] for code in codes if code.kind in _NEXT and code.host is not None}, reverse=True)
    if verbs:
        screen.next_steps([(f"wallet {verb} {quoted(given)}", words.text(f"hint.{verb}")) for verb in verbs])


def _sentence(invocation: Invocation, code: Code) -> str:
    words = invocation.words
    where = words.text("scan.link") if code.page is None else words.text("scan.page", n=code.page)
    if code.kind in _NEXT and code.host is None:
        return words.text("scan.broken", where=where)
    return words.text(f"scan.{code.kind}", where=where, host=code.host or "")


def quoted(given: str) -> str:
    """The argument as it can be pasted into a shell."""
    import shlex

    from wallet_cli.terminal import shown

    return shlex.quote(shown(given, len(given)))


command = Command("scan", click.pass_obj(scan), [Argument(["given"], type=FileName(), metavar="arg.file")])
