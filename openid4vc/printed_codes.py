"""Printed codes: a picture or a PDF of a paper to the texts of the QR codes on it.

Only QR codes, only PNG, JPEG and PDF, and only within limits that are checked before anything is decoded: the file is
from anybody. Pillow, pypdfium2 and zxing-cpp are imported when a file is read. pypdfium2 is not thread-safe: one call
at a time in a process.
"""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from openid4vc.errors import PrintedCodeError

if TYPE_CHECKING:
    import pypdfium2
    from PIL.Image import Image

MAX_BYTES: Final = 12 * 1024 * 1024
MAX_PIXELS: Final = 50_000_000
# The longest document there is, in two languages and large print, has 33.
MAX_PAGES: Final = 40
MAX_CODES: Final = 32
# Dots per inch, rising: most sheets are read at the first, dense codes of a scan need the last.
_RESOLUTIONS: Final = (150, 300, 450)


@dataclass(frozen=True, slots=True)
class PrintedCode:
    """The text of one code; `page` counts from 1, and is 1 for a picture."""

    page: int
    text: str


def read(data: bytes) -> tuple[PrintedCode, ...]:
    """The codes in a file, page by page, none twice on a page.

    PrintedCodeError `scan_too_large` (octets, pixels, pages), `scan_file` (neither PNG, JPEG nor PDF, or damaged),
    `scan_none`.
    """
    if len(data) > MAX_BYTES:
        raise PrintedCodeError("scan_too_large", "octets")
    # By content, never by name: TIFF, GIF, SVG and the rest have decoders that nobody needs here.
    if data.startswith(b"%PDF-"):
        found = [PrintedCode(page, text) for page, text in _pdf_codes(data)]
    elif data.startswith((b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")):
        found = [PrintedCode(1, text) for text in _picture_codes(data)]
    else:
        raise PrintedCodeError("scan_file", "kind of file")
    if not found:
        raise PrintedCodeError("scan_none")
    return tuple(found[:MAX_CODES])


def _picture_codes(data: bytes) -> list[str]:
    from PIL import Image

    try:
        with Image.open(io.BytesIO(data), formats=("PNG", "JPEG")) as picture:
            width, height = picture.size
            # The size stands in the header; nothing has been decoded yet.
            if width * height > MAX_PIXELS:
                raise PrintedCodeError("scan_too_large", "pixels")
            # JPEG can decode straight to grey: a third of the memory.
            picture.draft("L", None)
            grey = picture.convert("L")
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise PrintedCodeError("scan_too_large", "pixels") from None
    except (OSError, ValueError, SyntaxError):
        # SyntaxError is what Pillow raises for a broken PNG chunk.
        raise PrintedCodeError("scan_file", "damaged picture") from None
    found = _codes(grey)
    if not found and width * height * 4 <= MAX_PIXELS:
        # Modules of two pixels are read after doubling.
        found = _codes(grey.resize((width * 2, height * 2), Image.Resampling.BICUBIC))
    return found


def _pdf_codes(data: bytes) -> Iterator[tuple[int, str]]:
    import pypdfium2

    try:
        with pypdfium2.PdfDocument(data) as document:
            if len(document) > MAX_PAGES:
                raise PrintedCodeError("scan_too_large", "pages")
            for index in range(len(document)):
                yield from ((index + 1, text) for text in _page_codes(document[index]))
    except pypdfium2.PdfiumError:
        raise PrintedCodeError("scan_file", "damaged or locked PDF") from None


def _page_codes(page: "pypdfium2.PdfPage") -> list[str]:
    """Rising resolutions, until one finds nothing that the one before had not found."""
    found: list[str] = []
    width, height = page.get_size()
    for dpi in _RESOLUTIONS:
        scale = dpi / 72
        if width * scale * height * scale > MAX_PIXELS:
            if dpi == _RESOLUTIONS[0]:
                raise PrintedCodeError("scan_too_large", "page")
            break
        bitmap = page.render(scale=scale, grayscale=True, may_draw_forms=False)
        seen = _codes(bitmap.to_pil())
        bitmap.close()
        if found and set(seen) <= set(found):
            break
        found = list(dict.fromkeys([*found, *seen]))
    return found


def _codes(grey: "Image") -> list[str]:
    import zxingcpp

    found = zxingcpp.read_barcodes(grey, formats=zxingcpp.BarcodeFormats([zxingcpp.BarcodeFormat.QRCode]))
    return list(dict.fromkeys(code.text for code in found if code.text))
