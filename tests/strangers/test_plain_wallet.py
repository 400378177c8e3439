"""A wallet of standard library and `cryptography` receives from our issuer and answers our verifier."""

import pytest

from tests.journey.installation import Installation
from tests.strangers import plain_wallet
from tests.strangers.conftest import Office


@pytest.mark.slow
def test_a_wallet_that_knows_only_the_specifications_gets_through(
    ours: Installation, office: Office, anchors: dict[str, list[str]]
) -> None:
    held = []
    for kind, organisation in (("pid", "O8"), ("lausuntopalaute", "O1")):
        offer = ours.offer(kind, "C1", organisation)
        held.append(plain_wallet.receive(offer["credential_offer_uri"], offer["tx_code"], anchors["issuers"][0]))
    request = office.ask("P1")
    answer = plain_wallet.present(request["request_uri"], held, anchors["access"][0])
    # OpenID4VP §8.2: an object, in which only what is understood is read.
    assert set(answer) <= {"redirect_uri", "receipt"}
    result = office.result(request)
    assert (result["state"], result["claims"]["feedback"]["work_ability"]) == ("verified", "limited_tasks")
