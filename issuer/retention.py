"""What ends by itself: offers whose time is over, documents whose retention is over, codes and tokens nobody can use.

Runs in every process now and then, a bounded piece at a time; which process does a piece is decided by the database.
"""

from typing import Final

from issuer import document_rows
from issuer.actor import SYSTEM
from issuer.service import Service
from issuer.store import statements
from web_service.database import Row, Transaction

PIECE: Final = 200


async def run(service: Service) -> int:
    """One piece of everything that is due; how many offers expired and documents were forgotten."""
    now = service.clock.now()
    expired = await _expire_offers(service, now)
    forgotten = 0
    due = await service.database.read(statements.documents_past_retention, p_now=now, p_limit=PIECE)
    for row in due:
        forgotten += await _forget(service, row, now)
    for statement in (statements.delete_old_codes, statements.delete_old_tokens, statements.delete_old_nonces):
        await service.database.write(statement, p_now=now)
    if forgotten:
        # Otherwise the destroyed keys would still stand in the write-ahead log.
        await service.database.tidy()
    return expired + forgotten


async def _expire_offers(service: Service, now: int) -> int:
    async def work(tx: Transaction) -> int:
        rows = await tx.run(statements.expire_offers, p_now=now, p_limit=PIECE)
        for row in rows:
            organisation = service.organisations.get(row["organisation"])
            if organisation is not None:
                await document_rows.audit(service, tx, organisation, SYSTEM, "offer.expired", row["document_id"])
        return len(rows)

    return await service.database.transaction(work)


async def _forget(service: Service, row: Row, now: int) -> int:
    """Destroys a document's key; what it opened is noise from then on. Facts (numbers, times, status) stay."""
    organisation = service.organisations.get(row["organisation"])
    if organisation is None:
        return 0
    here = document_rows.named(organisation, row["document_id"])

    async def work(tx: Transaction) -> int:
        if await tx.one(statements.forget_document, **here, p_now=now) is None:
            return 0
        await tx.run(statements.forget_offers, p_document_id=row["document_id"])
        await tx.run(statements.delete_codes_of_document, p_document_id=row["document_id"])
        await document_rows.audit(service, tx, organisation, SYSTEM, "document.forgotten", row["document_id"])
        return 1

    return await service.database.transaction(work)
