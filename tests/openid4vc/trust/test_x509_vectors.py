"""The chains kept as data: what they say is what `chain.verify` says, and they are what their script makes."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from openid4vc.errors import TrustError
from openid4vc.trust import chain
from openid4vc.trust.certificates import Certificate, Role, parse_der, parse_x5c
from tests.vectors import make_x509_chains

DOCUMENT: dict[str, Any] = json.loads(make_x509_chains.OUT.read_text("utf-8"))
CERTIFICATES: dict[str, str] = DOCUMENT["certificates"]
CASES: list[dict[str, Any]] = DOCUMENT["cases"]
WEAK = [case for case in CASES if case["group"] == "weak"]


def anchor(name: str) -> Certificate:
    return parse_der(base64.b64decode(CERTIFICATES[name]))


def verdict(case: dict[str, Any], role: str, time: int) -> str | None:
    """The code of the refusal, None where the chain holds; nothing but a refusal of ours may come instead."""
    try:
        x5c = parse_x5c([CERTIFICATES[name] for name in case["x5c"]])
        anchors = [anchor(name) for name in case["anchors"]]
        chain.verify(x5c, role=Role(role), anchors=anchors, now=time)
    except TrustError as error:
        return error.code
    return None


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_a_chain_gets_the_verdict_that_is_written_beside_it(case: dict[str, Any]) -> None:
    checks = case["checks"]
    found = [{**check, "error": verdict(case, check["role"], check["time"])} for check in checks]
    assert found == checks, case["comment"]


@pytest.mark.case("X-14")
def test_nothing_weak_is_accepted_anywhere_in_a_path() -> None:
    assert {case["comment"] for case in WEAK} >= {
        "RSA authority of 1024 bits between",
        "leaf signed with SHA-1",
        "authority between signed with MD5",
        "leaf on P-192",
    }
    assert all(check["error"] for case in WEAK for check in case["checks"])
    assert all(verdict(case, check["role"], check["time"]) for case in WEAK for check in case["checks"])


def test_every_role_and_every_error_of_a_chain_is_among_the_cases() -> None:
    checks = [check for case in CASES for check in case["checks"]]
    assert {check["role"] for check in checks} == {str(role) for role in Role}
    assert {check["error"] for check in checks} == {
        None,
        "x5c_invalid",
        "cert_self_signed",
        "cert_expired",
        "cert_not_yet_valid",
        "cert_role",
        "cert_key_usage",
        "chain_untrusted",
    }


def test_the_data_are_what_their_script_makes() -> None:
    assert make_x509_chains.text() == Path(make_x509_chains.OUT).read_text("utf-8")
