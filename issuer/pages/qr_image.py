"""A code for the screen: black on white whatever the colours of the page, with a name for those who do not see it."""

import segno
from markupsafe import Markup

_QUIET = 4  # ISO/IEC 18004: four modules on every side


def qr_image(text: str, label: str) -> Markup:
    """An inline SVG; one path, no style."""
    matrix = segno.make(text, error="m", boost_error=False, micro=False).matrix
    size = len(matrix) + 2 * _QUIET
    path = "".join(
        f"M{x + _QUIET} {y + _QUIET}h1v1h-1z" for y, row in enumerate(matrix) for x, dark in enumerate(row) if dark
    )
    drawing = f'<path fill="#fff" d="M0 0h{size}v{size}h-{size}z"/><path fill="#000" d="{path}"/>'
    return Markup('<svg role="img" aria-label="{}" viewBox="0 0 {} {}" shape-rendering="crispEdges">{}</svg>').format(
        label,
        size,
        size,
        Markup(drawing),  # noqa: S704 - numbers of this function alone
    )
