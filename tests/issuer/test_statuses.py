"""What credentials say about themselves: Token Status List, ARF VCR_04."""

import asyncio
import zlib
from typing import Any

import pytest

from issuer import document_status
from issuer.errors import IssuerError
from issuer.status_indexes import RUN
from issuer.store import statements
from openid4vc.status_list.keeping import DEFAULT_SIZE
from tests.issuer.stranger import decode, read_jwt
from tests.issuer.world import DOCTOR, URL, World

LIST = f"{URL}/esimerkkila/status/0"


@pytest.mark.case("T-19")
def test_a_revocation_is_seen_at_the_list_at_once_with_actor_and_reason_on_record(world: World) -> None:
    made = world.offer()
    wallet = world.wallet()
    credential = wallet.receive(made.offer_uri, made.tx_code)
    assert wallet.status(credential) == 0
    token = world.api_token("status")
    answer = world.client.post(
        f"{URL}/api/esimerkkila/documents/{made.document_id}/status",
        json={"status": "revoked", "reason": "wrong_person"},
        headers={"Authorization": f"Bearer {token}"},
    )
    assert answer.json()["status"] == "revoked"
    assert wallet.status(credential) == 1
    claims = read_jwt(world.client.get(LIST).text)[1]
    assert claims["ttl"] <= 60
    assert claims["exp"] - claims["iat"] <= 24 * 3600
    (row,) = (row for row in world.audit(made.document_id) if row["action"] == "document.revoked")
    assert row["actor"].startswith("api:")
    assert row["detail"] == '{"reason":"wrong_person"}'


@pytest.mark.case("T-20")
def test_what_is_revoked_or_replaced_stays_so(world: World) -> None:
    for final, bit in (("revoked", 1), ("superseded", 3)):
        made = world.offer()
        wallet = world.wallet()
        credential = wallet.receive(made.offer_uri, made.tx_code)
        change(world, made.document_id, final)
        token = world.api_token()
        url = f"{URL}/api/esimerkkila/documents/{made.document_id}"
        headers = {"Authorization": f"Bearer {token}"}
        for status in ("valid", "suspended", "revoked", "superseded"):
            answer = world.client.post(f"{url}/status", json={"status": status}, headers=headers)
            assert (answer.status_code, answer.json()["error"]["code"]) == (409, "status_final")
        # Giving it again under its old number is no way back either.
        answer = world.client.post(f"{url}/offer", json={"replace": True}, headers=headers)
        assert (answer.status_code, answer.json()["error"]["code"]) == (409, "status_final")
        # Nor are many at the same moment.
        assert set(at_once(world, made.document_id, "valid", 8)) == {"status_final"}
        assert wallet.status(credential) == bit


def test_only_one_of_two_final_states_wins(world: World) -> None:
    made = world.offer()
    wallet = world.wallet()
    credential = wallet.receive(made.offer_uri, made.tx_code)

    async def run() -> list[Any]:
        return await asyncio.gather(
            *(
                document_status.change(world.service, world.o1, DOCTOR, made.document_id, status, by=None, reason=None)
                for status in ("revoked", "superseded", "suspended", "revoked", "superseded")
            ),
            return_exceptions=True,
        )

    outcomes = world.call(run)
    assert sum(outcome is None for outcome in outcomes) in (1, 2)
    final = world.view(made.document_id).status
    assert wallet.status(credential) == {"revoked": 1, "superseded": 3}[final]
    assert wallet.status(credential) in (1, 3)


def test_only_what_is_suspended_becomes_valid_again(world: World) -> None:
    made = world.offer()
    wallet = world.wallet()
    credential = wallet.receive(made.offer_uri, made.tx_code)
    with pytest.raises(IssuerError, match="status_final"):
        change(world, made.document_id, "valid")
    for _ in range(2):
        change(world, made.document_id, "suspended")
        assert wallet.status(credential) == 2
    change(world, made.document_id, "valid")
    assert wallet.status(credential) == 0


def test_a_replacement_is_another_document_of_the_same_organisation(world: World) -> None:
    first, second = world.offer(), world.offer()
    for by in ("1.2.3", first.document_id):
        with pytest.raises(IssuerError, match="replacement_unknown"):
            change(world, first.document_id, "superseded", by=by)
    change(world, first.document_id, "superseded", by=second.document_id)
    assert world.view(first.document_id).replaced_by == second.document_id
    third = world.offer(replaces=second.document_id)
    assert world.view(second.document_id).status == "superseded"
    assert world.view(third.document_id).replaces == second.document_id


def test_a_reason_is_one_of_those_agreed(world: World) -> None:
    made = world.offer()
    with pytest.raises(IssuerError, match="reason_unknown"):
        change(world, made.document_id, "revoked", reason="because I say so")
    assert world.view(made.document_id).status == "valid"


@pytest.mark.case("T-22")
def test_changes_at_the_same_moment_touch_their_own_bits_alone(world: World) -> None:
    wallet = world.wallet()
    for _ in range(5):
        mades = [world.offer() for _ in range(4)]
        credentials = [wallet.receive(made.offer_uri, made.tx_code) for made in mades]

        async def run(ids: list[str]) -> None:
            await asyncio.gather(
                *(
                    document_status.revoke(world.service, world.o1, DOCTOR, document_id, reason=None)
                    for document_id in ids
                )
            )

        revoked = [made.document_id for made in mades[:2]]
        later = world.loop.start(run(revoked))
        issued = world.offer()
        fresh = wallet.receive(issued.offer_uri, issued.tx_code)
        later.result(60)
        assert [wallet.status(credential) for credential in (*credentials, fresh)] == [1, 1, 0, 0, 0]


