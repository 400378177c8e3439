"""The claims path pointer: which elements of a credential a query means.

OpenID4VP §7 (syntax) and §7.1.1 (processing, for JSON-based credentials).
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final, TypeAlias

from openid4vc.errors import PresentationError
from openid4vc.strict_json import JsonObject, JsonValue

ClaimsPath: TypeAlias = tuple[str | int | None, ...]
ConcretePath: TypeAlias = tuple[str | int, ...]

# No credential within our size limits is deeper or has longer arrays: a pointer beyond is an attack, not a wish.
MAX_COMPONENTS: Final = 32
MAX_INDEX: Final = 65_535


def parse(value: JsonValue) -> ClaimsPath:
    """§7: a non-empty array of strings, nulls and non-negative integers; PresentationError `dcql_invalid` otherwise."""
    if not isinstance(value, list) or not 0 < len(value) <= MAX_COMPONENTS:
        raise PresentationError("dcql_invalid", "path", error="invalid_request")
    for component in value:
        if component is None or isinstance(component, str):
            continue
        if isinstance(component, bool) or not isinstance(component, int) or not 0 <= component <= MAX_INDEX:
            raise PresentationError("dcql_invalid", "path component", error="invalid_request")
    return tuple(value)


def select(path: ClaimsPath, claims: Mapping[str, Any]) -> list[ConcretePath]:
    """§7.1.1: the concrete paths of the selected elements; PresentationError `claim_missing` for every abort."""
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
            elif component is None:
                found.extend(((*where, index), item) for index, item in enumerate(element))
            elif component < len(element):
                found.append(((*where, component), element[component]))
        selected = found
    # Step 3.
    if not selected:
        raise PresentationError("claim_missing", "nothing is selected")
    return [where for where, _ in selected]


def value_at(path: ConcretePath, claims: Mapping[str, Any]) -> JsonValue:
    """The element at a path that `select` gave for these very claims."""
    element: Any = claims
    for component in path:
        element = element[component]
    return element


def keep(paths: Iterable[ConcretePath], claims: Mapping[str, Any]) -> JsonObject:
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
    kept: JsonObject = _keep(wanted, claims)
    return kept


def _keep(wanted: dict[str | int, Any], element: Any) -> Any:
    if isinstance(element, Mapping):
        pairs = ((name, wanted[name]) for name in element if name in wanted)
        return {name: element[name] if below is None else _keep(below, element[name]) for name, below in pairs}
    return [
        element[index] if wanted[index] is None else _keep(wanted[index], element[index])
        for index in range(len(element))
        if index in wanted
    ]
