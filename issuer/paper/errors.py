"""What can stop a sheet: each names what to change, because somebody waits at the printer."""


class PaperError(Exception):
    """Root. `code` is lower_snake and from the issuer's closed set; `field` names the part of the sheet at fault."""

    def __init__(self, code: str, field: str = "") -> None:
        super().__init__(code, field)
        self.code = code
        self.field = field
