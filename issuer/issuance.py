"""What a wallet does with an offer: fetch it, redeem it, take the credential, tell what became of it.

OpenID4VCI §4.1.3, §6, §8, §11. Each step is one transaction whose outcome one statement decides; nothing leaves the
process before the rows that it rests on are durable. Whatever a stranger asks for that is not there — unknown, used,
cancelled, locked or expired — looks the same from outside.
"""

from dataclasses import dataclass
from typing import Final

from issuer import credentials, document_content, document_rows, secrets_of_offers
from issuer.actor import WALLET
from issuer.credentials import Place
from issuer.document_content import document_key
from issuer.service import IssuingOrganisation, Service
from issuer.store import statements
from issuer.store.statements import COPIES_PER_OFFER, MAX_GUESSES, VALID
from openid4vc.errors import IssuanceError
from openid4vc.strict_json import JsonObject
from openid4vc.vci import credential_offer, key_proof
from openid4vc.vci.credential import CredentialRequest
from openid4vc.vci.credential_offer import TxCode
from openid4vc.vci.key_proof import VerifiedProof
from openid4vc.vci.notification import Notification
from openid4vc.vci.token import TokenRequest
from web_service.database import Row, Transaction
from web_service.errors import UniqueViolation

PROOF_WINDOW: Final = 300
TX_CODE: Final = TxCode(input_mode="numeric", length=secrets_of_offers.TX_CODE_DIGITS, description=None)


@dataclass(frozen=True, slots=True)
class Grant:
    """What an access token allows: the copies of one offer."""

    token_hash: str
    offer_id: str
    document_id: str
    type: str
    row: Row


async def fetch_offer(service: Service, handle: str) -> JsonObject | None:
    """§4.1.3: the offer behind a link, with a pre-authorized code; None when there is none to be had.

    A code that still has half its life is given again, so that fetching twice costs nothing and ends nobody's code.
    """
    if not secrets_of_offers.is_handle(handle):
        return None
    now = service.clock.now()
    row = await service.database.one(
        statements.offer_by_handle, p_handle_hash=secrets_of_offers.lookup_hash(handle), p_now=now
    )
    if row is None or row["organisation"] not in service.organisations:
        return None
    organisation = service.organisations[row["organisation"]]
    key = document_key(organisation.keys.data, row)
    half = service.settings.code_seconds // 2
    kept = await service.database.one(statements.codes_of_offer, p_offer_id=row["offer_id"], p_usable_until=now + half)
    code = (
        document_content.unseal_code(key, row["offer_id"], kept["code"])
        if kept is not None
        else await _mint_code(service, organisation, row, key, now)
    )
    if code is None:
        return None
    return credential_offer.create(
        credential_issuer=organisation.identifier,
        credential_configuration_ids=[row["type"]],
        pre_authorized_code=code,
        tx_code=TX_CODE if row["tx_code_required"] else None,
    )


async def redeem(service: Service, organisation: IssuingOrganisation, request: TokenRequest) -> str:
    """§6.1: a pre-authorized code, with the transaction code where there is one, for an access token.

    IssuanceError with the wire's code: `tx_code_missing`, `tx_code_unexpected` (invalid_request; no guess is counted),
    `grant_invalid`, `tx_code_wrong` (invalid_grant), `client_invalid` (invalid_client).
    """
    if request.client_id is not None:
        # §6.3: anonymous access is what we advertise. A name that nobody registered proves nothing and is refused.
        raise IssuanceError("client_invalid", "no client is registered here", error="invalid_client")
    token = secrets_of_offers.new_token()

    async def work(tx: Transaction) -> IssuanceError | None:
        return await _redeem(service, tx, organisation, request, token)

    # A wrong guess must stay counted: the fault is raised only when the transaction that counted it is durable.
    fault = await service.database.transaction(work)
    if fault is not None:
        raise fault
    service.faults.reach("token.committed")
    return token


async def grant_of(service: Service, organisation: IssuingOrganisation, access_token: str) -> Grant | None:
    """What an access token of this organisation allows; None for any other text, and when it is over."""
    token_hash = secrets_of_offers.lookup_hash(access_token)
    row = await service.database.one(
        statements.grant_of_token,
        p_token_hash=token_hash,
        p_organisation=organisation.slug,
        p_now=service.clock.now(),
    )
    if row is None:
        return None
    return Grant(token_hash, row["offer_id"], row["document_id"], row["type"], row)


