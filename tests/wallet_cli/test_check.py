"""What has become of the credentials: asked of a real issuer on loopback, at the pace of its list."""

import time
from pathlib import Path

import pexpect
import pytest

from openid4vc.status_list import INVALID, SUPERSEDED, SUSPENDED, VALID
from tests.simulators.http_world import Reply
from tests.simulators.issuer_world import IssuerWorld
from tests.wallet_cli.running import PASSPHRASE, Result, Wallet
from wallet_cli.contents import Contents
from wallet_cli.vault import Vault

LATER = 90
"""Seconds after which the issuer's list, kept for 60, has to be fetched again."""


@pytest.fixture
def holding(trusting: Wallet, issuer: IssuerWorld) -> Wallet:
    """A wallet that holds one permit with three months to go."""
    issuer.life = 90 * 86400
    assert trusting.run("receive", issuer.offer(tx_code=None), "--yes").code == 0
    return trusting


def check(wallet: Wallet, *more: str, after: int = 0, **environment: str) -> Result:
    """`wallet check`, so many seconds from now."""
    clock = wallet.home.parent / "clock"
    clock.write_text(str(after))
    return wallet.run("check", *more, "--test-mode", WALLET_CLOCK_OFFSET_FILE=str(clock), **environment)


def edit(wallet: Wallet, **changes: object) -> None:
    def change(contents: Contents) -> None:
        for name, value in changes.items():
            setattr(contents.credentials[0], name, value)

    Vault.open(wallet.home, PASSPHRASE).change(change)


@pytest.mark.parametrize(
    ("value", "state", "code", "line"),
    [
        (VALID, "valid", 0, "1, Fishing permit, [OK] Valid. Status fetched at "),
        (SUSPENDED, "suspended", 1, "1, Fishing permit, [NOTE] Suspended (issuer's list, today at "),
        (INVALID, "revoked", 1, "1, Fishing permit, [NO] Revoked (issuer's list, today at "),
        (SUPERSEDED, "superseded", 1, "1, Fishing permit, [NO] Replaced. Take the new one from its issuer"),
    ],
)
def test_what_the_list_says_is_shown_kept_and_in_the_exit_code(
    holding: Wallet, issuer: IssuerWorld, value: int, state: str, code: int, line: str
) -> None:
    issuer.status = value
    done = check(holding, "--plain", after=LATER)
    assert (done.code, done.out.splitlines()[0].startswith(line)) == (code, True), done.out
    last = "1 thing needs attention (exit code 1)" if code else "Everything is in order."
    assert done.out.splitlines()[1:] == [last]
    # Kept: whoever looks afterwards, or presents, has it without asking anybody.
    (kept,) = holding.run("list", "--json").json["credentials"]
    assert (kept["state"], issuer.seen().count("/status/1")) == (state, 2)
    machine = check(holding, "--json", after=LATER)
    (found,) = machine.json["credentials"]
    assert machine.code == code
    assert (found["state"], found["finding"], found["attention"], found["reason"]) == (state, state, bool(code), None)
    assert machine.json["attention"] == code
    assert found.keys() == kept.keys() | {"finding", "attention", "status_fetched", "reason"}
    assert found["status_fetched"].endswith("Z")


def test_a_list_is_fetched_at_its_own_pace_whole_and_by_nobody_in_particular(
    holding: Wallet, issuer: IssuerWorld
) -> None:
    assert holding.run("receive", issuer.offer(tx_code=None), "--yes").code == 0
    for after, fetched in ((0, 1), (30, 1), (LATER, 2), (LATER + 30, 2), (2 * LATER, 3)):
        assert check(holding, after=after).code == 0
        assert issuer.seen().count("/status/1") == fetched
    asked = [request for request in issuer.requests if request.path == "/status/1"]
    for request in asked:
        assert (request.method, request.body) == ("GET", b"")
        assert request.headers.keys() <= {"host", "accept", "accept-encoding", "user-agent", "content-length"}
    assert len({tuple(sorted(request.headers.items())) for request in asked}) == 1


@pytest.mark.parametrize(
    ("changes", "finding", "code", "words"),
    [
        ({"exp": -3600}, "expired", 1, "[--] Expired "),
        ({"exp": 29 * 86400}, "expires_soon", 1, ", 29 days left"),
        ({"exp": 31 * 86400}, "valid", 0, "[OK] Valid. "),
        ({"nbf": 3600}, "not_yet_valid", 0, "[--] Valid from "),
    ],
)
def test_the_dates_count_too(holding: Wallet, changes: dict[str, int], finding: str, code: int, words: str) -> None:
    now = int(time.time())
    edit(holding, **{name: now + seconds for name, seconds in changes.items()})
    done = check(holding, "--plain")
    assert (done.code, words in done.out) == (code, True), done.out
    assert check(holding, "--json").json["credentials"][0]["finding"] == finding


