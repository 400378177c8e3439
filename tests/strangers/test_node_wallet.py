"""A wallet of other people's packages receives from our issuer and answers our verifier."""

import shutil
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.journey.installation import Installation
from tests.strangers import node_clients
from tests.strangers.conftest import Office
from tests.strangers.foreign import card_issuer, from_anchor

Anchors = dict[str, list[str]]


def receive(ours: Installation, anchors: Anchors, offer: dict[str, Any], form: str) -> dict[str, Any]:
    served = ours.url("issuer")
    return node_clients.run(
        "wallet.mjs",
        {
            "do": "receive",
            "offer": offer["credential_offer_uri"],
            "tx_code": offer["tx_code"],
            "form": form,
            "anchors": anchors,
            "types": {"https://tyypit.example/tyokyky/": f"{served}/types/", "urn:eudi:pid:": f"{served}/types/pid/"},
        },
    )


@pytest.fixture(scope="module")
def feedback(ours: Installation, anchors: Anchors) -> dict[str, Any]:
    """Received by way of the plain metadata."""
    offer = ours.offer("lausuntopalaute", "C1", "O1")
    return receive(ours, anchors, offer, "plain") | {"document_id": offer["document_id"]}


@pytest.fixture(scope="module")
def pid(ours: Installation, anchors: Anchors) -> dict[str, Any]:
    """Received by way of the signed metadata."""
    return receive(ours, anchors, ours.offer("pid", "C1", "O8"), "signed")


def answer(office: Office, anchors: Anchors, *credentials: dict[str, Any], **how: object) -> dict[str, Any]:
    """What the wallet says of its answer to a new request for P1, with our verdict as `result`."""
    request = office.ask("P1")
    command = {"do": "present", "link": request["request_uri"], "credentials": credentials, "anchors": anchors, **how}
    return node_clients.run("wallet.mjs", command) | {"result": office.result(request)}


@pytest.mark.slow
def test_our_documents_are_received_and_verified(
    ours: Installation, feedback: dict[str, Any], pid: dict[str, Any]
) -> None:
    assert (feedback["signed"], pid["signed"]) == (False, True)
    assert feedback["tx_code"] == {"input_mode": "numeric", "length": 6}
    for received, vct in ((feedback, "https://tyypit.example/tyokyky/lausuntopalaute/1"), (pid, "urn:eudi:pid:1")):
        assert received["payload"]["vct"] == received["type"]["vct"] == vct
        assert received["configuration"]["proof_types_supported"]["jwt"]["proof_signing_alg_values_supported"] == [
            "ES256"
        ]
        # Status list token and bits by the package's own decoder.
        assert received["status"] == 0
        assert received["notified"] == 204
    assert feedback["payload"]["work_ability"] == "limited_tasks"
    assert {display["locale"] for display in feedback["type"]["display"]} >= {"fi", "sv", "en"}
    assert ours.must("issuer", "document", feedback["document_id"])["state"] == "received"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("method", "enc", "everything"),
    [("get", "A128GCM", False), ("post", "A256GCM", False), ("post", "A128GCM", True)],
    ids=["GET, A128GCM", "POST, A256GCM", "POST, more than was asked"],
)
def test_an_answer_to_our_verifier_is_verified(
    office: Office,
    anchors: Anchors,
    feedback: dict[str, Any],
    pid: dict[str, Any],
    method: str,
    enc: str,
    everything: bool,
) -> None:
    answered = answer(office, anchors, feedback, pid, method=method, enc=enc, everything=everything)
    result = answered["result"]
    assert (answered["status"], answered["named"], answered["client"]) == (200, "post", "x509_hash")
    assert answered["typ"] == "oauth-authz-req+jwt"
    assert (result["state"], {check["ok"] for check in result["checks"]}) == ("verified", {True})
    # The first claim set that the documents satisfy has the optional items; what was not asked for is dropped.
    assert {"work_ability", "message_to_authority"} <= set(result["claims"]["feedback"])
    assert set(result["claims"]["pid"]) == {"given_name", "family_name", "birthdate"}
    if not everything:
        assert set(answered["disclosed"]["feedback"]) == set(result["claims"]["feedback"])


@pytest.fixture
def trusted_register(ours: Installation) -> Iterator[dict[str, Any]]:
    """Somebody else's PID, without a status, from an anchor that our verifier's operator trusts for it."""
    vct = "urn:eudi:pid:1"
    claims = {"given_name": "Erkki", "family_name": "Esimerkki", "birthdate": "1974-03-12"}
    issuer, terms, anchor = card_issuer(vct=vct, claims=claims, frame={"_sd": list(claims)})
    folder = Path(ours.environment["VERIFIER_DATA_DIR"]) / "trust" / "issuers"
    kept = from_anchor(folder, "register", anchor, {"vct": [vct], "status": "optional"})
    verifier = ours.running["verifier"].process
    verifier.send_signal(signal.SIGHUP)
    try:
        offer = issuer.tell({"do": "offer", "by": "value", "tx_code": "one-two"})
        yield {"offer": {"credential_offer_uri": offer["link"], "tx_code": "one-two"}, "anchor": anchor, **terms}
    finally:
        issuer.stop()
        for path in kept:
            path.unlink()
        verifier.send_signal(signal.SIGHUP)


@pytest.mark.slow
def test_another_countrys_pid_beside_our_document_is_verified(
    office: Office, anchors: Anchors, feedback: dict[str, Any], trusted_register: dict[str, Any]
) -> None:
    command = {"do": "receive", "anchors": {**anchors, "issuers": [trusted_register["anchor"]]}, "form": "plain"}
    offer = trusted_register["offer"]
    foreign = node_clients.run(
        "wallet.mjs", {**command, "offer": offer["credential_offer_uri"], "tx_code": offer["tx_code"]}
    )
    both = {**anchors, "issuers": [*anchors["issuers"], trusted_register["anchor"]]}
    result = answer(office, both, feedback, foreign, method="post", enc="A256GCM", everything=False)["result"]
    assert (result["state"], result["reason"]) == ("verified", None)


def test_nothing_of_the_clients_stands_in_the_repository() -> None:
    """The packages come by npm; what is here are our own scripts."""
    assert shutil.which("node") != str(node_clients.NODE)
    assert {path.suffix for path in node_clients.SCRIPTS.iterdir()} == {".mjs"}
