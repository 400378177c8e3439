"""Claims as deep and as many as the limits allow; beyond them a refusal on both sides, never a crash."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openid4vc import strict_json
from openid4vc.errors import FormatError, ProtocolError, SdJwtError
from openid4vc.sd_jwt.compact import MAX_DISCLOSURES
from openid4vc.sd_jwt.issuing import MAX_DEPTH
from tests.differential import trees
from tests.differential.people import same
from tests.differential.trees import Branch, Leaf, Tree
from tests.properties.holding import CLEAR, check, issue, receive, show
from tests.properties.strategies import usual
from tests.vectors.rfc9901.parts import disclosure, hashed, sd_jwt

# Whether a level is an object, and whether what stands in it is marked.
levels = st.tuples(st.booleans(), st.booleans())


def nested(shape: list[tuple[bool, bool]]) -> Branch:
    """One thing in another; the outermost is an object, as claims are."""
    made: Tree = Leaf("innermost")
    for index, (is_object, marked) in enumerate(reversed(shape)):
        is_object = is_object or index == len(shape) - 1
        key: str | int = "x" if is_object else 0
        made = Branch(is_object, {key: made}, frozenset({key}) if marked else frozenset())
    assert isinstance(made, Branch)
    return made


@usual
@given(shape=st.lists(levels, min_size=1, max_size=70))
def test_whatever_depth_is_issued_is_read_and_shown(shape: list[tuple[bool, bool]]) -> None:
    made = nested(shape)
    if len(shape) > MAX_DEPTH:
        with pytest.raises(ValueError, match="nested too deeply"):
            issue(made)
        return
    text = issue(made)
    assert same(receive(text).claims, CLEAR | trees.plain(made))
    assert same(check(show(text, list(trees.marks(made)))).claims, CLEAR | trees.plain(made))


@pytest.mark.parametrize("marked", [True, False])
@pytest.mark.parametrize("is_object", [True, False])
def test_the_deepest_that_is_issued_is_read(marked: bool, is_object: bool) -> None:
    made = nested([(is_object, marked)] * MAX_DEPTH)
    # Also where only the innermost is marked, so that all levels and its digest are in one JSON text.
    last = nested([*[(is_object, False)] * (MAX_DEPTH - 1), (is_object, True)])
    assert same(check(show(issue(last), list(trees.marks(last)))).claims, CLEAR | trees.plain(last))
    assert same(check(show(issue(made), list(trees.marks(made)))).claims, CLEAR | trees.plain(made))
    with pytest.raises(ValueError, match="nested too deeply"):
        issue(nested([(is_object, marked)] * (MAX_DEPTH + 1)))


@usual
@given(depth=st.integers(1, 200))
def test_a_chain_of_disclosures_of_any_length_is_read_or_refused(depth: int) -> None:
    """Each is shallow by itself, and a digest hides how deep it all is until it is put together."""
    chain = [disclosure(f"salt-of-128-bits-{0:06}", "x", "innermost")]
    for number in range(1, depth):
        chain.append(disclosure(f"salt-of-128-bits-{number:06}", "x", {"_sd": [hashed(chain[-1])]}))
    text = sd_jwt({"_sd": [hashed(chain[-1])]}, *chain)
    if depth > strict_json.MAX_DEPTH:
        with pytest.raises(FormatError, match="json_too_deep"):
            receive(text)
    else:
        assert len(receive(text).disclosed) == depth


def test_as_many_disclosures_as_may_be_and_one_more() -> None:
    most = Branch(True, {f"n{number}": Leaf(number) for number in range(MAX_DISCLOSURES)}, frozenset())
    marked = Branch(True, most.parts, frozenset(most.parts))
    assert len(receive(issue(marked)).disclosed) == MAX_DISCLOSURES
    more = {**most.parts, "one": Leaf("more")}
    with pytest.raises(SdJwtError, match="too_many_disclosures"):
        issue(Branch(True, more, frozenset(more)))
    with pytest.raises(ProtocolError, match="too_many_disclosures"):
        receive(issue(marked) + disclosure("c2FsdHNhbHRzYWx0c2FsdA", "one", "more") + "~")
