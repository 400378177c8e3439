"""What a page is watched on: real services and wallets of one installation, accounts, a browser, a clock that moves.

Services run in test mode, so that fifteen minutes need no waiting: `later` moves the time of one of them.
"""

import json
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Literal

import httpx
from playwright.sync_api import Browser, BrowserContext, Playwright

from openid4vc.trust.demo import DemoTrust
from tests.browser.visitor import Visitor
from tests.journey.installation import BIN, Done, Installation
from tests.tools import CHROMIUM
from tests.verifier.town import StatusServer, Town
from web_service.clock import Clock
from web_service.sessions import IDLE

Service = Literal["issuer", "verifier"]
LANGUAGES: Final = ("fi", "sv", "en")
# What a browser of this reader says it would like to read, and the width of a desk, a phone and a small phone.
LOCALES: Final[Mapping[str, str]] = {"fi": "fi-FI", "sv": "sv-FI", "en": "en-GB"}
WIDTHS: Final = (1280, 375, 320)
HEIGHT: Final = 900

DOCTOR, OTHER_DOCTOR, NURSE = "lea.laakari", "otto.ortopedi", "siiri.sairaanhoitaja"
OFFICIAL, SUPERVISOR = "olli.virkailija", "essi.esihenkilo"
# Who issues what these pages need: care gives statements, the digital agency identity data.
ISSUING: Final = "O1,O8"


@dataclass(slots=True)
class Stage:
    """One installation with its services running, other people around it, and a browser to look at it."""

    installation: Installation
    browser: Browser
    town: Town
    passwords: dict[str, str] = field(default_factory=dict)
    _cookies: dict[tuple[str, str], Any] = field(default_factory=dict)
    _wallets: dict[str, dict[str, str]] = field(default_factory=dict)

    @property
    def folder(self) -> Path:
        return self.installation.folder

    def url(self, service: Service) -> str:
        return self.installation.url(service)

    # The time

    @staticmethod
    def now() -> int:
        return int(time.time())

    def offset_file(self, service: str) -> Path:
        return self.folder / f"{service}.offset"

    @contextmanager
    def later(self, service: Service, seconds: int) -> Iterator[None]:
        """Inside, the clock of that service is ahead; sessions that were idle for too long then have ended."""
        self.offset_file(service).write_text(str(seconds))
        try:
            yield
        finally:
            self.offset_file(service).write_text("0")
            if seconds >= IDLE:
                self._cookies = {key: kept for key, kept in self._cookies.items() if key[0] != service}

    # Wallets

    def wallet(self, name: str) -> "WalletOf":
        """The wallet of somebody: made at its first use, the real command ever after."""
        if name not in self._wallets:
            self._wallets[name] = {"WALLET_HOME": str(self.folder / f"wallet-{name}")}
            self.installation.run("wallet", "init", "--demo", environment=self._wallets[name])
        return WalletOf(self.installation, self._wallets[name])

    # The browser

    @contextmanager
    def visit(
        self,
        service: Service,
        username: str | None = None,
        *,
        language: str = "fi",
        width: int = WIDTHS[0],
        javascript: bool = True,
    ) -> Iterator[Visitor]:
        """Somebody in front of a service, already signed in when `username` is given."""
        context = self.browser.new_context(
            base_url=self.url(service),
            locale=LOCALES[language],
            viewport={"width": width, "height": HEIGHT},
            java_script_enabled=javascript,
            reduced_motion="reduce",
            storage_state=self._signed_in(service, username) if username else None,
        )
        context.set_default_timeout(10_000)
        try:
            yield Visitor(context.new_page(), self.url(service), language)
        finally:
            context.close()

    def sign_in(self, visitor: Visitor, username: str) -> None:
        """Through the form, with the password that this installation made."""
        visitor.go("/signin")
        visitor.page.fill("#username", username)
        visitor.page.fill("#password", self.passwords[username])
        visitor.press("#signin-button")

    def _signed_in(self, service: Service, username: str) -> Any:
        """The cookies of a session: one sign-in for all, since signing in costs a quarter of a second on purpose."""
        if (service, username) not in self._cookies:
            with self.visit(service) as visitor:
                self.sign_in(visitor, username)
                self._cookies[service, username] = visitor.page.context.storage_state()
        return self._cookies[service, username]


@dataclass(frozen=True, slots=True)
class WalletOf:
    """The `wallet` command of one person."""

    installation: Installation
    environment: dict[str, str]

    def run(self, *command: str, stdin: str | None = None) -> Done:
        return self.installation.run("wallet", *command, stdin=stdin, environment=self.environment)

    def take(self, offer: Mapping[str, Any]) -> None:
        """Receive an offer with its confirmation code."""
        code = f"{offer['tx_code']}\n"
        done = self.run("receive", offer["credential_offer_uri"], "--tx-code-file", "-", "--yes", stdin=code)
        assert done.code == 0, done.err

    def present(self, uri: str, *options: str) -> Done:
        return self.run("present", uri, "--yes", *options)

    def list(self) -> "list[dict[str, Any]]":
        """What the wallet holds."""
        return list(self.run("list", "--json").json["credentials"])

    def start(self, *command: str) -> "subprocess.Popen[str]":
        """A command that goes on beside the test."""
        return subprocess.Popen(
            [str(BIN / "wallet"), *command],
            env={**self.installation.environment, **self.environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )


@contextmanager
def open_stage(folder: Path, playwright: Playwright) -> Iterator[Stage]:
    """Everything that pages need, on free ports; ended at the end."""
    installation = Installation(folder)
    for service in ("issuer", "verifier"):
        (folder / f"{service}.offset").write_text("0")
        installation.environment[f"{service.upper()}_CLOCK_OFFSET_FILE"] = str(folder / f"{service}.offset")
        installation.environment[f"{service.upper()}_TEST_MODE"] = "true"
    passwords: dict[str, str] = {}
    for service, organisations in (("issuer", ISSUING), ("verifier", "O2")):
        made = installation.must(service, "init", "--organisation", organisations)
        passwords |= {account["username"]: account["password"] for account in made["accounts"]}
    installation.start()
    browser = playwright.chromium.launch(executable_path=CHROMIUM)
    town = Town(
        client=httpx.Client(timeout=30),
        clock=Clock(folder / "verifier.offset"),
        statuses=StatusServer(),
        trust=DemoTrust.open(folder / "trust"),
    )
    try:
        yield Stage(installation, browser, town, passwords)
    finally:
        town.statuses.close()
        town.client.close()
        browser.close()
        installation.stop()


def cookies_of(context: BrowserContext) -> str:
    """The Cookie header that this browser would send."""
    return "; ".join(f"{cookie['name']}={cookie['value']}" for cookie in context.cookies())


def log_lines(stage: Stage, service: Service) -> list[dict[str, Any]]:
    """What the service has logged."""
    lines = (stage.folder / f"{service}.log").read_text("utf-8").splitlines()
    return [json.loads(line) for line in lines if line.startswith("{")]
