"""Junk at the response endpoint (catalogue V-27): it costs little, locks nobody out and ends nothing."""

import pytest

from tests.verifier.test_requests import TENTH
from tests.verifier.world import World
from verifier.store.statements import REJECTED_LIMIT


@pytest.mark.case("V-27")
def test_the_honest_wallet_verifies_after_a_little_junk_and_after_a_lot(world: World) -> None:
    wallet = world.person()
    for count in (4, 1000 // TENTH):
        created = world.ask()
        request = wallet.fetch(created.request_uri)
        uri = request.claims["response_uri"]
        forged = {**wallet.vp_token(request, "pid", "feedback")}
        forged["pid"] = [forged["pid"][0][:-8] + "AAAAAAAA"]
        codes = []
        for number in range(count):
            if number % 2:
                codes.append(wallet.post(request, forged).status_code)
            else:
                codes.append(world.client.post(uri, data={"response": f"e30.{number}.e30.e30.e30"}).status_code)
        assert codes == [400] * min(count, REJECTED_LIMIT) + [429] * max(0, count - REJECTED_LIMIT)
        assert world.result(created)["state"] == "pending"
        assert world.row(created)["rejected"] == min(count, REJECTED_LIMIT)
        assert wallet.post(request, wallet.vp_token(request, "pid", "feedback")).status_code == 200
        assert world.result(created)["state"] == "verified"


def test_the_same_junk_again_is_turned_away_without_a_look(world: World) -> None:
    wallet = world.person()
    created = world.ask()
    uri = wallet.fetch(created.request_uri).claims["response_uri"]
    answers = [world.client.post(uri, data={"response": "e30.e30.e30.e30.e30"}) for _ in range(REJECTED_LIMIT + 3)]
    assert [answer.status_code for answer in answers[-3:]] == [429, 429, 429]
    assert answers[-1].headers["retry-after"] == "1"
