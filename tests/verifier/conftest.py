"""The world of the verifier's tests, on both databases where a test stores something."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.verifier.world import World, new_world


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """On SQLite."""
    with new_world(tmp_path, f"sqlite:///{tmp_path / 'verifier.db'}") as made:
        yield made


@pytest.fixture
def stored_world(tmp_path: Path, migrated_url: Callable[[str | None], str]) -> Iterator[World]:
    """On both databases."""
    with new_world(tmp_path, migrated_url("verifier")) as made:
        yield made
