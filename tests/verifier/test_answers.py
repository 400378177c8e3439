"""Answers of a foreign wallet, good and bad (OpenID4VP 1.0 §8; catalogue group V)."""

import hashlib
from typing import Any

import pytest

from credential_schemas import organisations
from openid4vc.trust.demo import DemoTrust
from tests.verifier.foreign import Issued, Request, b64, new_key, read_jws, sign
from tests.verifier.town import FEEDBACK, PID, STATEMENT
from tests.verifier.world import World
from verifier import enrolment
from verifier.inquiry import Created

CHECKS = ["issuer", "signature", "holder", "person", "period", "status", "fresh"]


def is_turned_away(world: World, created: Created, answer: Any, reason: str) -> None:
    """VR: 400, nothing to learn from, nothing readable; the request goes on, and the official learns why."""
    assert answer.status_code == 400
    assert answer.json() == {"error": "invalid_request"}
    assert answer.headers["cache-control"] == "no-store"
    result = world.result(created)
    assert (result["state"], result["last_reason"], result["claims"]) == ("pending", reason, {})


def test_a_foreign_wallet_answers_and_the_official_learns_what_was_asked_and_nothing_more(stored_world: World) -> None:
    world = stored_world
    wallet = world.person()
    created = world.ask("P1")
    answer = wallet.answer(created.request_uri, "pid", "feedback")
    assert answer.status_code == 200, answer.text
    result = world.result(created)
    assert (result["state"], result["reason"], result["same_person"]) == ("verified", None, "not_checked")
    assert list(result["claims"]["pid"]) == ["given_name", "family_name", "birthdate"]
    assert result["claims"]["feedback"]["work_ability"] == "limited_tasks"
    assert [check["name"] for check in result["checks"]] == CHECKS * 2
    assert all(check["ok"] for check in result["checks"])


def test_the_other_alternative_answers_as_well(world: World) -> None:
    wallet = world.person()
    wallet.held["statement"] = world.credential(STATEMENT)
    created = world.ask("P1")
    assert wallet.answer(created.request_uri, "pid", "statement").status_code == 200
    result = world.result(created)
    assert set(result["claims"]) == {"pid", "statement"}
    assert list(result["claims"]["statement"]) == [
        *("given_name", "family_name", "birthdate", "work_ability_assessment", "incapacity_scope", "examined_on"),
        "occupation",
    ]


def test_what_a_wallet_discloses_beyond_the_question_is_dropped_and_is_no_fault(world: World) -> None:
    wallet = world.person()
    created = world.ask("P1")
    request = wallet.fetch(created.request_uri)
    everything = {
        name: [wallet.presentation(request, name, reveal=list(wallet.held[name].disclosures))]
        for name in ("pid", "feedback")
    }
    assert wallet.post(request, everything).status_code == 200
    result = world.result(created)
    assert result["state"] == "verified"
    assert "rehabilitation_need" not in result["claims"]["feedback"]
    assert "120374-901A" not in str(result)


def test_the_answer_brings_a_receipt_with_names_of_claims_and_no_values(world: World) -> None:
    wallet = world.person()
    created = world.ask("P1")
    request = wallet.fetch(created.request_uri)
    receipt = wallet.post(request, wallet.vp_token(request, "pid", "feedback")).json()["receipt"]
    header, claims = read_jws(receipt)
    assert (header["typ"], header["x5c"]) == ("consent-receipt+jwt", request.header["x5c"])
    assert "feedback.work_ability" in claims["claims_presented"]
    assert claims["presentation_id"] == b64(hashlib.sha256(request.claims["nonce"].encode()).digest())
    assert "limited_tasks" not in str(claims) and "Esimerkki" not in str(claims["pii_information"])


def test_data_that_went_over_in_vain_leaves_a_receipt_too(world: World) -> None:
    wallet = world.person()
    world.issuer("O1").set_status(wallet.held["feedback"], 1)
    created = world.ask("P1")
    claims = read_jws(wallet.answer(created.request_uri, "pid", "feedback").json()["receipt"])[1]
    assert "feedback.work_ability" in claims["claims_presented"]
    assert claims["retention_period"] == "P1D"
    assert world.result(created)["state"] == "failed"


