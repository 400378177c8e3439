"""Presenting, against a real verifier on loopback that can be told to lie."""

import time
from pathlib import Path
from typing import Any

import pexpect
import pytest

from openid4vc.relying_party import registration_certificate
from openid4vc.trust.certificates import x5c
from tests.simulators.http_world import Reply
from tests.simulators.issuer_world import CLAIMS, ORGANIZATION, IssuerWorld
from tests.simulators.issuer_world import NAME as ISSUER
from tests.simulators.verifier_world import VerifierWorld, query
from tests.wallet_cli.presenting import add_to_metadata, denied, disclosed, present
from tests.wallet_cli.running import Wallet
from wallet_cli.vault import Vault

JsonObject = dict[str, Any]


def test_exactly_the_required_claims_are_shared_and_the_receipt_is_kept(
    holding: Wallet, verifier: VerifierWorld
) -> None:
    done = present(holding, verifier)
    assert done.code == 0, done.err + done.out
    assert disclosed(verifier) == {"holder_name": CLAIMS["holder_name"], "waters": CLAIMS["waters"]}
    assert done.json["receipt_state"] == "signed"
    (receipt,) = holding.run("receipts", "--json").json["receipts"]
    assert (receipt["number"], receipt["claims"]) == (done.json["receipt"], ["holder_name", "waters"])
    assert holding.run("receipts", str(receipt["number"]), "--json").json["jws"].count(".") == 2
    listed = holding.run("receipts", "--plain").out + holding.run("history", "--json").out
    assert "Kalle" not in listed


@pytest.mark.parametrize("named", ["guide", "permit.guide", "1", "Guide"])
def test_an_optional_claim_goes_only_when_it_is_named(holding: Wallet, verifier: VerifierWorld, named: str) -> None:
    assert present(holding, verifier, "--with", named).code == 0
    assert disclosed(verifier).keys() == {"holder_name", "waters", "guide"}


def test_a_claim_that_is_not_optional_cannot_be_added(holding: Wallet, verifier: VerifierWorld) -> None:
    done = present(holding, verifier, "--with", "permit")
    assert (done.code, done.json["error"]["code"], verifier.posted) == (2, "claim_not_offered", 0)


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_short_link_is_followed_once_and_to_our_scheme_alone(
    holding: Wallet, verifier: VerifierWorld, method: str
) -> None:
    assert holding.run("present", verifier.short_link(method=method), "--yes").code == 0
    link = f"{verifier.url}/p/AAAABBBBCCCC"
    for target in ("https://evil.example/", "javascript:alert(1)", "file:///etc/passwd", link):
        verifier.route("GET", "/p/AAAABBBBCCCC", lambda _, to=target: Reply(303, body=b"", headers={"Location": to}))
        done = holding.run("present", link, "--yes", "--json")
        assert (done.code, done.json["error"]["code"]) == (1, "link_answer")
    assert verifier.seen("GET").count("/p/AAAABBBBCCCC") == 4
    verifier.answers["GET", "/p/AAAABBBBCCCC"] = lambda _: Reply(302, body=b"", headers={"Location": "openid4vp://?"})
    assert holding.run("present", link, "--yes", "--json").json["error"]["code"] == "net_redirect"


def test_without_a_terminal_and_without_yes_nothing_is_fetched(holding: Wallet, verifier: VerifierWorld) -> None:
    for more in ([], ["--dry-run"]):
        done = holding.run("present", verifier.request(), "--json", *more)
        assert (done.code, done.json["error"]["code"]) == (2, "terminal_needed")
    assert verifier.requests == []


def test_a_dry_run_shows_the_same_and_sends_and_writes_nothing(holding: Wallet, verifier: VerifierWorld) -> None:
    before = holding.file.read_bytes()
    done = holding.run("present", verifier.request(), "--yes", "--dry-run", "--plain")
    assert done.code == 0
    assert "Name: Kalle Kalastaja" in done.out
    assert done.out.splitlines()[-1] == "[--] Dry run: nothing was sent."
    assert (verifier.posted, holding.file.read_bytes()) == (0, before)
    machine = holding.run("present", verifier.request(), "--yes", "--dry-run", "--json").json
    assert machine["credentials"][0]["claims"] == ["holder_name", "waters"]
    assert [option["name"] for option in machine["optional"]] == ["permit.guide", "permit.born_on"]


