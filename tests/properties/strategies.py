"""Claims of any shape with marks anywhere, for properties; every run draws the same ones."""

from typing import Any

from hypothesis import settings
from hypothesis import strategies as st

from openid4vc.sd_jwt import ClaimPath
from openid4vc.sd_jwt.disclosure import RESERVED_NAMES
from tests.differential import trees
from tests.differential.trees import Branch, Leaf, Tree

# Derandomised and without a database, so that a run is the same everywhere; no deadline, because machines are not.
usual = settings(derandomize=True, database=None, deadline=None, max_examples=200)
# Claims with a meaning in every JWT: a random value in them would be refused, and rightly.
_MEANT = frozenset({"exp", "nbf", "iat", "cnf", "vct"})

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
names = texts.filter(lambda name: name not in RESERVED_NAMES | _MEANT)
leaves = st.builds(
    Leaf,
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | texts,
)


def _object(parts: dict[str, tuple[bool, Tree]]) -> Branch:
    marked = frozenset(name for name, (mark, _) in parts.items() if mark)
    return Branch(True, {name: part for name, (_, part) in parts.items()}, marked)


def _array(parts: list[tuple[bool, Tree]]) -> Branch:
    marked = frozenset(index for index, (mark, _) in enumerate(parts) if mark)
    return Branch(False, {index: part for index, (_, part) in enumerate(parts)}, marked)


def _objects(inner: st.SearchStrategy[Tree], least: int = 0) -> st.SearchStrategy[Branch]:
    return st.dictionaries(names, st.tuples(st.booleans(), inner), min_size=least, max_size=4).map(_object)


def _arrays(inner: st.SearchStrategy[Tree]) -> st.SearchStrategy[Branch]:
    return st.lists(st.tuples(st.booleans(), inner), max_size=4).map(_array)


branches = st.recursive(leaves, lambda inner: _objects(inner) | _arrays(inner), max_leaves=10)
claims = _objects(branches, least=1)


@st.composite
def claims_and_choice(draw: st.DrawFn) -> tuple[Branch, list[ClaimPath]]:
    """Claims, and some of their marks."""
    made = draw(claims)
    marks = list(trees.marks(made))
    return made, draw(st.lists(st.sampled_from(marks), unique=True)) if marks else []


def paths(tree: Tree, at: tuple[Any, ...] = ()) -> list[ClaimPath]:
    """Every place in the claims."""
    if isinstance(tree, Leaf):
        return [at] if at else []
    below = [path for key, part in tree.parts.items() for path in paths(part, (*at, key))]
    return ([at] if at else []) + below
