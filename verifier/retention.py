"""What time takes away: requests end, results that nobody attached are destroyed, so are attached ones at their end.

Every run is bounded and may be cut off anywhere; the next one goes on.
"""

from typing import Final

from verifier import results
from verifier.service import Verifier
from verifier.store import statements

_AT_ONCE: Final = 500


async def run(verifier: Verifier) -> int:
    """End what has run out and destroy what is due; how many results went."""
    now = verifier.clock.now()
    await verifier.database.write(statements.expire_requests, p_now=now)
    erased = 0
    for row in await verifier.database.read(statements.results_to_erase, p_now=now, p_limit=_AT_ONCE):
        erased += await results.erase(
            verifier, row["request_id"], row["organisation"], actor="retention", action="result.expired"
        )
    ended_before = now - verifier.settings.result_seconds
    for row in await verifier.database.read(
        statements.requests_to_erase, p_ended_before=ended_before, p_limit=_AT_ONCE
    ):
        await verifier.database.write(statements.erase_request_secrets, p_id=row["id"])
    return erased
