"""A document's life: given, printed again, its code renewed, unlocked or cancelled.

What pages, commands and the management API call; each function is one act of one actor: one transaction, one audit row.
The life of an offer: offered → fetched → redeemed → received; locked, cancelled and expired end it (a locked one may be
opened again). Suspending, replacing and revoking are document_status.py's; what a wallet does is issuance.py's.
"""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import uuid4

from credential_schemas.minimisation import check_protected_person
from credential_schemas.types import CredentialType
from credential_schemas.validation import complete, validate
from issuer import document_content, document_status, secrets_of_offers
from issuer.actor import Actor
from issuer.dates import DAY, end_of_day, last_whole_day
from issuer.document_content import ORDINARY, Content, OfferSecrets, PaperChoice, document_key
from issuer.document_reading import open_document, read_document
from issuer.document_rows import audit, end_offers, lock, named
from issuer.document_view import DocumentView
from issuer.errors import IssuerError
from issuer.service import IssuingOrganisation, Service
from issuer.store import statements
from issuer.store.statements import MAX_UNLOCKS, VALID
from openid4vc.vci import credential_offer
from web_service.database import Row, Transaction
from web_service.errors import UniqueViolation

MAX_VALID_DAYS: Final = 60
# A document without a last day is kept as long as its credential can live.
_CREDENTIAL_LIFE: Final = 366 * DAY


@dataclass(frozen=True, slots=True)
class NewDocument:
    """What somebody wants to give. `claims` has what a person chose, never the issuer's own claims.

    `innocent_terms` are words that the author, once stopped, said to tell nothing about health. `valid_days` is the
    offer's life (None: the setting). `paper` is how it is printed, also later. `replaces` names the document that
    this one supersedes. The same `request_key` never makes a second document.
    """

    type: CredentialType
    claims: Mapping[str, Any]
    tx_code: bool
    innocent_terms: tuple[str, ...] = ()
    recipient: tuple[str, ...] = ()
    paper: PaperChoice = ORDINARY
    valid_days: int | None = None
    replaces: str | None = None
    request_key: str | None = None


@dataclass(frozen=True, slots=True)
class OfferMade:
    """What is shown to whoever made the offer, and otherwise kept only sealed."""

    document_id: str
    offer_uri: str
    tx_code: str | None
    expires_at: int
    last_day: date


async def create(service: Service, organisation: IssuingOrganisation, actor: Actor, new: NewDocument) -> OfferMade:
    """Gives a document: checks its claims, keeps it, and makes its first offer.

    ClaimErrors for the claims, MinimisationError MIN-7; IssuerError `valid_days_out_of_range`, and with `replaces` also
    `document_unknown` and `status_final`.
    """
    expires_at = _offer_end(service, new.valid_days)
    now, today = service.clock.now(), service.clock.today()
    validate(new.type, new.claims, today=today, innocent_terms=new.innocent_terms)
    _check_protected(service, new)

    async def work(tx: Transaction) -> OfferMade:
        old = await lock(tx, organisation, new.replaces) if new.replaces is not None else None
        document_id, number = await _new_number(tx, organisation, new.type, today)
        key, wrapped = organisation.keys.data.new_document_key(document_id)
        claims = complete(
            new.type, new.claims, organisation=organisation.organisation, document_id=document_id, today=today
        )
        await tx.run(
            statements.insert_document,
            document_id=document_id,
            organisation=organisation.slug,
            type=new.type.name,
            number=number,
            language=claims.get("document_language", "fi"),
            created_at=now,
            created_by=str(actor),
            status=VALID,
            status_at=now,
            copies=0,
            replaces=new.replaces,
            replaced_by=None,
            request_key=new.request_key,
            wrapped_key=wrapped,
            content=document_content.seal(key, document_id, Content(claims, _recipient(service, new), new.paper)),
            retained_until=_retained_until(service, claims),
        )
        made = await _new_offer(
            service, tx, organisation, document_id, key, tx_code=new.tx_code, expires_at=expires_at, reprint=False
        )
        if old is not None:
            await document_status.supersede_locked(
                service, tx, organisation, actor, old, by=document_id, reason="assessment_changed"
            )
        await audit(service, tx, organisation, actor, "document.created", document_id, type=new.type.name)
        return made

    try:
        made = await service.database.transaction(work)
    except UniqueViolation:
        if new.request_key is None:
            raise
        return await _made_before(service, organisation, new.request_key)
    service.faults.reach("offer.stored")
    return made


