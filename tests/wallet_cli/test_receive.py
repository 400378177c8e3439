"""Receiving, against a real issuer on loopback that can be told to lie."""

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pexpect
import pytest
import segno

from openid4vc import base64url
from openid4vc.jose import jws
from openid4vc.trust.demo import DemoTrust
from openid4vc.vci import metadata
from tests.simulators.http_world import Reply
from tests.simulators.issuer_world import CONFIGURATION, NAME, ORGANIZATION, VCT, IssuerWorld
from tests.wallet_cli.receiving import CREDENTIAL, METADATA, code_file, receive, refused
from tests.wallet_cli.running import Wallet

JsonObject = dict[str, Any]


def test_a_credential_is_received_stored_and_its_issuer_told(trusting: Wallet, issuer: IssuerWorld) -> None:
    done = receive(trusting, issuer, tx_code="123456")
    assert done.code == 0, done.err
    (credential,) = done.json["credentials"]
    assert (credential["number"], credential["vct"], credential["issuer"]) == (1, VCT, NAME)
    assert issuer.events == ["credential_accepted"]
    (held,) = trusting.contents().credentials
    assert (held.claim_count, held.state, trusting.contents().pending) == (5, "valid", [])
    assert trusting.run("list", "--json").json["credentials"] == [credential]
    shown = trusting.run("show", "1", "--plain")
    assert "Waters: Lake, River" in shown.out
    assert "Day of birth: 12 March 1974" in shown.out
    assert "Permit: number: K-17, days: 30" in shown.out
    (line,) = trusting.run("history", "--plain").out.splitlines()
    assert "Fishing permit (1)" in line


def test_the_same_offer_again_says_that_it_is_there_and_fetches_nothing(trusting: Wallet, issuer: IssuerWorld) -> None:
    offer = issuer.offer(tx_code=None)
    assert trusting.run("receive", offer, "--yes").code == 0
    before = len(issuer.requests)
    again = trusting.run("receive", offer, "--yes", "--json")
    assert (again.code, again.json["already"], again.json["credentials"][0]["number"]) == (0, True, 1)
    assert len(issuer.requests) == before


# Before anything is fetched


@pytest.mark.case("W-03")
def test_nothing_is_fetched_before_the_person_agreed_or_a_flag_said_so(trusting: Wallet, issuer: IssuerWorld) -> None:
    offer = issuer.offer()
    alone = trusting.run("receive", offer, "--json")
    assert (alone.code, alone.json["error"]["code"]) == (2, "terminal_needed")
    assert "--yes" in alone.json["error"]["hint"]

    terminal = trusting.at_terminal("receive", offer)
    terminal.expect_exact(f"an offer from the service {issuer.url.removeprefix('http://')}")
    terminal.expect_exact("[y/N]")
    assert issuer.requests == []
    terminal.sendline("")
    terminal.expect_exact("Nothing was fetched.")
    terminal.expect(pexpect.EOF)
    terminal.close()
    assert (terminal.exitstatus, issuer.requests) == (1, [])


LOOKALIKES = [
    "https://issuer.example/o/7K3QX9MZ2P4T7K3QX9MZ2P4T7K",
    "tel:+358401234567",
    "WIFI:S:Cafe;T:WPA;P:secret;;",
    "BEGIN:VCARD\nVERSION:3.0\nN:Evil\nEND:VCARD",
    "mdoc-openid4vp://?request_uri=https://a.example/r",
    "bitcoin:1BoatSLRHtKNngkdXEeobR76b53LETtpyT",
]


@pytest.mark.case("W-04")
def test_phishing_codes_open_nothing_and_hosts_are_shown_in_ascii(trusting: Wallet, tmp_path: Path) -> None:
    for text in LOOKALIKES:
        direct = trusting.run("receive", text, "--yes", "--json")
        assert direct.json["error"]["code"] == "input_unknown", text
        picture = tmp_path / "code.png"
        segno.make(text, micro=False).save(str(picture), scale=4, border=4)
        done = trusting.run("receive", str(picture), "--yes", "--json")
        assert (done.code, done.json["error"]["code"]) == (1, "scan_foreign"), text
        assert trusting.run("scan", str(picture), "--json").json["codes"][0]["kind"] == "other"
    for host in ("ïssuer.example", "issuer.example\u202e", "isѕuer.example"):
        done = trusting.run(
            "receive", f"openid-credential-offer://?credential_offer_uri=https%3A%2F%2F{host}%2Fo%2F1", "--yes"
        )
        assert done.code == 1
    shown = trusting.run(
        "scan", "openid-credential-offer://?credential_offer_uri=https%3A%2F%2Fissuer.example.xn--ssuer-iva.test%2Fo"
    )
    assert "issuer.example.xn--ssuer-iva.test" in shown.out


