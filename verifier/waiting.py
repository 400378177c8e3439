"""Waiting for a wallet: the row is read again and again, because another process may have answered it."""

import asyncio
from typing import Final

from verifier.outcome import PENDING
from verifier.results import state_of
from verifier.service import Verifier
from verifier.store import statements
from web_service.database import Row

# Short enough for a person who watches, cheap enough for an office full of them: one read by primary key.
POLL_SECONDS: Final = 0.5


async def until_ended(verifier: Verifier, row: Row, *, seconds: float) -> Row:
    """The row as it is when its request has ended, or when the time to wait is over."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + seconds
    while state_of(row, verifier.clock.now())[0] == PENDING and loop.time() < deadline:
        await asyncio.sleep(min(POLL_SECONDS, max(0.0, deadline - loop.time())))
        row = await read_again(verifier, row)
    return row


async def read_again(verifier: Verifier, row: Row) -> Row:
    """The same request as it is now."""
    return await verifier.database.one(statements.request_by_id, p_id=row["id"]) or row
