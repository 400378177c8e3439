"""Runs `wallet` as another process: without a terminal, or at a real one (pexpect)."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pexpect

from wallet_cli.contents import Contents, Settings
from wallet_cli.vault import Vault
from wallet_cli.vault_file import Cost

ROOT = Path(__file__).resolve().parents[2]
PASSPHRASE = "oikea hevonen akku niitti"
# Thousands of times cheaper than what `init` makes; the tests that are about the cost make their own.
CHEAP = Cost(memory_kib=64, passes=1, lanes=1)


@dataclass
class Result:
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@dataclass
class Wallet:
    """A wallet's folder, and the commands given to it."""

    home: Path
    environment: dict[str, str] = field(default_factory=dict)

    @classmethod
    def new(cls, home: Path, *, demo: bool = True, unregistered: str = "allow") -> "Wallet":
        contents = Contents(Settings(demo=demo, unregistered_verifiers=unregistered))
        Vault.create(home, PASSPHRASE, contents, cost=CHEAP, enough_seconds=0.0)
        return cls(home)

    def run(self, *arguments: str, stdin: str = "", **environment: str) -> Result:
        """One command without a terminal."""
        done = subprocess.run(
            [sys.executable, "-m", "wallet_cli", *arguments],
            input=stdin,
            capture_output=True,
            text=True,
            env=self._environment(environment),
            cwd=ROOT,
            timeout=60,
        )
        return Result(done.returncode, done.stdout, done.stderr)

    def at_terminal(self, *arguments: str, columns: int = 80, **environment: str) -> "pexpect.spawn[str]":
        """One command at a terminal."""
        return pexpect.spawn(
            sys.executable,
            ["-m", "wallet_cli", *arguments],
            env=self._environment(environment),
            cwd=str(ROOT),
            encoding="utf-8",
            dimensions=(50, columns),
            timeout=30,
        )

    def contents(self) -> Contents:
        return Vault.open(self.home, PASSPHRASE).contents

    @property
    def file(self) -> Path:
        return self.home / "vault"

    def _environment(self, more: dict[str, str]) -> dict[str, str]:
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self.home.parent),
            "PYTHONUTF8": "1",
            "PYTHONPATH": str(ROOT),
            "TERM": "xterm",
            "LANG": "C.UTF-8",
            "WALLET_LANG": "en",
            "WALLET_HOME": str(self.home),
            "WALLET_PASSPHRASE": PASSPHRASE,
            **self.environment,
            **more,
        }
