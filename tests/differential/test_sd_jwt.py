"""Whatever one of three implementations issues, and another shows a part of, each verifies to the same claims."""

import random
from itertools import chain
from typing import Any

import pytest

from tests.differential import trees
from tests.differential.peers import Result
from tests.differential.people import PEOPLE, Case, case, same
from tests.differential.settled import Disagreement, settles

CASES = 100


def texts(results: list[Any]) -> list[str]:
    refused = [result["refused"] for result in results if "refused" in result]
    assert refused == []
    return [result["value"] for result in results]


@pytest.mark.slow
def test_three_implementations_agree_on_everything_that_is_good() -> None:
    made = [case(number, random.Random(number), least=0) for number in range(CASES)]
    # Enough of everything: whole and partial disclosure, arrays, marks inside marks, decoys.
    assert {bool(each.shown) for each in made} == {True, False}
    assert any(len(path) > 2 and isinstance(path[-1], int) for each in made for path in each.shown)

    issued = {name: texts(person.issue(made)) for name, person in PEOPLE.items()}
    everything = list(chain.from_iterable(issued.values()))
    whole = [trees.plain(each.tree) for _ in issued for each in made]
    for name, person in PEOPLE.items():
        read = texts(person.verify(everything, False))
        assert [index for index, claims in enumerate(read) if not same(claims, whole[index])] == [], name

    repeated = [each for _ in issued for each in made]
    presented = {name: texts(person.present(repeated, everything)) for name, person in PEOPLE.items()}
    left = [trees.shown(each.tree, each.shown) for each in repeated]
    differing: set[Disagreement] = set()
    for holder, shown in presented.items():
        for person in PEOPLE.values():
            for index, result in enumerate(person.verify(shown, True)):
                # The same Disclosures, whoever chose them, and the same claims, whoever reads them.
                alike = _disclosures(shown[index]) == _disclosures(presented["ours"][index])
                if not alike or "refused" in result or not same(result["value"], left[index]):
                    differing.add(
                        Disagreement("generated", holder, _kind(repeated[index]), "accepted", _verdict(result))
                    )
    settles("generated", differing)


def _disclosures(presentation: str) -> frozenset[str]:
    return frozenset(presentation.split("~")[1:-1])


def _kind(each: Case) -> str:
    return "below-a-clear-member" if trees.below_a_clear_member(each.tree) else f"case-{each.number}"


def _verdict(result: Result) -> str:
    return "refused" if "refused" in result else "other claims"