@pytest.mark.case("P-07")
def test_the_wrong_code_of_a_sheet_is_refused_with_the_right_command(trusting: Wallet, tmp_path: Path) -> None:
    seal = "TODISTE1:" + "6BFOXN%TS3DH0YOJ58S S-W5HDC *M0II5XHC9B5G2+$N IOP-IA%NFQGRJPC%OQHIZC4.OI1RM8ZA.A5:S9MKN4NN3"
    picture = tmp_path / "seal.png"
    segno.make(seal, micro=False).save(str(picture), scale=4, border=4)
    sealed = trusting.run("receive", str(picture), "--yes")
    assert (sealed.code, "verifier check" in sealed.err, "sealed_code" in sealed.err) == (1, True, True)
    offer = "openid-credential-offer://?credential_offer_uri=https%3A%2F%2Fissuer.example%2Fo%2F1"
    request = "openid4vp://?client_id=x509_hash%3Aabc&request_uri=https%3A%2F%2Fverifier.example%2Fr"
    for command, text, hint in (("present", offer, "wallet receive"), ("receive", request, "wallet present")):
        segno.make(text, micro=False).save(str(picture), scale=4, border=4)
        done = trusting.run(command, str(picture), "--yes", "--json")
        assert (done.code, done.json["error"]["hint"]) == (1, hint)


def test_a_paper_is_read_and_the_page_named(trusting: Wallet, issuer: IssuerWorld, tmp_path: Path) -> None:
    picture = tmp_path / "paper.png"
    segno.make(issuer.offer(tx_code=None), micro=False).save(str(picture), scale=4, border=4)
    scanned = trusting.run("scan", str(picture))
    assert "Page 1: an offer, service 127.0.0.1" in scanned.out
    assert f"wallet receive {picture}" in scanned.out
    assert issuer.requests == []
    assert trusting.run("receive", str(picture), "--yes").code == 0


# Who the issuer is


def stranger(issuer: IssuerWorld) -> None:
    issuer.organization = "NTRFI-9900997-4"
    issuer.access_signer, issuer.access_chain = issuer.leaf(issuer.access_role)


@pytest.mark.case("W-05")
def test_an_issuer_that_nobody_listed_gets_neither_code_nor_key(trusting: Wallet, issuer: IssuerWorld) -> None:
    stranger(issuer)
    done = refused(trusting, issuer, "issuer_untrusted")
    assert issuer.url.removeprefix("http://") in done.json["error"]["message"]
    issuer.organization = ORGANIZATION
    issuer.access_signer, issuer.access_chain = issuer.leaf(issuer.access_role)
    issuer.vct = "urn:example:something-else"
    refused(trusting, issuer, "issuer_untrusted")
    assert issuer.seen("POST") == []


def unsigned_alg(text: str) -> str:
    _, claims, _ = text.split(".")
    return ".".join((base64url.encode(b'{"alg":"none","typ":"openidvci-issuer-metadata+jwt"}'), claims, ""))


def expired(issuer: IssuerWorld) -> Callable[[str], str]:
    def sign_again(text: str) -> str:
        value = json.loads(base64url.decode(text.split(".")[1]))
        value["exp"] = int(time.time()) - 3600
        return jws.create({"typ": metadata.SIGNED_TYP, "x5c": issuer.access_chain}, value, issuer.access_signer)

    return sign_again


def wrong_sub(issuer: IssuerWorld) -> Callable[[str], str]:
    def sign_again(text: str) -> str:
        value = json.loads(base64url.decode(text.split(".")[1])) | {"sub": "https://other.example"}
        return jws.create({"typ": metadata.SIGNED_TYP, "x5c": issuer.access_chain}, value, issuer.access_signer)

    return sign_again


def changed(text: str) -> str:
    header, claims, signature = text.split(".")
    value = json.loads(base64url.decode(claims)) | {"display": []}
    return ".".join((header, base64url.encode(json.dumps(value).encode()), signature))


