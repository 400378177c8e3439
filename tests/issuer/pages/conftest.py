"""An issuer with the staff of O1."""

import pytest

from tests.issuer.pages.browser import Browser, People
from tests.issuer.world import World


@pytest.fixture
def people(world: World) -> People:
    """Everybody who works for O1 and O8."""
    return People(world, "O1", "O8")


@pytest.fixture
def doctor(people: People) -> Browser:
    """The browser of a doctor of O1 who has just signed in."""
    return people.browser("lea.laakari")