async def reprint(
    service: Service,
    organisation: IssuingOrganisation,
    actor: Actor,
    document_id: str,
    *,
    tx_code: bool,
    valid_days: int | None,
    replace: bool,
    paper: PaperChoice | None = None,
) -> OfferMade:
    """A new offer of the same document, same number; earlier offers die. `paper` is how it is printed from now on
    (None: as before).

    IssuerError: `document_unknown`, `document_gone`, `status_final` unless it is valid, `offer_redeemed` when a wallet
    has it, unless `replace`: then the credentials that were delivered are marked replaced.
    """
    expires_at = _offer_end(service, valid_days)

    async def work(tx: Transaction) -> OfferMade:
        row = await lock(tx, organisation, document_id)
        if row["status"] != VALID:
            raise IssuerError("status_final", document=document_id)
        key = document_key(organisation.keys.data, row)
        offers = await tx.run(statements.offers_of_document, **named(organisation, document_id))
        if any(offer["state"] in ("redeemed", "received") for offer in offers) and not replace:
            raise IssuerError("offer_redeemed", document=document_id)
        await end_offers(service, tx, document_id)
        if paper is not None:
            content = dataclasses.replace(document_content.unseal(key, document_id, row["content"]), paper=paper)
            sealed = document_content.seal(key, document_id, content)
            await tx.run(statements.replace_content, **named(organisation, document_id), content=sealed)
        if replace:
            await document_status.supersede_copies(tx, organisation, document_id)
        made = await _new_offer(
            service, tx, organisation, document_id, key, tx_code=tx_code, expires_at=expires_at, reprint=True
        )
        await audit(service, tx, organisation, actor, "document.reprinted", document_id, replace=int(replace))
        return made

    made = await service.database.transaction(work)
    service.faults.reach("offer.stored")
    return made


async def new_code(service: Service, organisation: IssuingOrganisation, actor: Actor, document_id: str) -> OfferMade:
    """Another transaction code for the open offer, same link; wrong guesses made before still count.

    IssuerError: `document_unknown`, `offer_not_open` (ended, locked, or without a code).
    """

    async def work(tx: Transaction) -> OfferMade:
        row = await lock(tx, organisation, document_id)
        offer = await _newest_offer(tx, organisation, document_id)
        if not offer["tx_code_required"] or not _is_open(service, offer):
            raise IssuerError("offer_not_open", document=document_id)
        key = document_key(organisation.keys.data, row)
        secrets, sealed = _other_code(key, offer)
        await tx.run(statements.replace_secrets, p_offer_id=offer["offer_id"], secrets=sealed)
        await audit(service, tx, organisation, actor, "offer.code_renewed", document_id)
        return _made(service, document_id, secrets, offer["expires_at"])

    return await service.database.transaction(work)


async def unlock(service: Service, organisation: IssuingOrganisation, actor: Actor, document_id: str) -> OfferMade:
    """Opens an offer that five wrong codes locked: a new code and a new counter, at most three times.

    IssuerError: `document_unknown`, `offer_not_locked`, `unlock_limit`.
    """

    async def work(tx: Transaction) -> OfferMade:
        row = await lock(tx, organisation, document_id)
        offer = await _newest_offer(tx, organisation, document_id)
        if offer["state"] != "locked" or offer["expires_at"] <= service.clock.now():
            raise IssuerError("offer_not_locked", document=document_id)
        secrets, sealed = _other_code(document_key(organisation.keys.data, row), offer)
        done = await tx.one(statements.unlock_offer, p_offer_id=offer["offer_id"], secrets=sealed)
        if done is None:
            raise IssuerError("unlock_limit", document=document_id, limit=MAX_UNLOCKS)
        await audit(service, tx, organisation, actor, "offer.unlocked", document_id, unlocks=done["unlocks"])
        return _made(service, document_id, secrets, offer["expires_at"])

    return await service.database.transaction(work)


