"""How often a row with rounds is run: a tenth in the ordinary run, in full by `make faults`."""

import os

FULL = bool(os.environ.get("TODISTE_FULL_COUNTS"))


def rounds(count: int) -> int:
    """`count`, or a tenth of it; at least one."""
    return count if FULL else max(1, count // 10)
