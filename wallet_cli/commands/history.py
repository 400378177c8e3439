"""`wallet history`: what was received and shared, newest first; names of claims, never values."""

import click

from wallet_cli import labels
from wallet_cli.command_line import Command
from wallet_cli.contents import Contents, HistoryEntry
from wallet_cli.invocation import Invocation
from wallet_cli.terminal import shown
from wallet_cli.words import Words


def history(invocation: Invocation) -> None:
    """One line an act: day, time, what, with whom, which items."""
    contents = invocation.open_vault().contents
    entries = contents.history
    words, screen = invocation.words, invocation.terminal.out
    if invocation.json:
        invocation.print_json({"history": [as_json(entry) for entry in reversed(entries)]})
        return
    if not entries:
        screen.outcome("none", words.text("history.empty"))
        return
    days = [words.date(entry.time) for entry in entries]
    widest = max(len(day) for day in days)
    rows = [
        (
            # Day and time are one column, so that the times stand under each other.
            f"  {day.rjust(widest)} {words.clock(entry.time).rjust(5)}",
            words.text(f"history.{entry.event}"),
            _what(contents, entry, words),
        )
        for entry, day in zip(reversed(entries), reversed(days), strict=True)
    ]
    screen.table(rows, (20, 10))


def _what(contents: Contents, entry: HistoryEntry, words: Words) -> str:
    party = shown(entry.party, 60)
    if entry.event == "received":
        return ", ".join([*_types(contents, entry, words), party])
    names = [shown(label, 40) for label in told(contents, entry, words)]
    if not names:
        return party
    few = ", ".join(names[:2])
    return f"{party}: {few if len(names) <= 2 else words.text('history.more', few=few)}"


def _types(contents: Contents, entry: HistoryEntry, words: Words) -> list[str]:
    """The types in today's language where the credential is still held, else as they were written down."""
    names = []
    for name, number in zip(entry.types, entry.credentials, strict=False):
        held = contents.credential(number)
        names.append(f"{shown(name) if held is None else labels.type_name(held, words)} ({number})")
    return names


def told(contents: Contents, entry: HistoryEntry, words: Words) -> list[str]:
    """What the items of an entry are called, in today's language where a credential of then still says it."""
    credentials = [held for number in entry.credentials if (held := contents.credential(number)) is not None]
    if not credentials or len(credentials) < len(entry.credentials):
        return entry.labels
    named = []
    for claim in entry.claims:
        path = tuple(int(part) if part.isdecimal() else part for part in claim.split("."))
        held = next((held for held in credentials if labels.claim_words(held.words, path)), credentials[0])
        named.append(labels.claim_label(held.words, path, words))
    return list(dict.fromkeys(named))


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


command = Command("history", click.pass_obj(history))
