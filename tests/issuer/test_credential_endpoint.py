"""POST /{organisation}/credential: OpenID4VCI §8, for the key that was shown and no other."""

import asyncio
from dataclasses import dataclass, replace
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey

from issuer import document_status
from issuer.dates import HOUR, end_of_day, months_later, whole_hour
from issuer.documents import OfferMade
from issuer.keys import SigningKey
from openid4vc.jose.jws import Signer
from tests.issuer.stranger import Credential, Key, Stranger
from tests.issuer.world import URL, World

CREDENTIAL = f"{URL}/esimerkkila/credential"


@dataclass
class Redeemed:
    """A wallet that has an access token."""

    world: World
    made: OfferMade
    wallet: Stranger
    offer: dict[str, Any]
    token: str

    @property
    def issuer(self) -> str:
        return str(self.offer["credential_issuer"])

    def ask(self, **changes: Any) -> Any:
        """A good request but for the changes; None leaves a member out."""
        body = {
            "credential_configuration_id": "lausuntopalaute",
            "proofs": {"jwt": [self.wallet.proof(self.issuer, self.wallet.nonce(self.issuer))]},
            **changes,
        }
        body = {name: value for name, value in body.items() if value is not None}
        return self.wallet.post(self.issuer, "credential_endpoint", self.token, json=body)

    def copies(self) -> int:
        return len(self.world.view(self.made.document_id).copies)


def redeemed(world: World, **more: Any) -> Redeemed:
    made = world.offer(**more)
    wallet = world.wallet()
    offer = wallet.fetch_offer(made.offer_uri).json()
    token = wallet.token(offer, made.tx_code).json()["access_token"]
    return Redeemed(world, made, wallet, offer, token)


def credential_of(answer: Any) -> Credential:
    assert answer.status_code == 200, answer.text
    return Credential.parse(answer.json()["credentials"][0]["credential"])


@pytest.mark.case("C-29")
def test_a_token_counts_in_one_header_of_its_own_issuer_alone(world: World) -> None:
    have = redeemed(world)
    body = {"credential_configuration_id": "lausuntopalaute", "proofs": {"jwt": ["x"]}}
    good = {"Authorization": f"Bearer {have.token}"}
    code = have.offer["grants"]["urn:ietf:params:oauth:grant-type:pre-authorized_code"]["pre-authorized_code"]
    refused = [
        world.client.post(CREDENTIAL, json=body),
        world.client.post(CREDENTIAL, json=body, headers={"Authorization": f"Bearer {have.token[:-1]}x"}),
        world.client.post(CREDENTIAL, json=body, headers={"Authorization": f"Bearer {code}"}),
        world.client.post(CREDENTIAL, json=body, headers={"Authorization": f"DPoP {have.token}"}),
        world.client.post(CREDENTIAL, json=body, headers={"Authorization": have.token}),
        world.client.post(f"{URL}/henkilotieto/credential", json=body, headers=good),
        world.client.post(f"{CREDENTIAL}?access_token={have.token}", json=body),
        world.client.post(CREDENTIAL, json={**body, "access_token": have.token}),
        world.client.post(CREDENTIAL, data={"access_token": have.token}),
        world.client.post(CREDENTIAL, json=body, headers=[("Authorization", good["Authorization"])] * 2),
    ]
    assert [answer.status_code for answer in refused] == [401] * 10
    assert {answer.json()["error"] for answer in refused} == {"invalid_token"}
    assert all(answer.headers["www-authenticate"].startswith("Bearer") for answer in refused)
    assert credential_of(have.ask()).disclosed["document_id"] == have.made.document_id


def test_a_token_is_over_when_its_time_is(world: World) -> None:
    have = redeemed(world)
    world.wait(world.settings.token_seconds + 1)
    assert have.ask().status_code == 401


@pytest.mark.case("C-33")
def test_a_nonce_is_ours_fresh_and_used_once(world: World) -> None:
    have = redeemed(world)

    def with_nonce(nonce: str) -> str:
        answer = have.ask(proofs={"jwt": [have.wallet.proof(have.issuer, nonce)]})
        assert answer.status_code == 400
        return str(answer.json()["error"])

    old = have.wallet.nonce(have.issuer)
    foreign = have.wallet.nonce(f"{URL}/henkilotieto")
    altered = old[:-1] + ("A" if old[-1] != "A" else "B")
    assert {with_nonce(nonce) for nonce in ("unknown", "x" * 5_000, foreign, altered)} == {"invalid_nonce"}
    world.wait(world.settings.nonce_seconds + 1)
    # The token is over by then too.
    have = redeemed(world)
    assert with_nonce(old) == "invalid_nonce"
    fresh = have.wallet.nonce(have.issuer)
    assert credential_of(have.ask(proofs={"jwt": [have.wallet.proof(have.issuer, fresh)]}))
    assert with_nonce(fresh) == "invalid_nonce"
    assert have.copies() == 1


