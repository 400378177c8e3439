"""What every test may use: the folder of official test vectors, and the rule for a machine that lacks it."""

import os
import signal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from hatch_build import compile_catalogues

pytest_plugins = ["tests.databases"]

ROOT = Path(__file__).resolve().parent.parent
VECTORS = Path(os.environ.get("TODISTE_VECTORS") or ROOT.parent / "shared" / "vectors")

_left_out = pytest.StashKey[int]()


def pytest_configure(config: pytest.Config) -> None:
    """Tests read catalogues as they stand in the source now; generated examples are the same ones everywhere."""
    # No example fails for being slow on a busy machine, and a failure is there again at the next run.
    settings.register_profile("todiste", deadline=None, derandomize=True, database=None)
    settings.load_profile("todiste")
    # A shell starts what it runs in the background deaf to Ctrl-C; so would be the commands that are tested with it.
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    if not hasattr(config, "workerinput"):
        compile_catalogues(ROOT)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Without the folder, what needs it is deselected and counted: a skip would look like a choice of each test."""
    if VECTORS.is_dir():
        return
    without = [item for item in items if item.get_closest_marker("vectors")]
    if without:
        items[:] = [item for item in items if not item.get_closest_marker("vectors")]
        config.hook.pytest_deselected(items=without)
        config.stash[_left_out] = len(without)
        # With several processes the summary is another one's; each has collected the same tests.
        if hasattr(config, "workeroutput"):
            config.workeroutput["left_out"] = len(without)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    if count := getattr(node, "workeroutput", {}).get("left_out"):
        node.config.stash[_left_out] = count


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    count = config.stash.get(_left_out, 0)
    if count:
        terminalreporter.write_line(f"official test vectors are not at {VECTORS}: {count} tests left out")


@pytest.fixture(scope="session")
def vectors() -> Path:
    """The folder of official test vectors; a test that takes it carries the mark `vectors`."""
    return VECTORS
