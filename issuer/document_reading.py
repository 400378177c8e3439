"""From rows to DocumentView."""

from credential_schemas.types import CredentialType
from issuer import document_content
from issuer.dates import last_whole_day
from issuer.document_content import ORDINARY, Content
from issuer.document_view import STATUS_WORDS, CopyView, DocumentView, OfferView
from issuer.errors import IssuerError
from issuer.service import IssuingOrganisation, Service
from issuer.store import statements
from web_service.database import Row


async def read_document(service: Service, organisation: IssuingOrganisation, document_id: str) -> DocumentView:
    """One document of this organisation; IssuerError `document_unknown`, also for one of another."""
    named = {"p_document_id": document_id, "p_organisation": organisation.slug}
    row = await service.database.one(statements.document_by_id, **named)
    if row is None:
        raise IssuerError("document_unknown", document=document_id)
    return await open_document(service, organisation, row)


async def open_document(service: Service, organisation: IssuingOrganisation, row: Row) -> DocumentView:
    """A row of `documents` with its offers and copies."""
    named = {"p_document_id": row["document_id"], "p_organisation": organisation.slug}
    now = service.clock.now()
    offers = await service.database.read(statements.offers_of_document, **named)
    copies = await service.database.read(statements.copies_of_document, **named)
    content = _content(organisation, row)
    return DocumentView(
        organisation=organisation.organisation,
        type=_type(service, row),
        document_id=row["document_id"],
        number=row["number"],
        language=row["language"],
        status=STATUS_WORDS[row["status"]],
        status_at=row["status_at"],
        created_at=row["created_at"],
        created_by=row["created_by"],
        replaces=row["replaces"],
        replaced_by=row["replaced_by"],
        retained_until=row["retained_until"],
        claims=content.claims if content else None,
        recipient=content.recipient if content else (),
        paper=content.paper if content else ORDINARY,
        offers=tuple(offer_view(offer, now) for offer in offers),
        copies=tuple(CopyView(copy["issued_at"], copy["exp"], STATUS_WORDS[copy["status"]]) for copy in copies),
    )


def offer_view(row: Row, now: int) -> OfferView:
    """A row of `offers`. One whose time is over is expired, whether the job that says so has run or not."""
    over = row["state"] in ("offered", "fetched", "locked") and row["expires_at"] <= now
    return OfferView(
        state="expired" if over else row["state"],
        tx_code_required=bool(row["tx_code_required"]),
        attempts=row["attempts"],
        unlocks=row["unlocks"],
        copies=row["copies"],
        reprint=bool(row["reprint"]),
        created_at=row["created_at"],
        expires_at=row["expires_at"],
        last_day=last_whole_day(row["expires_at"]),
        fetched_at=row["fetched_at"],
        redeemed_at=row["redeemed_at"],
        received_at=row["received_at"],
        ended_at=row["ended_at"],
    )


def _content(organisation: IssuingOrganisation, row: Row) -> Content | None:
    if row["wrapped_key"] is None:
        return None
    key = document_content.document_key(organisation.keys.data, row)
    return document_content.unseal(key, row["document_id"], row["content"])


def _type(service: Service, row: Row) -> CredentialType:
    if row["type"] not in service.types:
        raise IssuerError("type_unknown", type=row["type"])
    return service.types[row["type"]]