@pytest.mark.case("C-41")
def test_the_credential_is_bound_to_the_key_of_the_proof(world: World) -> None:
    have = redeemed(world)
    credential = credential_of(have.ask())
    assert credential.payload["cnf"] == {"jwk": have.wallet.key.jwk}


@pytest.mark.case("C-42")
def test_the_same_key_gets_the_same_copy_again_and_another_key_none(world: World) -> None:
    have = redeemed(world)
    first, second = credential_of(have.ask()), credential_of(have.ask())
    assert first.payload["status"] == second.payload["status"]
    assert (first.payload["nbf"], first.payload["exp"]) == (second.payload["nbf"], second.payload["exp"])
    assert not set(first.payload["_sd"]) & set(second.payload["_sd"])
    other = have.wallet.proof(have.issuer, have.wallet.nonce(have.issuer), key=Key())
    assert have.ask(proofs={"jwt": [other]}).json()["error"] == "credential_request_denied"
    assert have.copies() == 1
    assert world.counter("status_index_allocated_total") == 1


def test_requests_at_the_same_moment_end_in_one_copy(world: World) -> None:
    have = redeemed(world)
    keys = [have.wallet.key] * 4 + [Key() for _ in range(4)]
    bodies = [
        {
            "credential_configuration_id": "lausuntopalaute",
            "proofs": {"jwt": [have.wallet.proof(have.issuer, have.wallet.nonce(have.issuer), key=key)]},
        }
        for key in keys
    ]

    async def run() -> list[Any]:
        client, headers = world.client.asynchronous, {"Authorization": f"Bearer {have.token}"}
        return list(await asyncio.gather(*(client.post(CREDENTIAL, json=body, headers=headers) for body in bodies)))

    given = [answer for answer in world.call(run) if answer.status_code == 200]
    assert given
    assert len({(c.index, c.payload["cnf"]["jwk"]["x"]) for c in map(credential_of, given)}) == 1
    assert have.copies() == 1


@pytest.mark.case("C-46")
def test_a_body_that_is_no_request_is_answered_in_the_words_of_the_spec(world: World) -> None:
    have = redeemed(world)
    for options in (
        {"content": b"", "headers": {"Content-Type": "application/json"}},
        {"content": b"[]", "headers": {"Content-Type": "application/json"}},
        {"content": b"{", "headers": {"Content-Type": "application/json"}},
        {"content": b'{"a":1,"a":2}', "headers": {"Content-Type": "application/json"}},
        {"content": b"{}", "headers": {"Content-Type": "text/plain"}},
        {"data": {"credential_configuration_id": "lausuntopalaute"}},
        {"json": {}},
        {"json": {"credential_configuration_id": "lausuntopalaute", "credential_identifier": "x"}},
    ):
        headers = {"Authorization": f"Bearer {have.token}", **options.pop("headers", {})}  # type: ignore[dict-item]
        answer = world.client.post(CREDENTIAL, headers=headers, **options)
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_credential_request"), options
        assert "detail" not in answer.text
    assert credential_of(have.ask())


@pytest.mark.case("C-43")
def test_only_what_was_offered_can_be_asked_for(world: World) -> None:
    have = redeemed(world)
    assert have.ask(credential_identifier="a").json()["error"] == "invalid_credential_request"
    assert have.ask(credential_configuration_id=None).json()["error"] == "invalid_credential_request"
    other = have.ask(credential_configuration_id="laakarinlausunto-b")
    assert other.json()["error"] == "credential_request_denied"
    assert have.ask(credential_configuration_id="nothing").json()["error"] == "unknown_credential_configuration"
    assert have.ask(credential_configuration_id=None, credential_identifier="a").json()["error"] == (
        "unknown_credential_identifier"
    )
    indexes = world.counter("status_index_allocated_total")
    assert have.ask(proofs={"jwt": ["a", "b"]}).json()["error"] == "invalid_proof"
    assert have.ask(proofs=None).json()["error"] == "invalid_proof"
    assert world.counter("status_index_allocated_total") == indexes
    assert credential_of(have.ask())


@pytest.mark.case("C-45")
def test_members_that_nobody_knows_are_ignored(world: World) -> None:
    made = world.offer()
    wallet = world.wallet()
    offer = wallet.fetch_offer(made.offer_uri).json()
    answered = wallet.token(offer, made.tx_code, unknown="1", authorization_details='[{"type":"openid_credential"}]')
    have = Redeemed(world, made, wallet, offer, answered.json()["access_token"])
    given = have.ask(anything={"else": [1]}, issuer_state="x")
    assert credential_of(given)
    told = {"notification_id": given.json()["notification_id"], "event": "credential_accepted", "more": True}
    assert wallet.post(have.issuer, "notification_endpoint", have.token, json=told).status_code == 204


