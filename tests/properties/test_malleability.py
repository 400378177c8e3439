"""No text but the one that was signed is ever accepted: every character is changed, removed, and added to."""

from collections.abc import Callable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openid4vc.errors import ProtocolError
from tests.differential.mutations import ALPHABET
from tests.differential.trees import Branch, Leaf
from tests.properties.holding import check, issue, receive, show
from tests.properties.strategies import usual

NATIONALITIES = Branch(False, {0: Leaf("FI"), 1: Leaf("SE")}, frozenset({0, 1}))
HOME = Branch(True, {"city": Leaf("Oulu")}, frozenset({"city"}))
CLAIMS = Branch(True, {"name": Leaf("Aino"), "home": HOME, "n": NATIONALITIES}, frozenset({"name", "home"}))
ISSUED = issue(CLAIMS)
SHOWN = show(ISSUED, [("name",), ("n", 1)])
TEXTS: dict[str, tuple[str, Callable[[str], object]]] = {"issued": (ISSUED, receive), "shown": (SHOWN, check)}


def changed(text: str, at: int) -> Iterator[str]:
    """Each kind of change at one place: the nearest character, others, none, one more."""
    before, here, after = text[:at], text[at], text[at + 1 :]
    nearest = ALPHABET[ALPHABET.index(here) ^ 1] if here in ALPHABET else "A"
    for other in {nearest, "A", "_", ".", "~", "=", "\n", "é"} - {here}:
        yield before + other + after
    yield before + after
    yield before + here + here + after


@pytest.mark.parametrize("name", TEXTS)
def test_no_single_change_at_any_place_is_accepted(name: str) -> None:
    text, take = TEXTS[name]
    take(text)
    accepted = []
    for at in range(len(text)):
        for other in changed(text, at):
            if other == text:
                continue
            try:
                take(other)
            except ProtocolError:
                continue
            accepted.append((at, other))
    assert accepted == []


@pytest.mark.parametrize("name", TEXTS)
@usual
@given(data=st.data())
def test_no_rearrangement_is_accepted_under_the_same_signatures(name: str, data: st.DataObject) -> None:
    text, take = TEXTS[name]
    for _ in range(data.draw(st.integers(1, 3))):
        start, end = sorted((data.draw(st.integers(0, len(text))), data.draw(st.integers(0, len(text)))))
        piece = data.draw(
            st.sampled_from(["", text[start:end][::-1], text[start:end] * 2, "~", "."]) | st.text(max_size=4)
        )
        text = text[:start] + piece + text[end:]
    if text == TEXTS[name][0]:
        return
    with pytest.raises(ProtocolError):
        take(text)
