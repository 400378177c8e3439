"""What wallets are asked, and how (OpenID4VP 1.0 §5, §5.10; HAIP 1.0 §5; catalogue group V)."""

import json
import os
import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from jwcrypto.jwe import JWE
from jwcrypto.jwk import JWK

from tests.verifier.foreign import read_jws
from tests.verifier.world import World
from verifier import inquiry

# Rows with rounds and counts run at a tenth, in full with `make faults`.
TENTH = 1 if os.environ.get("TODISTE_FULL_COUNTS") else 10


def request_uri(invocation: str) -> str:
    return parse_qs(urlsplit(invocation).query)["request_uri"][0]


@pytest.mark.case("V-06")
def test_a_request_is_found_by_its_own_id_alone(world: World) -> None:
    created = world.ask()
    row = world.row(created)
    base = request_uri(created.request_uri).removesuffix(row["object_id"])
    for other in (row["id"], row["response_id"], row["alias"], row["nonce"], row["state_value"], row["encryption_kid"]):
        assert world.client.get(base + other).status_code == 404
    assert len(row["object_id"]) * 6 >= 128
    guesses = {world.client.get(base + inquiry.identifiers.unguessable()).status_code for _ in range(10_000 // TENTH)}
    assert guesses == {404}
    # Another organisation's address does not serve it either.
    assert world.client.get(base.replace("/mallila/", "/esimerkkila/") + row["object_id"]).status_code == 404


@pytest.mark.case("V-07")
def test_a_request_is_served_again_until_it_is_answered_and_then_no_more(world: World) -> None:
    wallet = world.person()
    created = world.ask()
    first, second = wallet.fetch(created.request_uri, method="get"), wallet.fetch(created.request_uri, method="get")
    assert {**first.claims, "iat": 0} == {**second.claims, "iat": 0}
    wallet.post(second, wallet.vp_token(second, "pid", "feedback"))
    assert world.client.get(request_uri(created.request_uri)).status_code == 410
    waiting = world.ask()
    world.wait(601)
    assert world.client.get(request_uri(waiting.request_uri)).status_code == 410


@pytest.mark.case("V-08")
def test_the_wallets_nonce_is_echoed_and_bad_metadata_refused(world: World) -> None:
    wallet = world.person()
    created = world.ask()
    assert wallet.fetch(created.request_uri, wallet_nonce="n-0S6_WzA2Mj").claims["wallet_nonce"] == "n-0S6_WzA2Mj"
    uri = request_uri(created.request_uri)
    assert "wallet_nonce" not in read_jws(world.client.post(uri, data={"unknown": "ignored"}).text)[1]
    for metadata in ("not JSON", "[]", '"text"', '{"a":1,"a":2}'):
        assert world.client.post(uri, data={"wallet_metadata": metadata}).status_code == 400
    assert world.client.post(uri, data={"wallet_nonce": ""}).status_code == 400
    assert world.client.post(uri, data={"wallet_metadata": '{"a":"' + "x" * 1_048_576 + '"}'}).status_code == 413
    assert world.client.post(uri, data={"wallet_metadata": '{"a":"' + "x" * 100_000 + '"}'}).status_code == 400


@pytest.mark.spec("OpenID4VP 1.0 §5.10")
def test_a_wallet_that_can_do_something_else_alone_is_sent_nothing_and_one_that_gives_a_key_the_request_for_it(
    world: World,
) -> None:
    uri = request_uri(world.ask().request_uri)

    def post(metadata: dict[str, object]) -> Any:
        return world.client.post(uri, data={"wallet_metadata": json.dumps(metadata), "wallet_nonce": "n-1"})

    refused: list[dict[str, object]] = [
        {"vp_formats_supported": {"mso_mdoc": {}}},
        {"client_id_prefixes_supported": ["x509_san_dns"]},
        {"jwks": {"keys": [{"kty": "RSA", "alg": "RSA-OAEP", "kid": "w"}]}},
    ]
    assert [post(metadata).status_code for metadata in refused] == [400, 400, 400]
    key = JWK.generate(kty="EC", crv="P-256", kid="w", alg="ECDH-ES", use="enc")
    answer = post({"jwks": {"keys": [key.export_public(as_dict=True)]}})
    assert answer.headers["content-type"] == "application/oauth-authz-req+jwt"
    sealed = JWE()
    sealed.deserialize(answer.text, key)
    assert (sealed.jose_header["kid"], sealed.jose_header["cty"]) == ("w", "JWT")
    assert read_jws(sealed.payload.decode("ascii"))[1]["wallet_nonce"] == "n-1"


@pytest.mark.case("V-17")
def test_every_secret_of_every_request_is_its_own(world: World) -> None:
    secrets: set[str] = set()
    rounds = 1000 // TENTH
    for _ in range(rounds):
        row = world.row(world.ask(seconds=60))
        found = [
            *(row[name] for name in ("id", "object_id", "response_id", "nonce", "state_value", "encryption_kid")),
            row["encryption_jwk"],
        ]
        # 128 bits are 22 characters of base64url or 32 hexadecimal digits.
        assert all(re.fullmatch(r"[A-Za-z0-9_-]{43}|[0-9a-f]{40}", text) for text in found[:-1])
        secrets.update(found)
    assert len(secrets) == 7 * rounds


@pytest.mark.case("V-18")
def test_answers_that_are_too_large_are_refused_before_any_signature(world: World) -> None:
    wallet = world.person()
    created = world.ask()
    request = wallet.fetch(created.request_uri)
    one = wallet.presentation(request, "pid")
    assert wallet.post(request, {"pid": ["x" * 5_000_000]}).status_code == 413
    assert wallet.post(request, {"pid": [one] * 60}).status_code == 400
    many = one.split("~")
    assert wallet.post(request, {"pid": ["~".join([many[0], *[many[1]] * 10_000, many[-1]])]}).status_code in (400, 413)
    assert world.result(created)["state"] == "pending"


@pytest.mark.case("V-19")
def test_only_a_form_is_an_answer(world: World) -> None:
    wallet = world.person()
    created = world.ask()
    uri = wallet.fetch(created.request_uri).claims["response_uri"]
    answers = [
        world.client.post(uri, json={"response": "x"}),
        world.client.post(uri, files={"response": b"x"}),
        world.client.post(uri, content=b"response=x"),
        world.client.post(uri, content=b"response=x", headers={"Content-Type": "text/plain"}),
    ]
    assert {answer.status_code for answer in answers} == {415}
    assert world.result(created)["state"] == "pending"


@pytest.mark.case("V-20")
def test_an_answer_is_one_thing(world: World) -> None:
    wallet = world.person()
    created = world.ask()
    request = wallet.fetch(created.request_uri)
    uri, state = request.claims["response_uri"], request.claims["state"]
    forms: list[dict[str, Any]] = [
        {"vp_token": "{}", "error": "access_denied", "state": state},
        {"response": "e30.e30.e30.e30.e30", "vp_token": "{}"},
        {"response": "e30.e30.e30.e30.e30", "error": "access_denied", "state": state},
        {"state": state},
        {},
        {"error": ["access_denied", "access_denied"], "state": state},
    ]
    assert {world.client.post(uri, data=form).status_code for form in forms} <= {400, 415}
    assert world.result(created)["state"] == "pending"


@pytest.mark.case("V-24")
def test_the_answer_sends_nobody_anywhere(world: World) -> None:
    """There is no same-device flow: no redirect_uri at all, whatever the sender would like."""
    wallet = world.person()
    created = world.ask()
    request = wallet.fetch(created.request_uri)
    request.claims["response_uri"] += "?redirect_uri=https://evil.example"
    answer = wallet.post(
        request, wallet.vp_token(request, "pid", "feedback"), parameters={"redirect_uri": "https://evil.example"}
    )
    assert answer.status_code == 200
    assert set(answer.json()) == {"receipt"}
    assert "location" not in answer.headers
    assert world.client.get("/p/0", headers={"Host": "evil.example"}).status_code == 400


@pytest.mark.case("V-30")
def test_the_request_object_says_what_it_must_and_nothing_of_a_person(world: World) -> None:
    wallet = world.person()
    created = world.ask(customer="120374-901A")
    request = wallet.fetch(created.request_uri)
    claims = request.claims
    assert request.header["typ"] == "oauth-authz-req+jwt"
    assert len(request.header["x5c"]) == 1
    assert claims["aud"] == "https://self-issued.me/v2"
    assert claims["exp"] - claims["iat"] <= 600
    assert claims["response_uri"].startswith(f"{world.server.public_url}/mallila/response/")
    assert set(claims["client_metadata"]) == {
        *("jwks", "vp_formats_supported", "encrypted_response_enc_values_supported"),
    }
    assert set(claims["client_metadata"]["encrypted_response_enc_values_supported"]) == {"A128GCM", "A256GCM"}
    assert {name: request.key[name] for name in ("kty", "crv", "alg", "use")} == {
        "kty": "EC",
        "crv": "P-256",
        "alg": "ECDH-ES",
        "use": "enc",
    }
    (info,) = claims["verifier_info"]
    assert set(info) == {"format", "data"} and info["format"] == "registration_cert"
    registration = read_jws(info["data"])[1]
    assert registration["sub"] == "NTRFI-9900102-9"
    assert "120374" not in request.text + str(claims) and "transaction_data" not in claims
    asked = {claim["path"][0] for query in claims["dcql_query"]["credentials"] for claim in query["claims"]}
    registered = {claim["path"][0] for each in registration["credentials"] for claim in each["claim"]}
    assert asked <= registered
    assert asked.isdisjoint({"diagnoses", "anamnesis", "findings", "issuing_unit"})


def test_the_typed_characters_lead_to_the_invocation_until_the_request_ends(world: World) -> None:
    wallet = world.person()
    created = world.ask()
    assert re.fullmatch(r"[0-9a-hjkmnp-tv-z]{12}", created.alias)
    for typed in (created.alias, created.alias.upper(), f"{created.alias[:4]}-{created.alias[4:]}"):
        answer = world.client.get(f"/p/{typed}", follow_redirects=False)
        assert (answer.status_code, answer.headers["location"]) == (303, created.request_uri)
    wallet.refuse(created.request_uri)
    assert world.client.get(f"/p/{created.alias}").status_code == 404


def test_guessing_typed_characters_is_slowed_down(world: World) -> None:
    codes = [world.client.get(f"/p/{inquiry.identifiers.alias()}").status_code for _ in range(31)]
    assert codes == [404] * 30 + [429]


def test_the_official_sees_that_a_wallet_has_opened_the_request(world: World) -> None:
    created = world.ask()
    assert world.row(created)["opened_at"] is None
    world.person().fetch(created.request_uri)
    row = world.row(created)
    assert row["created_at"] <= row["opened_at"] <= world.now()
