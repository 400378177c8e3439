import json

import pytest

from openid4vc.oauth import error_response
from openid4vc.oauth.error_response import ErrorResponse


def test_an_error_that_is_made_is_parsed_again() -> None:
    assert error_response.create("invalid_grant") == {"error": "invalid_grant"}
    made = error_response.create("invalid_proof", 'aud is "wrong" \\ ä')
    assert made == {"error": "invalid_proof", "error_description": "aud is  wrong     "}
    assert error_response.parse(json.dumps(made).encode()) == ErrorResponse("invalid_proof", "aud is  wrong     ")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html><title>500</title>",
        b"Traceback (most recent call last):",
        b"[]",
        b"{}",
        b'{"error":1}',
        b'{"error":""}',
        b'{"error":{"code":"x"}}',
        b'{"error":"a\\u001b[2Jb"}',
        b'{"error":"' + b"a" * 1000 + b'"}',
        b'{"error":"x","error_description":"' + b"a" * 1_000_000 + b'"}',
    ],
    ids=lambda body: str(body)[:40],
)
def test_what_is_no_error_object_explains_nothing(body: bytes) -> None:
    assert error_response.parse(body) is None


def test_a_description_is_cut_and_cleaned() -> None:
    body = json.dumps({"error": "x", "error_description": "a\x1b[2J\n" + "b" * 1000}).encode()
    parsed = error_response.parse(body)
    assert parsed is not None and parsed.description is not None
    assert len(parsed.description) == 200 and parsed.description.startswith("a [2J b")
    assert error_response.parse(b'{"error":"x","error_description":{}}') == ErrorResponse("x", None)