@pytest.mark.case("C-60")
def test_an_offer_that_came_to_another_person_needs_the_code_and_names_its_own(world: World) -> None:
    made = world.offer("C1")
    other = world.offer("C3")
    misled = world.wallet()
    offer = misled.fetch_offer(made.offer_uri).json()
    assert misled.token(offer, other.tx_code).json()["error"] == "invalid_grant"
    credential = misled.receive(made.offer_uri, made.tx_code)
    assert credential.disclosed["family_name"] == "Esimerkki"
    done = [row["action"] for row in world.audit(made.document_id)]
    assert done[:2] == ["document.created", "offer.fetched"]
    assert done[2:] == ["offer.wrong_code", "offer.redeemed", "credential.issued", "credential.notified"]


@pytest.mark.case("C-61")
def test_answers_are_json_nobody_keeps_and_say_nothing_of_the_server(world: World) -> None:
    have = redeemed(world)
    fetched = world.offer()
    answers = [
        have.wallet.fetch_offer(fetched.offer_uri),
        have.wallet.token(have.offer, "000000"),
        world.client.post(f"{URL}/esimerkkila/nonce"),
        have.ask(),
        have.ask(proofs=None),
        world.client.post(CREDENTIAL),
        have.wallet.post(have.issuer, "notification_endpoint", have.token, json={}),
    ]
    for answer in answers:
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["content-type"] == "application/json"
        assert "server" not in answer.headers
        assert "set-cookie" not in answer.headers


class Broken:
    """A signer that has the right key and puts out garbage."""

    def __init__(self, signer: Signer) -> None:
        self._signer = signer

    @property
    def public_key(self) -> EllipticCurvePublicKey:
        return self._signer.public_key

    def sign(self, data: bytes) -> bytes:
        signature = self._signer.sign(data)
        return signature[:-1] + bytes([signature[-1] ^ 1])


@pytest.mark.case("C-63")
def test_a_credential_that_does_not_verify_never_leaves(world: World) -> None:
    have = redeemed(world)
    whole = world.service
    keys = whole.organisations["esimerkkila"].keys
    failing = replace(keys, credential=SigningKey(Broken(keys.credential.signer), keys.credential.chain))
    organisation = replace(whole.organisations["esimerkkila"], keys=failing)
    world.app.state.service = replace(whole, organisations={**whole.organisations, "esimerkkila": organisation})
    refused = have.ask()
    assert (refused.status_code, refused.json()) == (500, {"error": "server_error"})
    assert have.copies() == 0
    world.app.state.service = whole
    spent = world.counter("status_index_allocated_total")
    first = credential_of(have.ask())
    assert have.copies() == 1
    assert world.counter("status_index_allocated_total") == spent + 1
    assert have.wallet.status(first) == 0


@pytest.mark.case("Y-08")
def test_times_are_whole_hours_and_end_with_the_document(world: World) -> None:
    have = redeemed(world)
    before = whole_hour(world.service.clock.now())
    credential = credential_of(have.ask())
    view = world.view(have.made.document_id)
    assert view.expires_on is not None
    assert credential.payload["nbf"] in (before, whole_hour(world.service.clock.now()))
    assert credential.payload["exp"] == end_of_day(view.expires_on)
    assert credential.payload["exp"] % HOUR == 0
    assert "iat" not in credential.payload


def test_no_credential_outlives_its_certificate_or_a_year(world: World) -> None:
    start = whole_hour(world.service.clock.now())
    leaf = world.o1.keys.credential.certificate
    world.wait((leaf.not_after - 20 * 86_400) - world.service.clock.now())
    have = redeemed(world)
    credential = credential_of(have.ask())
    assert credential.payload["exp"] == whole_hour(leaf.not_after)
    assert months_later(start, 12) > start


@pytest.mark.parametrize("change", ["suspended", "revoked", "superseded"])
def test_a_document_that_is_not_valid_gives_no_credential(world: World, change: str) -> None:
    have = redeemed(world)
    world.act(document_status.change, have.made.document_id, change, by=None, reason=None)
    answer = have.ask()
    assert answer.status_code == 401 or answer.json()["error"] == "credential_request_denied"
    assert have.copies() == 0


def test_a_suspended_document_can_be_fetched_when_it_is_valid_again(world: World) -> None:
    have = redeemed(world)
    world.act(document_status.suspend, have.made.document_id, reason=None)
    assert have.ask().json()["error"] == "credential_request_denied"
    world.act(document_status.resume, have.made.document_id)
    assert credential_of(have.ask()).disclosed["document_id"] == have.made.document_id
