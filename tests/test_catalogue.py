"""Each row of the catalogue is held by one test, and what the README says is not held is what is not held."""

import re
from collections import Counter
from pathlib import Path

from tests import catalogue

README = Path(__file__).resolve().parent.parent / "README.md"
_ID = re.compile(r"\b[JSXTCVWDPNY]-\d\d\b")

# What the path from doctor to official accepts from outside: these rows are held, or the README names them.
IN_SCOPE = {
    "J": [*range(1, 39)],
    "S": [*range(1, 40)],
    "T": [*range(1, 20)],
    "X": [*range(1, 14), 17, 24],
    "C": [*range(1, 16), 17, 18, 19, *range(29, 38), 41, 46, 47, 53, 55, 61, 62, 63],
    "V": [*range(1, 32)],
    "W": [*range(1, 32), 34, 44],
    "D": [*range(1, 19)],
    "P": [*range(1, 7)],
    "N": [4, 5, 6, 7],
    "Y": [1, 2, 3, 4],
}


def in_scope() -> set[str]:
    return {f"{group}-{number:02}" for group, numbers in IN_SCOPE.items() for number in numbers}


def test_every_mark_names_a_row_and_no_row_is_marked_twice() -> None:
    counted = Counter(identifier for identifier, _ in catalogue.marks())
    known = {row.id for row in catalogue.rows()}
    assert set(counted) - known == set()
    assert {identifier for identifier, times in counted.items() if times > 1} == set()


def test_the_readme_names_exactly_the_rows_in_scope_that_no_test_holds() -> None:
    held = {identifier for identifier, _ in catalogue.marks()}
    section = README.read_text("utf-8").split("### Catalogue rows not held yet")[1].split("\n#")[0]
    assert set(_ID.findall(section)) == in_scope() - held
