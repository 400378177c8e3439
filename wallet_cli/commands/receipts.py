"""`wallet receipts [N]`: who got what, by the verifier's own signature where it gave one."""

import click

from wallet_cli import labels
from wallet_cli.command_line import Argument, Command
from wallet_cli.commands.history import told
from wallet_cli.contents import StoredReceipt
from wallet_cli.errors import WalletError
from wallet_cli.invocation import Invocation
from wallet_cli.terminal import Screen, shown

_PURPOSE_COLUMNS = 15
_SIGNS = {"signed": "ok", "unsigned": "note", "invalid": "note", "stopped": "no"}


def receipts(invocation: Invocation, number: int | None) -> None:
    """All receipts one a line, newest last; with a number, one of them whole."""
    contents = invocation.open_vault().contents
    kept = contents.receipts
    if number is not None:
        receipt = next((receipt for receipt in kept if receipt.number == number), None)
        if receipt is None:
            raise WalletError("number_unknown", number=number)
        entry = next((entry for entry in contents.history if entry.number == number), None)
        items = [] if entry is None else told(contents, entry, invocation.words)
        _one(invocation, receipt, items or receipt.claims)
    elif invocation.json:
        invocation.print_json({"receipts": [as_json(receipt) for receipt in kept]})
    else:
        _all(invocation, kept)


def _all(invocation: Invocation, kept: list[StoredReceipt]) -> None:
    words, screen = invocation.words, invocation.terminal.out
    if not kept:
        screen.outcome("none", words.text("receipts.empty"))
        return
    widest = max(len(words.date(receipt.time)) for receipt in kept)
    rows = [
        (
            str(receipt.number).rjust(3),
            f"{words.date(receipt.time).rjust(widest)} {words.clock(receipt.time).rjust(5)}",
            shown(receipt.party, 60),
            _start(shown(receipt.purpose or "")),
            _state(invocation, receipt, screen),
        )
        for receipt in kept
    ]
    screen.table(rows, (5, 18, 25, 17))


def _start(purpose: str) -> str:
    """Enough of a purpose to tell it by; the receipt itself has all of it."""
    return purpose if len(purpose) <= _PURPOSE_COLUMNS else purpose[: _PURPOSE_COLUMNS - 1].rstrip() + "…"


def _one(invocation: Invocation, receipt: StoredReceipt, items: list[str]) -> None:
    words, screen = invocation.words, invocation.terminal.out
    if invocation.json:
        invocation.print_json({**as_json(receipt), "jws": receipt.text})
        return
    screen.title(words.text("receipts.title", n=receipt.number), _state(invocation, receipt, screen))
    moment = words.text("time.moment", date=words.date(receipt.time), time=words.clock(receipt.time))
    screen.row(words.text("receipts.time"), moment)
    # Of a request that was stopped nobody received anything.
    party = "consent.asker" if receipt.state == "stopped" else "receipts.party"
    screen.row(words.text(party), shown(receipt.party))
    screen.row(words.text("consent.purpose"), shown(receipt.purpose or words.text("consent.not_stated")))
    names = [shown(claim) for claim in items]
    for position, name in enumerate([", ".join(names)] if screen.plain and names else names):
        screen.row(words.text("receipts.claims") if position == 0 else "", name)
    if receipt.privacy:
        screen.row(words.text("consent.privacy"), shown(receipt.privacy))


def _state(invocation: Invocation, receipt: StoredReceipt, screen: Screen) -> str:
    return screen.sign(_SIGNS[receipt.state], invocation.words.text(f"receipts.{receipt.state}"))


def as_json(receipt: StoredReceipt) -> dict[str, object]:
    """A receipt for machines, without its signed text."""
    return {
        "number": receipt.number,
        "time": labels.utc(receipt.time),
        "party": receipt.party,
        "party_id": receipt.party_id,
        "purpose": receipt.purpose,
        "state": receipt.state,
        "claims": receipt.claims,
        "privacy": receipt.privacy,
    }


command = Command(
    "receipts",
    click.pass_obj(receipts),
    [Argument(["number"], type=int, required=False, metavar="arg.number")],
)
