"""`wallet list`: which credentials are held; no values, so that it may be left on a screen."""

import click

from wallet_cli import labels
from wallet_cli.command_line import Command
from wallet_cli.contents import HeldCredential
from wallet_cli.invocation import Invocation
from wallet_cli.terminal import shown


def list_credentials(invocation: Invocation) -> None:
    """One line a credential: number, type, issuer, state as last known."""
    held = invocation.open_vault().contents.credentials
    now, words, screen = invocation.now(), invocation.words, invocation.terminal.out
    if invocation.json:
        invocation.print_json({"credentials": [summary(invocation, credential) for credential in held]})
        return
    if not held:
        say_empty(invocation)
        return
    rows = [
        (
            str(credential.number).rjust(3),
            labels.type_name(credential, words),
            shown(credential.issuer),
            labels.state_text(credential, now, words, screen),
        )
        for credential in held
    ]
    screen.table(rows, (5, 23, 31))


def say_empty(invocation: Invocation) -> None:
    """Nothing is held yet, and how that changes."""
    words, screen = invocation.words, invocation.terminal.out
    screen.outcome("none", words.text("list.empty"))
    screen.next_steps([(f"wallet receive {words.text('arg.file')}", words.text("hint.receive"))])


def summary(invocation: Invocation, credential: HeldCredential) -> dict[str, object]:
    """What `--json` tells of a credential: names and state, never a claim's value."""
    return {
        "number": credential.number,
        "vct": credential.vct,
        "type": labels.type_name(credential, invocation.words),
        "issuer": credential.issuer,
        "organization_identifier": credential.organization_identifier,
        "credential_issuer": credential.credential_issuer,
        "state": labels.state_of(credential, invocation.now()),
        "state_time": labels.utc(credential.state_time),
        "valid_from": labels.utc(credential.nbf),
        "valid_until": labels.utc(credential.exp),
        "received": labels.utc(credential.received),
        "claims": credential.claim_count,
    }


command = Command("list", click.pass_obj(list_credentials))
