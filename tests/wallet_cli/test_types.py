"""A type that extends another: the wallet fetches the whole chain or says that it did not."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from openid4vc.sd_jwt_vc import integrity
from openid4vc.strict_json import JsonObject, write
from openid4vc.trust.demo import DemoTrust
from tests.simulators.http_world import Reply
from tests.simulators.issuer_world import CONFIGURATION, VCT, IssuerWorld
from tests.wallet_cli.running import Result, Wallet

BASE = "urn:example:permit"
UNCHECKED = "The type's description was not checked, because its place is not known."


class ExtendingIssuer(IssuerWorld):
    """Its permit extends a general one; nothing but the two types says how things are called."""

    extends = BASE
    extends_integrity: str | None = None
    base: JsonObject

    @property
    def type_metadata(self) -> bytes:
        described = {**json.loads(super().type_metadata), "extends": self.extends}
        del described["display"]
        described["claims"] = [{"path": ["guide"], "display": [{"locale": "en", "label": "Led by a guide"}]}]
        if self.extends_integrity is not None:
            described["extends#integrity"] = self.extends_integrity
        return write(described)

    def publish(self, base: JsonObject) -> None:
        self.base = {"vct": BASE, **base}
        self.route("GET", "/types/permit", lambda request: Reply(200, "application/json", write(self.base)))
        self.lie_metadata = _without_words


def _without_words(value: JsonObject) -> JsonObject:
    del value["credential_configurations_supported"][CONFIGURATION]["credential_metadata"]
    return value


@pytest.fixture
def extending(demo_trust: DemoTrust) -> Iterator[ExtendingIssuer]:
    with ExtendingIssuer(demo_trust) as world:
        world.publish(
            {
                "display": [{"locale": "en", "name": "Permit"}],
                "claims": [
                    {"path": ["holder_name"], "mandatory": True, "display": [{"locale": "en", "label": "Permitted"}]},
                    {"path": ["guide"], "sd": "always", "display": [{"locale": "en", "label": "Guide"}]},
                    *({"path": [name]} for name in ("waters", "born_on", "permit")),
                ],
            }
        )
        yield world


def receive(wallet: Wallet, issuer: IssuerWorld, *more: str) -> Result:
    return wallet.run("receive", issuer.offer(tx_code=None), "--yes", *more)


def refused(wallet: Wallet, issuer: ExtendingIssuer, **base: Any) -> str:
    """Why nothing was stored, when the general permit says this besides."""
    issuer.publish({**issuer.base, **base})
    done = receive(wallet, issuer, "--json")
    assert (done.code == 0, wallet.contents().credentials) == (False, [])
    code: str = done.json["error"]["code"]
    return code


def test_labels_and_rules_come_from_both_types(trusting: Wallet, extending: ExtendingIssuer) -> None:
    extending.extends_integrity = integrity.of(write(extending.base))
    done = receive(trusting, extending, "--plain")
    assert (done.code, UNCHECKED in done.err) == (0, False), done.err
    assert extending.seen().count("/types/fishing-permit") == extending.seen().count("/types/permit") == 1
    shown = trusting.run("show", "1", "--plain").out
    assert "Permitted: Kalle Kalastaja" in shown
    assert "Led by a guide: " in shown
    assert trusting.run("list", "--json").json["credentials"][0]["vct"] == VCT
    assert "Permit (1)" in trusting.run("history", "--plain").out


def test_a_rule_of_the_extended_type_holds(trusting: Wallet, extending: ExtendingIssuer) -> None:
    broken = [{"path": ["guide"], "sd": "never"}]
    assert refused(trusting, extending, claims=broken) == "type_metadata_invalid"
    missing = [{"path": ["rod"], "mandatory": True}]
    assert refused(trusting, extending, claims=missing) == "type_metadata_invalid"


def test_a_chain_that_is_not_what_was_meant_or_a_circle_is_refused(
    trusting: Wallet, extending: ExtendingIssuer
) -> None:
    assert refused(trusting, extending, extends=VCT) == "type_metadata_invalid"
    del extending.base["extends"]
    extending.extends_integrity = integrity.of(write(extending.base))
    assert refused(trusting, extending, description="another") == "type_metadata_integrity"


def test_a_part_of_the_chain_that_cannot_be_had_is_not_taken_for_nothing(
    trusting: Wallet, extending: ExtendingIssuer
) -> None:
    extending.answers["GET", "/types/permit"] = lambda request: Reply(404, "application/json", b"{}")
    done = receive(trusting, extending, "--json")
    assert (done.code, done.json["error"]["code"]) == (4, "type_metadata_unavailable")
    assert trusting.contents().credentials == []


def test_where_one_type_of_the_chain_has_no_place_none_is_used_and_the_wallet_says_so(
    trusting: Wallet, extending: ExtendingIssuer
) -> None:
    extending.extends = "https://types.example/permit/1"
    done = receive(trusting, extending, "--plain")
    assert (done.code, UNCHECKED in done.err) == (0, True), done.err
    assert "Led by a guide" not in trusting.run("show", "1", "--plain").out
    assert "/types/permit" not in extending.seen()
