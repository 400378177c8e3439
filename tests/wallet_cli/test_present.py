"""Presenting, against a real verifier on loopback that can be told to lie."""

from openid4vc import sd_jwt
from openid4vc.vp.response import ResponseParameters
from tests.simulators.verifier_world import VerifierWorld
from tests.wallet_cli.running import Wallet


def disclosed(verifier: VerifierWorld) -> dict[str, object]:
    (got,) = verifier.got
    assert isinstance(got, ResponseParameters)
    (text,) = got.vp_token["permit"]
    return {disclosure.name: disclosure.value for disclosure in sd_jwt.parse(text).disclosures if disclosure.name}


def test_exactly_the_required_claims_are_shared_and_the_receipt_is_kept(
    holding: Wallet, verifier: VerifierWorld
) -> None:
    done = holding.run("present", verifier.request(), "--yes", "--json")
    assert done.code == 0, done.err + done.out
    assert disclosed(verifier) == {"holder_name": "Kalle Kalastaja", "waters": ["lake", "river"]}
    assert done.json["receipt_state"] == "signed"
    receipts = holding.run("receipts", "--json").json["receipts"]
    assert [receipt["number"] for receipt in receipts] == [done.json["receipt"]]
