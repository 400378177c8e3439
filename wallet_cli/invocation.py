"""One run of the wallet: what the command line and the environment said, and what every command needs.

Switches that also shape error messages (--json, --plain, --lang, --test-mode) are read before click parses anything,
so that a wrong command line is answered in the asked form too.
"""

import os
import signal
import time
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar

from openid4vc import strict_json
from openid4vc.errors import FormatError
from wallet_cli.errors import WalletError
from wallet_cli.terminal import SecretInputs, Terminal, shown
from wallet_cli.words import Words, choose_language

if TYPE_CHECKING:
    from wallet_cli.contents import Contents
    from wallet_cli.vault import Vault

CRASH_POINTS: Final = ("vault.being_written", "issuance.key_stored", "issuance.answered", "presentation.sent")

_ERROR_COLUMNS: Final = 9

T = TypeVar("T")


class Invocation:
    """The state of one run; commands get it as click's `obj`."""

    def __init__(self, arguments: Sequence[str], environment: Mapping[str, str]) -> None:
        before_end = list(arguments)[: list(arguments).index("--")] if "--" in arguments else list(arguments)
        self.environment = environment
        self.json = "--json" in before_end
        self.test_mode = "--test-mode" in before_end
        self.words = Words(choose_language(_value_of("--lang", before_end), environment))
        self.terminal = Terminal(self.words, plain="--plain" in before_end, environment=environment)
        self.secrets = SecretInputs()
        self.passphrase_file: str | None = None
        # A screen of its own has said already what is wrong and what to do: the error then only adds its code.
        self.explained = False

    @cached_property
    def home(self) -> Path:
        """WALLET_HOME, or the wallet's folder under $XDG_DATA_HOME."""
        given = self.environment.get("WALLET_HOME")
        return Path(given).expanduser().absolute() if given else self.data_home / "todiste" / "wallet"

    @cached_property
    def data_home(self) -> Path:
        given = self.environment.get("XDG_DATA_HOME")
        return Path(given) if given else Path.home() / ".local" / "share"

    def now(self) -> int:
        """Seconds since the epoch; in test mode moved by the number in WALLET_CLOCK_OFFSET_FILE, read at each use."""
        file = self._test_setting("WALLET_CLOCK_OFFSET_FILE")
        if file is None:
            return int(time.time())
        try:
            return int(time.time()) + int(Path(file).read_text("ascii").strip() or "0")
        except (OSError, ValueError):
            raise WalletError("test_setting", name="WALLET_CLOCK_OFFSET_FILE") from None

    def egress(self) -> Mapping[str, str]:
        """In test mode the map of WALLET_EGRESS_MAP: host to 127.0.0.1:port."""
        file = self._test_setting("WALLET_EGRESS_MAP")
        if file is None:
            return {}
        try:
            raw = strict_json.parse_object(Path(file).read_bytes())
        except (OSError, FormatError):
            raise WalletError("test_setting", name="WALLET_EGRESS_MAP") from None
        return {host: str(address) for host, address in raw.items()}

    def crash_point(self, name: str) -> None:
        """In test mode: die here as a power cut would, when WALLET_FAIL_AT names this point."""
        if self._test_setting("WALLET_FAIL_AT") == name:
            os.kill(os.getpid(), signal.SIGKILL)

    def open_vault(self) -> "Vault":
        """Ask for the passphrase and open the vault; says first what kind of wallet this is where that matters."""
        from wallet_cli import vault, vault_file

        # Before the passphrase is asked for: a missing or damaged file needs none.
        vault_file.read_header(vault.read(self.home))
        opened = vault.Vault.open(self.home, self.passphrase("ask.passphrase"), crash_point=self.crash_point)
        if self.test_mode and not opened.contents.settings.demo:
            raise WalletError("test_mode_not_demo")
        if opened.contents.settings.demo:
            self.terminal.talk.paragraph(self.words.text("demo.notice"))
        return opened

    def passphrase(self, question_id: str) -> str:
        """From --passphrase-file, WALLET_PASSPHRASE, or the person: WalletError `passphrase_needed` without any."""
        if self.passphrase_file is not None:
            return self.secrets.read(self.passphrase_file)
        given = self.environment.get("WALLET_PASSPHRASE")
        if given:
            return given
        if not self.terminal.interactive:
            raise WalletError("passphrase_needed")
        return self.terminal.secret(self.words.text(question_id))

    def change(self, vault: "Vault", edit: Callable[["Contents"], T]) -> T:
        """Change the vault with Ctrl-C held back for the moment of writing."""
        held_back = signal.signal(signal.SIGINT, signal.SIG_IGN)
        try:
            return vault.change(edit)
        finally:
            signal.signal(signal.SIGINT, held_back)

    def say(self, text: str) -> None:
        """One line of conversation."""
        self.terminal.talk.paragraph(text)

    def print_json(self, value: Mapping[str, object]) -> None:
        """The one JSON object of --json; characters outside printable ASCII are escaped."""
        import json

        self.terminal.out.line(json.dumps(value, ensure_ascii=True))

    def sentence(self, error_code: str, facts: Mapping[str, str | int]) -> str:
        """What an error says has happened, for a screen of its own."""
        return self.words.error(error_code, "what", _told(facts))

    def print_error(self, error_code: str, facts: Mapping[str, str | int], spec_error: str | None = None) -> None:
        """The error in four lines on stderr, or as the JSON object on stdout."""
        told = _told(facts)
        what, why, do = (self.words.error(error_code, part, told) for part in ("what", "why", "do"))
        if self.json:
            error = {"code": error_code, "message": what, "hint": do, "spec_error": spec_error}
            self.print_json({"error": error})
            return
        screen = self.terminal.talk
        if self.explained:
            screen.labelled(self.words.text("error.label.code"), error_code, _ERROR_COLUMNS)
            return
        for part, text in (("what", what), ("why", why), ("do", do), ("code", error_code)):
            label = self.words.text(f"error.label.{part}")
            screen.labelled(label, text, _ERROR_COLUMNS, "no" if part == "what" else None)

    def _test_setting(self, name: str) -> str | None:
        return self.environment.get(name) or None if self.test_mode else None


def _told(facts: Mapping[str, str | int]) -> dict[str, str | int]:
    """Facts as they may stand on a screen."""
    return {key: shown(value) if isinstance(value, str) else value for key, value in facts.items()}


def _value_of(option: str, arguments: Sequence[str]) -> str | None:
    for position, argument in enumerate(arguments):
        if argument == option and position + 1 < len(arguments):
            return arguments[position + 1]
        if argument.startswith(option + "="):
            return argument.partition("=")[2]
    return None
