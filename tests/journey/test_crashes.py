"""Killed at each named point, started again, and the journey goes on to the verdict: nothing is lost, nothing doubled.

Real processes that die by SIGKILL. One installation a database, made once; every test gives a document of its own.
"""

import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.databases import Postgresql
from tests.journey.front import Fronted
from tests.journey.installation import Done, Installation
from tests.journey.reading import broken_invariants, read

pytestmark = pytest.mark.slow

KILLED = -signal.SIGKILL
KIND = "lausuntopalaute"
UNREACHABLE, ENDED = 4, 5


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def installed(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """Issuer, verifier and a wallet that holds the personal data; both services run."""
    databases = {}
    if request.param == "postgresql":
        server: Postgresql = request.getfixturevalue("postgresql_server")
        databases = {name: server.create(None) for name in ("issuer", "verifier")}
    installation = Installation(tmp_path_factory.mktemp(request.param), databases)
    installation.init()
    installation.start()
    try:
        installation.take(installation.offer("pid", "C1", "O8"))
        yield installation
    finally:
        installation.stop()


@pytest.fixture
def installation(installed: Installation) -> Iterator[Installation]:
    """The same, running without a fault before and after each test."""
    yield installed
    for name in ("issuer", "verifier"):
        if name not in installed.running or installed.running[name].process.poll() is not None:
            restart(installed, name)


def restart(installation: Installation, name: str, *, fail_at: str | None = None) -> None:
    """Stop one service, if it runs, and start it; with `fail_at` it dies at that point."""
    before = installation.running.pop(name, None)
    if before is not None:
        assert before.stop() in (0, KILLED)
    if fail_at is None:
        installation.start(name)
    else:
        installation.start(name, test_mode=["--test-mode"], environment={f"{name.upper()}_FAIL_AT": fail_at})


def died(installation: Installation, name: str) -> bool:
    return installation.running[name].process.wait(30) == KILLED


def killed(installation: Installation, *command: str, fail_at: str, stdin: str | None = None) -> bool:
    """Whether a command died at that point, without having said anything."""
    name = command[0].upper()
    done = installation.run(*command, "--test-mode", "--json", environment={f"{name}_FAIL_AT": fail_at}, stdin=stdin)
    return (done.code, done.out) == (KILLED, "")


def give(installation: Installation) -> dict[str, Any]:
    return installation.offer(KIND, "C1", "O1")


def take(installation: Installation, offer: dict[str, Any]) -> Done:
    """What `wallet receive` does, whatever comes of it."""
    uri = offer["credential_offer_uri"]
    command = ("wallet", "receive", uri, "--tx-code-file", "-", "--yes", "--json")
    return installation.run(*command, stdin=offer["tx_code"] + "\n")


def newest_document(installation: Installation) -> str:
    rows = read(installation, "issuer", f"SELECT document_id, number, created_at FROM documents WHERE type = '{KIND}'")
    return str(max(rows, key=lambda row: (row["created_at"], row["number"]))["document_id"])


def again(installation: Installation, document_id: str, *options: str) -> dict[str, Any]:
    return installation.must("issuer", "offer", KIND, "--document", document_id, *options)


def assert_goes_on(installation: Installation, document_id: str) -> None:
    """From a received document to the verdict; one copy was ever issued; what must always hold, holds."""
    request = installation.ask("P1")
    shown = installation.run("wallet", "present", request["request_uri"], "--yes", "--json")
    assert shown.code == 0, shown.out
    assert installation.result(request)["state"] == "verified"
    document = installation.must("issuer", "document", document_id)
    assert (document["state"], document["copies"]) == ("received", 1)
    assert broken_invariants(installation) == []


def test_killed_when_the_offer_is_stored(installation: Installation) -> None:
    documents = len(read(installation, "issuer", "SELECT document_id FROM documents"))
    assert killed(
        installation, "issuer", "offer", KIND, "--sample", "C1", "--organisation", "O1", fail_at="offer.stored"
    )
    assert len(read(installation, "issuer", "SELECT document_id FROM documents")) == documents + 1
    document = newest_document(installation)
    assert installation.must("issuer", "document", document)["state"] == "offered"
    installation.take(again(installation, document))
    assert_goes_on(installation, document)


def test_killed_when_half_of_the_sheet_is_written(installation: Installation, tmp_path: Path) -> None:
    sheet = tmp_path / "sheet.pdf"
    assert killed(
        *(installation, "issuer", "offer", KIND, "--sample", "C1", "--organisation", "O1", "--pdf", str(sheet)),
        fail_at="sheet.half_written",
    )
    assert list(tmp_path.iterdir()) == []
    document = newest_document(installation)
    offer = again(installation, document, "--pdf", str(sheet))
    assert list(tmp_path.iterdir()) == [sheet]
    installation.take(offer, str(sheet))
    assert_goes_on(installation, document)


def test_killed_when_the_token_is_committed(installation: Installation) -> None:
    offer = give(installation)
    restart(installation, "issuer", fail_at="token.committed")
    assert take(installation, offer).code == UNREACHABLE
    assert died(installation, "issuer")
    restart(installation, "issuer")
    # The code was used, and stays used; the document waits to be given again.
    assert take(installation, offer).code == ENDED
    document = installation.must("issuer", "document", offer["document_id"])
    assert (document["state"], document["copies"]) == ("redeemed", 0)
    installation.take(again(installation, offer["document_id"], "--replace"))
    assert_goes_on(installation, offer["document_id"])


def test_killed_when_the_credential_is_committed(installation: Installation) -> None:
    offer = give(installation)
    restart(installation, "issuer", fail_at="credential.committed")
    assert take(installation, offer).code == UNREACHABLE
    assert died(installation, "issuer")
    restart(installation, "issuer")
    # The wallet asks again with the same key and gets the same copy.
    assert take(installation, offer).code == 0
    assert_goes_on(installation, offer["document_id"])


def test_killed_when_the_response_is_verified(installation: Installation) -> None:
    offer = give(installation)
    installation.take(offer)
    request = installation.ask("P1")
    restart(installation, "verifier", fail_at="response.verified")
    present = ("wallet", "present", request["request_uri"], "--yes", "--json")
    assert installation.run(*present).code == UNREACHABLE
    assert died(installation, "verifier")
    restart(installation, "verifier")
    # Nothing was decided: the same request takes the wallet's second answer, once.
    assert installation.must("verifier", "result", request["id"])["state"] == "pending"
    assert installation.run(*present).code == 0
    assert installation.result(request)["state"] == "verified"
    assert installation.run(*present).code == ENDED
    assert_goes_on(installation, offer["document_id"])


@pytest.mark.parametrize("installed", ["sqlite"], indirect=True)  # the wallet knows no database
def test_killed_when_the_vault_is_half_written(installation: Installation) -> None:
    offer = give(installation)
    wallet = installation.folder / "wallet"
    before = (wallet / "vault").read_bytes()
    assert killed(
        *(installation, "wallet", "receive", offer["credential_offer_uri"], "--tx-code-file", "-", "--yes"),
        fail_at="vault.being_written",
        stdin=offer["tx_code"] + "\n",
    )
    assert (wallet / "vault").read_bytes() == before
    assert installation.must("wallet", "list")["credentials"]
    # The token died with the process: the issuer sees that nothing was issued and gives the document again.
    document = installation.must("issuer", "document", offer["document_id"])
    assert (document["state"], document["copies"]) == ("redeemed", 0)
    installation.take(again(installation, offer["document_id"], "--replace"))
    assert sorted(path.name for path in wallet.iterdir()) == ["trust", "vault"]
    assert_goes_on(installation, offer["document_id"])


def test_told_to_stop_the_services_end_well_and_nothing_is_lost(installation: Installation) -> None:
    offer, request = give(installation), installation.ask("P1")
    assert installation.stop() == {"issuer": 0, "verifier": 0}
    installation.start()
    installation.take(offer)
    assert installation.run("wallet", "present", request["request_uri"], "--yes").code == 0
    assert installation.result(request)["state"] == "verified"
    assert_goes_on(installation, offer["document_id"])
    # What is over stays over in a later process.
    assert take(installation, offer).json["already"] is True


def test_two_processes_on_one_database_serve_one_journey_in_turn(installation: Installation) -> None:
    installation.stop()
    with Fronted(installation, count=2) as pairs:
        offer = give(installation)
        installation.take(offer)
        assert_goes_on(installation, offer["document_id"])
        for name, front in pairs.fronts.items():
            assert {exchange.turn for exchange in front.exchanges} == {0, 1}, name
    installation.start()
