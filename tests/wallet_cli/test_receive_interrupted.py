"""Receiving with lost answers, crashes and Ctrl-C: nothing is lost and nothing half-done."""

import os
import signal
from pathlib import Path
from typing import Any

import pexpect
import pytest

from tests.simulators.http_world import Reply
from tests.simulators.issuer_world import IssuerWorld
from tests.wallet_cli.receiving import CREDENTIAL, METADATA, receive
from tests.wallet_cli.running import Wallet

JsonObject = dict[str, Any]


def test_a_lost_answer_is_asked_for_again_with_the_same_key(trusting: Wallet, issuer: IssuerWorld) -> None:
    offer = issuer.offer(tx_code=None)
    honest = issuer.honest("POST", "/office/credential")

    def lost(request: Any) -> Reply:
        honest(request)
        return Reply.of_json({}, 503)

    issuer.answers[CREDENTIAL] = lost
    assert trusting.run("receive", offer, "--yes").code == 4
    (pending,) = trusting.contents().pending
    issuer.answers = {}
    # The offer itself is used up by now; the token and the key still count.
    issuer.answers["GET", f"/o/{next(reversed(issuer.offers))}"] = lambda request: Reply.of_json({}, 410)
    assert trusting.run("receive", offer, "--yes").code == 0
    (held,) = trusting.contents().credentials
    assert (held.key, trusting.contents().pending) == (pending.key, [])


@pytest.mark.parametrize("point", ["issuance.key_stored", "issuance.answered", "vault.being_written"])
def test_a_crash_on_the_way_loses_nothing(trusting: Wallet, issuer: IssuerWorld, point: str) -> None:
    offer = issuer.offer(tx_code=None)
    assert trusting.run("--test-mode", "receive", offer, "--yes", WALLET_FAIL_AT=point).code == -9
    assert trusting.run("receive", offer, "--yes").code == 0
    assert (len(trusting.contents().credentials), len(issuer.redeemed)) == (1, 1)


def test_crash_points_and_clocks_count_only_in_test_mode(trusting: Wallet, issuer: IssuerWorld, tmp_path: Path) -> None:
    clock = tmp_path / "clock"
    clock.write_text(str(60 * 86400))
    environment = {"WALLET_FAIL_AT": "vault.being_written", "WALLET_CLOCK_OFFSET_FILE": str(clock)}
    assert trusting.run("receive", issuer.offer(tx_code=None), "--yes", **environment).code == 0
    assert trusting.run("list", "--json", **environment).json["credentials"][0]["state"] == "valid"
    later = trusting.run("list", "--json", "--test-mode", WALLET_CLOCK_OFFSET_FILE=str(clock))
    assert later.json["credentials"][0]["state"] == "expired"
    real = Wallet.new(tmp_path / "real", demo=False)
    refused = real.run("list", "--json", "--test-mode")
    assert (refused.code, refused.json["error"]["code"]) == (2, "test_mode_not_demo")


PROMPTS = [
    (r"Passphrase:", None),
    (r"\[y/N\]", "y"),
    (r"another sheet\):", "123456"),
    (r"show first\]", None),
]


def _interrupt(terminal: "pexpect.spawn[str]") -> None:
    """Ctrl-C as a person presses it: again when nothing happens, for a prompt that is just being set up drops input."""
    for _ in range(10):
        terminal.sendintr()
        if terminal.expect_exact(["Interrupted.", pexpect.TIMEOUT], timeout=3) == 0:
            return
    raise AssertionError("ten interrupts had no effect")


@pytest.mark.case("W-44")
def test_ctrl_c_at_any_prompt_and_during_any_request_leaves_vault_and_terminal_whole(
    trusting: Wallet, issuer: IssuerWorld
) -> None:
    before = trusting.file.read_bytes()
    for stop_at in range(len(PROMPTS)):
        terminal = trusting.at_terminal("receive", issuer.offer(), WALLET_PASSPHRASE="")
        for position, (prompt, answer) in enumerate(PROMPTS[: stop_at + 1]):
            terminal.expect(prompt)
            if position == stop_at:
                _interrupt(terminal)
            else:
                terminal.sendline(answer or "oikea hevonen akku niitti")
        assert terminal.getecho()
        terminal.expect(pexpect.EOF)
        terminal.close()
        assert terminal.exitstatus == 130
        if stop_at < 3:
            assert trusting.file.read_bytes() == before
    assert trusting.contents().credentials == []

    for route in (METADATA, ("POST", "/office/token"), CREDENTIAL):
        reached = issuer.hang_at(route)
        terminal = trusting.at_terminal("receive", issuer.offer(tx_code=None), "--yes")
        assert reached.wait(20)
        os.kill(terminal.pid, signal.SIGINT)
        terminal.expect_exact("Interrupted.")
        assert terminal.getecho()
        terminal.expect(pexpect.EOF)
        terminal.close()
        assert (terminal.exitstatus, trusting.contents().credentials) == (130, [])
        issuer.answers.clear()
    assert receive(trusting, issuer).code == 0
