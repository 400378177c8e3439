"""The management interface for other systems (catalogue V-21, V-22)."""

from typing import Any

import pytest

from tests.verifier.world import World
from verifier.endpoints.management import SCOPES
from web_service.api_tokens import ApiTokens
from web_service.database import Transaction


def token(world: World, organisation: str = "O2", scopes: Any = SCOPES) -> dict[str, str]:
    database = world.server.verifier.database

    async def work(tx: Transaction) -> tuple[str, str]:
        return await ApiTokens(database).create(
            tx, organisation=organisation, name="test", scopes=scopes, now=world.now(), days=1
        )

    return {"Authorization": f"Bearer {world.run(database.transaction, work)[1]}"}


def audit_actions(world: World) -> list[str]:
    from sqlalchemy import select

    from verifier.store.tables import shared
    from web_service.database import Statement

    statement = Statement(select(shared.audit.c.action).order_by(shared.audit.c.id))
    return [row["action"] for row in world.run(world.server.verifier.database.read, statement)]


def test_another_system_asks_and_reads_the_result(world: World) -> None:
    own = token(world)
    asked = world.client.post("/api/requests", headers=own, json={"purpose": "tyoll-terveysvaikutus", "ttl": 60})
    assert asked.status_code == 201 and asked.headers["cache-control"] == "no-store"
    wallet = world.person()
    wallet.answer(asked.json()["request_uri"], "pid", "feedback")
    result = world.client.get(f"/api/requests/{asked.json()['id']}?wait=5", headers=own).json()
    assert (result["state"], result["same_person"]) == ("verified", "not_checked")
    assert result["claims"]["feedback"]["work_ability"] == "limited_tasks"


@pytest.mark.case("V-21")
def test_what_is_not_yours_looks_like_what_is_not_there(world: World) -> None:
    own, colleague, stranger = token(world), token(world), token(world, "O1")
    created = world.client.post("/api/requests", headers=own, json={"purpose": "P1"}).json()["id"]
    answers = [
        world.client.get(f"/api/requests/{name}", headers=headers)
        for name, headers in ((created, colleague), (created, stranger), ("1", own), ("2", own))
    ]
    assert {(answer.status_code, answer.text) for answer in answers} == {(404, '{"error":"request_not_found"}')}
    assert world.client.get(f"/api/requests/{created}").status_code == 401
    assert world.client.get(f"/api/requests/{created}", headers={"Authorization": "Bearer x"}).status_code == 401
    weak = token(world, scopes={"requests:create"})
    assert world.client.get(f"/api/requests/{created}", headers=weak).status_code == 403


@pytest.mark.case("V-22")
def test_nobody_asks_beyond_a_registered_purpose(world: World) -> None:
    own = token(world)
    before = len(audit_actions(world))
    bodies: list[tuple[dict[str, Any], int]] = [
        ({"purpose": "P1", "claims": ["diagnoses"]}, 403),
        ({"purpose": "P1", "dcql_query": {"credentials": [{"id": "b", "format": "dc+sd-jwt"}]}}, 403),
        ({"dcql_query": {}}, 403),
        ({"purpose": "X1"}, 404),
        ({"purpose": "P1", "extra": 1}, 400),
        ({"purpose": "P1", "customer": "120374-901B"}, 400),
        ({"purpose": "P5", "customer": "120374-901A"}, 400),
        ({"purpose": "P1", "ttl": 601}, 400),
        ({"purpose": ["P1"]}, 400),
    ]
    for body, status in bodies:
        assert world.client.post("/api/requests", headers=own, json=body).status_code == status, body
    # Registered, but for another organisation.
    other = token(world, "O1")
    assert world.client.post("/api/requests", headers=other, json={"purpose": "P1"}).status_code == 403
    assert audit_actions(world)[before:] == ["request.over_asking"] * 4
