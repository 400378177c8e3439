"""Several processes over one database, and one that dies at the worst moment."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from examples.services import reserve_port
from tests.verifier.test_management import audit_actions
from tests.verifier.world import World

ROOT = Path(__file__).resolve().parent.parent.parent


class Second:
    """Another `verifier serve` with the same address and database, on a port of its own."""

    def __init__(self, world: World, *options: str) -> None:
        self.world = world
        self.port = reserve_port()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "verifier", "serve", "--test-mode", "--port", str(self.port), *options],
            cwd=ROOT,
            env={
                **{name: value for name, value in os.environ.items() if not name.startswith(("VERIFIER_", "TODISTE_"))},
                "VERIFIER_DATA_DIR": str(world.settings.data_dir),
                "TODISTE_DEMO_TRUST": str(world.settings.demo_trust),
                "VERIFIER_PUBLIC_URL": world.settings.public_url,
                "VERIFIER_DATABASE_URL": world.settings.database_url,
                "VERIFIER_CLOCK_OFFSET_FILE": str(world.folder / "offset"),
            },
            stderr=subprocess.DEVNULL,
        )
        with httpx.Client() as client:
            for _ in range(600):
                try:
                    if client.get(f"http://127.0.0.1:{self.port}/health/ready").status_code == 200:
                        return
                except httpx.TransportError:
                    time.sleep(0.05)
        raise RuntimeError("the second process did not start")

    def post(self, url: str, form: dict[str, str]) -> httpx.Response:
        """To this process, by the address that both share."""
        here = url.replace(self.world.settings.public_url, f"http://127.0.0.1:{self.port}")
        host = self.world.settings.public_url.removeprefix("http://")
        with httpx.Client(headers={"Host": host}, timeout=30) as client:
            return client.post(here, data=form)

    def stop(self, number: int = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.process.wait(30)


class Through:
    """A wallet's way to one of the processes."""

    def __init__(self, second: Second) -> None:
        self.second = second

    def post(self, url: str, data: dict[str, str]) -> httpx.Response:
        return self.second.post(url, data)


@pytest.mark.slow
def test_a_request_made_in_one_process_is_answered_in_another(world: World) -> None:
    second = Second(world)
    wallet = world.person()
    created = world.ask()
    request = wallet.fetch(created.request_uri)
    wallet.http = Through(second)
    assert wallet.post(request, wallet.vp_token(request, "pid", "feedback")).status_code == 200
    assert world.result(created)["state"] == "verified"
    assert second.stop() == 0


@pytest.mark.slow
def test_a_process_that_dies_between_verdict_and_commit_leaves_the_request_open(world: World) -> None:
    second = Second(world, "--fail-at", "response.verified")
    wallet = world.person()
    created = world.ask()
    request = wallet.fetch(created.request_uri)
    token = wallet.vp_token(request, "pid", "feedback")
    direct, wallet.http = wallet.http, Through(second)
    with pytest.raises(httpx.TransportError):
        wallet.post(request, token)
    assert second.process.wait(30) == -signal.SIGKILL
    assert world.result(created)["state"] == "pending"
    wallet.http = direct
    assert wallet.post(request, token).status_code == 200
    assert world.result(created)["state"] == "verified"
    assert audit_actions(world).count("request.verified") == 1


@pytest.mark.slow
def test_two_answers_at_the_same_moment_are_one_verdict(world: World) -> None:
    from concurrent.futures import ThreadPoolExecutor

    wallet = world.person()
    created = world.ask()
    request = wallet.fetch(created.request_uri)
    token = wallet.vp_token(request, "pid", "feedback")
    with ThreadPoolExecutor(8) as threads:
        codes = sorted(threads.map(lambda _: wallet.post(request, token).status_code, range(8)))
    assert codes == [200] + [400] * 7
    assert audit_actions(world).count("request.verified") == 1
