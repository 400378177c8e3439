"""Presenting as the tests do it: to a simulated verifier, without questions."""

from typing import Any

from openid4vc import sd_jwt
from openid4vc.vp.response import ErrorResponse, ResponseParameters
from tests.simulators.issuer_world import CONFIGURATION, IssuerWorld
from tests.simulators.verifier_world import VerifierWorld
from tests.wallet_cli.running import Result, Wallet

JsonObject = dict[str, Any]


def disclosed(verifier: VerifierWorld) -> JsonObject:
    """What the last answer disclosed."""
    got = verifier.got[-1]
    assert isinstance(got, ResponseParameters)
    (text,) = got.vp_token["permit"]
    return {disclosure.name: disclosure.value for disclosure in sd_jwt.parse(text).disclosures if disclosure.name}


def denied(verifier: VerifierWorld, times: int = 1) -> None:
    """The verifier heard `access_denied` this often, and nothing else at all."""
    assert verifier.got == [ErrorResponse("access_denied", "state-1")] * times


def present(wallet: Wallet, verifier: VerifierWorld, *more: str, **environment: str) -> Result:
    return wallet.run("present", verifier.request(), "--yes", "--json", *more, **environment)


def add_to_metadata(issuer: IssuerWorld, name: str, value: object) -> None:
    """Something more in `credential_metadata`."""

    def lie(metadata: JsonObject) -> JsonObject:
        metadata["credential_configurations_supported"][CONFIGURATION]["credential_metadata"][name] = value
        return metadata

    issuer.lie_metadata = lie
