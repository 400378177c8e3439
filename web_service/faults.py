"""Named points where a test kills the process, so that what is on disk then can be looked at.

In test mode `*_FAIL_AT` names one of them; the process dies there as by a power cut (SIGKILL, nothing is flushed).
"""

import os
import signal
from collections.abc import Collection

from web_service.errors import WebError


class FaultPoints:
    """`names` is the closed set that `--help` lists; raises WebError("fault_point_unknown") for another `fail_at`."""

    def __init__(self, fail_at: str | None, names: Collection[str]) -> None:
        if fail_at is not None and fail_at not in names:
            raise WebError("fault_point_unknown", name=fail_at)
        self._fail_at = fail_at
        self.names = tuple(sorted(names))

    def reach(self, name: str) -> None:
        """Mark that `name` was reached; die if it is the one. An unknown name is a mistake in our code."""
        if name not in self.names:
            raise ValueError(f"fault point {name} is not in the list")
        if name == self._fail_at:
            os.kill(os.getpid(), signal.SIGKILL)