@pytest.mark.case("T-23")
def test_a_full_list_is_followed_by_the_next_and_no_index_comes_twice(world: World) -> None:
    async def fill() -> None:
        await world.service.database.write(
            statements.take_indexes, organisation="esimerkkila", amount=DEFAULT_SIZE - RUN
        )

    world.call(fill)

    async def take() -> list[tuple[int, int]]:
        places = [await world.o1.status_indexes.take() for _ in range(RUN * 3)]
        return [(place.list, place.idx) for place in places]

    places = world.call(take)
    assert [number for number, _ in places] == [0] * RUN + [1] * RUN * 2
    assert len(set(places)) == len(places)
    made = world.offer()
    credential = world.wallet().receive(made.offer_uri, made.tx_code)
    assert credential.payload["status"]["status_list"]["uri"] == f"{URL}/esimerkkila/status/1"
    assert world.wallet().status(credential) == 0


@pytest.mark.case("T-24")
def test_a_list_is_everybodys_and_says_what_it_is(world: World) -> None:
    world.wallet().receive(*link(world))
    for accept in ("application/statuslist+jwt", "*/*", "application/*;q=0.1"):
        answer = world.client.get(LIST, headers={"Accept": accept, "Origin": "https://anybody.example"})
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "application/statuslist+jwt"
        assert answer.headers["access-control-allow-origin"] == "*"
        assert "access-control-allow-credentials" not in answer.headers
        assert "set-cookie" not in answer.headers
    assert world.client.get(LIST, headers={"Accept": "text/html"}).status_code == 406
    assert world.client.get(f"{LIST}?time=1700000000").status_code == 501
    for path in ("1", "00", "-1", "x", "99999999999999999999", "%C2%B2"):
        assert world.client.get(f"{URL}/esimerkkila/status/{path}").status_code == 404
    assert world.client.get(f"{URL}/nobody/status/0").status_code == 404
    for method in ("PUT", "POST", "DELETE", "PATCH"):
        assert world.client.request(method, LIST).status_code == 405


def test_an_organisation_names_all_its_lists_to_everybody(world: World) -> None:
    where = f"{URL}/esimerkkila/status"
    server = world.wallet().metadata(world.o1.identifier, "oauth-authorization-server").json()
    assert server["status_list_aggregation_endpoint"] == where
    answer = world.client.get(where, headers={"Origin": "https://anybody.example", "Accept": "text/html"})
    assert (answer.status_code, answer.json()) == (200, {"status_lists": []})
    world.wallet().receive(*link(world))
    assert world.client.get(where).json() == {"status_lists": [LIST]}
    add_lists(world, "esimerkkila", 11, 2, 1)
    add_lists(world, "another", 3)
    answer = world.client.get(where)
    assert answer.json() == {"status_lists": [f"{where}/{number}" for number in (0, 1, 2, 11)]}
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["cache-control"] == "public, max-age=2"
    assert "access-control-allow-credentials" not in answer.headers
    assert "set-cookie" not in answer.headers
    # Each is a list of that name that says where the others are.
    for uri in answer.json()["status_lists"]:
        claims = read_jwt(world.client.get(uri).text)[1]
        assert (claims["sub"], claims["status_list"]["aggregation_uri"]) == (uri, where)
    assert world.client.get(f"{URL}/nobody/status").status_code == 404


@pytest.mark.case("T-25")
def test_a_list_is_signed_when_it_changed_and_again_before_it_is_old(world: World) -> None:
    world.wallet().receive(*link(world))
    first = world.client.get(LIST).text
    header, claims = read_jwt(first)
    assert header["typ"] == "statuslist+jwt"
    assert claims["sub"] == LIST
    assert claims["status_list"]["bits"] == 2
    assert 0 < claims["exp"] - claims["iat"] <= 24 * 3600
    assert claims["ttl"] == 2
    world.wait(24 * 3600 - 1)
    later = read_jwt(world.client.get(LIST).text)[1]
    assert later["iat"] > claims["iat"]
    assert later["exp"] > world.service.clock.now() + 3600
    assert later["status_list"] == claims["status_list"]


@pytest.mark.case("T-26")
def test_a_lists_size_and_its_indexes_tell_neither_number_nor_order(world: World) -> None:
    def token() -> dict[str, Any]:
        found: dict[str, Any] = read_jwt(world.client.get(LIST).text)[1]["status_list"]
        return found

    wallet = world.wallet()
    indexes = [wallet.receive(*link(world)).index]
    before = token()
    indexes += [wallet.receive(*link(world)).index for _ in range(5)]
    assert token() == before
    assert len(zlib.decompress(decode(before["lst"]))) == DEFAULT_SIZE * 2 // 8
    assert len(before["lst"]) < 1_000
    assert indexes != sorted(indexes)
    assert max(indexes) - min(indexes) > 10_000


def link(world: World) -> tuple[str, str | None]:
    made = world.offer()
    return made.offer_uri, made.tx_code


def add_lists(world: World, organisation: str, *numbers: int) -> None:
    async def add() -> None:
        for number in numbers:
            await world.service.database.write(statements.ensure_list, organisation=organisation, list=number)

    world.call(add)


def change(world: World, document_id: str, status: str, *, by: str | None = None, reason: str | None = None) -> None:
    world.act(document_status.change, document_id, status, by=by, reason=reason)


def at_once(world: World, document_id: str, status: str, times: int) -> list[str]:
    async def run() -> list[BaseException | None]:
        return await asyncio.gather(
            *(
                document_status.change(world.service, world.o1, DOCTOR, document_id, status, by=None, reason=None)
                for _ in range(times)
            ),
            return_exceptions=True,
        )

    return [outcome.code if isinstance(outcome, IssuerError) else str(outcome) for outcome in world.call(run)]
