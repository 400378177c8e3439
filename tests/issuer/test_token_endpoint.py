"""POST /{organisation}/token: OpenID4VCI §6, once and for the right code alone."""

import asyncio
from collections.abc import Coroutine
from typing import Any

import httpx
import pytest

from issuer import documents
from issuer.documents import OfferMade
from issuer.errors import IssuerError
from tests.issuer.stranger import GRANT
from tests.issuer.world import URL, World, running, wrong

TOKEN = f"{URL}/esimerkkila/token"


def offered(world: World, made: OfferMade) -> dict[str, Any]:
    """The offer behind a link."""
    found: dict[str, Any] = world.wallet().fetch_offer(made.offer_uri).json()
    return found


def form(offer: dict[str, Any], tx_code: str | None) -> dict[str, str]:
    fields = {"grant_type": GRANT, "pre-authorized_code": offer["grants"][GRANT]["pre-authorized_code"]}
    return fields if tx_code is None else {**fields, "tx_code": tx_code}


def error(answer: httpx.Response) -> str:
    """The code of a well-formed refusal."""
    assert answer.status_code in (400, 401), answer.text
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-type"] == "application/json"
    return str(answer.json()["error"])


@pytest.mark.case("C-01")
def test_a_code_is_redeemed_once_and_never_again(world: World) -> None:
    made = world.offer()
    offer = offered(world, made)
    assert world.client.post(TOKEN, data=form(offer, made.tx_code)).status_code == 200
    for wait in (0, 1):
        world.wait(wait)
        assert error(world.client.post(TOKEN, data=form(offer, made.tx_code))) == "invalid_grant"
    with running(world.settings) as restarted:
        assert error(restarted.client.post(TOKEN, data=form(offer, made.tx_code))) == "invalid_grant"
    assert world.view(made.document_id).state == "redeemed"


@pytest.mark.case("C-02")
def test_of_fifty_redemptions_at_once_exactly_one_succeeds(world: World) -> None:
    with running(world.settings) as other:
        for _ in range(10):
            made = world.offer()
            answers = at_once(world, other, [form(offered(world, made), made.tx_code)] * 50)
            assert sorted(answer.status_code for answer in answers) == [200] + [400] * 49
            assert {error(answer) for answer in answers if answer.status_code != 200} == {"invalid_grant"}


@pytest.mark.case("C-03")
def test_an_unknown_code_is_invalid_grant_and_none_is_invalid_request(world: World) -> None:
    for code in ("unknown", "A" * 43, "x" * 10_000, "koodi–ä 🙂", "%00"):
        fields = {"grant_type": GRANT, "pre-authorized_code": code}
        assert error(world.client.post(TOKEN, data=fields)) == "invalid_grant", code[:10]
    for fields in ({"grant_type": GRANT}, {"grant_type": GRANT, "pre-authorized_code": ""}):
        assert error(world.client.post(TOKEN, data=fields)) == "invalid_request"


@pytest.mark.case("C-04")
def test_a_code_ends_with_its_lifetime(world: World) -> None:
    made = world.offer()
    offer = offered(world, made)
    world.wait(world.settings.code_seconds + 1)
    assert error(world.client.post(TOKEN, data=form(offer, made.tx_code))) == "invalid_grant"
    assert world.client.post(TOKEN, data=form(offered(world, made), made.tx_code)).status_code == 200


@pytest.mark.case("C-05")
def test_a_missing_transaction_code_is_no_guess_and_uses_nothing_up(world: World) -> None:
    made = world.offer()
    offer = offered(world, made)
    for _ in range(6):
        assert error(world.client.post(TOKEN, data=form(offer, None))) == "invalid_request"
    assert world.view(made.document_id).offer.attempts == 0
    assert world.client.post(TOKEN, data=form(offer, made.tx_code)).status_code == 200


