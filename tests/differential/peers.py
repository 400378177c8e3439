"""Other people's implementations, each as a process of its own that does many jobs at once."""

import json
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

from tests.strangers import node_clients

FOLDER = Path(__file__).parent
Job: TypeAlias = Mapping[str, object]
# {"value": …}, or {"refused": why in the other one's words}.
Result: TypeAlias = Mapping[str, Any]
Peer: TypeAlias = Callable[[Sequence[Job]], list[Result]]

PYTHON, VC, DCQL = "sd-jwt 0.10.4", "@sd-jwt/sd-jwt-vc 0.19.0", "dcql 3.0.0"


def sd_jwt(jobs: Sequence[Job]) -> list[Result]:
    """`sd-jwt` (PyPI)."""
    done = subprocess.run(
        [sys.executable, str(FOLDER / "peer_sd_jwt.py")],
        input=json.dumps({"jobs": jobs}),
        capture_output=True,
        text=True,
        timeout=120,
    )
    if done.returncode != 0:
        raise AssertionError(done.stderr)
    return list(json.loads(done.stdout)["results"])


def sd_jwt_vc(jobs: Sequence[Job]) -> list[Result]:
    """`@sd-jwt/sd-jwt-vc` (npm)."""
    return list(node_clients.run(str(FOLDER / "peer_sd_jwt_vc.mjs"), {"jobs": jobs})["results"])


def dcql(jobs: Sequence[Job]) -> list[Result]:
    """`dcql` (npm)."""
    return list(node_clients.run(str(FOLDER / "peer_dcql.mjs"), {"jobs": jobs})["results"])
