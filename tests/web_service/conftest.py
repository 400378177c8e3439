"""What the tests of the web machinery share."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.web_service.example_service import PACKAGE
from web_service import migrations


@pytest.fixture
def url(migrated_url: Callable[[str | None], str]) -> str:
    """A database with the example's tables, on each of the two."""
    return migrated_url(PACKAGE)


@pytest.fixture
def local_url(tmp_path: Path) -> str:
    """A database for tests that are not about the database."""
    url = f"sqlite:///{tmp_path / 'local.db'}"
    migrations.upgrade(url, PACKAGE)
    return url
