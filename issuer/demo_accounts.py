"""Accounts for the staff of a demonstration: made at init, kept with their passwords to be shown again."""

import asyncio
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from credential_schemas.organisations import Organisation
from issuer.settings import IssuerSettings
from openid4vc.trust import keys_pem
from web_service.accounts import add_account, all_accounts
from web_service.database import Transaction, open_database
from web_service.passwords import hash_password, new_password

_FILE: Final = "demo-accounts.json"

Account = dict[str, str]


def read(settings: IssuerSettings) -> list[Account]:
    """The accounts as they were made: organisation, role, username, password."""
    path = _path(settings)
    return list(json.loads(path.read_text("utf-8"))["accounts"]) if path.exists() else []


def ensure(settings: IssuerSettings, organisations: Sequence[Organisation], now: int) -> list[str]:
    """Makes the accounts that are missing in file or database; the user names of those made."""
    known = {account["username"]: account for account in read(settings)}
    missing = [
        {
            "organisation": organisation.id,
            "role": person.role,
            "username": person.username,
            "password": new_password(),
        }
        for organisation in organisations
        for person in organisation.people
        if person.username not in known
    ]
    if missing:
        # The file first: an account whose password nobody knows would be of no use.
        text = json.dumps({"accounts": [*known.values(), *missing]}, ensure_ascii=False, indent=1)
        keys_pem.write_atomically(_path(settings), text.encode(), mode=0o600)
    return asyncio.run(_add(settings, organisations, now))


async def _add(settings: IssuerSettings, organisations: Sequence[Organisation], now: int) -> list[str]:
    passwords = {account["username"]: account["password"] for account in read(settings)}
    database = open_database(settings.database)
    try:
        there = {row["username"] for row in await all_accounts(database)}
        new = [
            (organisation, person, hash_password(passwords[person.username]))
            for organisation in organisations
            for person in organisation.people
            if person.username not in there
        ]

        async def work(tx: Transaction) -> None:
            for organisation, person, hashed in new:
                await add_account(
                    tx,
                    organisation=organisation.slug,
                    username=person.username,
                    name=person.name,
                    role=person.role,
                    password_hash=hashed,
                    now=now,
                )

        await database.transaction(work)
    finally:
        await database.close()
    return [person.username for _, person, _ in new]


def _path(settings: IssuerSettings) -> Path:
    return settings.data_dir / _FILE
