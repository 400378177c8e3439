"""What every act on a document shares: its row under lock, the end of its offers, its audit row."""

from issuer.actor import Actor
from issuer.errors import IssuerError
from issuer.service import IssuingOrganisation, Service
from issuer.store import statements
from web_service.database import Row, Transaction


def named(organisation: IssuingOrganisation, document_id: str) -> dict[str, str]:
    """The parameters of statements that name a document of an organisation."""
    return {"p_document_id": document_id, "p_organisation": organisation.slug}


async def lock(tx: Transaction, organisation: IssuingOrganisation, document_id: str) -> Row:
    """The document's row, ours until the transaction ends; IssuerError `document_unknown`."""
    row = await tx.one(statements.lock_document, **named(organisation, document_id))
    if row is None:
        raise IssuerError("document_unknown", document=document_id)
    return row


async def end_offers(service: Service, tx: Transaction, document_id: str) -> int:
    """Cancels what can still be redeemed, codes and access tokens included; how many offers that ended."""
    ended = await tx.run(statements.cancel_offers, p_document_id=document_id, now=service.clock.now())
    await tx.run(statements.delete_codes_of_document, p_document_id=document_id)
    await tx.run(statements.delete_tokens_of_document, p_document_id=document_id)
    return len(ended)


async def audit(
    service: Service,
    tx: Transaction,
    organisation: IssuingOrganisation,
    actor: Actor,
    action: str,
    document_id: str,
    **detail: str | int,
) -> None:
    """The one row that says who did what to which document; codes and numbers only."""
    await service.audit.row(
        tx,
        organisation=organisation.slug,
        actor=str(actor),
        action=action,
        object_id=document_id,
        now=service.clock.now(),
        detail=detail,
    )
