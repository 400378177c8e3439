"""Issuer and verifier with the demo data, until Ctrl-C, for the journey by hand.

State stays in build/serve: starting again loses nothing. The addresses, accounts and passwords of this installation are
printed at every start.
"""

import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from examples import services

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "build" / "serve"
PORTS = {"issuer": 8001, "verifier": 8002}
# Where this installation lies, for commands beside it; every other setting has its default.
EXPORTED = ("ISSUER_DATA_DIR", "VERIFIER_DATA_DIR", "WALLET_HOME", "TODISTE_DEMO_TRUST")
ORGANISATIONS = {"issuer": "O1,O3,O5,O8", "verifier": "O2"}


def main() -> int:
    FOLDER.mkdir(parents=True, exist_ok=True)
    environment = services.environment(
        FOLDER, issuer_url=f"http://127.0.0.1:{PORTS['issuer']}", verifier_url=f"http://127.0.0.1:{PORTS['verifier']}"
    )
    stopped = threading.Event()
    signal.signal(signal.SIGINT, lambda *_: stopped.set())
    signal.signal(signal.SIGTERM, lambda *_: stopped.set())
    running: list[services.Service] = []
    try:
        for name, port in PORTS.items():
            subprocess.run([name, "init", "--organisation", ORGANISATIONS[name]], env=environment, check=True)
            running.append(services.start(name, port=port, environment=environment, log=FOLDER / f"{name}.log"))
        introduce(running, environment)
        while not stopped.wait(1):
            for service in running:
                if service.process.poll() is not None:
                    print(f"{service.name} ended by itself; the last lines of {service.log} say why", file=sys.stderr)
                    return 1
    finally:
        for service in reversed(running):
            service.stop()
    print("\nBoth services have stopped. Nothing is lost: `make serve` goes on from here.")
    return 0


def introduce(running: list[services.Service], environment: dict[str, str]) -> None:
    """Print addresses, accounts with passwords, and the line that leads another terminal to this installation."""
    print("\nTodiste is running with invented data; nothing issued here is valid anywhere.")
    for service in running:
        print(f"\n{service.name}  {service.url}")
        file = Path(environment[f"{service.name.upper()}_DATA_DIR"]) / "demo-accounts.json"
        for account in json.loads(file.read_text("utf-8"))["accounts"]:
            print("  {organisation:4} {role:14} {username:28} {password}".format(**account))
    places = " ".join(f"{name}={os.path.relpath(environment[name], ROOT)}" for name in EXPORTED)
    print(
        "\nA wallet, and both services' commands, in another terminal:\n"
        f"  export {places} PATH=.venv/bin:$PATH\n"
        "  wallet init --demo\n"
        "  wallet receive SHEET.pdf\n"
        "\nCtrl-C stops both services.",
        flush=True,
    )


if __name__ == "__main__":
    sys.exit(main())
