"""`wallet show N`: everything that one credential says."""

import click

from wallet_cli import labels
from wallet_cli.command_line import Argument, Command
from wallet_cli.commands.list import summary
from wallet_cli.contents import HeldCredential
from wallet_cli.errors import WalletError
from wallet_cli.invocation import Invocation
from wallet_cli.terminal import shown


def show(invocation: Invocation, number: int) -> None:
    """Title, issuer, state, then one row a claim in the order of the issuer's description."""
    from wallet_cli import holder

    held = invocation.open_vault().contents.credential(number)
    if held is None:
        raise WalletError("number_unknown", number=number)
    verified = holder.opened(held, invocation.now())
    words, screen = invocation.words, invocation.terminal.out
    paths = labels.in_order(held.words, holder.claim_paths(verified))
    if invocation.json:
        claims = [
            {
                "path": list(path),
                "label": labels.claim_label(held.words, path, words),
                "value": verified.value_at(path),
            }
            for path in paths
        ]
        invocation.print_json({**summary(invocation, held), "items": claims})
        return
    state = labels.state_text(held, invocation.now(), words, screen, "show.valid_until")
    screen.title(f"{labels.type_name(held, words)} ({held.number})", state)
    screen.row(words.text("show.issuer"), shown(held.issuer))
    screen.row(words.text("show.state"), known_state(invocation, held))
    for path in paths:
        value = labels.claim_value(held.words, path, verified.value_at(path), words)
        screen.row(labels.claim_label(held.words, path, words), value)


def known_state(invocation: Invocation, held: HeldCredential) -> str:
    """What the issuer's list said, and of what time that list is; a date of revocation is never made up."""
    words = invocation.words
    if held.state == "none":
        return words.text("show.state.none")
    if held.state_time is None:
        return words.text("state.unchecked")
    moment = words.moment(held.state_time, invocation.now())
    if held.state == "valid":
        return words.text("show.state.valid", moment=moment)
    return words.text("show.state.listed", state=words.text(f"state.{held.state}"), moment=moment)


command = Command("show", click.pass_obj(show), [Argument(["number"], type=int, metavar="arg.number")])
