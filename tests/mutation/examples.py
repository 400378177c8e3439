"""A plugin for the tests that run against a change: the first example that fails says enough.

Hypothesis would go on to look for the smallest one, which takes a hundred times as long and is read by nobody here.
All changes are run in copies of one process, whose memory of what the unchanged functions answered would hide them.
"""

import sys

import pytest
from hypothesis import Phase, settings


# After tests/conftest.py has chosen the profile of every other run.
@pytest.hookimpl(trylast=True)
def pytest_configure() -> None:
    """The same examples as everywhere, and nothing remembered."""
    settings.register_profile("mutation", settings(), phases=(Phase.explicit, Phase.generate))
    settings.load_profile("mutation")
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] == "openid4vc":
            for member in list(vars(module).values()):
                if callable(forget := getattr(member, "cache_clear", None)):
                    forget()