async def issue(
    service: Service, organisation: IssuingOrganisation, grant: Grant, request: CredentialRequest
) -> tuple[str, str]:
    """§8: the credential for the key that the proof shows, and the id for notifications about it.

    The same key of the same offer gets the same copy again, with the same status index: a wallet whose answer was lost
    asks with a new nonce. IssuanceError: `credential_configuration_unknown`, `proof_*`, `nonce_*`, `credential_denied`.
    """
    if request.identifier is not None:
        # Identifiers come from authorization details, which are not spoken here: none was ever given out.
        raise IssuanceError("credential_configuration_unknown", error="unknown_credential_identifier")
    if request.configuration_id not in organisation.types:
        raise IssuanceError("credential_configuration_unknown", error="unknown_credential_configuration")
    if grant.row["wrapped_key"] is None:
        raise _denied("the document has ended")
    if request.configuration_id != grant.type:
        raise _denied("the offer is for another credential")
    now = service.clock.now()
    proof = key_proof.verify(request.proofs[0], audience=organisation.identifier, now=now, window=PROOF_WINDOW)
    nonce_end = organisation.nonces.check(proof.nonce, now)
    nonce_hash = secrets_of_offers.lookup_hash(proof.nonce)
    if await service.database.one(statements.used_nonce, p_nonce_hash=nonce_hash) is not None:
        raise _nonce_used()
    for _ in range(2):
        place, known = await _place(service, organisation, grant, proof)
        text = credentials.make(service, organisation, grant.row, proof, place, now=now)
        if await _keep(service, organisation, grant, proof, place, known, (nonce_hash, nonce_end)):
            service.faults.reach("credential.committed")
            return text, place.notification_id
        # The same key asked twice at the same moment and the other request was first: its copy is ours too.
    raise _denied("no copy left")


async def notify(service: Service, organisation: IssuingOrganisation, grant: Grant, notification: Notification) -> None:
    """§11: what became of a credential. It is written down, and never changes the credential's status.

    IssuanceError `notification_id_unknown`. The same again does no harm.
    """
    known = secrets_of_offers.is_token(notification.id) and await service.database.one(
        statements.copy_by_notification, p_notification_id=notification.id, p_offer_id=grant.offer_id
    )
    if not known:
        raise IssuanceError("notification_id_unknown", error="invalid_notification_id")

    async def work(tx: Transaction) -> None:
        if notification.event == "credential_accepted":
            changed = await tx.one(statements.mark_received, p_offer_id=grant.offer_id, now=service.clock.now())
            if changed is None:
                return
        await document_rows.audit(
            service, tx, organisation, WALLET, "credential.notified", grant.document_id, notified=notification.event
        )

    await service.database.transaction(work)


async def _mint_code(service: Service, organisation: IssuingOrganisation, row: Row, key: bytes, now: int) -> str | None:
    code = secrets_of_offers.new_token()
    offer_id = row["offer_id"]

    async def work(tx: Transaction) -> bool:
        marked = await tx.one(statements.mark_fetched, p_offer_id=offer_id, p_now=now)
        if marked is None:
            return False
        await tx.run(
            statements.insert_code,
            code_hash=secrets_of_offers.lookup_hash(code),
            organisation=organisation.slug,
            offer_id=offer_id,
            code=document_content.seal_code(key, offer_id, code),
            expires_at=min(now + service.settings.code_seconds, marked["expires_at"]),
        )
        await document_rows.audit(service, tx, organisation, WALLET, "offer.fetched", row["document_id"])
        return True

    return code if await service.database.transaction(work) else None


async def _redeem(
    service: Service, tx: Transaction, organisation: IssuingOrganisation, request: TokenRequest, token: str
) -> IssuanceError | None:
    now = service.clock.now()
    code_hash = secrets_of_offers.lookup_hash(request.pre_authorized_code)
    row = await tx.one(statements.offer_by_code, p_code_hash=code_hash, p_organisation=organisation.slug, p_now=now)
    if row is None:
        return _grant_invalid()
    required = bool(row["tx_code_required"])
    if required and request.tx_code is None:
        return IssuanceError("tx_code_missing", "a tx_code is required", error="invalid_request")
    if not required and request.tx_code is not None:
        return IssuanceError("tx_code_unexpected", "no tx_code is expected", error="invalid_request")
    offer_id, document_id = row["offer_id"], row["document_id"]
    if required:
        guess = await tx.one(statements.take_guess, p_offer_id=offer_id, p_now=now)
        if guess is None:
            return _grant_invalid()
        secrets = document_content.unseal_secrets(document_key(organisation.keys.data, row), offer_id, guess["secrets"])
        if not secrets_of_offers.same_code(request.tx_code or "", secrets.tx_code or ""):
            await _count_wrong(service, tx, organisation, offer_id, document_id, guess["attempts"])
            left = MAX_GUESSES - guess["attempts"]
            return IssuanceError("tx_code_wrong", "wrong tx_code", error="invalid_grant", n=left)
    if await tx.one(statements.redeem_offer, p_offer_id=offer_id, p_now=now) is None:
        return _grant_invalid()
    await tx.run(statements.delete_codes_of_offer, p_offer_id=offer_id)
    await tx.run(
        statements.insert_access_token,
        token_hash=secrets_of_offers.lookup_hash(token),
        organisation=organisation.slug,
        offer_id=offer_id,
        document_id=document_id,
        expires_at=now + service.settings.token_seconds,
    )
    await document_rows.audit(service, tx, organisation, WALLET, "offer.redeemed", document_id)
    return None


