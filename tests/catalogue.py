"""The catalogue of attacks and bad input: which rows exist, which test holds each, and the table of both.

`python -m tests.catalogue` prints the table. A row is held by the one test that carries its id in a `case` mark.
"""

import ast
import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

TESTS = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Row:
    id: str
    severity: int
    title: str


def rows() -> list[Row]:
    with (TESTS / "catalogue.csv").open(encoding="utf-8", newline="") as file:
        return [Row(line["id"], int(line["severity"]), line["title"]) for line in csv.DictReader(file)]


def marks() -> Iterator[tuple[str, str]]:
    """(id, test file and line) for every `pytest.mark.case("…")` in the tests."""
    for path in sorted(TESTS.rglob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "case":
                for argument in node.args:
                    if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                        yield argument.value, f"{path.relative_to(TESTS)}:{node.lineno}"


def main() -> None:
    held = dict(marks())
    for row in rows():
        print(f"{row.id}  {row.severity}  {held.get(row.id, 'not held'):60}  {row.title}")
    print(f"{sum(row.id in held for row in rows())} of {len(rows())} rows held")


if __name__ == "__main__":
    main()