async def cancel(service: Service, organisation: IssuingOrganisation, actor: Actor, document_id: str) -> None:
    """Ends what can still be redeemed: link, codes and access tokens are dead at once.

    IssuerError: `document_unknown`, `offer_redeemed` when a wallet has the credential (then revoke), `offer_not_open`.
    """

    async def work(tx: Transaction) -> None:
        await lock(tx, organisation, document_id)
        offer = await _newest_offer(tx, organisation, document_id)
        if await end_offers(service, tx, document_id) == 0:
            redeemed = offer["state"] in ("redeemed", "received")
            raise IssuerError("offer_redeemed" if redeemed else "offer_not_open", document=document_id)
        await audit(service, tx, organisation, actor, "offer.cancelled", document_id)

    await service.database.transaction(work)


async def view(service: Service, organisation: IssuingOrganisation, actor: Actor, document_id: str) -> DocumentView:
    """A document with its claims; that somebody looked is an act too. IssuerError `document_unknown`."""

    async def work(tx: Transaction) -> None:
        await audit(service, tx, organisation, actor, "document.viewed", document_id)

    document = await read_document(service, organisation, document_id)
    await service.database.transaction(work)
    return document


async def list_documents(
    service: Service,
    organisation: IssuingOrganisation,
    actor: Actor,
    *,
    created_by: Actor | None,
    limit: int,
    offset: int,
) -> list[DocumentView]:
    """The organisation's documents, or those that `created_by` gave, newest first; one audit row says it was read."""

    async def work(tx: Transaction) -> None:
        await audit(service, tx, organisation, actor, "document.listed", organisation.slug)

    await service.database.transaction(work)
    rows = await service.database.read(
        statements.list_documents,
        p_organisation=organisation.slug,
        p_created_by=str(created_by) if created_by is not None else None,
        p_limit=limit,
        p_offset=offset,
    )
    return [await open_document(service, organisation, row) for row in rows]


async def offer_of(service: Service, organisation: IssuingOrganisation, document_id: str) -> OfferMade:
    """The link and code of the newest offer while it is open: what a sheet is printed from.

    IssuerError: `document_unknown`, `document_gone`, `offer_not_open`.
    """
    row = await service.database.one(statements.document_by_id, **named(organisation, document_id))
    if row is None:
        raise IssuerError("document_unknown", document=document_id)
    offers = await service.database.read(statements.offers_of_document, **named(organisation, document_id))
    if not _is_open(service, offers[0]):
        raise IssuerError("offer_not_open", document=document_id)
    key = document_key(organisation.keys.data, row)
    secrets = document_content.unseal_secrets(key, offers[0]["offer_id"], offers[0]["secrets"])
    return _made(service, document_id, secrets, offers[0]["expires_at"])


async def organisation_of(service: Service, document_id: str) -> IssuingOrganisation:
    """Whose document it is; IssuerError `document_unknown`. For operators, who work on all of a deployment."""
    row = await service.database.one(statements.organisation_of_document, p_document_id=document_id)
    if row is None or row["organisation"] not in service.organisations:
        raise IssuerError("document_unknown", document=document_id)
    return service.organisations[row["organisation"]]


def _check_protected(service: Service, new: NewDocument) -> None:
    """MIN-7: nothing about somebody under non-disclosure for safety may tell where they can be found."""
    person = service.people.get(str(new.claims.get("personal_administrative_number", "")))
    if person is not None and person.non_disclosure:
        check_protected_person(new.type, new.claims)


def _recipient(service: Service, new: NewDocument) -> tuple[str, ...]:
    """What stands in the envelope's window: as given, else the register's address; nothing where there is none."""
    person = service.people.get(str(new.claims.get("personal_administrative_number", "")))
    if new.recipient or person is None or not person.address:
        return new.recipient
    return (f"{person.given_name} {person.family_name}", *person.address)


