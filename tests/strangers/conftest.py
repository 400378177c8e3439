"""One installation of ours for all strangers of a run."""

import json
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.journey.installation import Installation
from tests.tools import TOOLS


@pytest.fixture(scope="session")
def ours(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """Issuer and verifier as separate processes on loopback, and a wallet that has nothing yet."""
    installed = Installation(tmp_path_factory.mktemp("ours"))
    # Some fifty processes start here: what one has compiled, the next one reads, whatever the surroundings say.
    installed.environment |= {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": str(TOOLS.parent / "bytecode")}
    installed.init()
    try:
        installed.start()
        yield installed
    finally:
        codes = installed.stop()
    assert codes == {"issuer": 0, "verifier": 0}


@pytest.fixture(scope="session")
def anchors(ours: Installation) -> dict[str, list[str]]:
    """What a stranger's operator takes over from ours: root certificates as PEM, by role."""

    def root(role: str) -> list[str]:
        return [(Path(ours.environment["TODISTE_DEMO_TRUST"]) / role / "root.pem").read_text("ascii")]

    return {role: root(role) for role in ("issuers", "status", "access")}


@dataclass(frozen=True, slots=True)
class Office:
    """Our verifier, asked by another system of its organisation."""

    url: str
    token: str

    def ask(self, purpose: str) -> dict[str, Any]:
        """A new request: its `id` and the `request_uri` for a wallet."""
        return self._call("/api/requests", {"purpose": purpose})

    def result(self, request: dict[str, Any]) -> dict[str, Any]:
        """The verdict, or what stands so far when the answer was not taken."""
        return self._call(f"/api/requests/{request['id']}?wait=5", None)

    def _call(self, path: str, body: dict[str, str] | None) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        data = None if body is None else json.dumps(body).encode()
        with urllib.request.urlopen(urllib.request.Request(self.url + path, data, headers)) as answer:
            return dict(json.loads(answer.read()))


@pytest.fixture(scope="session")
def office(ours: Installation) -> Office:
    token = ours.must("verifier", "keys", "api-token", "--organisation", "O2", "--name", "strangers")["token"]
    return Office(ours.url("verifier"), token)
