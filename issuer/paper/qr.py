"""The code on the sheet that takes the document into a wallet: error correction Q, modules a second copy survives."""

import io
from dataclasses import dataclass

import segno

from issuer.paper.errors import PaperError

QUIET_MODULES = 4  # ISO/IEC 18004: a quiet zone of four modules on every side
MODULE_MM = 0.7
MIN_MODULE_MM = 0.5  # under this a second-generation copy no longer decodes
PLACE_MM = 43.0  # the place on the sheet, quiet zone included


@dataclass(frozen=True, slots=True)
class QrImage:
    """A code as vector image: `width_mm` is the printed width, quiet zone included."""

    svg: str
    width_mm: float
    version: int


def make(text: str) -> QrImage:
    """The code for an offer link. PaperError `sheet_code_too_large` when its modules would be under 0.5 mm."""
    code = segno.make(text, error="q", boost_error=False, micro=False)
    modules = code.symbol_size(border=QUIET_MODULES)[0]
    module = min(MODULE_MM, PLACE_MM / modules)
    if module < MIN_MODULE_MM:
        raise PaperError("sheet_code_too_large", "public_url")
    out = io.BytesIO()
    code.save(out, kind="svg", xmldecl=False, border=QUIET_MODULES)
    return QrImage(out.getvalue().decode("ascii"), round(module * modules, 2), int(code.version))
