"""The claims path pointer: which elements of a credential a query means.

OpenID4VP §7 (syntax) and §7.1.1 (processing, for JSON-based credentials).
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Any, Final, TypeAlias

from openid4vc.errors import PresentationError, ProtocolError
from openid4vc.strict_json import JsonObject, JsonValue

ClaimsPath: TypeAlias = tuple[str | int | None, ...]
ConcretePath: TypeAlias = tuple[str | int, ...]
# Where arrays of a presentation miss elements that were not disclosed: the positions, as issued, by the array's path.
# Concrete paths count as issued, so that one path means the same element to the wallet and to the verifier.
ArrayGaps: TypeAlias = Mapping[ConcretePath, Collection[int]]

# No credential within our size limits is deeper or has longer arrays: a pointer beyond is an attack, not a wish.
MAX_COMPONENTS: Final = 32
MAX_INDEX: Final = 65_535


def parse(value: JsonValue, *, fault: Callable[[str], ProtocolError]) -> ClaimsPath:
    """§7: a non-empty array of strings, nulls and non-negative integers; `fault(detail)` is raised otherwise."""
    if not isinstance(value, list) or not 0 < len(value) <= MAX_COMPONENTS:
        raise fault("path")
    for component in value:
        if component is None or isinstance(component, str):
            continue
        if isinstance(component, bool) or not isinstance(component, int) or not 0 <= component <= MAX_INDEX:
            raise fault("path component")
    return tuple(value)


def select(path: ClaimsPath, claims: Mapping[str, Any], gaps: ArrayGaps) -> list[tuple[ConcretePath, JsonValue]]:
    """§7.1.1: the selected elements, each with its concrete path; PresentationError `claim_missing` for every abort.

    `gaps` is empty for a credential that is held whole.
    """
    selected: list[tuple[ConcretePath, Any]] = [((), claims)]
    for component in path:
        found: list[tuple[ConcretePath, Any]] = []
        for where, element in selected:
            if isinstance(component, str):
                # Step 2.1: one selected element that is no object aborts the whole.
                if not isinstance(element, Mapping):
                    raise PresentationError("claim_missing", "not an object")
                if component in element:
                    found.append(((*where, component), element[component]))
            elif not isinstance(element, list | tuple):
                # Steps 2.2 and 2.3, the same for arrays.
                raise PresentationError("claim_missing", "not an array")
            else:
                found.extend(
                    ((*where, index), item)
                    for index, item in _as_issued(element, gaps.get(where, ()))
                    if component is None or component == index
                )
        selected = found
    # Step 3.
    if not selected:
        raise PresentationError("claim_missing", "nothing is selected")
    return selected


def keep(paths: Iterable[ConcretePath], claims: Mapping[str, Any], gaps: ArrayGaps) -> JsonObject:
    """A new object with the elements at these paths and nothing beside them; kept array elements close up.

    What a wallet disclosed beyond the question is dropped by this, before anything is stored or shown.
    """
    wanted: dict[str | int, Any] = {}
    for path in paths:
        node = wanted
        for component in path[:-1]:
            # None marks an element wanted as a whole: its parts are in it already.
            below = node.setdefault(component, {})
            if below is None:
                break
            node = below
        else:
            node[path[-1]] = None
    kept: JsonObject = _keep(wanted, claims, (), gaps)
    return kept


def _keep(wanted: dict[str | int, Any], element: Any, where: ConcretePath, gaps: ArrayGaps) -> Any:
    def part(component: str | int, value: Any) -> Any:
        below = wanted[component]
        return value if below is None else _keep(below, value, (*where, component), gaps)

    if isinstance(element, Mapping):
        return {name: part(name, value) for name, value in element.items() if name in wanted}
    return [part(index, item) for index, item in _as_issued(element, gaps.get(where, ())) if index in wanted]


def _as_issued(array: Iterable[Any], gaps: Collection[int]) -> Iterator[tuple[int, Any]]:
    """The elements that are there, each with the position it was issued at."""
    position = 0
    for item in array:
        while position in gaps:
            position += 1
        yield position, item
        position += 1
