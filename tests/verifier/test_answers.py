"""Answers of a foreign wallet, good and bad (OpenID4VP 1.0 §8; catalogue group V)."""

from tests.verifier.world import World


def test_a_foreign_wallet_answers_and_the_official_learns_what_was_asked_and_nothing_more(stored_world: World) -> None:
    world = stored_world
    wallet = world.person()
    created = world.ask("P1")
    answer = wallet.answer(created.request_uri, "pid", "feedback")
    assert answer.status_code == 200, answer.text
    result = world.result(created)
    assert (result["state"], result["reason"], result["same_person"]) == ("verified", None, "not_checked")