def test_enter_alone_shares_nothing_and_the_asker_hears_only_that(holding: Wallet, verifier: VerifierWorld) -> None:
    terminal = holding.at_terminal("present", verifier.request())
    terminal.expect_exact("Share? [y = yes, N = no, 1–2 = add, ? = help]")
    for unclear in ("?", "3", "yes and no", "c"):
        terminal.sendline(unclear)
        # Explained and asked again; the screen above stays as it is.
        terminal.expect_exact("Nothing is sent before you answer yes.")
        terminal.expect_exact("Share? [y = yes, N = no, 1–2 = add, ? = help]")
        assert "Asked by" not in str(terminal.before)
    terminal.sendline("")
    terminal.expect_exact("Nothing was shared.")
    terminal.expect(pexpect.EOF)
    terminal.close()
    assert terminal.exitstatus == 1
    denied(verifier)
    assert holding.run("history", "--json").json["history"][0]["event"] == "refused"


def test_numbers_add_and_remove_and_the_screen_shows_what_goes(holding: Wallet, verifier: VerifierWorld) -> None:
    terminal = holding.at_terminal("present", verifier.request())
    terminal.expect_exact("Stays hidden: 3 other items of number 1 and all your other credentials.")
    for answer, hidden in (("1", "2 other items"), ("2", "1 other item"), ("1", "2 other items")):
        terminal.expect_exact("? = help]")
        terminal.sendline(answer)
        terminal.expect_exact(f"Stays hidden: {hidden} of number 1")
    terminal.expect_exact("? = help]")
    terminal.sendline("y")
    terminal.expect_exact("Receipt 2.")
    terminal.expect(pexpect.EOF)
    assert disclosed(verifier).keys() == {"holder_name", "waters", "born_on"}


# Stops


@pytest.mark.case("W-22")
def test_asking_more_than_registered_is_a_stop_that_only_a_person_lifts(
    holding: Wallet, verifier: VerifierWorld
) -> None:
    verifier.registered = verifier.registration("holder_name")
    done = present(holding, verifier)
    assert (done.code, done.json["error"]["code"]) == (1, "over_asking")
    denied(verifier)

    terminal = holding.at_terminal("present", verifier.request())
    terminal.expect_exact("REQUEST STOPPED: more is asked than is allowed")
    terminal.expect_exact("Waters (Fishing permit), Guide (Fishing permit)")
    terminal.expect_exact("Type SHARE if you still want to go on.")
    terminal.sendline("y")
    terminal.expect_exact("Nothing was sent.")
    terminal.expect(pexpect.EOF)
    denied(verifier, 2)

    terminal = holding.at_terminal("present", verifier.request())
    terminal.expect_exact("Enter stops:")
    terminal.sendline("SHARE")
    # The word lifts the stop; approving is still a question of its own, with every claim listed.
    terminal.expect_exact("Waters")
    terminal.expect_exact("Share? [")
    assert verifier.posted == 2
    terminal.sendline("y")
    terminal.expect_exact("Shared at")
    terminal.expect(pexpect.EOF)
    assert disclosed(verifier).keys() == {"holder_name", "waters"}

    verifier.registered = verifier.registration()
    verifier.dcql = {"credentials": [query()]}
    assert present(holding, verifier).code == 0
    assert disclosed(verifier) == {}, "no claims asked: nothing selectively disclosable goes"


