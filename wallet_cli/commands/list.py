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
        screen.line(screen.sign("none", words.text("list.empty")))
        screen.next_steps([("wallet receive FILE", words.text("hint.receive"))])
    for credential in held:
        number = str(credential.number)
        cells = [
            (number if screen.plain else number.rjust(3), 5),
            (labels.type_name(credential, words), 23),
            (shown(credential.issuer), 31),
            (labels.state_text(credential, now, words, screen), 0),
        ]
        screen.columns(cells)


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
