"""`wallet init`: make the vault and the trust folders, once."""

from pathlib import Path

import click

from wallet_cli import vault
from wallet_cli.command_line import Command, FileName, Option
from wallet_cli.contents import Contents, Settings
from wallet_cli.errors import WalletError
from wallet_cli.invocation import Invocation
from wallet_cli.vault import Vault

# The roles that a wallet relies on; `openid4vc.trust.certificates.Role` has them all.
ROLES = ("issuers", "status", "access", "registrars", "tls", "lists")


def init(invocation: Invocation, demo: bool, demo_trust: str | None, unregistered_verifiers: str | None) -> None:
    """A new vault with its trust folders; a second time changes nothing and says so."""
    home, words = invocation.home, invocation.words
    if vault.exists(home):
        vault.read(home)
        _done(invocation, created=False, trust_changed=demo and _renew_trust(invocation, demo_trust))
        return
    if invocation.test_mode and not demo:
        raise WalletError("test_mode_not_demo")
    source = _demo_trust_folder(invocation, demo_trust) if demo else None
    passphrase = _new_passphrase(invocation)
    allow = unregistered_verifiers or ("allow" if demo else "ask")
    if not invocation.json:
        invocation.say(words.text("init.deriving"))
    contents = Contents(Settings(demo, allow))
    trust = home / "trust"
    Vault.create(
        home, passphrase, contents, before=lambda: _fill_trust(trust, source), crash_point=invocation.crash_point
    )
    _done(invocation, created=True, trust_changed=True)


def _renew_trust(invocation: Invocation, given: str | None) -> bool:
    """What the demo trust has gained since, into a wallet that joined it; whether that was anything."""
    trust, source = invocation.home / "trust", _demo_trust_path(invocation, given)
    # A wallet of real trust stays one, whatever is typed later; and a demo trust that is gone takes nothing away.
    if not any(trust.glob("*/demo.*")) or not source.is_dir():
        return False
    return _install(trust, source)


def _demo_trust_folder(invocation: Invocation, given: str | None) -> Path:
    """The folder that an issuer's or verifier's init has made: WalletError `demo_trust_missing` when none has."""
    folder = _demo_trust_path(invocation, given)
    if not folder.is_dir():
        raise WalletError("demo_trust_missing", path=str(folder))
    return folder


def _demo_trust_path(invocation: Invocation, given: str | None) -> Path:
    default = invocation.environment.get("TODISTE_DEMO_TRUST") or invocation.data_home / "todiste" / "demo-trust"
    return Path(given or default).expanduser().absolute()


def _new_passphrase(invocation: Invocation) -> str:
    passphrase = invocation.passphrase("ask.passphrase.new")
    if not passphrase:
        raise WalletError("passphrase_empty")
    typed = invocation.passphrase_file is None and not invocation.environment.get("WALLET_PASSPHRASE")
    if typed and invocation.passphrase("ask.passphrase.again") != passphrase:
        raise WalletError("passphrase_mismatch")
    return passphrase


def _fill_trust(folder: Path, source: Path | None) -> None:
    """The trust folders: from the demo trust, or empty for the person to fill."""
    folder.mkdir(mode=0o700, exist_ok=True)
    for role in ROLES:
        (folder / role).mkdir(mode=0o700, exist_ok=True)
    if source is not None:
        _install(folder, source)


def _install(folder: Path, source: Path) -> bool:
    """The demo trust's anchors into the wallet's folder; whether that changed anything."""
    from openid4vc.trust.certificates import Role
    from openid4vc.trust.demo import DemoTrust

    return bool(DemoTrust.open(source).install(folder, [Role(role) for role in ROLES]))


def _done(invocation: Invocation, *, created: bool, trust_changed: bool) -> None:
    words, screen = invocation.words, invocation.terminal.out
    path = invocation.home / vault.NAME
    if invocation.json:
        invocation.print_json({"vault": str(path), "created": created})
    elif created:
        screen.outcome("ok", words.text("init.created", path=str(path)))
        screen.next_steps([(f"wallet receive {words.text('arg.file')}", words.text("hint.receive"))])
    elif trust_changed:
        screen.outcome("ok", words.text("init.trust_renewed", path=str(path)))
    else:
        screen.outcome("none", words.text("init.exists", path=str(path)))


command = Command(
    "init",
    click.pass_obj(init),
    [
        Option(["--demo"], is_flag=True, help="help.init.demo"),
        Option(["--demo-trust"], type=FileName("dir"), metavar="arg.folder", help="help.init.demo-trust"),
        Option(["--unregistered-verifiers"], type=click.Choice(["ask", "allow"]), help="help.init.unregistered"),
    ],
)
