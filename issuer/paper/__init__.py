"""Paper: the document as a sheet, and its transaction code on a sheet of its own."""

from issuer.paper.content import CodeSheet, Row, Sender, Sheet, Words
from issuer.paper.errors import PaperError
from issuer.paper.printing import print_code_sheet, print_sheet

__all__ = ["CodeSheet", "PaperError", "Row", "Sender", "Sheet", "Words", "print_code_sheet", "print_sheet"]
