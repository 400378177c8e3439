"""What the tests of the web machinery share."""

from collections.abc import Callable

import pytest

from tests.web_service.example_service import PACKAGE


@pytest.fixture
def url(migrated_url: Callable[[str | None], str]) -> str:
    """A database with the example's tables, on each of the two."""
    return migrated_url(PACKAGE)
