"""The issuer of a test, on both databases; keys are made once, since they do not matter to what is stored."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from issuer.settings import IssuerSettings
from tests.issuer.world import World, install, running


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of an installation with O1 and O8."""
    folder = tmp_path_factory.mktemp("installation")
    install(folder)
    return folder


@pytest.fixture
def settings(installed: Path, tmp_path: Path, migrated_url: Callable[[str | None], str]) -> IssuerSettings:
    """Settings of that installation with a database of the test's own, on each of the two, and its own clock."""
    return install(installed, database_url=migrated_url("issuer"), clock_offset_file=tmp_path / "offset")


@pytest.fixture
def world(settings: IssuerSettings) -> Iterator[World]:
    with running(settings) as made:
        yield made
