"""Pictures of every page, in three languages, on a desk and on a phone: `python -m tests.browser.pictures [NAME…]`.

They go to docs/pages/LANGUAGE/TOUR/NN-PAGE-WIDTH.png. With names, only tours whose name contains one of them.
"""

import sys
import tempfile
from pathlib import Path
from typing import Final

from playwright.sync_api import sync_playwright

from tests.browser.stage import HEIGHT, LANGUAGES, Stage, open_stage
from tests.browser.tours import TOURS
from tests.browser.visitor import Visitor
from tests.conftest import ROOT

FOLDER: Final = ROOT / "docs" / "pages"
WIDTHS: Final = (1280, 375)


def take(visitor: Visitor, folder: Path, name: str) -> None:
    """The whole page at both widths."""
    for width in WIDTHS:
        visitor.page.set_viewport_size({"width": width, "height": HEIGHT})
        visitor.page.screenshot(path=folder / f"{name}-{width}.png", full_page=True, animations="disabled")
    visitor.page.set_viewport_size({"width": WIDTHS[0], "height": HEIGHT})


def take_tour(stage: Stage, tour: str, language: str) -> int:
    """All pictures of one tour; how many pages."""
    service, username, walk = TOURS[tour]
    folder = FOLDER / language / tour
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.png"):
        old.unlink()
    number = 0
    with stage.visit(service, username, language=language) as visitor:
        for number, name in enumerate(walk(stage, visitor), 1):
            take(visitor, folder, f"{number:02}-{name}")
    return number


def main(wanted: list[str]) -> int:
    tours = [tour for tour in TOURS if not wanted or any(part in tour for part in wanted)]
    with (
        tempfile.TemporaryDirectory() as folder,
        sync_playwright() as playwright,
        open_stage(Path(folder), playwright) as stage,
    ):
        for tour in tours:
            for language in LANGUAGES:
                pages = take_tour(stage, tour, language)
                print(f"{language}  {tour}: {pages} pages", flush=True)
    print(f"Pictures are in {FOLDER.relative_to(ROOT)}.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
