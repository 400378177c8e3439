"""Paper: the document as a sheet, and its transaction code on a sheet of its own."""

from issuer.paper.content import CodeSheet, CodeText, Row, Sender, Sheet, SheetText, Words
from issuer.paper.errors import PaperError
from issuer.paper.printing import print_code_sheet, print_sheet

__all__ = [
    "CodeSheet",
    "CodeText",
    "PaperError",
    "Row",
    "Sender",
    "Sheet",
    "SheetText",
    "Words",
    "print_code_sheet",
    "print_sheet",
]
