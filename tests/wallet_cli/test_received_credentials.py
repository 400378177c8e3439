"""What a credential and its token must be before anything is stored, against an issuer that can be told to lie."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pexpect
import pytest

from openid4vc import base64url
from openid4vc.jose import jws
from openid4vc.status_list import INVALID, SUPERSEDED, SUSPENDED
from tests.simulators.http_world import Reply
from tests.simulators.issuer_world import CLAIMS, CONFIGURATION, VCT, IssuerWorld, another_key
from tests.wallet_cli.receiving import CREDENTIAL, receive, refused
from tests.wallet_cli.running import Wallet

JsonObject = dict[str, Any]


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
