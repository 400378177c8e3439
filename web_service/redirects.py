"""Where to go on after sign-in: a path of our own, or the front page."""

import re
from typing import Final
from urllib.parse import quote, unquote

from starlette.responses import RedirectResponse

# A path and query of printable ASCII that no browser reads as another origin: no second slash, no backslash.
_OWN: Final = re.compile(r"/(?:[A-Za-z0-9._~!$&'()*+,;=:@%-][A-Za-z0-9._~!$&'()*+,;=:@%/-]*)?(?:\?[!-;=?-\[\]_a-z~]*)?")


def safe_next(target: str | None) -> str:
    """`target` if it stays on this origin whatever a browser makes of it, else `/`."""
    if target is None or len(target) > 2000 or not _OWN.fullmatch(target):
        return "/"
    decoded = unquote(unquote(target.split("?")[0]))
    if decoded.startswith(("//", "/\\")) or "\\" in decoded or any(ord(character) < 33 for character in decoded):
        return "/"
    return target


def see_other(path: str) -> RedirectResponse:
    """303 to a path of our own."""
    return RedirectResponse(path, status_code=303)


def with_next(path: str, target: str) -> str:
    """`path?next=target`."""
    return f"{path}?next={quote(safe_next(target), safe='')}"