@pytest.mark.case("V-01")
def test_an_answer_to_one_request_is_none_to_another(world: World) -> None:
    wallet = world.person()
    first, second = world.ask("P1"), world.ask("P1")
    request, other = wallet.fetch(first.request_uri), wallet.fetch(second.request_uri)
    captured = wallet.vp_token(request, "pid", "feedback")
    # As captured: encrypted to the first request's key. Then the same presentations encrypted to the second's.
    answer = wallet.post(
        Request({**other.claims, "client_metadata": request.claims["client_metadata"]}, {}, ""), captured
    )
    is_turned_away(world, second, answer, "decryption_failed")
    is_turned_away(world, second, wallet.post(other, captured), "kb_nonce")


@pytest.mark.case("V-02")
def test_the_very_same_answer_again_changes_nothing(world: World) -> None:
    wallet = world.person()
    created = world.ask("P1")
    request = wallet.fetch(created.request_uri)
    token = wallet.vp_token(request, "pid", "feedback")
    assert wallet.post(request, token).status_code == 200
    before = world.row(created), world.result(created)
    world.wait(5)
    assert wallet.post(request, token).status_code == 400
    assert (world.row(created), world.result(created)) == before


@pytest.mark.case("V-03")
def test_a_state_that_is_missing_unknown_empty_huge_or_of_another_request_is_refused(world: World) -> None:
    wallet = world.person()
    created = world.ask("P1")
    request = wallet.fetch(created.request_uri)
    other = wallet.fetch(world.ask("P1").request_uri).claims["state"]
    token = wallet.vp_token(request, "pid", "feedback")
    for state in (None, "", "unknown", other, "x" * 10_000):
        answer = wallet.post(request, token, parameters={"state": state})
        is_turned_away(world, created, answer, "state_unknown")


@pytest.mark.case("V-04")
def test_an_answer_after_the_time_is_over_is_refused_and_the_request_has_expired(world: World) -> None:
    wallet = world.person()
    created = world.ask("P1")
    request = wallet.fetch(created.request_uri)
    world.wait(601)
    answer = wallet.post(request, wallet.vp_token(request, "pid", "feedback"))
    assert answer.status_code == 400
    result = world.result(created)
    assert (result["state"], result["reason"], result["claims"]) == ("expired", "request_expired", {})


@pytest.mark.case("V-09")
def test_key_binding_for_another_name_of_ours_is_refused(world: World) -> None:
    wallet = world.person()
    created = world.ask("P1")
    request = wallet.fetch(created.request_uri)
    own = request.claims["client_id"]
    bare = own.removeprefix("x509_hash:")
    for audience in (bare, f"x509_san_dns:{bare}", f"origin:{own}", f"decentralized_identifier:{bare}", [own]):
        token = {
            "pid": [wallet.presentation(request, "pid")],
            "feedback": [wallet.presentation(request, "feedback", aud=audience)],
        }
        is_turned_away(world, created, wallet.post(request, token), "kb_aud")


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"nonce": "another"}, "kb_nonce"),
        ({"iat": 0}, "kb_iat"),
        ({"iat": 4_000_000_000}, "kb_iat"),
        ({"sd_hash": "AAAA"}, "kb_sd_hash"),
        ({"key": True}, "kb_signature"),
    ],
)
def test_each_fault_of_the_key_binding_is_refused(world: World, changed: dict[str, Any], reason: str) -> None:
    wallet = world.person()
    created = world.ask("P1")
    request = wallet.fetch(created.request_uri)
    if "key" in changed:
        changed = {"key": new_key()}
    token = {
        "pid": [wallet.presentation(request, "pid")],
        "feedback": [wallet.presentation(request, "feedback", **changed)],
    }
    is_turned_away(world, created, wallet.post(request, token), reason)


@pytest.mark.case("V-10")
def test_a_plain_answer_to_an_encrypted_request_is_refused(world: World) -> None:
    wallet = world.person()
    created = world.ask("P1")
    request = wallet.fetch(created.request_uri)
    form = {"vp_token": "{}", "state": request.claims["state"]}
    answer = world.client.post(request.claims["response_uri"], data=form)
    is_turned_away(world, created, answer, "response_mode_mismatch")


