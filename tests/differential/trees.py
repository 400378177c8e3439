"""Claims with marks, in a form that belongs to nobody, and what each implementation calls the same thing."""

import random
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from openid4vc.sd_jwt import ClaimPath, Disclosable


@dataclass(frozen=True)
class Leaf:
    value: str | int | float | bool | None


@dataclass(frozen=True)
class Branch:
    """An object (keys are names) or an array (keys are positions); `marked` are the keys selectively disclosable."""

    is_object: bool
    parts: dict[Any, "Tree"]
    marked: frozenset[Any]


Tree: TypeAlias = Leaf | Branch

NAMES = [
    "name",
    "age",
    "home",
    "ä",
    "with space",
    "_",
    "x" * 40,
    "A",
    "a",
    "0",
    "émigré",
    "日本",
    "value",
    "\U0001f511",
]
TEXTS = ["", "Aino", "Ähtäri", "日本", '"\\/', "line\nend", "\u2028", "\U0001f511", "~.=", "x" * 200]
NUMBERS = [0, 1, -1, 2**53 - 1, 0.5, -2.25, 1700000000]


def tree(source: random.Random) -> Branch:
    """An object with something marked in it nearly always, up to four levels deep."""
    return _branch(source, 0, True)


def beside(tree: Branch, clear: Mapping[str, Any]) -> Branch:
    """The tree with claims in clear before its own."""
    return Branch(True, {**{name: unmarked(value) for name, value in clear.items()}, **tree.parts}, tree.marked)


def unmarked(value: Any) -> Tree:
    """JSON without any mark."""
    if isinstance(value, dict):
        return Branch(True, {name: unmarked(part) for name, part in value.items()}, frozenset())
    if isinstance(value, list):
        return Branch(False, {index: unmarked(part) for index, part in enumerate(value)}, frozenset())
    return Leaf(value)


def plain(tree: Tree) -> Any:
    """The claims as everybody reads them when all is disclosed."""
    return shown(tree, frozenset(marks(tree)))


def marks(tree: Tree, at: ClaimPath = ()) -> Iterator[ClaimPath]:
    """The paths of what is marked, outer before inner."""
    if isinstance(tree, Branch):
        for key, part in tree.parts.items():
            if key in tree.marked:
                yield (*at, key)
            yield from marks(part, (*at, key))


def with_kin(tree: Tree, chosen: Collection[ClaimPath]) -> frozenset[ClaimPath]:
    """The chosen marks, with those that they stand in and those that stand in them."""

    def leads(outer: ClaimPath, inner: ClaimPath) -> bool:
        return inner[: len(outer)] == outer

    return frozenset(path for path in marks(tree) if any(leads(path, one) or leads(one, path) for one in chosen))


def below_a_clear_member(tree: Tree, *, disclosed: bool = False, clear: bool = False) -> bool:
    """Whether a mark stands below a clear member of an object that stands, at any depth, below another mark."""
    if isinstance(tree, Leaf):
        return False
    for key, part in tree.parts.items():
        marked = key in tree.marked
        if marked and clear:
            return True
        if below_a_clear_member(
            part, disclosed=disclosed or marked, clear=clear or (disclosed and tree.is_object and not marked)
        ):
            return True
    return False


def shown(tree: Tree, paths: Collection[ClaimPath], at: ClaimPath = ()) -> Any:
    """The claims that are left when of the marked ones only these are disclosed."""
    if isinstance(tree, Leaf):
        return tree.value
    left = {
        key: shown(part, paths, (*at, key))
        for key, part in tree.parts.items()
        if key not in tree.marked or (*at, key) in paths
    }
    return left if tree.is_object else list(left.values())


def ours(tree: Tree) -> Any:
    """Claims for `sd_jwt.issue`."""
    if isinstance(tree, Leaf):
        return tree.value
    made = {key: Disclosable(ours(part)) if key in tree.marked else ours(part) for key, part in tree.parts.items()}
    return made if tree.is_object else list(made.values())


def marked_json(tree: Tree) -> Any:
    """As JSON, with the marks beside what they mark: what the script over `sd-jwt` (PyPI) reads."""
    if isinstance(tree, Leaf):
        return {"value": tree.value}
    parts = [[key, key in tree.marked, marked_json(part)] for key, part in tree.parts.items()]
    return {"object" if tree.is_object else "array": parts}


def frame(tree: Tree) -> dict[str, Any]:
    """The disclosure frame of `@sd-jwt/core`."""
    if isinstance(tree, Leaf):
        return {}
    inner = {str(key): below for key, part in tree.parts.items() if (below := frame(part))}
    return inner | ({"_sd": sorted(tree.marked)} if tree.marked else {})


def structure(tree: Tree, paths: Collection[ClaimPath], at: ClaimPath = ()) -> Any:
    """What `sd-jwt` (PyPI) takes for "disclose these": True, or an object or array with what is below; None is no."""
    if isinstance(tree, Leaf):
        return None
    below = {key: _chosen(key in tree.marked, part, paths, (*at, key)) for key, part in tree.parts.items()}
    if all(value is None for value in below.values()):
        return None
    return {key: value for key, value in below.items() if value is not None} if tree.is_object else list(below.values())


def presentation_frame(tree: Tree, paths: Collection[ClaimPath], at: ClaimPath = ()) -> dict[str, Any]:
    """The presentation frame of `@sd-jwt/core`: true, or an object with what is below, also for arrays."""
    if isinstance(tree, Leaf):
        return {}
    chosen: dict[str, Any] = {}
    for key, part in tree.parts.items():
        if below := presentation_frame(part, paths, (*at, key)):
            chosen[str(key)] = below
        elif (*at, key) in paths:
            chosen[str(key)] = True
    return chosen


def _chosen(marked: bool, part: Tree, paths: Collection[ClaimPath], at: ClaimPath) -> Any:
    below = structure(part, paths, at)
    return True if below is None and marked and at in paths else below


def _branch(source: random.Random, depth: int, is_object: bool) -> Branch:
    size = source.randrange(2 if depth == 0 else 0, 5)
    keys: list[Any] = source.sample(NAMES, size) if is_object else list(range(size))
    parts = {key: _part(source, depth + 1) for key in keys}
    return Branch(is_object, parts, frozenset(key for key in keys if source.random() < 0.5))


def _part(source: random.Random, depth: int) -> Tree:
    kind = source.random()
    if depth < 4 and kind < 0.2:
        return _branch(source, depth, True)
    if depth < 4 and kind < 0.4:
        return _branch(source, depth, False)
    if kind < 0.7:
        return Leaf(source.choice(TEXTS))
    return Leaf(source.choice([*NUMBERS, True, False, None]))
