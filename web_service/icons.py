"""The drawings: one shape for each status family, the mark. Shape and word come first, colour third."""

from typing import Final, Literal

from markupsafe import Markup

Family = Literal["ok", "note", "stop", "none"]

_SHAPES: Final[dict[str, str]] = {
    "ok": '<circle cx="24" cy="24" r="23" fill="#078364"/>'
    '<path d="M13 25l8 8 15-17" fill="none" stroke="#fff" stroke-width="5"/>',
    "note": '<path d="M24 3L47 45H1z" fill="#f6af09" stroke="#212121" stroke-width="2" stroke-linejoin="round"/>'
    '<path d="M24 17v14M24 35v5" stroke="#212121" stroke-width="5"/>',
    "stop": '<path d="M15 1h18l14 14v18L33 47H15L1 33V15z" fill="#ae332d"/>'
    '<path d="M15 15l18 18M33 15L15 33" stroke="#fff" stroke-width="5"/>',
    "none": '<rect x="1" y="1" width="46" height="46" rx="10" fill="#5f686d"/>'
    '<path d="M12 24h24" stroke="#fff" stroke-width="5"/>',
}
_MARK: Final = (
    '<path d="M5 1h16l6 6v24H5z" fill="#00357a"/><path d="M21 1v6h6" fill="none" stroke="#fff" stroke-width="2"/>'
    '<path d="M10 18l5 5 8-10" fill="none" stroke="#fff" stroke-width="3"/>'
)


def icon(name: str, size: int = 20) -> Markup:
    """An inline SVG that assistive technology skips; the word beside it says the same. `name`: a family or `mark`."""
    box, drawing = (32, _MARK) if name == "mark" else (48, _SHAPES[name])
    attributes = f'viewBox="0 0 {box} {box}" width="{size}" height="{size}" aria-hidden="true" focusable="false"'
    return Markup(f"<svg {attributes}>{drawing}</svg>")  # noqa: S704 - constants of this file alone


def shape_of(ok: bool) -> Family:
    """The family of a check's result."""
    return "ok" if ok else "stop"
