"""The process dies (SIGKILL) at a named point; what was promised before holds afterwards, on both databases."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.issuer.processes import Issuer, now
from tests.issuer.stranger import GRANT, Credential, Stranger

KILLED = -9


@pytest.fixture
def issuer(tmp_path: Path, migrated_url: Callable[[str | None], str]) -> Issuer:
    made = Issuer(tmp_path, migrated_url("issuer"))
    made.must("init", "--organisation", "O1")
    return made


def crash(point: str) -> dict[str, str]:
    return {"ISSUER_TEST_MODE": "1", "ISSUER_FAIL_AT": point}


@pytest.mark.case("P-28")
@pytest.mark.parametrize("point", ["offer.stored", "sheet.half_written"])
def test_a_crash_while_printing_leaves_a_document_that_can_be_printed(issuer: Issuer, point: str) -> None:
    sheet = issuer.folder / "sheet.pdf"
    died = issuer.run("offer", "lausuntopalaute", "--sample", "C1", "--pdf", str(sheet), **crash(point))
    assert (died.code, died.out) == (KILLED, "")
    assert not sheet.exists()
    name = "1.2.246.10.99001010.14.2026.1".replace("2026", year())
    assert issuer.must("document", name)["state"] == "offered"
    again = issuer.must("offer", "lausuntopalaute", "--document", name, "--pdf", str(sheet))
    assert sheet.read_bytes().startswith(b"%PDF")
    with issuer.serving(), issuer.client() as client:
        assert Stranger(client, now).receive(again["credential_offer_uri"], again["tx_code"])


def test_a_code_is_used_up_also_when_its_answer_was_lost(issuer: Issuer) -> None:
    offer = issuer.must("offer", "lausuntopalaute", "--sample", "C1")
    with issuer.serving(**crash("token.committed")) as server, issuer.client() as client:
        wallet = Stranger(client, now)
        found = wallet.fetch_offer(offer["credential_offer_uri"]).json()
        with pytest.raises(httpx.TransportError):
            wallet.token(found, offer["tx_code"])
        assert server.wait(30) == KILLED
    with issuer.serving(), issuer.client() as client:
        again = Stranger(client, now).http.request("POST", f"{issuer.url}/esimerkkila/token", data=form(found, offer))
        assert again.json()["error"] == "invalid_grant"
    state = issuer.must("document", offer["document_id"])
    assert (state["state"], state["copies"]) == ("redeemed", 0)
    # Nobody has it: a new offer is made after the dead one is cancelled.
    assert issuer.must("document", "cancel", offer["document_id"])["state"] == "cancelled"
    assert issuer.must("offer", "lausuntopalaute", "--document", offer["document_id"])["tx_code"]


def test_a_wallet_whose_answer_was_lost_asks_again_and_gets_the_same_copy(issuer: Issuer) -> None:
    offer = issuer.must("offer", "lausuntopalaute", "--sample", "C1")
    with issuer.serving(**crash("credential.committed")) as server, issuer.client() as client:
        wallet = Stranger(client, now)
        found = wallet.fetch_offer(offer["credential_offer_uri"]).json()
        token = wallet.token(found, offer["tx_code"]).json()["access_token"]
        with pytest.raises(httpx.TransportError):
            wallet.credential(found, token)
        assert server.wait(30) == KILLED
    with issuer.serving(), issuer.client() as client:
        wallet.http = client
        first = taken(wallet.credential(found, token))
        second = taken(wallet.credential(found, token))
        assert first.index == second.index
        assert wallet.status(first) == 0
        issuer.must("status", offer["document_id"], "revoked")
        assert wallet.status(first) == 1
    assert issuer.must("document", offer["document_id"])["copies"] == 1


def taken(answer: Any) -> Credential:
    assert answer.status_code == 200, answer.text
    return Credential.parse(answer.json()["credentials"][0]["credential"])


def form(offer: dict[str, Any], made: dict[str, Any]) -> dict[str, str]:
    code = offer["grants"][GRANT]["pre-authorized_code"]
    return {"grant_type": GRANT, "pre-authorized_code": code, "tx_code": made["tx_code"]}


def year() -> str:
    from datetime import datetime
    from zoneinfo import ZoneInfo

    return str(datetime.now(ZoneInfo("Europe/Helsinki")).year)
