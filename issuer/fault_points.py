"""Where a test may end the process (ISSUER_FAIL_AT in test mode), to see what is kept then."""

from typing import Final

FAULT_POINTS: Final = ("offer.stored", "sheet.half_written", "token.committed", "credential.committed")
