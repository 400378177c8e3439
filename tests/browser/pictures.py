"""Pictures of every page, in three languages, on a desk and on a phone: `python -m tests.browser.pictures [NAME…]`.

They go to docs/pages/LANGUAGE/TOUR/NN-PAGE-WIDTH.png. With names, only tours whose name contains one of them. Six, cut
to what the README tells of and made small, go to docs/pages itself and into the repository.
"""

import sys
import tempfile
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Final

from PIL import Image
from playwright.sync_api import sync_playwright

from tests.browser.stage import HEIGHT, LANGUAGES, Stage, open_stage
from tests.browser.tours import TOURS
from tests.browser.visitor import Visitor
from tests.conftest import ROOT

FOLDER: Final = ROOT / "docs" / "pages"
WIDTHS: Final = (1280, 375)
# All that a palette holds: with fewer, the green of a small sign is taken for blue.
COLOURS: Final = 256
# Pixels above what a picture begins with.
AIR: Final = 25


@dataclass(frozen=True, slots=True)
class Shown:
    """A picture of the README: the page at `width`, from the element `top` (or its beginning), at most `height` px."""

    name: str
    width: int = 1280
    top: str = ""
    height: int = 1300


# By (language, tour, page).
SHOWN: Final = {
    ("en", "doctor-writing", "form-errors"): Shown("doctor-form-errors", height=1420),
    ("en", "doctor-writing", "check"): Shown("doctor-check", top="#preview", height=940),
    ("en", "doctor-writing", "done"): Shown("doctor-done"),
    ("sv", "official-asking", "waiting"): Shown("official-request", height=860),
    ("en", "official-outcomes-1", "valid"): Shown("official-good"),
    ("fi", "official-outcomes-1", "revoked"): Shown("official-stop-375", width=375, height=1175),
}


def show(visitor: Visitor, shown: Shown) -> None:
    """The part of the page that is shown, with a palette."""
    page = visitor.page
    page.set_viewport_size({"width": shown.width, "height": HEIGHT})
    picture = Image.open(BytesIO(page.screenshot(full_page=True, animations="disabled")))
    top = 0
    if shown.top:
        top = int(page.locator(shown.top).evaluate("node => node.getBoundingClientRect().top + scrollY")) - AIR
    part = picture.crop((0, top, picture.width, min(top + shown.height, picture.height)))
    small = part.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    small.save(FOLDER / f"{shown.name}.png", optimize=True)
    page.set_viewport_size({"width": WIDTHS[0], "height": HEIGHT})


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
            if shown := SHOWN.get((language, tour, name)):
                show(visitor, shown)
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
