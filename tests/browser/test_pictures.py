"""The pictures of the README are those that `make pages` takes, and small."""

import re

from tests.browser.pictures import FOLDER, SHOWN
from tests.browser.tours import TOURS
from tests.conftest import ROOT

MAX_BYTES = 150_000


def test_the_readme_shows_what_is_taken_and_kept() -> None:
    names = sorted(shown.name for shown in SHOWN.values())
    images = re.findall(
        r'<img src="docs/pages/([\w-]+)\.png" width="\d+%" alt="([^"]+)">', (ROOT / "README.md").read_text()
    )
    assert sorted(name for name, _ in images) == names
    assert re.findall(r"^!docs/pages/(.+)\.png$", (ROOT / ".gitignore").read_text(), re.MULTILINE) == names
    assert all((FOLDER / f"{name}.png").stat().st_size < MAX_BYTES for name in names)
    assert {tour for _, tour, _ in SHOWN} <= TOURS.keys()