@pytest.mark.case("C-06")
def test_four_wrong_guesses_do_not_burn_the_code(world: World) -> None:
    made = world.offer()
    offer = offered(world, made)
    assert made.tx_code is not None
    for _ in range(4):
        assert error(world.client.post(TOKEN, data=form(offer, wrong(made.tx_code)))) == "invalid_grant"
    assert world.client.post(TOKEN, data=form(offer, made.tx_code)).status_code == 200


@pytest.mark.case("C-07")
def test_after_five_wrong_guesses_the_right_one_is_refused_too(world: World) -> None:
    made = world.offer()
    lock(world, made)
    seen = world.view(made.document_id)
    assert (seen.state, seen.offer.attempts_left) == ("locked", 0)
    actions = [row["action"] for row in world.audit(made.document_id)]
    assert actions.count("offer.wrong_code") == 5
    assert "offer.locked" in actions


@pytest.mark.case("C-08")
def test_of_many_guesses_at_once_five_are_compared(world: World) -> None:
    made = world.offer()
    assert made.tx_code is not None
    offer = offered(world, made)
    with running(world.settings) as other:
        answers = at_once(world, other, [form(offer, wrong(made.tx_code)) for _ in range(20)])
        assert {error(answer) for answer in answers} == {"invalid_grant"}
        assert error(other.client.post(TOKEN, data=form(offer, made.tx_code))) == "invalid_grant"
    assert [row["action"] for row in world.audit(made.document_id)].count("offer.wrong_code") == 5


@pytest.mark.case("C-09")
def test_a_transaction_code_that_nobody_asked_for_is_refused(world: World) -> None:
    made = world.offer(tx_code=False)
    offer = offered(world, made)
    assert "tx_code" not in offer["grants"][GRANT]
    assert error(world.client.post(TOKEN, data=form(offer, "123456"))) == "invalid_request"
    assert world.client.post(TOKEN, data=form(offer, None)).status_code == 200


@pytest.mark.case("C-10")
@pytest.mark.parametrize("spoil", ["spaced", "full_width", "signed", "short", "long", "nul", "padded"])
def test_a_transaction_code_is_compared_exactly(world: World, spoil: str) -> None:
    made = world.offer()
    code = str(made.tx_code)
    spoiled = {
        "spaced": f"{code[:3]} {code[3:]}",
        "full_width": "".join(chr(ord(digit) + 0xFEE0) for digit in code),
        "signed": f"+{code}",
        "short": code[1:],
        "long": code * 150_000,
        "nul": f"{code}\0",
        "padded": f" {code} ",
    }[spoil]
    offer = offered(world, made)
    assert error(world.client.post(TOKEN, data=form(offer, spoiled))) in ("invalid_grant", "invalid_request")
    assert world.client.post(TOKEN, data=form(offer, code)).status_code == 200


@pytest.mark.case("C-17")
def test_only_the_grant_that_is_offered_is_taken(world: World) -> None:
    offer = offered(world, world.offer(tx_code=False))
    for grant_type, expected in (
        (None, "invalid_request"),
        ("", "invalid_request"),
        ("password", "unsupported_grant_type"),
        ("authorization_code", "unsupported_grant_type"),
        (GRANT.upper(), "unsupported_grant_type"),
    ):
        fields = form(offer, None)
        fields.pop("grant_type")
        if grant_type is not None:
            fields["grant_type"] = grant_type
        assert error(world.client.post(TOKEN, data=fields)) == expected
    assert world.client.post(TOKEN, data=form(offer, None)).status_code == 200


@pytest.mark.case("C-18")
def test_parameters_count_in_the_body_of_a_form_alone(world: World) -> None:
    made = world.offer()
    fields = form(offered(world, made), made.tx_code)
    refused = [
        world.client.post(TOKEN, json=fields),
        world.client.post(TOKEN, files={name: (None, value) for name, value in fields.items()}),
        world.client.post(TOKEN, params=fields),
        world.client.post(TOKEN, params=fields, data={"grant_type": GRANT}),
        world.client.request("GET", TOKEN, params=fields),
        world.client.request("PUT", TOKEN, data=fields),
        world.client.post(TOKEN, content="&".join([f"{k}={v}" for k, v in fields.items()] * 2), headers=FORM),
    ]
    assert [answer.status_code for answer in refused] == [400, 400, 400, 400, 405, 405, 400]
    assert world.client.post(TOKEN, data=fields).status_code == 200


FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.mark.case("C-19")
def test_anonymous_wallets_are_announced_and_a_claimed_client_is_refused(world: World) -> None:
    server = world.wallet().metadata(world.o1.identifier, "oauth-authorization-server").json()
    assert server["pre-authorized_grant_anonymous_access_supported"] is True
    made = world.offer()
    fields = form(offered(world, made), made.tx_code)
    assert error(world.client.post(TOKEN, data={**fields, "client_id": "wallet"})) == "invalid_client"
    assert world.client.post(TOKEN, data=fields).status_code == 200


@pytest.mark.case("C-30")
def test_an_access_token_lives_five_minutes_at_most(world: World) -> None:
    made = world.offer()
    wallet = world.wallet()
    offer = offered(world, made)
    token = world.client.post(TOKEN, data=form(offer, made.tx_code)).json()
    assert token["token_type"] == "Bearer"
    assert token["expires_in"] <= 300
    world.wait(token["expires_in"] + 1)
    assert wallet.credential(offer, token["access_token"]).status_code == 401


@pytest.mark.case("C-23")
def test_a_code_or_token_of_one_organisation_opens_nothing_at_another(world: World) -> None:
    made = world.offer()
    fields = form(offered(world, made), made.tx_code)
    assert error(world.client.post(f"{URL}/henkilotieto/token", data=fields)) == "invalid_grant"
    assert world.client.post(f"{URL}/nobody/token", data=fields).status_code == 404
    token = world.client.post(TOKEN, data=fields).json()["access_token"]
    foreign = world.wallet().post(f"{URL}/henkilotieto", "credential_endpoint", token, json={})
    assert foreign.status_code == 401


def test_unlocking_gives_a_new_code_three_times_and_no_more(world: World) -> None:
    made = world.offer()
    old = made.tx_code
    for left in (2, 1, 0):
        lock(world, made)
        made = world.act(documents.unlock, made.document_id)
        assert made.tx_code != old
        assert world.view(made.document_id).offer.unlocks_left == left
    lock(world, made)
    with pytest.raises(IssuerError, match="unlock_limit"):
        world.act(documents.unlock, made.document_id)


def test_a_renewed_code_replaces_the_old_one_and_forgives_no_guess(world: World) -> None:
    made = world.offer()
    offer = offered(world, made)
    world.client.post(TOKEN, data=form(offer, wrong(str(made.tx_code))))
    renewed = world.act(documents.new_code, made.document_id)
    assert renewed.offer_uri == made.offer_uri
    assert world.view(made.document_id).offer.attempts == 1
    assert error(world.client.post(TOKEN, data=form(offer, made.tx_code))) == "invalid_grant"
    assert world.client.post(TOKEN, data=form(offer, renewed.tx_code)).status_code == 200


def lock(world: World, made: OfferMade) -> None:
    """Five wrong codes, then the right one in vain."""
    offer = offered(world, made)
    for _ in range(5):
        assert error(world.client.post(TOKEN, data=form(offer, wrong(str(made.tx_code))))) == "invalid_grant"
    assert error(world.client.post(TOKEN, data=form(offer, made.tx_code))) == "invalid_grant"


def at_once(world: World, other: World, forms: list[dict[str, str]]) -> list[httpx.Response]:
    """Token requests at the same moment, half of them at a second process's application."""

    def run(where: World, some: list[dict[str, str]]) -> Coroutine[Any, Any, list[httpx.Response]]:
        async def post_all() -> list[httpx.Response]:
            client = where.client.asynchronous
            return list(await asyncio.gather(*(client.post(TOKEN, data=fields) for fields in some)))

        return post_all()

    half = len(forms) // 2
    started = [where.loop.start(run(where, some)) for where, some in ((world, forms[:half]), (other, forms[half:]))]
    return [answer for future in started for answer in future.result(60)]