async def _new_offer(
    service: Service,
    tx: Transaction,
    organisation: IssuingOrganisation,
    document_id: str,
    key: bytes,
    *,
    tx_code: bool,
    expires_at: int,
    reprint: bool,
) -> OfferMade:
    offer_id = secrets_of_offers.new_row_id()
    secrets = OfferSecrets(secrets_of_offers.new_handle(), secrets_of_offers.new_tx_code() if tx_code else None)
    # The document's row is ours, so nobody else counts now.
    (before,) = await tx.run(statements.count_offers, p_document_id=document_id)
    await tx.run(
        statements.insert_offer,
        offer_id=offer_id,
        organisation=organisation.slug,
        document_id=document_id,
        number=before["count"] + 1,
        handle_hash=secrets_of_offers.lookup_hash(secrets.handle),
        secrets=document_content.seal_secrets(key, offer_id, secrets),
        tx_code_required=int(tx_code),
        state="offered",
        attempts=0,
        unlocks=0,
        copies=0,
        reprint=int(reprint),
        created_at=service.clock.now(),
        expires_at=expires_at,
        fetched_at=None,
        redeemed_at=None,
        received_at=None,
        ended_at=None,
    )
    return _made(service, document_id, secrets, expires_at)


def _made(service: Service, document_id: str, secrets: OfferSecrets, expires_at: int) -> OfferMade:
    uri = credential_offer.reference_uri(f"{service.settings.origin}/o/{secrets.handle}")
    return OfferMade(document_id, uri, secrets.tx_code, expires_at, last_whole_day(expires_at))


def _other_code(key: bytes, offer: Row) -> tuple[OfferSecrets, bytes]:
    """The offer's secrets with another transaction code, open and sealed."""
    old = document_content.unseal_secrets(key, offer["offer_id"], offer["secrets"])
    secrets = OfferSecrets(old.handle, secrets_of_offers.new_tx_code())
    return secrets, document_content.seal_secrets(key, offer["offer_id"], secrets)


async def _newest_offer(tx: Transaction, organisation: IssuingOrganisation, document_id: str) -> Row:
    return (await tx.run(statements.offers_of_document, **named(organisation, document_id)))[0]


def _is_open(service: Service, offer: Row) -> bool:
    return offer["state"] in ("offered", "fetched") and offer["expires_at"] > service.clock.now()


async def _new_number(
    tx: Transaction, organisation: IssuingOrganisation, credential_type: CredentialType, today: date
) -> tuple[str, str]:
    """The document's id (an OID under the organisation's root, else a UUID) and its number for people."""
    row = await tx.one(statements.next_document_number, organisation=organisation.slug, year=today.year)
    number = f"{today.year}.{row['next'] if row else 1}"
    root = organisation.organisation.oid_root
    series = credential_type.settings.get("series", 14)
    return (f"{root}.{series}.{number}" if root else str(uuid4())), number


async def _made_before(service: Service, organisation: IssuingOrganisation, request_key: str) -> OfferMade:
    """The same request again (a double click, a lost answer): what it made the first time."""
    row = await service.database.one(
        statements.document_by_request_key, p_organisation=organisation.slug, p_request_key=request_key
    )
    if row is None:
        raise IssuerError("document_unknown", document="-")
    return await offer_of(service, organisation, row["document_id"])


def _offer_end(service: Service, valid_days: int | None) -> int:
    days = service.settings.offer_days if valid_days is None else valid_days
    if not 1 <= days <= MAX_VALID_DAYS:
        raise IssuerError("valid_days_out_of_range", limit=MAX_VALID_DAYS)
    return service.clock.now() + days * DAY


def _retained_until(service: Service, claims: Mapping[str, Any]) -> int:
    last = claims.get("date_of_expiry")
    end = end_of_day(date.fromisoformat(last)) if last else service.clock.now() + _CREDENTIAL_LIFE
    return end + service.settings.retention_days * DAY
