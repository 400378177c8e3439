"""`wallet check`: asks the issuers' lists what has become of the credentials, and says what needs attention.

The one command that asks; `present` asks nobody, so that no issuer learns when its credentials are shown.
"""

from typing import TYPE_CHECKING

import click

from wallet_cli import labels
from wallet_cli.command_line import Command
from wallet_cli.commands.list import say_empty, summary
from wallet_cli.errors import Exit, exit_of
from wallet_cli.invocation import Invocation

if TYPE_CHECKING:
    from openid4vc.errors import ProtocolError
    from wallet_cli.checking import Finding
    from wallet_cli.contents import HeldCredential

_SIGNS = {"expires_soon": "note", "untrusted": "no", "unknown": "note"}
_ORDER = ("ok", "none", "note", "no")


def check(invocation: Invocation) -> int:
    """One line a credential, what needs attention last; the exit code says whether something does."""
    from wallet_cli import checking, trust
    from wallet_cli.statuses import Statuses

    vault = invocation.open_vault()
    credentials = vault.contents.credentials
    folder = trust.load(invocation)
    with trust.connect(invocation, folder, demo=vault.contents.settings.demo) as network:
        statuses = Statuses(network, folder, vault.contents.status_lists)
        findings = checking.look(credentials, folder, statuses, invocation.now)
    answered = [finding for finding in findings if finding.fetched is not None]
    if answered:
        invocation.change(vault, lambda contents: checking.keep(contents, answered, statuses))
    unreachable = [finding.fault for finding in findings if finding.unreachable]
    nobody = unreachable[0] if not answered and unreachable else None
    attention = sum(finding.attention for finding in findings)
    if not invocation.json:
        _show(invocation, findings, attention, len(unreachable))
    if nobody is not None:
        raise _as_unreachable(nobody)
    if invocation.json:
        invocation.print_json(
            {"credentials": [_as_json(invocation, finding) for finding in findings], "attention": attention}
        )
    return Exit.REFUSED if attention else Exit.DONE


def _as_unreachable(fault: "ProtocolError") -> "ProtocolError":
    """What came in place of a list is as good as no answer: the exit code says so."""
    from openid4vc.errors import StatusError

    return fault if exit_of(fault) is Exit.UNREACHABLE else StatusError("status_unavailable", fault.code)


def _show(invocation: Invocation, findings: "list[Finding]", attention: int, unreachable: int) -> None:
    words, screen = invocation.words, invocation.terminal.out
    if not findings:
        say_empty(invocation)
        return
    credentials = [finding.held for finding in findings]
    width = len(str(max(credential.number for credential in credentials)))
    for finding in sorted(findings, key=lambda finding: (_ORDER.index(_sign(finding)), finding.held.number)):
        kind, name = _sign(finding), labels.type_name(finding.held, words)
        text = _text(invocation, finding, credentials)
        if screen.plain:
            screen.table([(str(finding.held.number), name, screen.sign(kind, text))], (0, 0))
        else:
            screen.row(f"{finding.held.number:>{width}} {name}", text, sign=kind)
    if unreachable:
        screen.outcome("note", words.count("check.unreachable", unreachable))
    if attention:
        screen.paragraph(words.count("check.attention", attention))
    elif not unreachable:
        screen.line(words.text("check.well"))


def _sign(finding: "Finding") -> str:
    if finding.unreachable and not finding.attention:
        return "note"
    return _SIGNS.get(finding.what) or labels.STATE_SIGNS[finding.what]


def _text(invocation: Invocation, finding: "Finding", credentials: "list[HeldCredential]") -> str:
    """What became of it, with the time that belongs to it."""
    from wallet_cli import checking

    words, now, held = invocation.words, invocation.now(), finding.held
    if finding.what == "expires_soon" and held.exp is not None:
        text = _end(invocation, held.exp)
    elif finding.what == "superseded":
        other = checking.newer(held, credentials, now)
        text = words.text("check.superseded") if other is None else words.text("check.newer", n=other.number)
    elif finding.what in ("revoked", "suspended") and held.state_time is not None:
        moment = words.moment(held.state_time, now)
        text = words.text("show.state.listed", state=words.text(f"state.{finding.what}"), moment=moment)
    elif finding.what == "untrusted" and finding.fault is not None:
        text = invocation.sentence(finding.fault.code, finding.fault.facts).rstrip(".")
    elif finding.what == "unknown":
        text = words.text("check.unknown")
    elif finding.what == "valid" and finding.fetched is not None:
        text = words.text("check.valid", moment=words.time_near(finding.fetched, now))
    elif finding.what == "none":
        text = f"{words.text('state.valid')}. {words.text('show.state.none')}"
    else:
        text = labels.state_words(held, now, words)
    return f"{text}. {_not_answered(invocation, held)}" if finding.unreachable else text


def _not_answered(invocation: Invocation, held: "HeldCredential") -> str:
    words = invocation.words
    if held.state_time is None:
        return words.text("check.not_answered.never")
    return words.text("check.not_answered", moment=words.moment(held.state_time, invocation.now()))


def _end(invocation: Invocation, exp: int) -> str:
    words = invocation.words
    days = words.days_between(invocation.now(), exp - 1)
    date = words.last_day(exp)
    return words.count("check.expires", days, date=date) if days else words.text("check.expires.now", date=date)


def _as_json(invocation: Invocation, finding: "Finding") -> dict[str, object]:
    return {
        **summary(invocation, finding.held),
        "finding": finding.what,
        "attention": finding.attention,
        "status_fetched": labels.utc(finding.fetched),
        "reason": finding.fault.code if finding.fault is not None else None,
    }


command = Command("check", click.pass_obj(check))