def test_a_replaced_one_is_told_together_with_its_successor(holding: Wallet, issuer: IssuerWorld) -> None:
    assert holding.run("receive", issuer.offer(tx_code=None), "--yes").code == 0
    edit(holding, state="superseded")
    # Both stand at the same place of the list in this world, so nobody is asked: the issuer is no longer trusted.
    for path in (holding.home / "trust" / "issuers").iterdir():
        path.unlink()
    done = check(holding, "--plain")
    assert done.out.count("The issuer is not on the list of trusted issuers") == 2
    assert (done.code, issuer.seen().count("/status/1")) == (1, 1)
    assert [found["reason"] for found in check(holding, "--json").json["credentials"]] == ["untrusted_issuer"] * 2


def test_a_list_that_does_not_answer_leaves_the_last_word_standing(holding: Wallet, issuer: IssuerWorld) -> None:
    before = holding.file.read_bytes()
    for answer in (Reply.of_json({}, 503), Reply.of_json({}, 404), Reply.text("e30.e30.e30", "application/jwt")):
        issuer.answers["GET", "/status/1"] = lambda request, answer=answer: answer
        done = check(holding, after=LATER)
        assert done.code == 4
        assert "No status just now, the last one is from today at" in " ".join(done.out.split())
        assert [line.split()[0] for line in done.err.splitlines()[-4:]] == ["error", "reason", "hint", "code"]
        machine = check(holding, "--json", after=LATER)
        assert (machine.code, machine.json["error"]["code"]) == (4, done.err.split()[-1])
    assert holding.file.read_bytes() == before


def test_one_list_of_two_is_enough_to_go_on(holding: Wallet, issuer: IssuerWorld, demo_trust: object) -> None:
    with IssuerWorld(issuer.trust) as second:
        second.life = 90 * 86400
        assert holding.run("receive", second.offer(tx_code=None), "--yes").code == 0
        second.answers["GET", "/status/1"] = lambda request: Reply.of_json({}, 503)
        done = check(holding, "--plain", after=LATER)
        assert (done.code, done.out.splitlines()[-1]) == (
            0,
            "[NOTE] No status of 1 credential just now. Try again shortly.",
        )
        found = check(holding, "--json", after=LATER).json["credentials"]
        assert [(one["finding"], one["reason"]) for one in found] == [("valid", None), ("valid", "net_status")]


def test_an_empty_wallet_and_one_without_lists_have_nothing_to_ask(wallet: Wallet, holding: Wallet) -> None:
    empty = Wallet.new(wallet.home.parent / "empty")
    assert empty.run("check").code == 0
    assert empty.run("check", "--json").json == {"credentials": [], "attention": 0}


@pytest.mark.parametrize(
    ("language", "lines"),
    [
        ("fi", ["! 1 Kalastuslupa            Keskeytetty (antajan luettelo tänään klo", "1 asia vaatii huomiota"]),
        ("sv", ["! 1 Fisketillstånd          Tillfälligt upphävd (utfärdarens förteckning i", "1 sak kräver"]),
        ("en", ["! 1 Fishing permit          Suspended (issuer's list, today at", "1 thing needs attention"]),
    ],
)
def test_the_screen_reads_like_the_design_in_every_language(
    holding: Wallet, issuer: IssuerWorld, language: str, lines: list[str]
) -> None:
    issuer.status = SUSPENDED
    clock = holding.home.parent / "clock"
    clock.write_text(str(LATER))
    terminal = holding.at_terminal("check", "--test-mode", WALLET_CLOCK_OFFSET_FILE=str(clock), WALLET_LANG=language)
    terminal.expect(pexpect.EOF)
    shown = str(terminal.before).replace("\x1b[33m", "").replace("\x1b[0m", "")
    for line in lines:
        assert [row for row in shown.splitlines() if row.startswith(line)], shown
    assert max(len(row) for row in shown.splitlines()) <= 80


def test_a_person_who_waits_is_told_for_what(holding: Wallet, issuer: IssuerWorld, tmp_path: Path) -> None:
    clock = tmp_path / "clock"
    clock.write_text(str(LATER))
    issuer.hang_at(("GET", "/status/1"))
    terminal = holding.at_terminal("check", "--test-mode", WALLET_CLOCK_OFFSET_FILE=str(clock))
    terminal.expect_exact(f"Waiting for the service 127.0.0.1:{issuer.url.rpartition(':')[2]}.")
    terminal.sendintr()
    terminal.expect_exact("Interrupted.")
    terminal.expect(pexpect.EOF)
    terminal.close()
    assert terminal.exitstatus == 130