def wrong_role(issuer: IssuerWorld) -> Callable[[str], str]:
    def sign_again(text: str) -> str:
        value = json.loads(base64url.decode(text.split(".")[1]))
        return jws.create({"typ": metadata.SIGNED_TYP, "x5c": issuer.chain}, value, issuer.signer)

    return sign_again


@pytest.mark.case("W-07")
def test_signed_metadata_that_does_not_hold_ends_it_without_falling_back(trusting: Wallet, issuer: IssuerWorld) -> None:
    lies = {
        "bad_signature": changed,
        "alg_not_allowed": unsigned_alg,
        "expired": expired(issuer),
        "metadata_mismatch": wrong_sub(issuer),
        "metadata_untrusted": wrong_role(issuer),
    }
    for code, lie in lies.items():
        issuer.lie_signed = lie
        refused(trusting, issuer, code)
    issuer.signed_metadata = False
    refused(trusting, issuer, "metadata_unsigned")
    assert issuer.seen("POST") == []


def test_unsigned_metadata_is_believed_of_an_issuer_that_the_operator_named(
    trusting: Wallet, issuer: IssuerWorld, demo_trust: DemoTrust
) -> None:
    folder = trusting.home / "trust" / "issuers"
    (folder / "office.pem").write_bytes((demo_trust.directory / "issuers" / "root.pem").read_bytes())
    (folder / "office.json").write_text(json.dumps({"vct": [VCT], "credential_issuer": [issuer.identifier]}))
    issuer.signed_metadata = False
    assert receive(trusting, issuer).code == 0


def test_a_disclosure_policy_that_cannot_be_kept_ends_it_before_any_code(trusting: Wallet, issuer: IssuerWorld) -> None:
    def lie(value: JsonObject) -> JsonObject:
        value["credential_configurations_supported"][CONFIGURATION]["credential_metadata"]["disclosure_policy"] = {}
        return value

    issuer.lie_metadata = lie
    refused(trusting, issuer, "metadata_invalid")
    assert issuer.seen("POST") == []


# What servers may answer


def test_a_wrong_transaction_code_says_how_many_tries_are_left(trusting: Wallet, issuer: IssuerWorld) -> None:
    done = trusting.run("receive", issuer.offer(), "--yes", "--tx-code-file", code_file(trusting, "654321"))
    assert done.code == 1
    assert "You have 3 tries left." in done.err
    assert done.err.splitlines()[-1].split() == ["code", "tx_code_wrong"]


def test_the_last_wrong_code_says_that_the_offer_is_locked(trusting: Wallet, issuer: IssuerWorld) -> None:
    answer = {"error": "invalid_grant", "reason": "tx_code_wrong", "tries_left": 0}
    issuer.answers["POST", "/office/token"] = lambda request: Reply.of_json(answer, 400)
    done = trusting.run("receive", issuer.offer(), "--yes", "--json", "--tx-code-file", code_file(trusting))
    assert (done.code, done.json["error"]["code"]) == (1, "offer_locked")


def test_a_code_of_the_wrong_form_costs_no_try(trusting: Wallet, issuer: IssuerWorld) -> None:
    for code in ("12345", "1234567", "12345a"):
        done = trusting.run("receive", issuer.offer(), "--yes", "--json", "--tx-code-file", code_file(trusting, code))
        assert done.json["error"]["code"] == "tx_code_format"
    without = trusting.run("receive", issuer.offer(), "--yes", "--json")
    assert (without.code, without.json["error"]["code"]) == (2, "tx_code_needed")
    assert issuer.seen("POST") == []
    assert trusting.run("receive", issuer.offer(), "--yes", "--tx-code-file", code_file(trusting, "123 456")).code == 0


def test_a_code_in_letters_is_any_that_can_be_printed(trusting: Wallet, issuer: IssuerWorld) -> None:
    def in_letters(offer: JsonObject) -> JsonObject:
        offer["grants"]["urn:ietf:params:oauth:grant-type:pre-authorized_code"]["tx_code"] = {"input_mode": "text"}
        return offer

    issuer.lie_offer = in_letters
    done = trusting.run("receive", issuer.offer(), "--yes", "--json", "--tx-code-file", code_file(trusting, "a\x07b"))
    assert (done.json["error"]["code"], issuer.seen("POST")) == ("tx_code_format", [])
    typed = code_file(trusting, "pöytä-1")
    assert trusting.run("receive", issuer.offer(tx_code="pöytä-1"), "--yes", "--tx-code-file", typed).code == 0


