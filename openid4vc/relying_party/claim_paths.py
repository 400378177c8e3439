"""When one claims path pointer (OpenID4VP 1.0 §7) stays within another."""

from typing import TypeAlias

# §7.1: names, non-negative indexes, and None (null) for every element of an array.
ClaimsPath: TypeAlias = tuple[str | int | None, ...]


def covers(wide: ClaimsPath, narrow: ClaimsPath) -> bool:
    """Whether everything that `narrow` selects is part of what `wide` selects.

    A path covers what is below it. `null` covers every index; an index does not cover `null`; text never covers number.
    """
    if len(wide) > len(narrow):
        return False
    return all(_component(outer, inner) for outer, inner in zip(wide, narrow, strict=False))


def parse(value: object) -> ClaimsPath | None:
    """A path from JSON; None for what is not one."""
    if not isinstance(value, list) or not value or not all(_is_component(component) for component in value):
        return None
    return tuple(value)


def _component(outer: str | int | None, inner: str | int | None) -> bool:
    if outer is None:
        return inner is None or isinstance(inner, int)
    return type(outer) is type(inner) and outer == inner


def _is_component(value: object) -> bool:
    return value is None or isinstance(value, str) or (type(value) is int and value >= 0)
