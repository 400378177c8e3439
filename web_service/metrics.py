"""Numbers for Prometheus. Labels are closed sets: route templates, codes, never an id or a value.

The library chooses at its import whether several processes share their numbers (by `PROMETHEUS_MULTIPROC_DIR`, set by
`serving` before it forks its workers), so it is imported when a service puts itself together, not before.
"""

import os
from collections.abc import Sequence
from typing import Any


class Metrics:
    """The metrics of one process; the same name may be asked for again."""

    def __init__(self) -> None:
        from prometheus_client import CollectorRegistry

        self._registry = CollectorRegistry()
        self._made: dict[str, Any] = {}
        self.requests = self.counter("http_requests", "Requests answered", ("method", "route", "status"))
        self.seconds = self.histogram("http_request_seconds", "Time to answer", ("route",))

    def counter(self, name: str, text: str, labels: Sequence[str] = ()) -> Any:
        """A counter; it is exposed as `<name>_total`."""
        from prometheus_client import Counter

        if name not in self._made:
            self._made[name] = Counter(name, text, labels, registry=self._registry)
        return self._made[name]

    def gauge(self, name: str, text: str, labels: Sequence[str] = ()) -> Any:
        """A value that goes up and down; of several processes the newest is shown."""
        from prometheus_client import Gauge

        if name not in self._made:
            self._made[name] = Gauge(name, text, labels, registry=self._registry, multiprocess_mode="mostrecent")
        return self._made[name]

    def histogram(self, name: str, text: str, labels: Sequence[str] = ()) -> Any:
        """Times in seconds."""
        from prometheus_client import Histogram

        if name not in self._made:
            buckets = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)
            self._made[name] = Histogram(name, text, labels, registry=self._registry, buckets=buckets)
        return self._made[name]

    def value(self, name: str, **labels: str) -> float:
        """The value of one sample of this process, 0 before it was ever counted."""
        return self._registry.get_sample_value(name, labels) or 0.0

    def exposition(self) -> bytes:
        """The text that Prometheus reads, over all workers."""
        from prometheus_client import CollectorRegistry, generate_latest
        from prometheus_client.multiprocess import MultiProcessCollector

        if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
            return generate_latest(self._registry)
        together = CollectorRegistry()
        collect: Any = MultiProcessCollector
        collect(together)
        return generate_latest(together)