@pytest.mark.case("V-11")
def test_a_refusal_ends_the_request_and_the_senders_words_go_nowhere(world: World) -> None:
    wallet = world.person()
    created = world.ask("P1")
    request = wallet.fetch(created.request_uri)
    form = {"error": "access_denied", "state": request.claims["state"], "error_description": "<b>canary</b>"}
    answer = world.client.post(request.claims["response_uri"], data=form)
    assert (answer.status_code, answer.json()) == (200, {})
    result = world.result(created)
    assert (result["state"], result["reason"]) == ("refused", "access_denied")
    assert "canary" not in str(result) + str(world.row(created))


def test_a_refusal_without_the_state_of_the_request_is_nobodys(world: World) -> None:
    wallet = world.person()
    created = world.ask("P1")
    request = wallet.fetch(created.request_uri)
    answer = world.client.post(request.claims["response_uri"], data={"error": "access_denied", "state": "guessed"})
    is_turned_away(world, created, answer, "state_unknown")


def test_a_wallet_in_trouble_does_not_end_the_request(world: World) -> None:
    wallet = world.person()
    created = world.ask("P1")
    request = wallet.fetch(created.request_uri)
    form = {"error": "vp_formats_not_supported", "state": request.claims["state"]}
    assert world.client.post(request.claims["response_uri"], data=form).status_code == 200
    assert (world.result(created)["state"], world.result(created)["last_reason"]) == ("pending", "wallet_error")


@pytest.mark.case("V-13")
def test_a_required_credential_that_does_not_come_makes_it_incomplete(world: World) -> None:
    wallet = world.person()
    created = world.ask("P1")
    assert wallet.answer(created.request_uri, "pid").status_code == 200
    result = world.result(created)
    assert (result["state"], result["reason"], result["claims"]) == ("failed", "missing_credential", {})


@pytest.mark.case("V-14")
def test_the_query_is_checked_again_whatever_the_wallet_thought(world: World) -> None:
    wallet = world.person()
    created = world.ask("P1")
    request = wallet.fetch(created.request_uri)
    token = {
        "pid": [wallet.presentation(request, "pid")],
        "feedback": [wallet.presentation(request, "feedback", reveal=["given_name", "family_name", "birthdate"])],
    }
    assert wallet.post(request, token).status_code == 200
    assert (world.result(created)["state"], world.result(created)["reason"]) == ("failed", "claim_missing")

    # Another type under the query's id: authentic, and not what was asked.
    wallet.held["feedback"] = world.credential(STATEMENT)
    created = world.ask("P1")
    request = wallet.fetch(created.request_uri)
    reveal = list(wallet.held["feedback"].disclosures)
    token = {
        "pid": [wallet.presentation(request, "pid")],
        "feedback": [wallet.presentation(request, "feedback", reveal=reveal)],
    }
    assert wallet.post(request, token).status_code == 200
    result = world.result(created)
    assert (result["state"], result["reason"], result["claims"]) == ("failed", "vct_wrong", {})


@pytest.mark.case("V-15")
def test_an_issuer_that_nobody_vouches_for_or_a_bad_signature_leaves_the_request_open(world: World) -> None:
    wallet = world.person()
    created = world.ask("P1")
    request = wallet.fetch(created.request_uri)
    honest = wallet.held["feedback"]

    stranger = enrolment.join_demo_trust(world.folder / "elsewhere", organisations.load(), now=world.now())
    issuer = world.new_issuer("Vieras Oy", "NTRFI-1234567-1", DemoTrust.open(stranger.directory))
    wallet.held["feedback"] = world.credential(FEEDBACK, issuer=issuer)
    is_turned_away(
        world, created, wallet.post(request, wallet.vp_token(request, "pid", "feedback")), "untrusted_issuer"
    )
    assert world.row(created)["last_issuer"] == "Vieras Oy"

    # An issuer of the trust list, for another type.
    wallet.held["feedback"] = world.credential(FEEDBACK, issuer=world.issuer("O3"))
    answer = wallet.post(request, wallet.vp_token(request, "pid", "feedback"))
    is_turned_away(world, created, answer, "issuer_not_authorised_for_type")

    header, payload = read_jws(honest.jwt)
    forged = sign(header, {**payload, "date_of_expiry": "2099-01-01"}, new_key())
    wallet.held["feedback"] = Issued(forged, honest.disclosures, honest.key)
    is_turned_away(world, created, wallet.post(request, wallet.vp_token(request, "pid", "feedback")), "bad_signature")

    wallet.held["feedback"] = honest
    assert wallet.post(request, wallet.vp_token(request, "pid", "feedback")).status_code == 200
    assert world.result(created)["state"] == "verified"


