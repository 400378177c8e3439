"""Wallets for tests: made in process with a cheap passphrase, run as a person or a script runs them."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from openid4vc.trust.certificates import Role
from openid4vc.trust.demo import DemoTrust
from tests.simulators.issuer_world import IssuerWorld, make_trust
from tests.simulators.verifier_world import VerifierWorld
from tests.wallet_cli.running import Wallet
from wallet_cli.commands.init import ROLES

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session", autouse=True)
def catalogues() -> None:
    """The tests read words as people do: from compiled catalogues of this very tree."""
    sys.path.insert(0, str(ROOT))
    try:
        from hatch_build import compile_catalogues
    finally:
        sys.path.remove(str(ROOT))
    compile_catalogues(ROOT)


@pytest.fixture
def wallet(tmp_path: Path) -> Wallet:
    """An empty demo wallet without any trust."""
    return Wallet.new(tmp_path / "wallet")


@pytest.fixture(scope="session")
def demo_trust(tmp_path_factory: pytest.TempPathFactory) -> DemoTrust:
    """One demo trust for all worlds of a run: roots are slow to make."""
    return make_trust(tmp_path_factory.mktemp("demo-trust"))


@pytest.fixture
def issuer(demo_trust: DemoTrust) -> Iterator[IssuerWorld]:
    """An honest issuer."""
    with IssuerWorld(demo_trust) as world:
        yield world


@pytest.fixture
def trusting(wallet: Wallet, demo_trust: DemoTrust) -> Wallet:
    """An empty demo wallet that trusts the worlds."""
    demo_trust.install(wallet.home / "trust", [Role(role) for role in ROLES])
    return wallet


@pytest.fixture
def verifier(demo_trust: DemoTrust) -> Iterator[VerifierWorld]:
    """An honest verifier."""
    with VerifierWorld(demo_trust) as world:
        yield world


@pytest.fixture
def holding(trusting: Wallet, issuer: IssuerWorld) -> Wallet:
    """A wallet that holds one permit, number 1."""
    done = trusting.run("receive", issuer.offer(tx_code=None), "--yes", "--json")
    assert done.code == 0, done.err
    return trusting