async def _count_wrong(
    service: Service, tx: Transaction, organisation: IssuingOrganisation, offer_id: str, document_id: str, attempts: int
) -> None:
    """The guess is counted already; the last one locks the offer for whoever comes next."""
    await document_rows.audit(service, tx, organisation, WALLET, "offer.wrong_code", document_id, attempts=attempts)
    if attempts >= MAX_GUESSES:
        await tx.run(statements.lock_offer, p_offer_id=offer_id, now=service.clock.now())
        await tx.run(statements.delete_codes_of_offer, p_offer_id=offer_id)
        await document_rows.audit(service, tx, organisation, WALLET, "offer.locked", document_id)


async def _place(
    service: Service, organisation: IssuingOrganisation, grant: Grant, proof: VerifiedProof
) -> tuple[Place, bool]:
    """Where the credential's bit is and when it lives: as before for a key that asks again, else new."""
    known = await service.database.one(statements.copy_of_holder, p_offer_id=grant.offer_id, p_holder=proof.thumbprint)
    if known is not None:
        return Place(known["list"], known["idx"], known["nbf"], known["exp"], known["notification_id"]), True
    # Only so that no index is spent on what will be refused; `take_copy` is what decides.
    if grant.row["offer_copies"] >= COPIES_PER_OFFER or grant.row["status"] != VALID:
        raise _denied("no copy left")
    return await credentials.new_place(service, organisation, grant.row), False


async def _keep(
    service: Service,
    organisation: IssuingOrganisation,
    grant: Grant,
    proof: VerifiedProof,
    place: Place,
    known: bool,
    nonce: tuple[str, int],
) -> bool:
    """Everything that a delivered credential rests on, in one transaction; False when the key's copy is another's work.

    The document's row is locked by the first statement, so that a status change, a cancellation or another copy comes
    either before all of this or after it.
    """
    now = service.clock.now()
    nonce_hash, nonce_end = nonce

    async def work(tx: Transaction) -> bool:
        row = await document_rows.lock(tx, organisation, grant.document_id)
        alive = await tx.one(statements.token_alive, p_token_hash=grant.token_hash, p_now=now)
        if alive is None or row["status"] != VALID:
            raise _denied("the offer was ended")
        before = await tx.one(statements.copy_of_holder, p_offer_id=grant.offer_id, p_holder=proof.thumbprint)
        if (before is not None) != known:
            return False
        await tx.run(
            statements.insert_used_nonce,
            nonce_hash=nonce_hash,
            organisation=organisation.slug,
            expires_at=nonce_end + 1,
        )
        if not known:
            await _insert_copy(service, tx, organisation, grant, proof, place)
        action = "credential.sent_again" if known else "credential.issued"
        await document_rows.audit(service, tx, organisation, WALLET, action, grant.document_id)
        return True

    try:
        return await service.database.transaction(work)
    except UniqueViolation:
        # The only unique value here that somebody else could have written: the nonce.
        raise _nonce_used() from None


async def _insert_copy(
    service: Service,
    tx: Transaction,
    organisation: IssuingOrganisation,
    grant: Grant,
    proof: VerifiedProof,
    place: Place,
) -> None:
    if await tx.one(statements.count_copy, **document_rows.named(organisation, grant.document_id)) is None:
        raise _denied("the document is not valid")
    if await tx.one(statements.take_copy, p_offer_id=grant.offer_id) is None:
        raise _denied("no copy left")
    await tx.run(
        statements.insert_copy,
        offer_id=grant.offer_id,
        holder=proof.thumbprint,
        organisation=organisation.slug,
        document_id=grant.document_id,
        list=place.list,
        idx=place.idx,
        status=VALID,
        status_version=0,
        issued_at=service.clock.now(),
        nbf=place.nbf,
        exp=place.exp,
        notification_id=place.notification_id,
    )


def _grant_invalid() -> IssuanceError:
    return IssuanceError("grant_invalid", "the code is not valid", error="invalid_grant")


def _nonce_used() -> IssuanceError:
    return IssuanceError("nonce_invalid", "the nonce was used", error="invalid_nonce")


def _denied(detail: str) -> IssuanceError:
    return IssuanceError("credential_denied", detail, error="credential_request_denied")
