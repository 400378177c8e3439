"""Wallets for tests: made in process with a cheap passphrase, run as a person or a script runs them."""

import sys
from pathlib import Path

import pytest

from tests.wallet_cli.running import Wallet

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
