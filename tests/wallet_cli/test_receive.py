"""Receiving, against a real issuer on loopback that can be told to lie."""

import json
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pexpect
import pytest
import segno

from openid4vc import base64url
from openid4vc.jose import jws
from openid4vc.status_list import INVALID, SUPERSEDED, SUSPENDED
from openid4vc.trust.demo import DemoTrust
from openid4vc.vci import metadata
from tests.simulators.http_world import Reply
from tests.simulators.issuer_world import CLAIMS, CONFIGURATION, NAME, ORGANIZATION, VCT, IssuerWorld, another_key
from tests.wallet_cli.running import Result, Wallet

JsonObject = dict[str, Any]


def code_file(wallet: Wallet, code: str = "123456") -> str:
    path = wallet.home.parent / "code"
    path.write_text(code + "\n")
    return str(path)


def receive(wallet: Wallet, issuer: IssuerWorld, *, tx_code: str | None = None, **environment: str) -> Result:
    arguments = ["receive", issuer.offer(tx_code=tx_code), "--yes", "--json"]
    if tx_code is not None:
        arguments += ["--tx-code-file", code_file(wallet, tx_code)]
    return wallet.run(*arguments, **environment)


def refused(wallet: Wallet, issuer: IssuerWorld, code: str, exit_code: int = 1) -> Result:
    """One attempt that must fail with this code and leave no credential and no key behind."""
    done = receive(wallet, issuer)
    assert (done.json["error"]["code"], done.code) == (code, exit_code), done.out
    assert len([line for line in done.out.splitlines() if line]) == 1
    contents = wallet.contents()
    assert (contents.credentials, contents.pending) == ([], [])
    return done


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


METADATA = ("GET", "/.well-known/openid-credential-issuer/office")
CREDENTIAL = ("POST", "/office/credential")
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


# What a credential must be


@pytest.mark.case("W-10")
def test_a_credential_for_another_key_or_none_is_not_stored(trusting: Wallet, issuer: IssuerWorld) -> None:
    issuer.lie_holder = lambda jwk: another_key()
    refused(trusting, issuer, "holder_key_mismatch")
    issuer.lie_holder = lambda jwk: jwk
    assert receive(trusting, issuer).code == 0
    (held,) = trusting.contents().credentials
    # A key that this wallet used before, for another credential.
    from openid4vc.jose import jwk as jwks
    from wallet_cli import holder

    old = jwks.from_public_key(holder.signer(held.key).public_key)
    issuer.lie_holder = lambda jwk: dict(old)
    done = receive(trusting, issuer)
    assert done.json["error"]["code"] == "holder_key_mismatch"
    issuer.lie_credentials = lambda texts: [without_cnf(issuer)]
    done = receive(trusting, issuer)
    assert done.json["error"]["code"] == "cnf"
    assert [len(trusting.contents().credentials), trusting.contents().pending] == [1, []]
    assert issuer.events == ["credential_failure", "credential_accepted", "credential_failure", "credential_failure"]


def resigned(issuer: IssuerWorld, change: Callable[[JsonObject], None]) -> Callable[[list[str]], list[str]]:
    """The honest credential with its payload changed and signed again by the issuer."""

    def lie(texts: list[str]) -> list[str]:
        signed, *rest = texts[0].split("~")
        payload = json.loads(base64url.decode(signed.split(".")[1]))
        change(payload)
        return ["~".join((jws.create({"typ": "dc+sd-jwt", "x5c": issuer.chain}, payload, issuer.signer), *rest))]

    return lie


def without_cnf(issuer: IssuerWorld) -> str:
    return resigned(issuer, lambda payload: payload.pop("cnf"))([issuer.credential_for(another_key())])[0]


def spoiled_signature(texts: list[str]) -> list[str]:
    signed, *rest = texts[0].split("~")
    header, payload, signature = signed.split(".")
    return ["~".join((f"{header}.{payload}.{'A' * len(signature)}", *rest))]


