import json
import re
from pathlib import Path
from typing import Any

import pytest

from openid4vc.errors import IssuanceError
from openid4vc.vci import credential, nonce, notification
from openid4vc.vci.credential import CredentialRequest, CredentialResponse
from openid4vc.vci.notification import Notification


def request(**changes: Any) -> bytes:
    """An honest request; a change to None leaves a member out."""
    usual = {"credential_configuration_id": "card", "proofs": {"jwt": ["p-1"]}}
    return json.dumps({name: value for name, value in {**usual, **changes}.items() if value is not None}).encode()


def parse(raw: bytes, *, max_proofs: int = 1) -> CredentialRequest:
    return credential.parse_request(raw, max_proofs=max_proofs)


def refused(raw: bytes, code: str, error: str) -> None:
    with pytest.raises(IssuanceError) as caught:
        parse(raw)
    assert (caught.value.code, caught.value.error) == (code, error)


def test_a_request_that_is_made_is_parsed_again() -> None:
    made = credential.create_request(configuration_id="card", identifier=None, proofs=["p-1", "p-2"])
    assert parse(json.dumps(made).encode(), max_proofs=2) == CredentialRequest("card", None, ("p-1", "p-2"))
    made = credential.create_request(configuration_id=None, identifier="card-2026", proofs=["p-1"])
    assert parse(json.dumps(made).encode()) == CredentialRequest(None, "card-2026", ("p-1",))
    with pytest.raises(ValueError, match="exactly one"):
        credential.create_request(configuration_id="card", identifier="card-2026", proofs=["p-1"])


def test_unknown_members_are_ignored() -> None:
    assert parse(request(format="x", x={})) == parse(request())


@pytest.mark.case("C-31")
@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"proofs": None}, "proof_missing"),
        ({"proofs": {}}, "proof_invalid"),
        ({"proofs": []}, "proof_invalid"),
        ({"proofs": "p-1"}, "proof_invalid"),
        ({"proofs": {"jwt": []}}, "proof_invalid"),
        ({"proofs": {"jwt": "p-1"}}, "proof_invalid"),
        ({"proofs": {"jwt": [1]}}, "proof_invalid"),
        ({"proofs": {"jwt": ["p-1"], "attestation": ["a-1"]}}, "proof_invalid"),
        ({"proofs": {"attestation": ["a-1"]}}, "not_supported"),
        ({"proofs": {"di_vp": [{}]}}, "not_supported"),
        ({"proof": {"proof_type": "jwt", "jwt": "p-1"}}, "proof_invalid"),
        ({"proof": {"proof_type": "jwt", "jwt": "p-1"}, "proofs": None}, "proof_invalid"),
        ({"proofs": {"jwt": ["p-1", "p-1"]}}, "proof_invalid"),
        ({"proofs": {"jwt": ["p-1", "p-2"]}}, "proof_invalid"),
        ({"proofs": {"jwt": [f"p-{number}" for number in range(10_000)]}}, "proof_invalid"),
    ],
    ids=lambda value: str(value)[:60],
)
def test_proofs_that_are_not_one_array_of_one_known_type_are_refused(changes: dict[str, Any], code: str) -> None:
    refused(request(**changes), code, "invalid_proof")


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"x",
        b"[]",
        b'{"proofs":{"jwt":["a"]},"proofs":{"jwt":["b"]},"credential_configuration_id":"card"}',
        request(credential_configuration_id=None),
        request(credential_identifier="card-2026"),
        request(credential_configuration_id=1),
        request(credential_configuration_id=""),
        request(credential_configuration_id="a" * 5000),
    ],
    ids=lambda raw: str(raw)[:50],
)
def test_a_request_that_names_not_exactly_one_credential_is_refused(raw: bytes) -> None:
    refused(raw, "credential_request_malformed", "invalid_credential_request")


def test_encryption_of_the_response_is_refused_by_name() -> None:
    encryption = {"jwk": {}, "enc": "A256GCM"}
    refused(request(credential_response_encryption=encryption), "not_supported", "invalid_encryption_parameters")


