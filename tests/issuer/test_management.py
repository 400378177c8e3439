"""The HTTP management API: one organisation's token, strict bodies, faults without values."""

from typing import Any

import httpx
import pytest

from credential_schemas.types import sample
from tests.issuer.world import URL, World

API = f"{URL}/api/esimerkkila/documents"


def post(world: World, path: str, token: str | None, **options: Any) -> httpx.Response:
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    return world.client.post(f"{API}{path}", headers=headers, **options)


def body(world: World, **changes: Any) -> dict[str, Any]:
    kind = world.service.types["lausuntopalaute"]
    claims = sample(kind, "C1", world.service.clock.today())
    return {"type": "lausuntopalaute", "claims": claims, **changes}


def test_another_system_gives_a_document_and_watches_it_go(world: World) -> None:
    token = world.api_token()
    made = post(world, "", token, json=body(world, request_key="order-00001", recipient=["Erkki", "Katu 1"]))
    assert made.status_code == 201
    offer = made.json()
    assert post(world, "", token, json=body(world, request_key="order-00001")).json() == offer
    credential = world.wallet().receive(offer["credential_offer_uri"], offer["tx_code"])
    url = f"{API}/{offer['document_id']}"
    seen = world.client.get(url, headers={"Authorization": f"Bearer {token}"}).json()
    assert (seen["state"], seen["status"], seen["copies"]) == ("received", "valid", 1)
    assert "Erkki" not in str(seen)
    assert post(world, f"/{offer['document_id']}/cancel", token).json()["error"]["code"] == "offer_redeemed"
    again = post(world, f"/{offer['document_id']}/offer", token, json={"replace": True})
    assert again.status_code == 201
    assert world.wallet().status(credential) == 3
    renewed = post(world, f"/{offer['document_id']}/new-code", token).json()
    assert renewed["credential_offer_uri"] == again.json()["credential_offer_uri"]
    assert post(world, f"/{offer['document_id']}/unlock", token).json()["error"]["code"] == "offer_not_locked"
    assert post(world, f"/{offer['document_id']}/cancel", token).json()["state"] == "cancelled"


def test_a_token_opens_its_own_organisation_and_its_own_scopes(world: World) -> None:
    made = world.offer()
    status = f"/{made.document_id}/status"
    revoke = {"status": "revoked"}
    foreign = world.api_token(organisation="henkilotieto")
    for token, expected in (
        (None, 401),
        ("nonsense", 401),
        (world.api_token("documents"), 403),
        (world.api_token("offers"), 403),
        (foreign, 404),
    ):
        assert post(world, status, token, json=revoke).status_code == expected
    # Under its own organisation's name the document is not there.
    url = f"{URL}/api/henkilotieto/documents/{made.document_id}"
    headers = {"Authorization": f"Bearer {foreign}"}
    assert world.client.get(url, headers=headers).json()["error"]["code"] == "document_unknown"
    assert world.client.post(f"{url}/status", json=revoke, headers=headers).status_code == 404
    assert world.view(made.document_id).status == "valid"


@pytest.mark.case("C-58")
@pytest.mark.parametrize(
    "name", ["iss", "exp", "status", "vct", "cnf", "issuer_key", "document_id", "issuing_authority"]
)
def test_what_is_the_issuers_to_say_is_taken_from_nobody(world: World, name: str) -> None:
    token = world.api_token()
    whole = body(world)
    outside = post(world, "", token, json={**whole, name: "mine"})
    assert (outside.status_code, outside.json()["error"]) == (400, {"code": "api_request_invalid", "fields": [name]})
    inside = post(world, "", token, json={**whole, "claims": {**whole["claims"], name: "mine"}})
    assert inside.status_code == 400
    assert inside.json()["error"]["claims"][name] in ("claim_not_yours", "claim_unknown")


@pytest.mark.case("C-59")
@pytest.mark.parametrize(
    "changes",
    [
        {"assessed_on": "2025-02-30"},
        {"assessed_on": "0000-01-01"},
        {"birthdate": "2999-01-01"},
        {"date_of_expiry": "2226-01-01"},
        {"given_name": "x" * 10_000},
        {"given_name": ""},
        {"message_to_authority": "x" * 301},
        {"work_ability": "nothing of the kind"},
        {"restrictions": {"a": 1}},
    ],
)
def test_claims_that_do_not_hold_are_named_and_nothing_is_stored(world: World, changes: dict[str, Any]) -> None:
    token = world.api_token()
    whole = body(world)
    answer = post(world, "", token, json={**whole, "claims": {**whole["claims"], **changes}})
    assert answer.status_code == 400
    assert set(answer.json()["error"]["claims"]) & set(changes)
    assert not any(str(value) in answer.text for value in changes.values() if len(str(value)) > 3)
    assert world.offer().document_id.endswith(".1")


@pytest.mark.parametrize(
    "raw", [b"", b"[]", b"{", b'{"type":"a","type":"b"}', b"nul\0l", b'{"type":"lausuntopalaute"}', b"[" * 100]
)
def test_a_body_that_is_no_request_gets_400(world: World, raw: bytes) -> None:
    answer = post(world, "", world.api_token(), content=raw)
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == "api_request_invalid"


def test_ids_that_cannot_be_are_refused_before_the_database(world: World) -> None:
    headers = {"Authorization": f"Bearer {world.api_token()}"}
    for name in ("%00", "a%20b", "x" * 100, "..%2f"):
        assert world.client.get(f"{API}/{name}", headers=headers).status_code in (400, 404)


def test_the_description_names_every_path_and_its_scope(world: World) -> None:
    described = world.client.get(f"{URL}/api/openapi.json").json()
    assert len(described["paths"]) == 7
    for path, methods in described["paths"].items():
        assert path.startswith("/api/{organisation}/documents")
        assert all(operation["x-scope"] in ("offers", "documents", "status") for operation in methods.values())
    for path in ("/docs", "/redoc", "/openapi.json"):
        assert world.client.get(f"{URL}{path}").status_code == 404