@pytest.mark.case("W-11")
def test_a_credential_that_does_not_hold_is_not_stored_and_its_issuer_told(
    trusting: Wallet, issuer: IssuerWorld
) -> None:
    access = {"x5c": issuer.access_chain, "signer": issuer.access_signer}

    def instead(**changes: Any) -> Callable[[list[str]], list[str]]:
        return lambda texts: [issuer.credential_for(bound(texts), **changes)]

    lies: list[tuple[str, Callable[[list[str]], list[str]]]] = [
        ("bad_signature", spoiled_signature),
        ("untrusted_issuer", instead(**access)),
        (
            "issuer_not_authorised_for_type",
            instead(vct="urn:example:other"),
        ),
        ("iss_mismatch", resigned(issuer, lambda payload: payload.update(iss="https://other.example"))),
        ("expired", instead(nbf=1000, exp=2000)),
        ("disclosure_not_referenced", lambda texts: [texts[0] + base64url.encode(b'["salt","extra",1]') + "~"]),
        ("type_metadata_invalid", lambda texts: ["~".join(texts[0].split("~")[:1]) + "~"]),
        (
            "type_metadata_integrity",
            instead(vct_integrity="sha256-" + "A" * 43 + "="),
        ),
        ("kb_unexpected", lambda texts: [texts[0] + texts[0].split("~")[0]]),
    ]
    for number, (code, lie) in enumerate(lies, 1):
        issuer.lie_credentials = lie
        refused(trusting, issuer, code)
        assert issuer.events == ["credential_failure"] * number
    issuer.lie_credentials = lambda texts: texts
    for value, code in ((INVALID, "revoked"), (SUSPENDED, "suspended"), (SUPERSEDED, "superseded")):
        issuer.status = value
        refused(trusting, issuer, code)


def bound(texts: list[str]) -> JsonObject:
    """The holder key that the honest credential is bound to."""
    payload = json.loads(base64url.decode(texts[0].split("~")[0].split(".")[1]))
    key: JsonObject = payload["cnf"]["jwk"]
    return key


def test_claims_that_were_never_announced_are_stored_only_by_a_person(trusting: Wallet, issuer: IssuerWorld) -> None:
    issuer.claims = {**CLAIMS, "shoe_size": 43}
    done = refused(trusting, issuer, "claims_unannounced")
    assert "shoe_size" in done.json["error"]["message"]
    terminal = trusting.at_terminal("receive", issuer.offer(tx_code=None))
    terminal.expect_exact("[y/N]")
    terminal.sendline("y")
    terminal.expect_exact("has not described: shoe_size")
    terminal.expect_exact("show first]")
    terminal.sendline("s")
    terminal.expect_exact("Kalle Kalastaja")
    terminal.expect_exact("show first]")
    terminal.sendline("y")
    terminal.expect(pexpect.EOF)
    assert trusting.contents().credentials[0].claim_count == 6


@pytest.mark.case("W-12")
def test_more_or_other_credentials_than_asked_for_are_refused(trusting: Wallet, issuer: IssuerWorld) -> None:
    issuer.lie_credentials = lambda texts: [*texts, issuer.credential_for(another_key())]
    refused(trusting, issuer, "credential_count")
    issuer.lie_credentials = lambda texts: [*texts, issuer.credential_for(bound(texts))]
    refused(trusting, issuer, "credential_count")
    issuer.lie_credentials = lambda texts: texts * 2
    refused(trusting, issuer, "credential_response_invalid")
    issuer.lie_credentials = lambda texts: []
    refused(trusting, issuer, "credential_response_invalid")


@pytest.mark.case("W-13")
def test_a_nonce_that_is_never_good_is_tried_twice_and_no_more(trusting: Wallet, issuer: IssuerWorld) -> None:
    issuer.answers["POST", "/office/credential"] = lambda request: Reply.of_json({"error": "invalid_nonce"}, 400)
    done = receive(trusting, issuer)
    assert (done.code, done.json["error"]) == (
        1,
        {**done.json["error"], "code": "nonce_invalid", "spec_error": "invalid_nonce"},
    )
    assert issuer.seen("POST").count("/office/credential") == 2
    assert issuer.seen("POST").count("/office/nonce") == 2
    issuer.answers = {("POST", "/office/nonce"): lambda request: Reply.of_json({}, 503)}
    assert receive(trusting, issuer).code == 4
    issuer.answers = {}
    issuer.lie_metadata = lambda value: {name: member for name, member in value.items() if name != "nonce_endpoint"}
    done = receive(trusting, issuer)
    assert done.json["error"]["code"] == "nonce_missing"
    assert issuer.seen("POST").count("/office/credential") == 2, "no proof without a nonce ever left"