def test_an_issuers_disclosure_policy_is_a_stop(trusting: Wallet, issuer: IssuerWorld, verifier: VerifierWorld) -> None:
    policy = {"authorised": ["NTRFI-9900001-0"], "except_claims": [["holder_name"]]}
    add_to_metadata(issuer, "disclosure_policy", policy)
    assert trusting.run("receive", issuer.offer(tx_code=None), "--yes").code == 0
    done = present(trusting, verifier)
    assert (done.code, done.json["error"]["code"]) == (1, "disclosure_policy_forbids")
    assert "NTRFI-9900001-0" in done.err
    denied(verifier)
    # Who is on the trusted list has a name there.
    policy["authorised"] = ["NTRFI-9900001-0", ORGANIZATION]
    assert trusting.run("receive", issuer.offer(tx_code=None), "--yes").code == 0
    assert f"May be shown only to: NTRFI-9900001-0, {ISSUER}\n" in present(trusting, verifier).err
    denied(verifier, 2)
    assert trusting.run("receipts", "--json").json["receipts"][0]["state"] == "stopped"
    verifier.dcql = {"credentials": [query("holder_name")]}
    assert present(trusting, verifier).code == 0


@pytest.mark.case("W-23")
def test_what_cannot_be_answered_gets_access_denied_and_no_part_of_it(holding: Wallet, verifier: VerifierWorld) -> None:
    other = query("holder_name", vct="urn:example:driving-licence", query_id="licence")
    value = query("holder_name")
    value["claims"][0]["values"] = ["Somebody else"]
    queries: list[list[JsonObject]] = [[query("holder_name"), other], [query("shoe_size")], [value]]
    verifier.registered = None
    for times, credentials in enumerate(queries, 1):
        verifier.dcql = {"credentials": credentials}
        done = present(holding, verifier)
        assert (done.code, done.json["error"]["code"]) == (1, "missing_credential")
        denied(verifier, times)
    terminal = holding.at_terminal("present", verifier.request())
    terminal.expect_exact("THIS CANNOT BE SHARED: a credential is missing from the wallet")
    terminal.expect_exact("Tell the one asking that no data comes? [y/N]")
    terminal.sendline("")
    terminal.expect(pexpect.EOF)
    denied(verifier, len(queries))


def test_a_request_without_registration_gets_a_notice_and_yes_only_where_the_setting_allows(
    holding: Wallet, verifier: VerifierWorld, tmp_path: Path
) -> None:
    verifier.registered = None
    shown = holding.run("present", verifier.request(), "--yes", "--plain")
    assert "[NOTE] Identified, but the registration of the request could not be checked" in shown.err
    assert "has not stated a basis" in shown.err

    def ask(contents: Any) -> None:
        contents.settings.unregistered_verifiers = "ask"

    Vault.open(holding.home, "oikea hevonen akku niitti").change(ask)
    done = present(holding, verifier)
    assert (done.code, done.json["error"]["code"]) == (1, "verifier_unregistered")
    assert verifier.posted == 1
    terminal = holding.at_terminal("present", verifier.request())
    terminal.expect_exact("Share? [")
    terminal.sendline("y")
    terminal.expect_exact("Shared at")
    terminal.expect(pexpect.EOF)


def test_an_untrusted_expired_or_borrowed_registration_is_a_stop_and_nothing_is_posted(
    holding: Wallet, verifier: VerifierWorld
) -> None:
    now = int(time.time())
    for spoilt in ({"sub": "NTRFI-9900996-7"}, {"iat": now - 9000, "exp": now - 7200}):
        verifier.registered = verifier.registration(**spoilt)
        assert present(holding, verifier).json["error"]["code"] == "registration_untrusted"
    honest = verifier.registration()
    self_made = registration_certificate.create(honest, signer=verifier.signer, x5c=x5c([verifier.certificate]))
    verifier.registered = None
    verifier.lie_parameters = lambda value: {
        **value,
        "verifier_info": [{"format": "registration_cert", "data": self_made}],
    }
    assert present(holding, verifier).json["error"]["code"] == "registration_untrusted"
    assert verifier.posted == 0
    verifier.lie_parameters = lambda value: {
        **value,
        "verifier_info": [{"format": "registration_cert", "data": "x"}, 7],
    }
    assert present(holding, verifier).code == 0, "garbage says nothing, as if it were not there"