def test_a_response_that_is_made_is_parsed_again() -> None:
    made = credential.create_response(["a~", "b~"], "n-1")
    assert credential.parse_response(json.dumps(made).encode()) == CredentialResponse(("a~", "b~"), "n-1")
    assert credential.create_response(["a~"], None) == {"credentials": [{"credential": "a~"}]}


@pytest.mark.parametrize(
    "value",
    [
        [],
        {},
        {"credentials": []},
        {"credentials": ["a~"]},
        {"credentials": [{"credential": ""}]},
        {"credentials": [{"credential": {}}]},
        {"credentials": [{}]},
        {"credentials": [{"credential": "a~"}, {"credential": "a~"}]},
        {"credentials": [{"credential": f"{number}~"} for number in range(1000)]},
        {"credentials": [{"credential": "a~"}], "notification_id": 1},
        {"credentials": [{"credential": "a~"}], "notification_id": ""},
        {"credential": "a~"},
    ],
    ids=lambda value: str(value)[:60],
)
def test_a_response_that_is_not_one_is_refused(value: object) -> None:
    with pytest.raises(IssuanceError, match="credential_response_invalid"):
        credential.parse_response(json.dumps(value).encode())


def test_a_deferred_response_is_refused_by_name() -> None:
    with pytest.raises(IssuanceError, match="not_supported"):
        credential.parse_response(b'{"transaction_id":"t-1","interval":5}')


@pytest.mark.vectors
def test_the_response_of_the_specification_is_parsed(vectors: Path) -> None:
    text = (vectors / "openid4vci/1.0/examples/credential_response_sd_jwt_vc.txt").read_text("utf-8")
    # Its lines are wrapped for display inside the strings.
    body = re.sub(r"\n +", "", text[text.index("{") :])
    (issued,) = credential.parse_response(body.encode()).credentials
    assert issued.count("~") == 10


def test_a_nonce_that_is_made_is_parsed_and_anything_else_refused() -> None:
    assert (
        nonce.parse_response(json.dumps(nonce.create_response("wKI4LT17ac15ES9bw8ac4")).encode())
        == "wKI4LT17ac15ES9bw8ac4"
    )
    for raw in (
        b"",
        b"[]",
        b"{}",
        b'{"c_nonce":1}',
        b'{"c_nonce":""}',
        b'{"c_nonce":"a\\r\\nb"}',
        b'{"c_nonce":"a b"}',
    ):
        with pytest.raises(IssuanceError, match="nonce_invalid"):
            nonce.parse_response(raw)


def test_a_notification_that_is_made_is_parsed_again() -> None:
    made = notification.create_request("n-1", "credential_accepted")
    assert notification.parse_request(json.dumps(made).encode()) == Notification("n-1", "credential_accepted", None)
    described = {**made, "event": "credential_deleted", "event_description": "Out of storage.", "x": 1}
    assert notification.parse_request(json.dumps(described).encode()).description == "Out of storage."


@pytest.mark.parametrize(
    "value",
    [
        [],
        {},
        {"notification_id": "n-1"},
        {"event": "credential_accepted"},
        {"notification_id": 1, "event": "credential_accepted"},
        {"notification_id": "", "event": "credential_accepted"},
        {"notification_id": "n" * 300, "event": "credential_accepted"},
        {"notification_id": "n-1", "event": "Credential_Accepted"},
        {"notification_id": "n-1", "event": ["credential_accepted"]},
        {"notification_id": "n-1", "event": "credential_failure", "event_description": 'a "b"'},
        {"notification_id": "n-1", "event": "credential_failure", "event_description": "ä"},
        {"notification_id": "n-1", "event": "credential_failure", "event_description": 1},
    ],
    ids=str,
)
def test_a_notification_that_is_not_one_is_refused(value: object) -> None:
    with pytest.raises(IssuanceError) as caught:
        notification.parse_request(json.dumps(value).encode())
    assert (caught.value.code, caught.value.error) == ("notification_invalid", "invalid_notification_request")
