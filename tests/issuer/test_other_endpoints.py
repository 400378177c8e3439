"""Nonce, notification, metadata, type metadata, and what every endpoint has in common."""

import base64
import hashlib
import re
from typing import Any

import pytest

from issuer.nonces import Nonces
from tests.issuer.stranger import decode, leaf, read_jwt, signed_by
from tests.issuer.test_credential_endpoint import Redeemed, redeemed
from tests.issuer.world import URL, World

DESCRIPTION = re.compile(r"[\x20-\x21\x23-\x5b\x5d-\x7e]+")


@pytest.mark.case("C-47")
def test_nonces_are_long_different_and_kept_nowhere(world: World) -> None:
    url = f"{URL}/esimerkkila/nonce"
    assert world.client.get(url).status_code == 405
    answers = [world.client.post(url) for _ in range(1_000)]
    nonces = {answer.json()["c_nonce"] for answer in answers}
    assert len(nonces) == 1_000
    assert all(answer.headers["cache-control"] == "no-store" for answer in answers)
    assert all(len(decode(nonce)) >= 16 + 16 for nonce in nonces)
    # Another process of the same installation knows them without having heard of them.
    again = Nonces(world.o1.keys.data, lifetime=world.settings.nonce_seconds)
    assert all(again.check(nonce, world.service.clock.now()) for nonce in nonces)


@pytest.mark.case("C-53")
def test_a_notification_is_written_down_and_changes_no_status(world: World) -> None:
    have = redeemed(world)
    given = have.ask().json()
    notification = {"notification_id": given["notification_id"], "event": "credential_accepted"}

    def notify(**changes: Any) -> tuple[int, str]:
        body = {name: value for name, value in {**notification, **changes}.items() if value is not None}
        answer = have.wallet.post(have.issuer, "notification_endpoint", have.token, json=body)
        return answer.status_code, answer.json()["error"] if answer.content else ""

    assert notify(notification_id="unknown") == (400, "invalid_notification_id")
    assert notify(notification_id=None) == (400, "invalid_notification_request")
    assert notify(event="credential_eaten") == (400, "invalid_notification_request")
    assert notify(event=None) == (400, "invalid_notification_request")
    assert have.wallet.post(have.issuer, "notification_endpoint", None, json=notification).status_code == 401
    assert world.view(have.made.document_id).state == "redeemed"
    assert notify() == (204, "")
    assert notify() == (204, "")
    assert world.view(have.made.document_id).state == "received"
    assert notify(event="credential_deleted", extra="ignored") == (204, "")
    seen = world.view(have.made.document_id)
    assert (seen.state, seen.status) == ("received", "valid")


def test_a_notification_id_of_another_offer_is_unknown(world: World) -> None:
    mine, theirs = redeemed(world), redeemed(world)
    given = theirs.ask().json()
    mine.ask()
    body = {"notification_id": given["notification_id"], "event": "credential_accepted"}
    answer = mine.wallet.post(mine.issuer, "notification_endpoint", mine.token, json=body)
    assert answer.json()["error"] == "invalid_notification_id"


@pytest.mark.case("C-55")
def test_no_header_of_a_request_gets_into_a_url(world: World) -> None:
    url = f"{URL}/.well-known/openid-credential-issuer/esimerkkila"
    honest = world.client.get(url)
    for name in ("X-Forwarded-Host", "Forwarded", "X-Original-Host", "X-Forwarded-Proto", "X-Forwarded-Prefix"):
        value = "host=evil.example;proto=https" if name == "Forwarded" else "evil.example"
        assert world.client.get(url, headers={name: value}).content == honest.content
    assert world.client.get(url, headers={"Host": "evil.example"}).status_code == 400
    assert "evil" not in honest.text
    made = world.offer()
    assert world.wallet().fetch_offer(made.offer_uri).json()["credential_issuer"] == f"{URL}/esimerkkila"


def test_metadata_is_the_same_signed_and_unsigned(world: World) -> None:
    wallet = world.wallet()
    issuer = world.o1.identifier
    plain = wallet.metadata(issuer)
    assert plain.headers["content-type"] == "application/json"
    signed = wallet.metadata(issuer, accept="application/jwt")
    assert signed.headers["content-type"] == "application/jwt"
    header, claims = read_jwt(signed.text)
    assert signed_by(signed.text, leaf(signed.text))
    assert (header["typ"], header["alg"], len(header["x5c"])) == ("openidvci-issuer-metadata+jwt", "ES256", 1)
    assert claims == {**plain.json(), "sub": issuer, "iat": claims["iat"]}
    assert leaf(signed.text).issuer != leaf(signed.text).subject
    both = wallet.metadata(issuer, accept="application/json, application/jwt;q=0.5")
    assert both.headers["content-type"] == "application/json"


def test_metadata_has_words_in_three_languages_and_the_disclosure_policy(world: World) -> None:
    found = world.wallet().metadata(world.o1.identifier).json()
    assert {display["locale"] for display in found["display"]} == {"fi", "sv", "en"}
    configurations = found["credential_configurations_supported"]
    for name, configuration in configurations.items():
        assert configuration["scope"] == name
        assert configuration["format"] == "dc+sd-jwt"
        assert configuration["proof_types_supported"] == {"jwt": {"proof_signing_alg_values_supported": ["ES256"]}}
        metadata = configuration["credential_metadata"]
        assert {display["locale"] for display in metadata["display"]} == {"fi", "sv", "en"}
        for claim in metadata["claims"]:
            assert {display["locale"] for display in claim["display"]} == {"fi", "sv", "en"}
    policy = configurations["laakarinlausunto-b"]["credential_metadata"]["disclosure_policy"]
    assert policy["authorised"]
    assert ["work_ability_assessment"] in policy["except_claims"]
    assert "nonce_endpoint" in found
    assert "batch_credential_issuance" not in found