def test_nothing_is_posted_for_an_invalid_request(holding: Wallet, verifier: VerifierWorld) -> None:
    lies: list[JsonObject] = [
        {"nonce": ""},
        {"client_id": "x509_hash:AAAA"},
        {"transaction_data": ["e30"]},
        {"dcql_query": {"credentials": []}},
        {"wallet_nonce": "another"},
        {"response_mode": "direct_post"},
    ]
    for lie in lies:
        verifier.lie_parameters = lambda value, lie=lie: {**value, **lie}
        assert present(holding, verifier).code == 1
    verifier.life = -120
    verifier.lie_parameters = lambda value: value
    assert present(holding, verifier).code == 5
    assert verifier.posted == 0


# What the verifier answers


@pytest.mark.case("W-27")
def test_a_redirect_is_printed_and_never_opened(holding: Wallet, verifier: VerifierWorld, tmp_path: Path) -> None:
    opened = tmp_path / "opened"
    browser = tmp_path / "browser"
    browser.write_text(f'#!/bin/sh\necho "$@" >> {opened}\n')
    browser.chmod(0o755)
    environment = {"BROWSER": str(browser)}
    for target in (
        "javascript:alert(1)",
        "file:///etc/passwd",
        f"https://a.example/$(touch {opened})",
        "https://a\x1b[2J",
        "https://a.example/#\x1b[2J",
        "javascript:alert(1)#https://a.example",
    ):
        verifier.redirect_uri = target
        done = present(holding, verifier, **environment)
        assert (done.code, done.json["redirect_uri"]) == (0, None)
    # The second is the form of OpenID4VP §8.2's own example.
    for target in ("https://ranta.example/done?code=1", "https://ranta.example/done#response_code=091535f6"):
        verifier.redirect_uri = target
        done = holding.run("present", verifier.request(), "--yes", **environment)
        assert target in done.out
    assert not opened.exists()


def test_a_receipt_that_somebody_else_signed_is_kept_as_not_valid(
    holding: Wallet, verifier: VerifierWorld, issuer: IssuerWorld
) -> None:
    verifier.lie_receipt = lambda text: text[:-8] + "AAAAAAAA"
    assert present(holding, verifier).json["receipt_state"] == "invalid"
    verifier.gives_receipt = False
    assert present(holding, verifier).json["receipt_state"] == "unsigned"
    states = [receipt["state"] for receipt in holding.run("receipts", "--json").json["receipts"]]
    assert states == ["invalid", "unsigned"]


@pytest.mark.parametrize(
    ("status", "code", "exit_code"),
    [(400, "answer_refused", 1), (410, "request_gone", 5), (503, "net_status", 4)],
)
def test_an_answer_that_is_not_taken_is_in_the_history(
    holding: Wallet, verifier: VerifierWorld, status: int, code: str, exit_code: int
) -> None:
    verifier.answer_status = status
    done = present(holding, verifier)
    assert (done.code, done.json["error"]["code"]) == (exit_code, code)
    (entry, _) = holding.run("history", "--json").json["history"]
    assert (entry["event"], entry["reason"], entry["claims"]) == ("not_taken", code, ["holder_name", "waters"])


def test_a_request_that_is_gone_has_its_own_exit_code(holding: Wallet, verifier: VerifierWorld) -> None:
    link = verifier.request(method="get")
    (route,) = [path for path in verifier.paths() if path.startswith("/request/")]
    verifier.answers["GET", route] = lambda request: Reply.of_json({}, 404)
    done = holding.run("present", link, "--yes", "--json")
    assert (done.code, done.json["error"]["code"]) == (5, "request_gone")


def test_a_crash_after_sending_leaves_a_line_of_history(holding: Wallet, verifier: VerifierWorld) -> None:
    link = verifier.request()
    assert holding.run("present", link, "--yes", "--test-mode", WALLET_FAIL_AT="presentation.sent").code == -9
    assert holding.run("history", "--json").json["history"][0]["event"] == "sending"
