"""CPU time per call of several things at once, in short rounds by turns, so that a slow moment hits all alike.

One absolute figure says little on a shared machine; ratios of medians of one interleaved run do.
"""

import statistics
import time
from collections.abc import Callable, Hashable, Mapping
from typing import TypeVar

_Name = TypeVar("_Name", bound=Hashable)
# Runs a thing that many times; gives the CPU seconds of it. Another process counts its own.
Round = Callable[[int], float]

# Long against the resolution of the clock, short against a busy neighbour.
_ROUND_SECONDS = 0.02
_ROUNDS = 31


def here(call: Callable[[], object]) -> Round:
    """Rounds of a call in this process."""

    def spent(count: int) -> float:
        started = time.process_time()
        for _ in range(count):
            call()
        return time.process_time() - started

    return spent


def medians(subjects: Mapping[_Name, Round], *, rounds: int = _ROUNDS) -> dict[_Name, float]:
    """Median CPU microseconds per call of each subject, over interleaved rounds."""
    counts = {name: _count(subject) for name, subject in subjects.items()}
    samples: dict[_Name, list[float]] = {name: [] for name in subjects}
    for _ in range(rounds):
        for name, subject in subjects.items():
            samples[name].append(subject(counts[name]) / counts[name] * 1e6)
    return {name: statistics.median(values) for name, values in samples.items()}


def _count(subject: Round) -> int:
    """How many calls fill a round; caches and compilers are warm by then."""
    count = 1
    while (spent := subject(count)) < _ROUND_SECONDS / 4:
        count *= 2
    return max(1, round(count * _ROUND_SECONDS / spent))
