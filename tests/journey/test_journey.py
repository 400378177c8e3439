"""From the doctor's document to the official's verdict, with real processes on loopback and both databases."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journey.installation import Installation

CHECKS = ["issuer", "signature", "holder", "person", "period", "status", "fresh"]


@pytest.fixture(params=["sqlite", "postgresql"])
def installation(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Installation]:
    databases = {}
    if request.param == "postgresql":
        new_database = request.getfixturevalue("new_postgresql_database")
        databases = {name: new_database() for name in ("issuer", "verifier")}
    installed = Installation(tmp_path, databases)
    installed.init()
    installed.start()
    yield installed
    assert installed.stop() == {"issuer": 0, "verifier": 0}


@pytest.mark.slow
def test_a_statement_feedback_travels_by_paper_and_wallet_to_the_official(installation: Installation) -> None:
    sheet = str(installation.folder / "lausuntopalaute.pdf")
    feedback = installation.offer("lausuntopalaute", "C1", "O1", "--pdf", sheet)
    installation.take(feedback, sheet)
    installation.take(installation.offer("pid", "C1", "O8"))

    request = installation.ask("P1")
    shown = installation.run("wallet", "present", request["request_uri"], "--yes", "--json")
    assert shown.code == 0, shown.err

    result = installation.result(request)
    assert result["state"] == "verified"
    assert [check["name"] for check in result["checks"]] == CHECKS * 2
    assert {check["name"] for check in result["checks"] if not check["ok"]} == set()
    assert result["same_person"] == "not_checked"
    assert set(result["claims"]) == {"pid", "feedback"}
    assert set(result["claims"]["feedback"]) == {
        *("given_name", "family_name", "birthdate", "work_ability", "health_effect_on_employment"),
        *("effect_duration", "restrictions", "assessed_on", "follow_up_by"),
    }
    assert result["claims"]["feedback"]["work_ability"] == "limited_tasks"

    document = installation.must("issuer", "document", feedback["document_id"])
    assert document["state"] == "received"

    newer = installation.offer("lausuntopalaute", "C1", "O1")
    installation.must(
        "issuer",
        "status",
        feedback["document_id"],
        "superseded",
        "--by",
        newer["document_id"],
        "--reason",
        "wrong_content",
    )
    again = installation.ask("P1")
    installation.run("wallet", "present", again["request_uri"], "--yes", "--json")
    replaced = installation.result(again)
    assert (replaced["state"], replaced["reason"], replaced["claims"]) == ("failed", "superseded", {})


@pytest.mark.slow
def test_the_official_gives_the_customer_and_learns_whether_it_is_the_same_person(installation: Installation) -> None:
    installation.take(installation.offer("lausuntopalaute", "C1", "O1"))
    installation.take(installation.offer("pid", "C1", "O8"))
    outcomes = {}
    for identity_code in ("120374-901A", "050891-942J"):
        request = installation.must("verifier", "request", "P1", "--customer", "-", stdin=identity_code)
        assert installation.run("wallet", "present", request["request_uri"], "--yes").code == 0
        result = installation.result(request)
        outcomes[identity_code] = (result["state"], result["same_person"])
        assert identity_code not in str(result)
    assert outcomes == {"120374-901A": ("verified", True), "050891-942J": ("failed", False)}
