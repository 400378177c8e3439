"""The time, as everything in a service reads it: whole seconds (UTC), from one object that a test may shift.

The offset file exists in test mode only (the settings refuse it otherwise) and is read at each use.
"""

import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

# Dates on documents are the ones of the place where they are given.
PLACE = ZoneInfo("Europe/Helsinki")


class Clock:
    """Seconds since 1970 and today's date; `offset_file` holds seconds to add, absent or empty means none."""

    def __init__(self, offset_file: Path | None) -> None:
        self._offset_file = offset_file

    def now(self) -> int:
        """The time in whole seconds (UTC)."""
        return int(time.time()) + self._offset()

    def today(self) -> date:
        """The date here (Europe/Helsinki), which is what a document's date means."""
        return self.local(self.now()).date()

    @staticmethod
    def local(seconds: int) -> datetime:
        """A moment as people here read it."""
        return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)).astimezone(PLACE)

    def _offset(self) -> int:
        if self._offset_file is None:
            return 0
        try:
            text = self._offset_file.read_text("ascii").strip()
        except FileNotFoundError:
            return 0
        return int(text) if text else 0
