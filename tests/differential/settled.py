"""The disagreements that were settled: disagreements.json, and disagreements.md that is printed from it.

Run as a program (`python -m tests.differential.settled`), it writes the page.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.differential.peers import Result

FOLDER = Path(__file__).parent
PAGE = FOLDER / "disagreements.md"
DATA: Sequence[Mapping[str, Any]] = json.loads((FOLDER / "disagreements.json").read_text("utf-8"))


@dataclass(frozen=True, order=True)
class Disagreement:
    """`ours` and `theirs` are `accepted`, `refused`, or `other claims`, said of the other one."""

    corpus: str
    peer: str
    case: str
    ours: str
    theirs: str


def settled(corpus: str) -> set[Disagreement]:
    """Those of one corpus that the page settles."""
    return {
        Disagreement(corpus, entry["peer"], case, entry["ours"], entry["theirs"])
        for entry in DATA
        if entry["corpus"] == corpus
        for case in entry["cases"]
    }


def settles(corpus: str, differing: Iterable[Disagreement]) -> None:
    """AssertionError with what was not settled, and with what was settled and is no disagreement any more."""
    found = sorted(set(differing) ^ settled(corpus))
    if found:
        raise AssertionError("\n".join(map(str, found)))


def told_apart(ours: Result, theirs: Result, same: bool) -> tuple[str, str] | None:
    """Both verdicts where they differ."""
    verdicts = ["refused" if "refused" in result else "accepted" for result in (ours, theirs)]
    if verdicts[0] != verdicts[1]:
        return verdicts[0], verdicts[1]
    return None if verdicts[0] == "refused" or same else ("accepted", "other claims")


def page(entries: Iterable[Mapping[str, Any]] = DATA) -> str:
    """The page, from the data."""
    lines = [
        "# Where others decide otherwise",
        "",
        "Printed by `python -m tests.differential.settled` from `disagreements.json`; do not edit. Tests put the same",
        "cases to other people's implementations: each disagreement must stand here, and each one here must be real.",
        "Cases are ids in `tests/vectors`, or names in the corpora of this folder.",
        "",
        "| corpus | case | ours | theirs | whose | text | why ours |",
        "|---|---|---|---|---|---|---|",
    ]
    for entry in entries:
        cases = ", ".join(f"`{case}`" for case in entry["cases"])
        cells = [entry["corpus"], cases, entry["ours"], entry["theirs"], entry["peer"], entry["section"], entry["why"]]
        lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
