"""CPU time per call of several things at once, in short rounds by turns, so that a slow moment hits all alike.

One absolute figure says little on a shared machine; ratios of medians of one interleaved run do.
"""

import gc
import statistics
import time
from collections.abc import Callable, Mapping

# A round lasts about this long for each subject: long against the clock's resolution, short against a busy neighbour.
_ROUND_SECONDS = 0.02
_ROUNDS = 41


def medians(subjects: Mapping[str, Callable[[], object]], *, rounds: int = _ROUNDS) -> dict[str, float]:
    """Median CPU microseconds per call of each subject, over interleaved rounds."""
    calls = {name: _calibrated(subject) for name, subject in subjects.items()}
    samples: dict[str, list[float]] = {name: [] for name in subjects}
    gc.collect()
    gc.freeze()
    for _ in range(rounds):
        for name, subject in subjects.items():
            samples[name].append(_round(subject, calls[name]))
    gc.unfreeze()
    return {name: statistics.median(values) for name, values in samples.items()}


def _calibrated(subject: Callable[[], object]) -> int:
    """How many calls fill a round; the warm-up of caches is done by then."""
    calls = 1
    while (spent := _round(subject, calls) * calls / 1e6) < _ROUND_SECONDS / 4:
        calls *= 2
    return max(1, round(calls * _ROUND_SECONDS / spent))


def _round(subject: Callable[[], object], calls: int) -> float:
    started = time.process_time()
    for _ in range(calls):
        subject()
    return (time.process_time() - started) / calls * 1e6
