"""The negatives and controls of RFC 9901: each row refused, with its code, or taken, with its claims."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from openid4vc import sd_jwt
from openid4vc.errors import ProtocolError
from openid4vc.jose import jwk
from openid4vc.sd_jwt import KeyBinding, VerifiedSdJwt
from tests.vectors import make_rfc9901

TABLE = json.loads(make_rfc9901.FILE.read_text("utf-8"))
POLICY = TABLE["policy"]
ISSUER_KEY = jwk.parse_public_key(TABLE["keys"]["issuer"], use="sig")


def take(row: Mapping[str, Any]) -> VerifiedSdJwt:
    required = KeyBinding.required(**POLICY["key_binding"])
    return sd_jwt.verify(
        sd_jwt.parse(row["sd_jwt"]),
        issuer_key=ISSUER_KEY,
        key_binding=required if row["role"] == "verifier" else KeyBinding.forbidden(),
        now=POLICY["now"],
        skew=POLICY["skew"],
    )


@pytest.mark.parametrize("row", [pytest.param(row, id=row["id"]) for row in TABLE["rows"]])
def test_a_row_is_decided_as_it_says(row: Mapping[str, Any]) -> None:
    if "claims" in row["expect"]:
        assert take(row).claims == row["expect"]["claims"]
        return
    with pytest.raises(ProtocolError) as caught:
        take(row)
    assert caught.value.code == row["expect"]["error"]


def test_the_file_is_what_the_script_makes() -> None:
    assert make_rfc9901.FILE.read_text("utf-8") == make_rfc9901.text()
    assert len({row["id"] for row in TABLE["rows"]}) == len(TABLE["rows"])


def test_both_roles_have_rows_that_are_taken_and_rows_that_are_refused() -> None:
    seen = {(row["role"], "claims" in row["expect"]) for row in TABLE["rows"]}
    assert seen == {("holder", True), ("holder", False), ("verifier", True), ("verifier", False)}