def test_one_stale_nonce_is_no_failure(trusting: Wallet, issuer: IssuerWorld) -> None:
    answers = [Reply.of_json({"error": "invalid_nonce"}, 400)]
    honest = issuer.honest("POST", "/office/credential")
    issuer.answers["POST", "/office/credential"] = lambda request: answers.pop() if answers else honest(request)
    assert receive(trusting, issuer).code == 0


@pytest.mark.case("W-14")
@pytest.mark.parametrize(
    "lie",
    [
        {"token_type": "DPoP"},
        {"token_type": None},
        {"access_token": None},
        {"access_token": ""},
        {"access_token": "abc\r\nX-Evil: 1"},
        {"expires_in": 10**18},
        {"expires_in": -1},
    ],
)
def test_a_token_that_is_none_is_refused_and_injects_nothing(
    trusting: Wallet, issuer: IssuerWorld, lie: JsonObject
) -> None:
    issuer.lie_token = lambda value: {name: member for name, member in {**value, **lie}.items() if member is not None}
    refused(trusting, issuer, "token_response_invalid")
    assert "/office/nonce" not in issuer.seen()


def test_a_nonce_with_line_ends_is_refused(trusting: Wallet, issuer: IssuerWorld) -> None:
    issuer.answers["POST", "/office/nonce"] = lambda request: Reply.of_json({"c_nonce": "a\r\nb"})
    assert receive(trusting, issuer).json["error"]["code"] == "nonce_invalid"


CRAFTED: list[object] = [
    {"error": 4711},
    {"error": "invalid_grant", "error_description": "\x1b[2J" + "A" * 900_000},
    {"error": {"error": {"error": "x"}}},
    {"error": "x\n[OK] stored"},
    [],
    {"error": "A" * 5000},
]


@pytest.mark.case("W-15")
def test_crafted_error_objects_end_in_four_short_lines(trusting: Wallet, issuer: IssuerWorld) -> None:
    for route in (("POST", "/office/token"), ("POST", "/office/credential")):
        for value in CRAFTED:
            issuer.answers = {route: lambda request, value=value: Reply.of_json(value, 400)}
            done = trusting.run("receive", issuer.offer(tx_code=None), "--yes")
            assert done.code == 1
            lines = done.err.splitlines()[-4:]
            assert [line.split()[0] for line in lines] == ["error", "reason", "hint", "code"], done.err
            assert max(map(len, lines)) < 240
            assert "AAAA" not in done.err
            assert "\x1b" not in done.err


@pytest.mark.case("W-28")
def test_hostile_names_reach_no_file_outside_the_vault(trusting: Wallet, issuer: IssuerWorld, tmp_path: Path) -> None:
    before = sorted(str(path) for path in tmp_path.rglob("*"))
    for name in ("../../x", "/tmp/todiste-evil", "CON", "x" * 5000, "a\0b", "~"):
        issuer.lie_offer = lambda value, name=name: {**value, "credential_configuration_ids": [name]}
        issuer.lie_metadata = lambda value, name=name: {
            **value,
            "credential_configurations_supported": {
                name: value["credential_configurations_supported"][CONFIGURATION] | {"vct": VCT}
            },
        }
        issuer.answers[CREDENTIAL] = issuer.with_notification_id(name)
        receive(trusting, issuer)
    assert sorted(str(path) for path in tmp_path.rglob("*")) == before
    assert not Path("/tmp/todiste-evil").exists()
    assert sorted(path.name for path in trusting.home.iterdir()) == ["trust", "vault"]
    for file in ("../../x", "/tmp/../etc/passwd", "\0", "x" * 5000):
        assert trusting.run("receive", file.replace("\0", "%00"), "--yes").code in (1, 2)


# Lost answers, crashes, Ctrl-C


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
