"""What is counted for the operator: signatures, status indexes handed out, ends of certificates."""

from typing import Literal, Protocol

from web_service.metrics import Metrics

Kind = Literal["credential", "status_list", "issuer_metadata"]


class Counters(Protocol):
    """The issuer's numbers."""

    def signature(self, kind: Kind) -> None:
        """One signature was made."""

    def status_index(self) -> None:
        """One index of a status list was handed out."""

    def certificate(self, organisation: str, key: str, not_after: int) -> None:
        """When a certificate ends, in seconds since 1970."""


class NoCounters:
    """For a command, which nobody scrapes."""

    def signature(self, kind: Kind) -> None:
        pass

    def status_index(self) -> None:
        pass

    def certificate(self, organisation: str, key: str, not_after: int) -> None:
        pass


class PrometheusCounters:
    """For a server: `signatures_total{kind}`, `status_index_allocated_total`, `certificate_not_after_seconds`."""

    def __init__(self, metrics: Metrics) -> None:
        self._signatures = metrics.counter("signatures", "Signatures made", ("kind",))
        self._indexes = metrics.counter("status_index_allocated", "Indexes of status lists handed out")
        self._certificates = metrics.gauge(
            "certificate_not_after_seconds", "When a certificate ends", ("organisation", "key")
        )

    def signature(self, kind: Kind) -> None:
        self._signatures.labels(kind).inc()

    def status_index(self) -> None:
        self._indexes.inc()

    def certificate(self, organisation: str, key: str, not_after: int) -> None:
        self._certificates.labels(organisation, key).set(not_after)