@pytest.mark.case("V-16")
def test_everything_wrong_with_the_encryption_looks_the_same(world: World) -> None:
    wallet = world.person()
    created = world.ask("P1")
    request = wallet.fetch(created.request_uri)
    old = wallet.fetch(world.ask("P1").request_uri).key
    token = wallet.vp_token(request, "pid", "feedback")
    answers = [
        wallet.post(request, token, jwk=old),
        wallet.post(request, token, kid="unknown"),
        wallet.post(request, token, alg="ECDH-ES+A128KW"),
        wallet.post(request, token, jwk={**old, "kid": request.key["kid"]}),
        wallet.post(request, token, plaintext=b"not JSON"),
        wallet.post(request, token, parameters={"state": "another"}),
    ]
    jwe = "e30.e30.e30.e30.e30"
    answers.append(world.client.post(request.claims["response_uri"], data={"response": jwe}))
    assert {(answer.status_code, answer.text) for answer in answers} == {(400, '{"error":"invalid_request"}')}
    assert world.result(created)["state"] == "pending"


@pytest.mark.case("V-28")
def test_nothing_that_comes_after_the_verdict_changes_it(world: World) -> None:
    wallet, late = world.person(), world.person("C3")
    created = world.ask("P1")
    request = wallet.fetch(created.request_uri)
    assert wallet.post(request, wallet.vp_token(request, "pid", "feedback")).status_code == 200
    before = world.row(created), world.result(created)
    answers = [
        late.post(request, late.vp_token(request, "pid", "feedback")),
        world.client.post(
            request.claims["response_uri"], data={"error": "access_denied", "state": request.claims["state"]}
        ),
        world.client.post(request.claims["response_uri"], data={"response": "junk"}),
    ]
    assert [answer.status_code for answer in answers] == [400, 400, 400]
    assert (world.row(created), world.result(created)) == before


@pytest.mark.case("V-31")
def test_different_holder_keys_are_normal_and_different_persons_are_not(world: World) -> None:
    wallet = world.person()
    created = world.ask("P1")
    wallet.answer(created.request_uri, "pid", "feedback")
    assert wallet.held["pid"].key is not wallet.held["feedback"].key
    assert world.result(created)["state"] == "verified"

    wallet.held["feedback"] = world.credential(FEEDBACK, "C3")
    created = world.ask("P1")
    assert wallet.answer(created.request_uri, "pid", "feedback").status_code == 200
    result = world.result(created)
    assert (result["state"], result["reason"], result["same_person"]) == ("failed", "other_person", False)
    assert result["claims"] == {}
    assert [check["ok"] for check in result["checks"] if check["name"] == "person"] == [False, False]


def test_the_same_name_in_another_normal_form_is_the_same_name(world: World) -> None:
    wallet = world.wallet()
    wallet.held = {
        "pid": world.credential(PID, family_name="Hämäläinen"),
        "feedback": world.credential(FEEDBACK, family_name="Ha\u0308ma\u0308la\u0308inen"),
    }
    created = world.ask("P1")
    wallet.answer(created.request_uri, "pid", "feedback")
    assert world.result(created)["state"] == "verified"


@pytest.mark.parametrize(
    ("code", "state", "same"), [("120374-901A", "verified", True), ("050891-942J", "failed", False)]
)
def test_the_customer_of_the_office_is_compared_and_never_told(world: World, code: str, state: str, same: bool) -> None:
    wallet = world.person()
    created = world.ask("P1", customer=code)
    assert "personal_administrative_number" in world.row(created)["dcql"]
    wallet.answer(created.request_uri, "pid", "feedback")
    result = world.result(created)
    assert (result["state"], result["same_person"]) == (state, same)
    assert "120374-901A" not in str(result)
    assert code not in str(world.row(created))


def test_without_a_customer_the_identity_code_is_not_even_asked(world: World) -> None:
    assert "personal_administrative_number" not in world.row(world.ask("P1"))["dcql"]


