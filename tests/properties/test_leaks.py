"""What was not shown is nowhere: not in what is sent, nor in what is read from it, nor in any complaint about it."""

import json
import random
import re
from collections.abc import Iterator

import pytest
from hypothesis import given

from openid4vc.errors import ProtocolError
from openid4vc.sd_jwt import ClaimPath
from tests.differential import mutations, trees
from tests.differential.trees import Branch, Leaf, Tree
from tests.properties.holding import check, issue, receive, show
from tests.properties.strategies import claims_and_choice, usual
from tests.vectors.rfc9901.parts import decode


def with_canaries(tree: Tree, seen: list[int]) -> Tree:
    """The same shape and marks with a name and a value at each place that stand nowhere else."""
    seen[0] += 1
    if isinstance(tree, Leaf):
        return Leaf(f"canary{seen[0]:05}value")
    if not tree.is_object:
        parts = {key: with_canaries(part, seen) for key, part in tree.parts.items()}
        return Branch(False, parts, tree.marked)
    renamed = {}
    for key in tree.parts:
        seen[0] += 1
        renamed[key] = f"canary{seen[0]:05}name"
    parts = {renamed[key]: with_canaries(part, seen) for key, part in tree.parts.items()}
    return Branch(True, parts, frozenset(renamed[key] for key in tree.marked))


def hidden(text: str, shown: str) -> list[str]:
    """The salts, names and values of the Disclosures that stay at home, as text; with their encoded form."""
    secret: list[str] = []
    for disclosure in set(text.split("~")[1:-1]) - set(shown.split("~")[1:-1]):
        salt, *content = json.loads(decode(disclosure))
        # A hidden part may stand in the value of nothing that was shown: it is disclosed with all it holds, or digests.
        secret += [disclosure, salt, *re.findall(r"canary\d{5}(?:value|name)", json.dumps(content))]
    return secret


def readable(text: str) -> str:
    """A presentation with each of its parts decoded beside it."""
    parts = [part for piece in text.split("~") for part in piece.split(".")]
    return "\n".join([text, *(decode(part).decode("utf-8", "replace") for part in parts)])


def complaints(shown: str, issued: str) -> Iterator[str]:
    """What is said about a presentation and an issued SD-JWT when they are spoiled, in every way it can be said."""
    spoiled = [text for _, text in mutations.mutations(shown, random.Random(0))]
    spoiled += [issued[:at] + "A" + issued[at + 1 :] for at in range(0, len(issued), 5)]
    for text in spoiled:
        for take in (check, receive):
            try:
                take(text)
            except ProtocolError as error:
                yield f"{error} {error!r} {error.args} {error.code} {error.detail} {dict(error.facts)}"


@usual
@given(made=claims_and_choice())
def test_what_stays_at_home_is_nowhere_in_what_is_sent_or_read(made: tuple[Branch, list[ClaimPath]]) -> None:
    # The marks of the generated claims by their order: names are others now.
    tree = with_canaries(made[0], [0])
    assert isinstance(tree, Branch)
    order = dict(zip(trees.marks(made[0]), trees.marks(tree), strict=True))
    text = issue(tree)
    shown = show(text, [order[path] for path in made[1]])
    verified = check(shown)
    places = [readable(shown), json.dumps(verified.claims), repr(verified)]
    assert [
        (secret, index) for secret in hidden(text, shown) for index, place in enumerate(places) if secret in place
    ] == []


SHAPE = Branch(
    True,
    {
        "a": Leaf(1),
        "b": Branch(True, {"c": Leaf(1), "d": Leaf(1)}, frozenset({"c"})),
        "e": Branch(False, {0: Leaf(1), 1: Leaf(1)}, frozenset({0, 1})),
    },
    frozenset({"a", "b"}),
)


@pytest.mark.parametrize("number", range(len(list(trees.marks(SHAPE)))))
def test_no_complaint_repeats_what_it_is_about(number: int) -> None:
    tree = with_canaries(SHAPE, [0])
    assert isinstance(tree, Branch)
    text = issue(tree)
    shown = show(text, [list(trees.marks(tree))[number]])
    said = list(complaints(shown, text))
    assert len(set(said)) > 5
    # Not even what was shown: a complaint goes to logs, and logs are nobody's to read claims in.
    salts = [json.loads(decode(disclosure))[0] for disclosure in text.split("~")[1:-1]]
    assert [words for words in said if "canary" in words or any(salt in words for salt in salts)] == []