def test_type_metadata_is_what_the_credential_vouches_for(world: World) -> None:
    have = redeemed(world)
    text = have.ask().json()["credentials"][0]["credential"]
    raw = world.client.get(f"{URL}/types/lausuntopalaute/1").content
    digest = base64.b64encode(hashlib.sha256(raw).digest()).decode()
    assert read_jwt(text.split("~")[0])[1]["vct#integrity"] == f"sha256-{digest}"
    for path in ("lausuntopalaute/2", "nothing/1", "elakepaatos/1", "..%2f..%2fetc/passwd"):
        assert world.client.get(f"{URL}/types/{path}").status_code == 404


@pytest.mark.case("C-57")
def test_another_method_is_refused_and_does_nothing(world: World) -> None:
    made = world.offer()
    handle = made.offer_uri[-26:]
    post_only = ("token", "nonce", "credential", "notification")
    routes = {f"{URL}/esimerkkila/{name}": "POST" for name in post_only}
    routes |= {
        f"{URL}/o/{handle}": "GET",
        f"{URL}/esimerkkila/status": "GET",
        f"{URL}/esimerkkila/status/0": "GET",
        f"{URL}/types/lausuntopalaute/1": "GET",
        f"{URL}/.well-known/openid-credential-issuer/esimerkkila": "GET",
        f"{URL}/.well-known/oauth-authorization-server/esimerkkila": "GET",
    }
    for url, allowed in routes.items():
        for method in ("GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"):
            if method != allowed:
                assert world.client.request(method, url).status_code == 405, (method, url)
        if allowed == "POST":
            assert world.client.request("HEAD", url).status_code == 405
    assert world.client.request("HEAD", f"{URL}/o/{handle}").status_code == 405
    assert world.view(made.document_id).state == "offered"


@pytest.mark.case("C-62")
def test_error_descriptions_use_the_alphabet_of_the_spec_and_repeat_nothing(world: World) -> None:
    have = redeemed(world)
    answers = list(faults(world, have))
    assert len(answers) >= 50
    for answer in answers:
        assert answer.status_code in (400, 401), answer.text
        body = answer.json()
        assert set(body) <= {"error", "error_description"}
        if "error_description" in body:
            assert DESCRIPTION.fullmatch(body["error_description"]), body
        assert "canary" not in answer.text.lower()
        assert not re.search(r"Error|Exception|Traceback|SELECT|issuer\.|openid4vc", answer.text)


def faults(world: World, have: Redeemed) -> Any:
    """Fifty and more requests, each wrong in its own way and with a canary in it."""
    token_url, canary = f"{URL}/esimerkkila/token", 'canary"\\ä\u0000🙂'
    grant = "urn:ietf:params:oauth:grant-type:pre-authorized_code"
    for name in ("grant_type", "pre-authorized_code", "tx_code", "client_id"):
        for value in (canary, "", "canary" * 2_000, "canary"):
            fields = {"grant_type": grant, "pre-authorized_code": "canary", name: value}
            yield world.client.post(token_url, data=fields)
    yield world.client.post(token_url, content=b"canary=%zz&canary", headers={"Content-Type": "text/canary"})
    proof = have.wallet.proof
    nonce = have.wallet.nonce(have.issuer)
    for spoiled in (
        {"credential_configuration_id": canary},
        {"credential_configuration_id": ["canary"]},
        {"credential_configuration_id": None},
        {"credential_identifier": canary},
        {"credential_configuration_id": None, "credential_identifier": canary},
        {"proofs": canary},
        {"proofs": {}},
        {"proofs": {canary: ["canary"]}},
        {"proofs": {"jwt": [], "attestation": ["canary"]}},
        {"proofs": {"jwt": [canary]}},
        {"proofs": {"jwt": ["canary.canary.canary"]}},
        {"proofs": {"jwt": [1]}},
        {"proofs": {"jwt": ["canary"] * 3}},
        {"proof": {"proof_type": "jwt", "jwt": "canary"}},
        {"credential_response_encryption": {"jwk": canary}},
        *({"proofs": {"jwt": [proof(have.issuer, nonce, aud=it)]}} for it in (canary, "", ["canary"], None)),
        *({"proofs": {"jwt": [proof(have.issuer, nonce, iat=it)]}} for it in ("canary", 0, None, 1 << 40)),
        *({"proofs": {"jwt": [proof(have.issuer, it)]}} for it in ("canary", "", None)),
        {"proofs": {"jwt": [proof(have.issuer, nonce, iss="canary")]}},
    ):
        yield have.ask(**spoiled)
    for raw in (b"canary", b'{"canary":', b'"canary"', b"[" * 200):
        yield have.wallet.post(have.issuer, "credential_endpoint", have.token, content=raw, headers={})
    for body in ({}, {"notification_id": canary, "event": "credential_accepted"}, {"event": "canary"}, ["canary"]):
        yield have.wallet.post(have.issuer, "notification_endpoint", have.token, json=body)
    for token in ("canary", "c" * 5_000, "ca nary"):
        yield have.wallet.post(have.issuer, "credential_endpoint", token, json={})
