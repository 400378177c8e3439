"""The lists that say which credentials still stand: kept in memory, brought up to date when somebody asks.

Token Status List §5.1, §8.1, §9; design: one list for all types of an organisation, signed at the first reading after a
change. What a reading costs does not grow with what was issued: only the bits that changed since the last one are read.
"""

from dataclasses import dataclass
from typing import Final

from issuer.counters import Counters
from issuer.keys import SigningKey
from issuer.store import statements
from openid4vc.status_list import token
from openid4vc.status_list.keeping import KeptStatusList
from web_service.database import Database

BITS: Final = 2
LIFE: Final = 24 * 3600


@dataclass(slots=True)
class _Kept:
    """One list as this process knows it; `version` is -1 before the first reading."""

    bits: KeptStatusList
    version: int
    text: str
    signed_at: int


class StatusLists:
    """The lists of one organisation."""

    def __init__(
        self, organisation: str, identifier: str, key: SigningKey, database: Database, counters: Counters, *, ttl: int
    ) -> None:
        self._organisation = organisation
        self._identifier = identifier
        self._key = key
        self._database = database
        self._counters = counters
        self._ttl = ttl
        self._kept: dict[int, _Kept] = {}

    @property
    def ttl(self) -> int:
        """How long a reader may keep a copy, in seconds."""
        return self._ttl

    def uri(self, number: int) -> str:
        """Where a list is read; what the credentials say and the token's `sub`."""
        return f"{self._identifier}/status/{number}"

    @property
    def aggregation_uri(self) -> str:
        """Where all lists are named; what each list and the server's metadata say of it."""
        return f"{self._identifier}/status"

    async def uris(self) -> list[str]:
        """Where every list is read, the oldest first: none before the first credential."""
        rows = await self._database.read(statements.list_numbers, p_organisation=self._organisation)
        return [self.uri(row["list"]) for row in rows]

    async def read(self, number: int, now: int) -> str | None:
        """The signed list, None when this organisation has none of that number."""
        place = {"p_organisation": self._organisation, "p_list": number}
        row = await self._database.one(statements.list_version, **place)
        if row is None:
            return None
        kept = self._kept.setdefault(number, _Kept(KeptStatusList(BITS), -1, "", 0))
        if kept.version < row["version"]:
            changes = await self._database.read(statements.changed_since, **place, p_version=max(kept.version, 0))
            # Another reading may have gone further while this one waited: what it knows is newer.
            known = kept.version
            for change in changes:
                if change["status_version"] > known:
                    kept.bits.set(change["idx"], change["status"])
                    kept.version = max(kept.version, change["status_version"])
            kept.version = max(kept.version, row["version"])
            kept.text = ""
        # A list that is older than what a reader may keep is signed again, so that a verdict names a time close to now.
        if not kept.text or not 0 <= now - kept.signed_at < self._ttl:
            kept.text = token.create(
                uri=self.uri(number),
                status_list=kept.bits,
                aggregation_uri=self.aggregation_uri,
                iat=now,
                exp=now + LIFE,
                ttl=self._ttl,
                signer=self._key.signer,
                x5c=self._key.x5c,
            )
            kept.signed_at = now
            self._counters.signature("status_list")
        return kept.text
