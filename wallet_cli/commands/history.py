"""`wallet history`: what was received and shared, newest first; names of claims, never values."""

import click

from wallet_cli import labels
from wallet_cli.command_line import Command
from wallet_cli.contents import HistoryEntry
from wallet_cli.invocation import Invocation
from wallet_cli.terminal import shown


def history(invocation: Invocation) -> None:
    """One line an act: day, time, what, with whom, which items."""
    entries = invocation.open_vault().contents.history
    words, screen = invocation.words, invocation.terminal.out
    if invocation.json:
        invocation.print_json({"history": [as_json(entry) for entry in reversed(entries)]})
        return
    if not entries:
        screen.line(screen.sign("none", words.text("history.empty")))
    for entry in reversed(entries):
        cells = [
            (_right(words.date(entry.time), 12, screen.plain), 13 if words.language != "en" else 20),
            (_right(words.clock(entry.time), 5, screen.plain), 7),
            (words.text(f"history.{entry.event}"), 12),
            (_what(invocation, entry), 0),
        ]
        screen.columns(cells)


def _what(invocation: Invocation, entry: HistoryEntry) -> str:
    party = shown(entry.party, 60)
    if entry.event == "received":
        return ", ".join(
            [*(f"{shown(name)} ({n})" for name, n in zip(entry.types, entry.credentials, strict=False)), party]
        )
    names = [shown(label, 40) for label in entry.labels]
    if not names:
        return party
    few = ", ".join(names[:2])
    return f"{party}: {few if len(names) <= 2 else invocation.words.text('history.more', few=few)}"


def as_json(entry: HistoryEntry) -> dict[str, object]:
    """An entry for machines."""
    return {
        "number": entry.number,
        "time": labels.utc(entry.time),
        "event": entry.event,
        "party": entry.party,
        "party_id": entry.party_id,
        "purpose": entry.purpose,
        "credentials": entry.credentials,
        "types": entry.types,
        "claims": entry.claims,
        "reason": entry.reason,
        "receipt": entry.receipt,
    }


def _right(text: str, width: int, plain: bool) -> str:
    return text if plain else text.rjust(width)


command = Command("history", click.pass_obj(history))
