"""Status lists as the verifier meets them (Token Status List §8.3; catalogue group T, V-29)."""

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.verifier.test_requests import TENTH
from tests.verifier.world import World


@pytest.mark.parametrize(("value", "reason"), [(1, "revoked"), (2, "suspended"), (3, "superseded")])
def test_what_the_list_says_fails_the_request_and_shows_no_values(world: World, value: int, reason: str) -> None:
    wallet = world.person()
    world.issuer("O1").set_status(wallet.held["feedback"], value)
    created = world.ask()
    assert wallet.answer(created.request_uri, "pid", "feedback").status_code == 200
    result = world.result(created)
    assert (result["state"], result["reason"], result["claims"]) == ("failed", reason, {})


@pytest.mark.case("V-29")
def test_a_document_revoked_after_the_question_and_before_the_answer_is_revoked(world: World) -> None:
    wallet = world.person()
    wallet.answer(world.ask().request_uri, "pid", "feedback")  # the list is in the cache from now on
    created = world.ask()
    request = wallet.fetch(created.request_uri)
    world.issuer("O1").set_status(wallet.held["feedback"], 1)
    world.wait(61)
    wallet.post(request, wallet.vp_token(request, "pid", "feedback"))
    assert (world.result(created)["state"], world.result(created)["reason"]) == ("failed", "revoked")


@pytest.mark.case("T-11")
def test_a_provider_that_does_not_answer_well_leaves_nothing_verified(world: World) -> None:
    wallet = world.person()

    def status(code: int) -> Any:
        return lambda handler: handler.answer(code, "application/statuslist+jwt", b"")

    for misbehave in (status(404), status(500), status(503), status(200), lambda handler: handler.connection.close()):
        world.statuses.misbehave = misbehave
        created = world.ask()
        assert wallet.answer(created.request_uri, "pid", "feedback").status_code == 200
        result = world.result(created)
        assert (result["state"], result["reason"], result["claims"]) == ("failed", "status_unavailable", {})


@pytest.mark.slow
@pytest.mark.case("T-12")
def test_a_provider_that_drips_is_given_up_and_holds_up_nobody_else(world: World) -> None:
    wallet = world.person()
    dripped: list[str] = []

    def drip(handler: Any) -> None:
        handler.send_response(200)
        handler.send_header("Content-Type", "application/statuslist+jwt")
        handler.send_header("Content-Length", "1000")
        handler.end_headers()
        for _ in range(200):
            try:
                handler.wfile.write(b"x")
            except OSError:
                return
            dripped.append(handler.path)
            time.sleep(0.2)

    world.statuses.misbehave = drip
    created, other = world.ask(), world.ask()
    request = wallet.fetch(created.request_uri)
    with ThreadPoolExecutor(1) as thread:
        answer = thread.submit(wallet.post, request, wallet.vp_token(request, "pid", "feedback"))
        while not dripped:
            time.sleep(0.01)
        assert world.person("C3").fetch(other.request_uri)
        assert not answer.done()
        assert answer.result().status_code == 200
    # Five seconds of drops for both lists at once, and not the thousand octets that were promised.
    assert len(dripped) < 2 * 200 * 0.2
    assert world.result(created)["reason"] == "status_unavailable"


@pytest.mark.case("T-16")
def test_many_presentations_within_ttl_are_one_download_of_each_list(world: World) -> None:
    wallet = world.person()
    for _ in range(100 // TENTH):
        created = world.ask()
        wallet.answer(created.request_uri, "pid", "feedback")
        assert world.result(created)["state"] == "verified"
    assert len(world.statuses.downloads) == len(set(world.statuses.downloads)) == 2


def test_a_copy_is_never_older_than_the_purpose_allows(world: World) -> None:
    wallet = world.person()
    world.issuer("O1").status.ttl = 3600
    wallet.answer(world.ask().request_uri, "pid", "feedback")
    world.wait(61)
    wallet.answer(world.ask().request_uri, "pid", "feedback")
    path = world.issuer("O1").status.uri.removeprefix(world.statuses.url)
    assert world.statuses.downloads.count(path) == 2


def test_a_list_of_another_organisation_speaks_for_nobody_else(world: World) -> None:
    wallet = world.person()
    ours, other = world.issuer("O1").status, world.issuer("O3").status
    ours.key, ours.x5c = other.key, other.x5c
    created = world.ask()
    wallet.answer(created.request_uri, "pid", "feedback")
    assert world.result(created)["reason"] == "status_unavailable"


def test_the_trust_folder_is_read_again_and_a_broken_one_keeps_the_old_in_force(world: World) -> None:
    wallet = world.person()
    listed = world.settings.trust / "issuers" / "demo.lote.json"
    good = listed.read_bytes()
    listed.write_bytes(b"{")
    assert world.server.trust.reload() is False
    created = world.ask()
    wallet.answer(created.request_uri, "pid", "feedback")
    assert world.result(created)["state"] == "verified"

    listed.write_bytes(
        good.replace(b"https://tyypit.example/tyokyky/lausuntopalaute/1", b"https://tyypit.example/none/1")
    )
    assert world.server.trust.reload() is True
    created = world.ask()
    wallet.answer(created.request_uri, "pid", "feedback")
    assert world.result(created)["last_reason"] == "issuer_not_authorised_for_type"