@pytest.mark.parametrize(
    ("status", "body", "code"),
    [
        (404, {}, "offer_not_found"),
        (410, {}, "offer_expired"),
        (410, {"error": "offer_used", "time": 1700000000}, "offer_used"),
    ],
)
def test_an_offer_that_has_ended_has_its_own_exit_code(
    trusting: Wallet, issuer: IssuerWorld, status: int, body: JsonObject, code: str
) -> None:
    offer = issuer.offer()
    issuer.answers["GET", f"/o/{next(reversed(issuer.offers))}"] = lambda request: Reply.of_json(body, status)
    done = trusting.run("receive", offer, "--yes", "--json")
    assert (done.code, done.json["error"]["code"]) == (5, code)


def test_a_service_that_is_not_there_has_its_own_exit_code(trusting: Wallet, issuer: IssuerWorld) -> None:
    offer = issuer.offer()
    issuer.close()
    done = trusting.run("receive", offer, "--yes", "--json")
    assert (done.code, done.json["error"]["code"]) == (4, "net_unreachable")


HTML = Reply(200, "text/html", b"<html>Traceback: secret stack</html>")
BAD_BODIES = {
    "html": (HTML, "net_content_type", 1),
    "huge": (Reply(200, "application/json", b" " * (100 << 20)), "net_too_large", 1),
    "deep": (Reply(200, "application/json", b'{"a":' + b"[" * 5000 + b"]" * 5000 + b"}"), None, 1),
    "charset": (Reply(200, "application/json; charset=utf-16", b"{}"), "net_content_type", 1),
    "stack": (Reply(500, "text/plain", b"Traceback (most recent call last): secret stack"), "net_status", 4),
    "drip": (Reply(200, "application/json", b"{" * 100, drip=1.0), "net_timeout", 4),
}


@pytest.mark.slow
@pytest.mark.case("W-08")
def test_answers_that_are_no_answers_end_in_time_and_show_no_server_text(trusting: Wallet, issuer: IssuerWorld) -> None:
    for route in (METADATA, CREDENTIAL):
        for name, (reply, code, exit_code) in BAD_BODIES.items():
            if name == "drip" and route == CREDENTIAL:
                continue
            issuer.answers = {route: lambda request, reply=reply: reply}
            started = time.monotonic()
            done = receive(trusting, issuer)
            assert time.monotonic() - started < 30
            assert done.code == exit_code, (route, name, done.out)
            assert code in (None, done.json["error"]["code"])
            assert "secret stack" not in done.out + done.err
            assert trusting.contents().credentials == []


@pytest.mark.case("W-09")
def test_secrets_are_never_in_the_arguments(trusting: Wallet, issuer: IssuerWorld) -> None:
    help_text = trusting.run("receive", "--help").out + trusting.run("--help").out
    assert "--passphrase " not in help_text
    assert "--tx-code " not in help_text
    for flag in ("--passphrase", "--tx-code"):
        assert trusting.run("receive", "x", flag, "123456").code == 2
    terminal = trusting.at_terminal("receive", issuer.offer(), WALLET_PASSPHRASE="")
    terminal.expect_exact("Passphrase:")
    arguments = Path(f"/proc/{terminal.pid}/cmdline").read_bytes()
    terminal.sendline("oikea hevonen akku niitti")
    terminal.expect_exact("[y/N]")
    terminal.sendline("y")
    terminal.expect_exact("another sheet):")
    terminal.sendline("123456")
    terminal.expect_exact("Store 5 items?")
    seen = terminal.before
    terminal.sendline("y")
    terminal.expect(pexpect.EOF)
    terminal.close()
    assert terminal.exitstatus == 0
    assert b"hevonen" not in arguments
    assert "123456" not in seen
    assert "hevonen" not in seen
    # Both from standard input, one a line.
    both = trusting.run(
        "receive", issuer.offer(), "--yes", "--passphrase-file", "-", "--tx-code-file", "-",
        stdin="oikea hevonen akku niitti\n123456\n", WALLET_PASSPHRASE="",
    )  # fmt: skip
    assert both.code == 0, both.err
