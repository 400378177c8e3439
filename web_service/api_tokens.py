"""Bearer tokens of the management API: 256 random bits, kept as SHA-256, with an organisation, scopes and an end."""

import hashlib
import hmac
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final
from uuid import uuid4

from sqlalchemy import MetaData, bindparam, insert, select, update
from starlette.requests import Request

from web_service.database import Database, Row, Statement, Transaction
from web_service.errors import RequestError
from web_service.tables import shared_tables

PREFIX: Final = "todiste_"

_tokens = shared_tables(MetaData()).api_tokens
_INSERT = Statement(insert(_tokens))
_GET = Statement(
    select(_tokens).where(
        _tokens.c.token_hash == bindparam("token_hash"),
        _tokens.c.expires_at > bindparam("now"),
        _tokens.c.revoked_at.is_(None),
    )
)
_REVOKE = Statement(
    update(_tokens)
    .where(_tokens.c.id == bindparam("token"), _tokens.c.revoked_at.is_(None))
    .values(revoked_at=bindparam("now"))
    .returning(_tokens.c.id)
)
_ALL = Statement(select(_tokens).order_by(_tokens.c.created_at))


@dataclass(frozen=True, slots=True)
class ApiClient:
    """The system that calls."""

    token_id: str
    organisation: str
    name: str
    scopes: frozenset[str]

    @property
    def actor(self) -> str:
        """How audit rows name it."""
        return f"api:{self.token_id}"


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def bearer(request: Request) -> str | None:
    """The token of `Authorization: Bearer …`, None without one."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" and token.strip() else None


def same(given: str, expected: str) -> bool:
    """Compare secrets in constant time."""
    return hmac.compare_digest(given.encode("utf-8", "replace"), expected.encode("utf-8"))


class ApiTokens:
    """The tokens of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def create(
        self, tx: Transaction, *, organisation: str, name: str, scopes: Collection[str], now: int, days: int
    ) -> tuple[str, str]:
        """Make a token; return its id and the token itself, which is shown once."""
        token_id, token = str(uuid4()), PREFIX + secrets.token_urlsafe(32)
        await tx.run(
            _INSERT,
            id=token_id,
            organisation=organisation,
            name=name,
            token_hash=_hash(token),
            scopes=" ".join(sorted(scopes)),
            created_at=now,
            expires_at=now + days * 86_400,
            revoked_at=None,
        )
        return token_id, token

    async def authenticate(self, request: Request, *, scope: str, now: int) -> ApiClient:
        """Who calls. Raises RequestError 401 (api_token_missing, api_token_wrong) or 403 (api_token_scope)."""
        token = bearer(request)
        if token is None:
            raise RequestError("api_token_missing", 401, headers={"WWW-Authenticate": "Bearer"})
        row = await self._database.one(_GET, token_hash=_hash(token), now=now)
        if row is None:
            raise RequestError("api_token_wrong", 401, headers={"WWW-Authenticate": 'Bearer error="invalid_token"'})
        client = ApiClient(row["id"], row["organisation"], row["name"], frozenset(row["scopes"].split()))
        if scope not in client.scopes:
            raise RequestError("api_token_scope", 403)
        return client

    async def revoke(self, tx: Transaction, token_id: str, now: int) -> bool:
        """End a token; False when there is none that still works."""
        return bool(await tx.run(_REVOKE, token=token_id, now=now))

    async def all(self) -> list[Row]:
        """Every token without its hash, for the command line."""
        return [
            {name: value for name, value in row.items() if name != "token_hash"}
            for row in await self._database.read(_ALL)
        ]