def test_an_expired_credential_fails_the_request_and_tells_no_values(world: World) -> None:
    wallet = world.person()
    now = world.now() // 3600 * 3600
    wallet.held["feedback"] = world.credential(FEEDBACK, jwt={"nbf": now - 86400, "exp": now - 3600})
    created = world.ask("P1")
    assert wallet.answer(created.request_uri, "pid", "feedback").status_code == 200
    result = world.result(created)
    assert (result["state"], result["reason"], result["claims"]) == ("failed", "expired", {})
    period = [check for check in result["checks"] if check["name"] == "period" and check["credential"] == "feedback"]
    assert [(check["ok"], check["reason"]) for check in period] == [(False, "expired")]
    # Token Status List §8.3: what is refused by itself is asked about nowhere; the one beside it was.
    lists = {name: read_jws(held.jwt)[1]["status"]["status_list"]["uri"] for name, held in wallet.held.items()}
    asked = {f"{world.statuses.url}{path}" for path in world.statuses.downloads}
    assert lists["pid"] in asked and lists["feedback"] not in asked


def test_an_expired_credential_beside_a_forged_one_does_not_end_the_request(world: World) -> None:
    wallet = world.person()
    now = world.now() // 3600 * 3600
    wallet.held["feedback"] = world.credential(FEEDBACK, jwt={"nbf": now - 86400, "exp": now - 3600})
    created = world.ask("P1")
    request = wallet.fetch(created.request_uri)
    token = {
        "pid": [wallet.presentation(request, "pid", key=new_key())],
        "feedback": [wallet.presentation(request, "feedback")],
    }
    is_turned_away(world, created, wallet.post(request, token), "kb_signature")


def test_data_that_is_too_old_for_the_purpose_is_verified_and_marked(world: World) -> None:
    wallet = world.person()
    wallet.held["feedback"] = world.credential(FEEDBACK, assessed_on="2020-01-31")
    created = world.ask("P1")
    wallet.answer(created.request_uri, "pid", "feedback")
    result = world.result(created)
    assert (result["state"], result["reason"]) == ("verified", None)
    fresh = {
        check["credential"]: (check["ok"], check["reason"]) for check in result["checks"] if check["name"] == "fresh"
    }
    assert fresh == {"pid": (True, None), "feedback": (False, "too_old_for_purpose")}


def test_time_over_with_a_refused_answer_is_failed_for_that_reason(world: World) -> None:
    wallet = world.person()
    created = world.ask("P1")
    request = wallet.fetch(created.request_uri)
    wallet.post(
        request,
        {
            "pid": [wallet.presentation(request, "pid", nonce="x")],
            "feedback": [wallet.presentation(request, "feedback")],
        },
    )
    world.wait(601)
    result = world.result(created)
    assert (result["state"], result["reason"]) == ("failed", "kb_nonce")
    assert [check["ok"] for check in result["checks"]] == [True, True, False, None, None, None, None]


@pytest.mark.case("V-25")
def test_nothing_is_fetched_because_a_credential_says_where_from(world: World) -> None:
    wallet = world.person()
    canary = f"{world.statuses.url}/canary"
    header, payload = read_jws(wallet.held["feedback"].jwt)
    issuer = world.issuer("O1")
    spoiled = sign(
        {**header, "x5u": canary},
        {**payload, "vct#integrity": "sha256-AAAA", "logo": canary, "schema": canary},
        issuer.key,
    )
    created = world.ask("P1")
    request = wallet.fetch(created.request_uri)
    wallet.held["feedback"] = Issued(spoiled, wallet.held["feedback"].disclosures, wallet.held["feedback"].key)
    is_turned_away(world, created, wallet.post(request, wallet.vp_token(request, "pid", "feedback")), "jose_header")
    header.pop("x5u", None)
    claims = {**payload, "vct": canary, "vct#integrity": "sha256-AAAA"}
    wallet.held["feedback"] = Issued(
        sign(header, claims, issuer.key), wallet.held["feedback"].disclosures, wallet.held["feedback"].key
    )
    is_turned_away(
        world,
        created,
        wallet.post(request, wallet.vp_token(request, "pid", "feedback")),
        "issuer_not_authorised_for_type",
    )
    assert [path for path in world.statuses.downloads if "canary" in path] == []
