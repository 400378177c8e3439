"""What is printed: one JSON line per operation and peer, then a table for people."""

import json
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """One operation against its limit and one peer; microseconds of CPU time.

    `limit_us` is the bare cryptography or compression in it. `must` is the least percent_of_limit, or with a peer the
    least ratio, that the project promises; `most_us` is a promise in microseconds. None where there is none.
    """

    operation: str
    ours_us: float
    limit_us: float
    peer: str | None = None
    peer_us: float | None = None
    must: float | None = None
    most_us: float | None = None

    @property
    def percent_of_limit(self) -> float:
        return self.limit_us / self.ours_us * 100

    @property
    def ratio(self) -> float | None:
        return None if self.peer_us is None else self.peer_us / self.ours_us

    @property
    def holds(self) -> bool | None:
        if self.most_us is not None:
            return self.ours_us <= self.most_us
        reached = self.percent_of_limit if self.peer is None else self.ratio
        return None if self.must is None or reached is None else reached >= self.must

    @property
    def promise(self) -> str:
        if self.most_us is not None:
            return f"{self.most_us:g} us"
        return "" if self.must is None else f"{self.must:.3g}" + (" %" if self.peer is None else " x")

    def to_json(self) -> str:
        members = {
            "operation": self.operation,
            "ours_us": round(self.ours_us, 2),
            "limit_us": round(self.limit_us, 2),
            "percent_of_limit": round(self.percent_of_limit, 1),
            "peer": self.peer,
            "peer_us": None if self.peer_us is None else round(self.peer_us, 2),
            "ratio": None if self.ratio is None else round(self.ratio, 2),
        }
        return json.dumps(members)


def table(figures: Iterable[Figure]) -> str:
    """Lines under a heading, columns aligned."""
    rows = [("operation", "ours us", "limit us", "% of limit", "peer", "peer us", "ratio", "must", "")]
    for figure in figures:
        rows.append(
            (
                figure.operation,
                f"{figure.ours_us:,.2f}",
                f"{figure.limit_us:,.2f}",
                f"{figure.percent_of_limit:.0f}",
                figure.peer or "",
                "" if figure.peer_us is None else f"{figure.peer_us:,.0f}",
                "" if figure.ratio is None else f"{figure.ratio:.1f} x",
                figure.promise,
                {True: "holds", False: "MISSED", None: ""}[figure.holds],
            )
        )
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )
