"""Style sheet, script and font: read once into memory and answered from a fixed list, so no path is ever resolved.

A page links them with `?v=<hash of the content>`; that address may be kept for a year, any other for an hour.
"""

import gzip
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from web_service.errors import RequestError

_TYPES: Final = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".ttf": "font/ttf",
}
FONT: Final = "source-sans-3.ttf"


@dataclass(frozen=True)
class StaticFile:
    """One file in memory."""

    content: bytes
    media_type: str
    version: str

    @cached_property
    def compressed(self) -> bytes:
        return gzip.compress(self.content, 6, mtime=0)


class StaticFiles:
    """The files of this package and of `folders` (a later one replaces a name), and the font from its own package."""

    def __init__(self, folders: Iterable[Path] = ()) -> None:
        self._files: dict[str, StaticFile] = {}
        font = Path(str(files("fontpkg_source_sans_3"))) / "files" / "SourceSans3[wght].ttf"
        self._add(FONT, font.read_bytes())
        for folder in (Path(str(files("web_service"))) / "static", *folders):
            for path in sorted(folder.iterdir()):
                if path.suffix in _TYPES:
                    self._add(path.name, path.read_bytes())

    def _add(self, name: str, content: bytes) -> None:
        version = hashlib.sha256(content).hexdigest()[:12]
        self._files[name] = StaticFile(content, _TYPES[Path(name).suffix], version)

    def link(self, name: str) -> str:
        """The address of a file, for templates."""
        return f"/static/{name}?v={self._files[name].version}"

    def answer(self, request: Request, name: str) -> Response:
        """The file, compressed where the browser takes that. Raises RequestError 404."""
        file = self._files.get(name)
        if file is None:
            raise RequestError("page_not_found", 404)
        kept = "31536000, immutable" if request.query_params.get("v") == file.version else "3600"
        headers = {"Cache-Control": f"public, max-age={kept}", "Vary": "Accept-Encoding"}
        if file.media_type != "image/png" and "gzip" in request.headers.get("accept-encoding", ""):
            return Response(file.compressed, media_type=file.media_type, headers=headers | {"Content-Encoding": "gzip"})
        return Response(file.content, media_type=file.media_type, headers=headers)
