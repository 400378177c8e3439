"""A document on paper: its rows in words, its code, and the transaction code on a sheet of its own.

The rows are those of credential_schemas.rendering, as in the doctor's preview and the official's verdict; how they
stand on the page is issuer/paper's.
"""

from datetime import date
from typing import Any

from credential_schemas import rendering
from credential_schemas.data import say
from credential_schemas.dates import format_date
from credential_schemas.organisations import Organisation
from issuer import document_rows, documents
from issuer.actor import Actor
from issuer.document_reading import read_document
from issuer.document_view import DocumentView
from issuer.errors import IssuerError
from issuer.paper import CodeSheet, Row, Sender, Sheet, print_code_sheet, print_sheet
from issuer.service import IssuingOrganisation, Service
from web_service.clock import Clock
from web_service.database import Transaction
from web_service.words import Words, locales_of


async def sheet(
    service: Service, organisation: IssuingOrganisation, actor: Actor, document_id: str, *, language: str | None
) -> bytes:
    """The sheet with the code of the open offer, as PDF; in the document's own language unless another is asked for.

    IssuerError `document_unknown`, `document_gone`, `offer_not_open`; PaperError.
    """
    document = await read_document(service, organisation, document_id)
    made = await documents.offer_of(service, organisation, document_id)
    chosen = language or document.language
    today = service.clock.today()
    claims = document.claims or {}
    pdf = print_sheet(
        Sheet(
            kind=document.type.label(chosen),
            title=document.type.title(chosen),
            lead=_lead(document, chosen),
            number=document.number,
            document_id=document.document_id,
            issued_on=format_date(document.issued_on, chosen),
            person=_person(claims, chosen),
            rows=_rows(document, chosen),
            sender=_sender(document.organisation, chosen),
            recipient=document.recipient,
            offer_uri=made.offer_uri,
            offer_until=format_date(made.last_day, chosen),
            valid_until=format_date(document.expires_on, chosen) if document.expires_on else None,
            reprinted_on=_reprinted_on(document, chosen),
            demo=service.mode == "demo",
            made_on=today,
        ),
        Words(locales_of("issuer.paper"), chosen),
    )
    await _audit(service, organisation, actor, "document.printed", document_id)
    return pdf


async def code_sheet(
    service: Service, organisation: IssuingOrganisation, actor: Actor, document_id: str, *, language: str | None
) -> bytes:
    """The transaction code of the open offer, as a PDF of its own that says nothing about health.

    IssuerError `document_unknown`, `document_gone`, `offer_not_open` (also for an offer without a code); PaperError.
    """
    document = await read_document(service, organisation, document_id)
    made = await documents.offer_of(service, organisation, document_id)
    if made.tx_code is None:
        raise IssuerError("offer_not_open", document=document_id)
    chosen = language or document.language
    pdf = print_code_sheet(
        CodeSheet(
            code=made.tx_code,
            number=document.number,
            document_id=document.document_id,
            issued_on=format_date(document.issued_on, chosen),
            sender=_sender(document.organisation, chosen),
            recipient=document.recipient,
            offer_until=format_date(made.last_day, chosen),
            demo=service.mode == "demo",
            made_on=service.clock.today(),
        ),
        Words(locales_of("issuer.paper"), chosen),
    )
    await _audit(service, organisation, actor, "code.printed", document_id)
    return pdf


def _rows(document: DocumentView, language: str) -> list[Row]:
    found = rendering.lines(document.type, document.claims or {}, language=language, audience="sheet", purpose=None)
    return [Row(line.label, line.value, line.lang) for line in found]


def _lead(document: DocumentView, language: str) -> str | None:
    lead = document.type.rendering.get("lead")
    return say(lead, language) if lead else None


def _person(claims: dict[str, Any] | Any, language: str) -> str:
    """Name and date of birth; never the identity code."""
    names = [claims[name] for name in ("given_name", "family_name") if name in claims]
    born = [format_date(date.fromisoformat(claims["birthdate"]), language)] if "birthdate" in claims else []
    return ", ".join(filter(None, (" ".join(names), *born)))


def _sender(organisation: Organisation, language: str) -> Sender:
    """The controller; never the unit, whose name would tell the illness."""
    return Sender(
        name=organisation.local_name(language),
        address=", ".join(organisation.address),
        phone=organisation.phone,
        email=organisation.email,
        business_id=organisation.business_id,
    )


def _reprinted_on(document: DocumentView, language: str) -> str | None:
    if not document.offer.reprint:
        return None
    return format_date(Clock.local(document.offer.created_at).date(), language)


async def _audit(
    service: Service, organisation: IssuingOrganisation, actor: Actor, action: str, document_id: str
) -> None:
    async def work(tx: Transaction) -> None:
        await document_rows.audit(service, tx, organisation, actor, action, document_id)

    await service.database.transaction(work)
