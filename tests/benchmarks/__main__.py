"""`make bench`: everything is measured in one interleaved run; JSON lines on standard output, then the table."""

import sys
from collections.abc import Iterator

from tests.benchmarks import ours, peer_node, peer_python, status_list
from tests.benchmarks.measuring import medians
from tests.benchmarks.report import Figure, table
from tests.strangers.node_clients import NODE

# Which limit an operation has, and the least that the project promises of it.
_LIMITS = {
    "issue": ("S", 45),
    "present (held)": ("S", 70),
    "present (from text)": ("S", 27),
    "verify": ("L", 70),
}
_RATIOS = {
    (peer_python.NAME, "issue"): 5,
    (peer_python.NAME, "present (held)"): 7,
    (peer_python.NAME, "verify"): 2.3,
    (peer_node.NAME, "issue"): 7,
    (peer_node.NAME, "present (held)"): 12,
    (peer_node.NAME, "verify"): 3.5,
}


def core() -> Iterator[Figure]:
    """Issue, present and verify."""
    with peer_node.operations(peer_node.REFERENCE) as reference, peer_node.operations(NODE) as newer:
        subjects = {("limit", name): subject for name, subject in ours.limits().items()}
        peers = {
            peer_python.NAME: peer_python.operations(),
            peer_node.NAME: reference,
            f"{peer_node.NAME}, newer Node": newer,
        }
        subjects |= {("ours", name): subject for name, subject in ours.operations().items()}
        subjects |= {(peer, name): subject for peer, named in peers.items() for name, subject in named.items()}
        found = medians(subjects)
    for operation, (limit, must) in _LIMITS.items():
        measured, least = found["ours", operation], found["limit", limit]
        yield Figure(operation, measured, least, must=must)
        for peer in peers:
            # A peer keeps nothing between presentations: its only way stands against both of ours.
            theirs = found.get((peer, operation)) or found[peer, "present (from text)"]
            yield Figure(operation, measured, least, peer, theirs, _RATIOS.get((peer, operation)))


def main() -> int:
    """Exit code 1 when a promise is missed."""
    figures = [*core(), *status_list.figures()]
    for figure in figures:
        print(figure.to_json(), flush=True)
    print()
    print(table(figures))
    return int(any(figure.holds is False for figure in figures))


if __name__ == "__main__":
    sys.exit(main())
