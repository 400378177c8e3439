"""`verifier init`: everything that a verifier needs before it can ask, each only if it is missing."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import click

from credential_schemas import organisations as known
from openid4vc.trust import keys_pem
from verifier import enrolment
from verifier.commands.group import with_settings
from verifier.enrolment import OwnAccess
from verifier.keys import Installation
from verifier.settings import Settings
from web_service import cli, migrations
from web_service.accounts import add_account, all_accounts
from web_service.clock import Clock
from web_service.database import Transaction, open_database
from web_service.passwords import hash_password, new_password
from web_service.settings import Mode, read_mode, write_mode

ACCOUNTS_FILE: Final = "demo-accounts.json"


@click.command("init")
@click.option("--organisation", "names", default=enrolment.DEFAULT_ORGANISATION, help="Who asks here, O2 or O1,O2.")
@click.option("--production", is_flag=True, help="Real certificates only; nothing of the demonstration.")
@click.option("--access-key", type=click.Path(path_type=Path), help="With --production: private key (PEM).")
@click.option("--access-chain", type=click.Path(path_type=Path), help="With --production: its certificates (PEM).")
@with_settings()
@cli.json_option
def command(
    names: str,
    production: bool,
    access_key: Path | None,
    access_chain: Path | None,
    settings: Settings,
    as_json: bool,
) -> None:
    """Make keys, certificates, accounts and the database, or what is missing of them.

    Example:  verifier init --organisation O2
    """
    chosen = [name.strip() for name in names.split(",") if name.strip()]
    mode: Mode = "production" if production else "demo"
    settings.check_test_mode(mode)
    settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    made = [] if read_mode(settings.data_dir) == mode else ["mode"]
    now = Clock(settings.clock_offset_file).now()
    if production:
        own = OwnAccess(access_key, access_chain) if access_key and access_chain else None
        made += enrolment.enrol_with(settings, chosen, own).changed
    else:
        made += enrolment.enrol(settings, chosen, now=now).changed
    write_mode(settings.data_dir, mode)
    if migrations.upgrade(settings.database, "verifier"):
        made.append("database")
    accounts = [] if production else _make_accounts(settings, now)
    made += [f"account {account['username']}" for account in accounts]
    shown = [] if production else _kept_accounts(settings)
    words = cli.words("verifier")
    lines = [words.text("cli.init_made", name=cli.grouped(made)) if made else words.text("cli.init_nothing")]
    if mode == "demo":
        lines += [words.text("cli.demo"), words.text("cli.accounts", file=str(settings.data_dir / ACCOUNTS_FILE))]
    cli.output({"accounts": shown, "changed": made}, as_json, lines)


def _make_accounts(settings: Settings, now: int) -> list[dict[str, str]]:
    """Accounts of the demo's people that are not there yet, each with a password of its own."""
    organisations = known.load()
    wanted = [
        (organisation, person)
        for name in Installation.read(settings.data_dir).organisations
        for organisation in (organisations[name],)
        for person in organisation.people
    ]

    async def work() -> list[dict[str, str]]:
        database = open_database(settings.database)
        try:
            there = {row["username"] for row in await all_accounts(database)}
            made: list[dict[str, str]] = []
            for organisation, person in wanted:
                if person.username in there:
                    continue
                account = {
                    "organisation": organisation.id,
                    "role": person.role,
                    "username": person.username,
                    "password": new_password(),
                }
                hashed = hash_password(account["password"])

                async def add(tx: Transaction, account: Mapping[str, str] = account, hashed: str = hashed) -> None:
                    await add_account(
                        tx,
                        organisation=account["organisation"],
                        username=account["username"],
                        name=names[account["username"]],
                        role=account["role"],
                        password_hash=hashed,
                        now=now,
                    )

                await database.transaction(add)
                made.append(account)
            return made
        finally:
            await database.close()

    names = {person.username: person.name for _, person in wanted}
    made = asyncio.run(work())
    if made:
        _keep_accounts(settings, [*_kept_accounts(settings), *made])
    return made


def _kept_accounts(settings: Settings) -> list[dict[str, str]]:
    path = settings.data_dir / ACCOUNTS_FILE
    accounts: list[dict[str, str]] = json.loads(path.read_text("utf-8"))["accounts"] if path.exists() else []
    return accounts


def _keep_accounts(settings: Settings, accounts: Sequence[Mapping[str, Any]]) -> None:
    text = json.dumps({"accounts": list(accounts)}, ensure_ascii=False, indent=1)
    keys_pem.write_atomically(settings.data_dir / ACCOUNTS_FILE, text.encode(), mode=0o600)
