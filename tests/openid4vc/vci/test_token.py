import json
from typing import Any

import pytest

from openid4vc.errors import IssuanceError
from openid4vc.vci import token
from openid4vc.vci.token import GRANT, TokenRequest, TokenResponse

FORM = {"grant_type": GRANT, "pre-authorized_code": "c-1", "tx_code": "123456"}


def response(**changes: Any) -> bytes:
    usual = {"access_token": "t-1", "token_type": "Bearer", "expires_in": 300}
    return json.dumps({name: value for name, value in {**usual, **changes}.items() if value is not None}).encode()


def test_a_request_that_is_made_is_parsed_again() -> None:
    form = token.create_request(pre_authorized_code="c-1", tx_code="123456", client_id="wallet")
    assert token.parse_request(form) == TokenRequest("c-1", "123456", "wallet")
    plain = token.create_request(pre_authorized_code="c-1", tx_code=None, client_id=None)
    assert plain == {"grant_type": GRANT, "pre-authorized_code": "c-1"}
    assert token.parse_request(plain) == TokenRequest("c-1", None, None)


def test_unknown_parameters_are_ignored_and_empty_ones_are_absent() -> None:
    form = {**FORM, "tx_code": "", "client_id": "", "authorization_details": "[]", "x": "1"}
    assert token.parse_request(form) == TokenRequest("c-1", None, None)


def test_a_transaction_code_is_taken_as_it_was_typed() -> None:
    assert token.parse_request({**FORM, "tx_code": "123 456"}).tx_code == "123 456"


def test_a_code_of_any_length_is_for_the_issuer_to_know_or_not() -> None:
    assert token.parse_request({**FORM, "pre-authorized_code": "a" * 10_000}).pre_authorized_code == "a" * 10_000


@pytest.mark.parametrize(
    ("changes", "code", "error"),
    [
        ({"grant_type": ""}, "request_malformed", "invalid_request"),
        ({"grant_type": "authorization_code"}, "unsupported_grant", "unsupported_grant_type"),
        ({"grant_type": GRANT.upper()}, "unsupported_grant", "unsupported_grant_type"),
        ({"pre-authorized_code": ""}, "request_malformed", "invalid_request"),
        ({"tx_code": "1" * 65}, "request_malformed", "invalid_request"),
        ({"client_id": "a" * 5000}, "request_malformed", "invalid_request"),
    ],
)
def test_a_request_that_is_not_one_is_refused(changes: dict[str, str], code: str, error: str) -> None:
    with pytest.raises(IssuanceError) as caught:
        token.parse_request({**FORM, **changes})
    assert (caught.value.code, caught.value.error) == (code, error)


def test_a_response_that_is_made_is_parsed_again() -> None:
    made = token.create_response(access_token="t-1", expires_in=300)
    assert token.parse_response(json.dumps(made).encode()) == TokenResponse("t-1", 300, {})
    assert token.parse_response(response(token_type="bEARER", expires_in=None, x=1)) == TokenResponse("t-1", None, {})


def test_credential_identifiers_of_the_details_are_read() -> None:
    details = [
        {"type": "payment", "credential_configuration_id": 1},
        {"type": "openid_credential", "credential_configuration_id": "card", "credential_identifiers": ["card-2026"]},
    ]
    parsed = token.parse_response(response(authorization_details=details))
    assert parsed.credential_identifiers == {"card": ("card-2026",)}


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"<html>",
        b"[]",
        b'{"access_token":"a","access_token":"b","token_type":"Bearer"}',
        response(access_token=None),
        response(access_token=""),
        response(access_token="a b"),
        response(access_token="a\r\nX: y"),
        response(access_token=["t"]),
        response(access_token="a" * 5000),
        response(token_type=None),
        response(token_type="DPoP"),
        response(token_type="mac"),
        response(expires_in="300"),
        response(expires_in=-1),
        response(expires_in=True),
        response(expires_in=10**12),
        response(authorization_details={}),
        response(authorization_details=[]),
        response(authorization_details=[{"type": "openid_credential"}]),
        response(x="a" * 70_000),
    ],
    ids=lambda raw: str(raw)[:50],
)
def test_a_response_that_is_not_one_is_refused(raw: bytes) -> None:
    with pytest.raises(IssuanceError, match="token_response_invalid"):
        token.parse_response(raw)
