"""What the credentials of a document say about themselves: valid, suspended, revoked, superseded.

Token Status List §7.1; ARF VCR_04: revoked and superseded are for ever, only what is suspended may become valid again.
A change reaches every credential of the document in the same transaction; the list is signed at its next reading.
"""

from typing import Final

from issuer.actor import Actor
from issuer.dates import DAY
from issuer.document_rows import audit, end_offers, lock, named
from issuer.document_view import STATUS_WORDS
from issuer.errors import IssuerError
from issuer.service import IssuingOrganisation, Service
from issuer.store import statements
from issuer.store.statements import REVOKED, SUPERSEDED, SUSPENDED, VALID
from web_service.database import Row, Transaction

# Chosen by staff, kept in the audit record, told to the client; never to an office.
REASONS: Final = (
    "wrong_person",
    "wrong_content",
    "assessment_changed",
    "client_request",
    "code_misused",
    "licence_ended",
    "security",
)
_FROM: Final = {
    VALID: (SUSPENDED,),
    SUSPENDED: (VALID, SUSPENDED),
    REVOKED: (VALID, SUSPENDED),
    SUPERSEDED: (VALID, SUSPENDED),
}


async def change(
    service: Service,
    organisation: IssuingOrganisation,
    actor: Actor,
    document_id: str,
    status: str,
    *,
    by: str | None,
    reason: str | None,
) -> None:
    """To the status of that name: what commands and other systems ask for. IssuerError as the functions below."""
    match status:
        case "valid":
            await resume(service, organisation, actor, document_id)
        case "suspended":
            await suspend(service, organisation, actor, document_id, reason=reason)
        case "revoked":
            await revoke(service, organisation, actor, document_id, reason=reason)
        case "superseded":
            await supersede(service, organisation, actor, document_id, by=by, reason=reason)
        case _:
            raise ValueError(f"no status {status}")


async def suspend(
    service: Service, organisation: IssuingOrganisation, actor: Actor, document_id: str, *, reason: str | None
) -> None:
    """For a time; open offers wait. IssuerError `document_unknown`, `status_final`, `reason_unknown`."""
    await _change(service, organisation, actor, document_id, SUSPENDED, reason=reason)


async def resume(service: Service, organisation: IssuingOrganisation, actor: Actor, document_id: str) -> None:
    """From suspended to valid, and from nothing else. IssuerError `document_unknown`, `status_final`."""
    await _change(service, organisation, actor, document_id, VALID, reason=None)


async def revoke(
    service: Service, organisation: IssuingOrganisation, actor: Actor, document_id: str, *, reason: str | None
) -> None:
    """For ever; open offers end. IssuerError `document_unknown`, `status_final`, `reason_unknown`."""
    await _change(service, organisation, actor, document_id, REVOKED, reason=reason)


async def supersede(
    service: Service,
    organisation: IssuingOrganisation,
    actor: Actor,
    document_id: str,
    *,
    by: str | None,
    reason: str | None,
) -> None:
    """For ever, because another document (`by`, of the same organisation) says what counts now; open offers end.

    IssuerError `document_unknown`, `status_final`, `reason_unknown`, `replacement_unknown`.
    """
    _check_reason(reason)

    async def work(tx: Transaction) -> None:
        row = await lock(tx, organisation, document_id)
        if by is not None:
            other = await tx.one(statements.document_by_id, p_document_id=by, p_organisation=organisation.slug)
            if other is None or by == document_id:
                raise IssuerError("replacement_unknown", document=by)
        await supersede_locked(service, tx, organisation, actor, row, by=by, reason=reason)

    await service.database.transaction(work)


async def supersede_locked(
    service: Service,
    tx: Transaction,
    organisation: IssuingOrganisation,
    actor: Actor,
    row: Row,
    *,
    by: str | None,
    reason: str | None,
) -> None:
    """`supersede` within a transaction that holds the document's row."""
    await _set(service, tx, organisation, actor, row, SUPERSEDED, by=by, reason=reason)


async def supersede_copies(tx: Transaction, organisation: IssuingOrganisation, document_id: str) -> None:
    """The credentials delivered so far are replaced; the document itself stays valid and can be offered again."""
    await _set_copies(tx, organisation, document_id, SUPERSEDED)


async def _change(
    service: Service,
    organisation: IssuingOrganisation,
    actor: Actor,
    document_id: str,
    status: int,
    *,
    reason: str | None,
) -> None:
    _check_reason(reason)

    async def work(tx: Transaction) -> None:
        row = await lock(tx, organisation, document_id)
        await _set(service, tx, organisation, actor, row, status, by=None, reason=reason)

    await service.database.transaction(work)


async def _set(
    service: Service,
    tx: Transaction,
    organisation: IssuingOrganisation,
    actor: Actor,
    row: Row,
    status: int,
    *,
    by: str | None,
    reason: str | None,
) -> None:
    document_id = row["document_id"]
    if row["status"] not in _FROM[status]:
        raise IssuerError("status_final", document=document_id)
    now = service.clock.now()
    here = named(organisation, document_id)
    await tx.run(statements.set_document_status, **here, status=status, now=now, replaced_by=by or row["replaced_by"])
    if status in (REVOKED, SUPERSEDED):
        await end_offers(service, tx, document_id)
        await tx.run(statements.keep_document_until, **here, until=now + service.settings.retention_days * DAY)
    await _set_copies(tx, organisation, document_id, status)
    await audit(
        service, tx, organisation, actor, f"document.{STATUS_WORDS[status]}", document_id, reason=reason or "not_stated"
    )


async def _set_copies(tx: Transaction, organisation: IssuingOrganisation, document_id: str, status: int) -> None:
    """Writes the bits, list by list: the list's new version first, whose row lock orders the writers of a list."""
    here = named(organisation, document_id)
    for row in await tx.run(statements.lists_of_document, **here):
        place = {"p_organisation": organisation.slug, "p_list": row["list"]}
        (changed,) = await tx.run(statements.next_list_version, **place)
        await tx.run(
            statements.set_copies_status, **here, p_list=row["list"], status=status, version=changed["version"]
        )


def _check_reason(reason: str | None) -> None:
    if reason is not None and reason not in REASONS:
        raise IssuerError("reason_unknown", reason=reason)
