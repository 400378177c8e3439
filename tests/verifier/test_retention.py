"""What is kept, for how long, and what is gone after that."""

import pytest

from tests.verifier.test_management import audit_actions
from tests.verifier.world import World
from verifier import results, retention
from verifier.errors import VerifierError
from verifier.results import Standing, keep_until
from verifier.store import statements
from web_service.clock import Clock
from web_service.database import Row

DAY = 86400


def verified(world: World) -> Row:
    created = world.ask("P1", customer="120374-901A")
    world.person().answer(created.request_uri, "pid", "feedback")
    return world.row(created)


def stored(world: World, row: Row) -> Row:
    found: Row = world.run(world.server.verifier.database.one, statements.result_of_request, p_request_id=row["id"])
    return found


def standing(world: World, row: Row) -> Standing:
    found: Standing = world.run(results.standing, world.server.verifier, row)
    return found


def test_nothing_of_a_person_is_readable_in_the_database(world: World) -> None:
    row = verified(world)
    world.run(world.server.verifier.database.tidy)
    raw = b"".join(path.read_bytes() for path in world.folder.glob("verifier.db*"))
    assert row["id"].encode() in raw
    for canary in (b"Esimerkki", b"120374-901A", b"limited_tasks", b"1974-03-12"):
        assert canary not in raw


def test_an_unattached_result_is_gone_after_a_day_and_its_key_first(stored_world: World) -> None:
    world = stored_world
    row = verified(world)
    world.wait(DAY - 600)
    assert world.run(retention.run, world.server.verifier) == 0
    world.wait(601)
    assert world.run(retention.run, world.server.verifier) == 1
    left = stored(world, row)
    assert (left["content"], left["wrapped_key"], left["receipt"]) == (None, None, None)
    request = world.run(world.server.verifier.database.one, statements.request_by_id, p_id=row["id"])
    assert (request["customer"], request["wrapped_key"]) == (None, None)
    now = standing(world, row)
    assert (now.state, dict(now.claims), now.deleted_at is None) == ("verified", {}, False)
    assert audit_actions(world)[-1] == "result.expired"
    assert world.run(retention.run, world.server.verifier) == 0


def test_attached_fields_live_for_the_purposes_retention_under_a_key_of_their_own(stored_world: World) -> None:
    world = stored_world
    row = verified(world)
    before = stored(world, row)
    chosen = {("feedback", "work_ability"), ("feedback", "restrictions")}
    world.run(
        results.attach,
        world.server.verifier,
        standing(world, row),
        chosen,
        case_reference="MAL/1/2026",
        actor="cli:test",
    )
    after = stored(world, row)
    assert after["wrapped_key"] != before["wrapped_key"]
    assert dict(standing(world, row).claims) == {
        "feedback": {"work_ability": "limited_tasks", "restrictions": ["no_heavy_lifting"]}
    }
    until = keep_until(world.server.verifier.clock.today(), "P12M")
    assert abs((Clock.local(after["delete_at"]).date() - until).days) <= 1
    with pytest.raises(VerifierError, match="result_not_attachable"):
        world.run(
            results.attach,
            world.server.verifier,
            standing(world, row),
            chosen,
            case_reference="MAL/1/2026",
            actor="cli:test",
        )
    world.wait(2 * DAY)
    assert world.run(retention.run, world.server.verifier) == 0
    world.wait(366 * DAY)
    assert world.run(retention.run, world.server.verifier) == 1
    assert dict(standing(world, row).claims) == {}


def test_a_failed_answer_leaves_no_values_at_all(world: World) -> None:
    wallet = world.person()
    world.issuer("O1").set_status(wallet.held["feedback"], 1)
    created = world.ask("P1")
    wallet.answer(created.request_uri, "pid", "feedback")
    content = standing(world, world.row(created)).content
    assert content is not None
    assert dict(content.claims) == {}
    assert "Esimerkki" not in str([document.clear.get("family_name") for document in content.documents])


def test_the_key_of_the_encryption_goes_with_the_end_of_the_request(world: World) -> None:
    wallet = world.person()
    answered, refused, over = world.ask(), world.ask(), world.ask()
    wallet.answer(answered.request_uri, "pid", "feedback")
    wallet.refuse(refused.request_uri)
    world.wait(601)
    world.run(retention.run, world.server.verifier)
    rows = [world.row(created) for created in (answered, refused, over)]
    assert [row["encryption_key"] for row in rows] == [None, None, None]
    assert [row["state"] for row in rows] == ["verified", "refused", "expired"]
