"""One installation and one browser for the tests of a process; each process of a parallel run has its own.

The scope is the package: while Playwright's synchronous interface is open, its thread has a running event loop, which
tests elsewhere could not stand.
"""

from collections.abc import Iterator

import pytest
from playwright.sync_api import sync_playwright

from tests.browser.stage import Stage, open_stage


@pytest.fixture(scope="package")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with sync_playwright() as playwright, open_stage(tmp_path_factory.mktemp("stage"), playwright) as opened:
        yield opened
