"""Which of the held credentials are presented, and what is said of those that are not."""

import json
import socket
import time
from pathlib import Path
from typing import Any

import pexpect
import pytest

from openid4vc.trust.demo import DemoTrust
from tests.simulators.issuer_world import CLAIMS, IssuerWorld
from tests.simulators.verifier_world import VerifierWorld
from tests.wallet_cli.presenting import add_to_metadata, denied, disclosed, present
from tests.wallet_cli.running import PASSPHRASE, Wallet
from wallet_cli.contents import Contents
from wallet_cli.vault import Vault

JsonObject = dict[str, Any]


def edit(wallet: Wallet, number: int, **changes: object) -> None:
    """What the wallet knows of a credential, changed in its vault."""

    def change(contents: Contents) -> None:
        held = contents.credential(number)
        assert held is not None
        for name, value in changes.items():
            setattr(held, name, value)

    Vault.open(wallet.home, PASSPHRASE).change(change)


SPOILT: list[tuple[JsonObject, str]] = [
    ({"state": "revoked"}, "has been revoked"),
    ({"state": "suspended"}, "is suspended"),
    ({"state": "superseded"}, "has been replaced"),
    ({"exp": int(time.time()) - 1}, "is no longer valid"),
    ({"nbf": int(time.time()) + 3600}, "is not valid yet"),
]


@pytest.mark.case("W-37")
def test_what_is_known_to_be_no_good_is_said_and_not_chosen_by_itself(holding: Wallet, verifier: VerifierWorld) -> None:
    before = holding.contents().credentials[0]
    for times, (changes, words) in enumerate(SPOILT, 1):
        edit(holding, 1, **changes)
        done = present(holding, verifier)
        assert (done.code, done.json["error"]["code"]) == (1, "not_usable")
        assert f"THIS CANNOT BE SHARED: Fishing permit (1) {words}" in done.err
        denied(verifier, times)
        edit(holding, 1, state=before.state, nbf=before.nbf, exp=before.exp)
    edit(holding, 1, state="superseded")
    assert "You chose it yourself" in holding.run("present", verifier.request(), "--yes", "--use", "1").err
    assert disclosed(verifier).keys() == {"holder_name", "waters"}
    assert present(holding, verifier, "--use", "7").json["error"]["code"] == "number_unknown"


def test_one_that_was_never_checked_is_shown_with_a_word_about_it(holding: Wallet, verifier: VerifierWorld) -> None:
    edit(holding, 1, state="unchecked", state_time=None)
    done = holding.run("present", verifier.request(), "--yes")
    assert (done.code, "its status was never checked. To check: wallet check" in done.err) == (0, True)


def test_in_place_of_a_revoked_one_another_is_taken_only_when_the_person_agrees(
    holding: Wallet, issuer: IssuerWorld, verifier: VerifierWorld
) -> None:
    assert holding.run("receive", issuer.offer(tx_code=None), "--yes").code == 0
    edit(holding, 2, state="revoked")
    terminal = holding.at_terminal("present", verifier.request())
    terminal.expect_exact("THIS CANNOT BE SHARED: Fishing permit (2) has been revoked")
    terminal.expect("Status +Revoked \\(issuer's list, today at ")
    terminal.expect(r"Newer in your wallet +Fishing permit \(1\), valid until ")
    terminal.expect_exact("Use number 1? [y/N]")
    terminal.sendline("")
    terminal.expect_exact("Nothing was shared.")
    terminal.expect(pexpect.EOF)
    denied(verifier)
    terminal = holding.at_terminal("present", verifier.request())
    terminal.expect_exact("Use number 1? [y/N]")
    terminal.sendline("y")
    terminal.expect_exact("Share? [")
    terminal.sendline("y")
    terminal.expect_exact("Shared at")
    terminal.expect(pexpect.EOF)
    # An old one that has been replaced is no reason to ask: the newest is good.
    edit(holding, 2, state="valid")
    edit(holding, 1, state="superseded")
    done = holding.run("present", verifier.request(), "--yes", "--plain")
    assert (done.code, "[NOTE] Fishing permit (1): Replaced. It was not chosen." in done.err) == (0, True)


class IllustratedIssuer(IssuerWorld):
    """An issuer whose descriptions are full of addresses of pictures, those of its type by https at `gallery`."""

    gallery = ""

    @property
    def type_metadata(self) -> bytes:
        described = json.loads(super().type_metadata)
        picture = {"uri": f"https://{self.gallery}/template.svg"}
        described["display"][0]["rendering"] = {
            "simple": {"logo": picture, "background_image": picture},
            "svg_templates": [picture],
        }
        return json.dumps(described).encode("utf-8")


@pytest.mark.case("W-42")
def test_no_picture_is_fetched_and_while_presenting_nothing_but_the_request(
    trusting: Wallet, demo_trust: DemoTrust, verifier: VerifierWorld, tmp_path: Path
) -> None:
    clock = tmp_path / "clock"
    clock.write_text("300")
    with IllustratedIssuer(demo_trust) as issuer, socket.create_server(("127.0.0.1", 0)) as gallery:
        issuer.gallery = f"127.0.0.1:{gallery.getsockname()[1]}"
        picture = {"uri": f"{issuer.url}/logo.png"}
        add_to_metadata(issuer, "display", [{"name": "Fishing permit", "logo": picture, "background_image": picture}])
        assert trusting.run("receive", issuer.offer(tx_code=None), "--yes").code == 0
        seen = issuer.seen()
        assert [path for path in seen if path.endswith((".png", ".svg"))] == []
        assert (seen.count("/types/fishing-permit"), seen.count("/status/1")) == (1, 1)
        # Five minutes later the copy of the list is stale, and still nobody asks for another.
        for command in (["present", verifier.request(), "--yes"], ["list"], ["show", "1"], ["history"], ["receipts"]):
            done = trusting.run(*command, "--test-mode", WALLET_CLOCK_OFFSET_FILE=str(clock))
            assert done.code == 0, done.err
        assert issuer.seen() == seen
        gallery.setblocking(False)
        with pytest.raises(BlockingIOError):
            gallery.accept()


def test_the_newest_of_two_is_taken_and_the_other_can_be_chosen(
    holding: Wallet, issuer: IssuerWorld, verifier: VerifierWorld
) -> None:
    issuer.claims = {**CLAIMS, "holder_name": "Kalle Uusi"}
    assert holding.run("receive", issuer.offer(tx_code=None), "--yes").code == 0
    assert present(holding, verifier).json["credentials"][0]["number"] == 2
    assert present(holding, verifier, "--use", "1").json["credentials"][0]["number"] == 1
    terminal = holding.at_terminal("present", verifier.request())
    terminal.expect_exact("The same can also be shown from: Fishing permit (1). c = change")
    terminal.expect_exact("? = help]")
    terminal.sendline("c")
    terminal.expect_exact("Kalle Kalastaja")
    terminal.expect_exact("? = help]")
    terminal.sendline("y")
    terminal.expect_exact("Shared at")
    terminal.expect(pexpect.EOF)
    assert disclosed(verifier)["holder_name"] == "Kalle Kalastaja"
