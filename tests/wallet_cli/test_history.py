"""What the wallet remembers: when, with whom and which items; never what they said."""

import json
import re
import time

import pexpect
import pytest

from openid4vc import base64url
from tests.simulators.issuer_world import NAME as ISSUER
from tests.simulators.issuer_world import IssuerWorld
from tests.simulators.verifier_world import NAME as VERIFIER
from tests.simulators.verifier_world import VerifierWorld
from tests.wallet_cli.running import Wallet

# Every value of the permit, as it is signed and as each language says it.
NAMES = ("Kalle", "Kalastaja", "K-17")
DATES = ("1974-03-12", "12.3.1974", "12 March 1974")
VALUES = (*NAMES, *DATES, "lake", "river", "Järvi", "Joki", "Sjö", "Lake", "River")


def refuse(wallet: Wallet, request: str) -> None:
    """At the question, Enter alone."""
    terminal = wallet.at_terminal("present", request)
    terminal.expect_exact("? = help] ")
    terminal.sendline("")
    terminal.expect(pexpect.EOF)


@pytest.fixture
def lived(holding: Wallet, verifier: VerifierWorld) -> Wallet:
    """A wallet that received a permit, showed of it, refused a request and stopped another."""
    assert holding.run("present", verifier.request(), "--yes", "--with", "born_on").code == 0
    refuse(holding, verifier.request())
    verifier.registered = verifier.registration("holder_name")
    assert holding.run("present", verifier.request(), "--yes").code == 1
    return holding


@pytest.mark.case("W-41")
def test_history_and_receipts_tell_day_party_and_names_of_items_but_no_value(lived: Wallet) -> None:
    day = time.strftime("%Y-%m-%d", time.localtime())
    year, month, date = (int(part) for part in day.split("-"))
    for language, shared, names in (
        ("fi", "Näytetty", "Nimi, Vedet ym."),
        ("sv", "Visat", "Namn, Vatten m.m."),
        ("en", "Shared", "Name, Waters etc."),
    ):
        stopped, refused, given, received = lived.run("history", WALLET_LANG=language).out.splitlines()
        assert all(VERIFIER in line for line in (stopped, refused, given)), "with whom"
        assert ISSUER in received, "from whom"
        assert f", {shared}, {VERIFIER}: {names}" in given, "which items"
        for line in (stopped, refused, given, received):
            assert re.match(rf"{date}[. ].*{year} \d", line), "on which day"
        if language != "en":
            assert given.startswith(f"{date}.{month}.{year} ")

    told = lived.run("history", "--json").json["history"]
    assert [(entry["event"], entry["party"], entry["claims"]) for entry in told] == [
        ("stopped", VERIFIER, []),
        ("refused", VERIFIER, []),
        ("shared", VERIFIER, ["holder_name", "waters", "born_on"]),
        ("received", ISSUER, []),
    ]
    assert all(entry["time"].startswith(str(year)) for entry in told)

    contents = lived.contents()
    assert [receipt.state for receipt in contents.receipts] == ["signed", "stopped"]
    remembered = contents.to_json()
    kept = json.dumps([remembered["history"], remembered["receipts"]], ensure_ascii=False)
    said = [
        lived.run(*command, WALLET_LANG=language).out
        for language in ("fi", "sv", "en")
        for command in (
            ["history"],
            ["history", "--json"],
            ["receipts"],
            ["receipts", "--json"],
            *(["receipts", str(receipt.number), *more] for receipt in contents.receipts for more in ([], ["--json"])),
        )
    ]
    signed = str(contents.receipts[0].text)
    receipt = base64url.decode(signed.split(".")[1]).decode()
    for text in (kept, receipt, *said):
        assert [value for value in VALUES if value in text.replace(signed, "")] == []


def test_items_are_named_in_todays_language_while_the_credential_is_held(lived: Wallet) -> None:
    receipt = lived.run("receipts", "2", WALLET_LANG="sv").out
    assert "  Visade uppgifter: Namn, Vatten, Födelsedag" in receipt.splitlines()


def test_who_was_stopped_is_no_receiver(lived: Wallet) -> None:
    shown = lived.run("receipts", "4").out.splitlines()
    assert shown[:2] == ["RECEIPT 4", "[NO] Stopped"]
    assert f"  Asked by: {VERIFIER}" in shown
    assert f"  Receiver: {VERIFIER}" in lived.run("receipts", "2").out.splitlines()


def test_nothing_done_is_said_as_such(wallet: Wallet, issuer: IssuerWorld) -> None:
    assert wallet.run("history").out == "[--] Nothing has been received or shared yet.\n"
    assert wallet.run("receipts").out == "[--] There are no receipts yet.\n"
