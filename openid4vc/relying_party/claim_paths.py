"""When one claims path pointer (OpenID4VP 1.0 §7) stays within another."""

from openid4vc.vp.claims_path import ClaimsPath


def covers(wide: ClaimsPath, narrow: ClaimsPath) -> bool:
    """Whether everything that `narrow` selects is part of what `wide` selects.

    A path covers what is below it. `null` covers every index; an index does not cover `null`; text never covers number.
    """
    if len(wide) > len(narrow):
        return False
    return all(_component(outer, inner) for outer, inner in zip(wide, narrow, strict=False))


def _component(outer: str | int | None, inner: str | int | None) -> bool:
    if outer is None:
        return inner is None or isinstance(inner, int)
    return type(outer) is type(inner) and outer == inner
