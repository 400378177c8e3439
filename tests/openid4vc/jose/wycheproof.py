"""Project Wycheproof as the tests here read it: cases, and the valid ones that are refused on purpose."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

Case = tuple[Mapping[str, Any], Mapping[str, Any]]
# Why something valid is refused, and which cases of a file (their tcId) that is.
Stricter = Mapping[str, frozenset[int]]


def cases(vectors: Path, name: str) -> Iterator[Case]:
    """Every case of a file with the group that it stands in."""
    document = json.loads((vectors / "wycheproof" / f"{name}_test.json").read_text("utf-8"))
    for group in document["testGroups"]:
        for case in group["tests"]:
            yield group, case


def compact(content: object) -> str:
    """The text of a case; the other serializations as the JSON that they are."""
    return content if isinstance(content, str) else json.dumps(content)


def expected(case: Mapping[str, Any], stricter: Stricter) -> bool:
    """The verdict that is owed: that of the file, but for what is refused on purpose."""
    refused_on_purpose = any(case["tcId"] in ids for ids in stricter.values())
    # Nothing invalid may hide in the list, and nothing "acceptable" is accepted without a decision.
    assert case["result"] != "invalid" or not refused_on_purpose, case["tcId"]
    return case["result"] in ("valid", "acceptable") and not refused_on_purpose
