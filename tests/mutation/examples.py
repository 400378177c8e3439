"""A plugin for the tests that run against a change: the first example that fails says enough.

Hypothesis would go on to look for the smallest one, which takes a hundred times as long and is read by nobody here.
"""

import pytest
from hypothesis import Phase, settings


# After tests/conftest.py has chosen the profile of every other run.
@pytest.hookimpl(trylast=True)
def pytest_configure() -> None:
    """The same examples as everywhere."""
    settings.register_profile("mutation", settings(), phases=(Phase.explicit, Phase.generate))
    settings.load_profile("mutation")
