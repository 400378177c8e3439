"""A document on paper: its rows in words, its code, and the transaction code on a sheet of its own.

The rows are those of credential_schemas.rendering, as in the doctor's preview and the official's verdict; how they
stand on the page is issuer/paper's.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any, Final

from credential_schemas import rendering
from credential_schemas.data import say
from credential_schemas.dates import format_date
from credential_schemas.organisations import Organisation
from issuer import document_rows, documents
from issuer.actor import Actor
from issuer.document_reading import read_document
from issuer.document_view import DocumentView
from issuer.documents import OfferMade
from issuer.errors import IssuerError
from issuer.paper import CodeSheet, CodeText, Row, Sender, Sheet, SheetText, print_code_sheet, print_sheet
from issuer.service import IssuingOrganisation, Service
from web_service.clock import Clock
from web_service.database import Transaction
from web_service.words import Words, locales_of

# One at a time: PDFium, which reads the codes back, may not be used by two threads at once.
_PRINTER: Final = ThreadPoolExecutor(max_workers=1, thread_name_prefix="printer")


async def sheet(
    service: Service, organisation: IssuingOrganisation, actor: Actor, document_id: str, *, language: str | None
) -> bytes:
    """The sheet with the code of the open offer, as PDF: as was chosen when the document was given, or in `language`.

    IssuerError `document_unknown`, `document_gone`, `offer_not_open`; PaperError.
    """
    document = await read_document(service, organisation, document_id)
    made = await documents.offer_of(service, organisation, document_id)
    pdf = await _printed(
        print_sheet,
        Sheet(
            number=document.number,
            document_id=document.document_id,
            recipient=document.recipient,
            parts=[_text(document, made, chosen) for chosen in _languages(document, language)],
            large=document.paper.large_print,
            offer_uri=made.offer_uri,
            demo=service.mode == "demo",
            made_on=service.clock.today(),
        ),
    )
    await _audit(service, organisation, actor, "document.printed", document_id)
    return pdf


async def code_sheet(
    service: Service, organisation: IssuingOrganisation, actor: Actor, document_id: str, *, language: str | None
) -> bytes:
    """The transaction code of the open offer, as a PDF of its own that says nothing about health; language and
    size as the sheet's.

    IssuerError `document_unknown`, `document_gone`, `offer_not_open` (also for an offer without a code); PaperError.
    """
    document = await read_document(service, organisation, document_id)
    made = await documents.offer_of(service, organisation, document_id)
    if made.tx_code is None:
        raise IssuerError("offer_not_open", document=document_id)
    pdf = await _printed(
        print_code_sheet,
        CodeSheet(
            code=made.tx_code,
            number=document.number,
            document_id=document.document_id,
            recipient=document.recipient,
            parts=[_code_text(document, made, chosen) for chosen in _languages(document, language)],
            large=document.paper.large_print,
            demo=service.mode == "demo",
            made_on=service.clock.today(),
        ),
    )
    await _audit(service, organisation, actor, "code.printed", document_id)
    return pdf


async def _printed(printer: Callable[[Any], bytes], content: Sheet | CodeSheet) -> bytes:
    """Beside everything else that the service answers meanwhile: a long sheet in large print takes seconds."""
    return await asyncio.get_running_loop().run_in_executor(_PRINTER, printer, content)


def _languages(document: DocumentView, asked: str | None) -> tuple[str, ...]:
    """Those of the sheet, in order: the one asked for, both that were chosen, or the document's own."""
    if asked is not None:
        return (asked,)
    return ("fi", "sv") if document.paper.both_languages else (document.language,)


def _text(document: DocumentView, made: OfferMade, language: str) -> SheetText:
    return SheetText(
        words=Words(locales_of("issuer.paper"), language),
        kind=document.type.label(language),
        title=document.type.title(language),
        lead=_lead(document, language),
        issued_on=format_date(document.issued_on, language),
        person=_person(document.claims or {}, language),
        rows=_rows(document, language),
        sender=_sender(document.organisation, language),
        offer_until=format_date(made.last_day, language),
        valid_until=format_date(document.expires_on, language) if document.expires_on else None,
        reprinted_on=_reprinted_on(document, language),
    )


def _code_text(document: DocumentView, made: OfferMade, language: str) -> CodeText:
    return CodeText(
        words=Words(locales_of("issuer.paper"), language),
        issued_on=format_date(document.issued_on, language),
        sender=_sender(document.organisation, language),
        offer_until=format_date(made.last_day, language),
    )


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
