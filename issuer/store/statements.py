"""Every statement the issuer runs, built once; web_service compiles each once for the database in use.

Whatever may happen only once is decided by one statement here: an UPDATE whose WHERE holds the old state and which
returns its row, or an INSERT into a unique key. Work on a document begins with `lock_document`, whose row lock puts all
that follows in line. Order of locks, so that nobody waits for each other: document, offer, list, copies.
Parameters that begin with `p_` are conditions, the others are new values.
"""

from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    BindParameter,
    ColumnElement,
    Text,
    and_,
    bindparam,
    delete,
    func,
    insert,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert as upsert  # the same clause compiles for SQLite

from issuer.store.tables import (
    access_tokens,
    codes,
    copies,
    document_numbers,
    documents,
    offers,
    status_counters,
    status_lists,
    used_nonces,
)
from web_service.database import Statement

MAX_GUESSES: Final = 5
MAX_UNLOCKS: Final = 3
COPIES_PER_OFFER: Final = 1
VALID, REVOKED, SUSPENDED, SUPERSEDED = 0, 1, 2, 3


def _p(name: str) -> BindParameter[Any]:
    # Where no comparison tells a parameter's type, PostgreSQL has to be told.
    return bindparam(f"p_{name}", type_=BigInteger()) if name == "now" else bindparam(f"p_{name}")


def _open() -> ColumnElement[bool]:
    return or_(offers.c.state == "offered", offers.c.state == "fetched")


def _live() -> ColumnElement[bool]:
    return and_(_open(), offers.c.expires_at > _p("now"))


# --- documents

next_document_number = Statement(
    upsert(document_numbers)
    .values(organisation=bindparam("organisation"), year=bindparam("year"), next=literal(1))
    .on_conflict_do_update(index_elements=["organisation", "year"], set_={"next": document_numbers.c.next + 1})
    .returning(document_numbers.c.next)
)

insert_document = Statement(insert(documents))

_of_document = and_(documents.c.document_id == _p("document_id"), documents.c.organisation == _p("organisation"))

# Changes nothing; the row is ours until the transaction ends.
lock_document = Statement(update(documents).where(_of_document).values(copies=documents.c.copies).returning(documents))

_usable = and_(documents.c.status == VALID, documents.c.wrapped_key.is_not(None))

document_by_id = Statement(select(documents).where(_of_document))

document_by_request_key = Statement(
    select(documents).where(
        documents.c.organisation == _p("organisation"), documents.c.request_key == _p("request_key")
    )
)

organisation_of_document = Statement(
    select(documents.c.organisation).where(documents.c.document_id == _p("document_id"))
)

list_documents = Statement(
    select(documents)
    .where(
        documents.c.organisation == _p("organisation"),
        or_(bindparam("p_created_by", type_=Text()).is_(None), documents.c.created_by == _p("created_by")),
    )
    .order_by(documents.c.created_at.desc(), documents.c.document_id)
    .limit(_p("limit"))
    .offset(_p("offset"))
)

set_document_status = Statement(
    update(documents)
    .where(_of_document)
    .values(status=bindparam("status"), status_at=bindparam("now"), replaced_by=bindparam("replaced_by"))
)

keep_document_until = Statement(
    update(documents)
    .where(_of_document, documents.c.retained_until > bindparam("until"))
    .values(retained_until=bindparam("until"))
)

count_copy = Statement(
    update(documents)
    .where(_of_document, documents.c.status == VALID)
    .values(copies=documents.c.copies + 1)
    .returning(documents.c.copies)
)

# --- offers

insert_offer = Statement(insert(offers))

offers_of_document = Statement(
    select(offers)
    .where(offers.c.document_id == _p("document_id"), offers.c.organisation == _p("organisation"))
    .order_by(offers.c.number.desc())
)

offer_by_handle = Statement(
    select(
        offers.c.offer_id,
        offers.c.organisation,
        offers.c.document_id,
        offers.c.tx_code_required,
        documents.c.type,
        documents.c.wrapped_key,
    )
    .join(documents, documents.c.document_id == offers.c.document_id)
    .where(offers.c.handle_hash == _p("handle_hash"), _live(), _usable)
)

count_offers = Statement(select(func.count().label("count")).where(offers.c.document_id == _p("document_id")))

mark_fetched = Statement(
    update(offers)
    .where(offers.c.offer_id == _p("offer_id"), _live())
    .values(state="fetched", fetched_at=func.coalesce(offers.c.fetched_at, _p("now")))
    .returning(offers.c.expires_at)
)

# What can still be redeemed is ended; a redeemed offer without a copy is still open to its access token.
cancel_offers = Statement(
    update(offers)
    .where(
        offers.c.document_id == _p("document_id"),
        or_(_open(), offers.c.state == "locked", and_(offers.c.state == "redeemed", offers.c.copies == 0)),
    )
    .values(state="cancelled", ended_at=bindparam("now"), secrets=None)
    .returning(offers.c.offer_id)
)

replace_secrets = Statement(
    update(offers).where(offers.c.offer_id == _p("offer_id"), _open()).values(secrets=bindparam("secrets"))
)

unlock_offer = Statement(
    update(offers)
    .where(offers.c.offer_id == _p("offer_id"), offers.c.state == "locked", offers.c.unlocks < MAX_UNLOCKS)
    .values(state="offered", attempts=0, unlocks=offers.c.unlocks + 1, secrets=bindparam("secrets"), ended_at=None)
    .returning(offers.c.unlocks)
)

_over = (
    select(offers.c.offer_id)
    .where(or_(_open(), offers.c.state == "locked"), offers.c.expires_at <= _p("now"))
    .order_by(offers.c.expires_at)
    .limit(_p("limit"))
)

expire_offers = Statement(
    update(offers)
    .where(offers.c.offer_id.in_(_over), or_(_open(), offers.c.state == "locked"))
    .values(state="expired", ended_at=offers.c.expires_at, secrets=None)
    .returning(offers.c.organisation, offers.c.document_id)
)

# --- pre-authorized codes

codes_of_offer = Statement(
    select(codes.c.code, codes.c.expires_at)
    .where(codes.c.offer_id == _p("offer_id"), codes.c.expires_at > _p("usable_until"))
    .order_by(codes.c.expires_at.desc())
)

insert_code = Statement(insert(codes))

delete_codes_of_offer = Statement(delete(codes).where(codes.c.offer_id == _p("offer_id")))

delete_codes_of_document = Statement(
    delete(codes).where(
        codes.c.offer_id.in_(select(offers.c.offer_id).where(offers.c.document_id == _p("document_id")))
    )
)

# --- redemption

offer_by_code = Statement(
    select(
        offers.c.offer_id,
        offers.c.document_id,
        offers.c.tx_code_required,
        documents.c.wrapped_key,
        documents.c.type,
    )
    .join(codes, codes.c.offer_id == offers.c.offer_id)
    .join(documents, documents.c.document_id == offers.c.document_id)
    .where(
        codes.c.code_hash == _p("code_hash"),
        codes.c.organisation == _p("organisation"),
        codes.c.expires_at > _p("now"),
        _usable,
    )
)

# Takes one of the guesses before anything is compared: however many arrive at once, five at most get this far.
take_guess = Statement(
    update(offers)
    .where(offers.c.offer_id == _p("offer_id"), _live(), offers.c.attempts < MAX_GUESSES)
    .values(attempts=offers.c.attempts + 1)
    .returning(offers.c.attempts, offers.c.secrets)
)

lock_offer = Statement(
    update(offers).where(offers.c.offer_id == _p("offer_id"), _open()).values(state="locked", ended_at=bindparam("now"))
)

# A right guess is given back: only wrong ones count.
redeem_offer = Statement(
    update(offers)
    .where(offers.c.offer_id == _p("offer_id"), _live())
    .values(
        state="redeemed",
        redeemed_at=_p("now"),
        attempts=offers.c.attempts - offers.c.tx_code_required,
        secrets=None,
    )
    .returning(offers.c.offer_id)
)

insert_access_token = Statement(insert(access_tokens))

delete_tokens_of_document = Statement(delete(access_tokens).where(access_tokens.c.document_id == _p("document_id")))

grant_of_token = Statement(
    select(
        access_tokens.c.offer_id,
        access_tokens.c.document_id,
        offers.c.copies.label("offer_copies"),
        documents.c.type,
        documents.c.status,
        documents.c.wrapped_key,
        documents.c.content,
    )
    .join(offers, offers.c.offer_id == access_tokens.c.offer_id)
    .join(documents, documents.c.document_id == access_tokens.c.document_id)
    .where(
        access_tokens.c.token_hash == _p("token_hash"),
        access_tokens.c.organisation == _p("organisation"),
        access_tokens.c.expires_at > _p("now"),
    )
)

token_alive = Statement(
    select(access_tokens.c.offer_id).where(
        access_tokens.c.token_hash == _p("token_hash"), access_tokens.c.expires_at > _p("now")
    )
)

# --- credentials

insert_used_nonce = Statement(insert(used_nonces))

used_nonce = Statement(select(used_nonces.c.nonce_hash).where(used_nonces.c.nonce_hash == _p("nonce_hash")))

take_copy = Statement(
    update(offers)
    .where(
        offers.c.offer_id == _p("offer_id"),
        or_(offers.c.state == "redeemed", offers.c.state == "received"),
        offers.c.copies < COPIES_PER_OFFER,
    )
    .values(copies=offers.c.copies + 1)
    .returning(offers.c.copies)
)

insert_copy = Statement(insert(copies))

copy_of_holder = Statement(select(copies).where(copies.c.offer_id == _p("offer_id"), copies.c.holder == _p("holder")))

copies_of_document = Statement(
    select(copies)
    .where(copies.c.document_id == _p("document_id"), copies.c.organisation == _p("organisation"))
    .order_by(copies.c.issued_at)
)

copy_by_notification = Statement(
    select(copies.c.offer_id, copies.c.document_id).where(
        copies.c.notification_id == _p("notification_id"), copies.c.offer_id == _p("offer_id")
    )
)

mark_received = Statement(
    update(offers)
    .where(offers.c.offer_id == _p("offer_id"), offers.c.state == "redeemed")
    .values(state="received", received_at=bindparam("now"))
    .returning(offers.c.offer_id)
)

# --- status lists

# Hands out a run of indexes; a run that nobody finishes is lost, and never handed out again.
take_indexes = Statement(
    upsert(status_counters)
    .values(organisation=bindparam("organisation"), next=bindparam("amount"))
    .on_conflict_do_update(index_elements=["organisation"], set_={"next": status_counters.c.next + bindparam("amount")})
    .returning(status_counters.c.next)
)

ensure_list = Statement(
    upsert(status_lists)
    .values(organisation=bindparam("organisation"), list=bindparam("list"), version=literal(0))
    .on_conflict_do_nothing(index_elements=["organisation", "list"])
)

list_version = Statement(
    select(status_lists.c.version).where(
        status_lists.c.organisation == _p("organisation"), status_lists.c.list == _p("list")
    )
)

list_numbers = Statement(
    select(status_lists.c.list).where(status_lists.c.organisation == _p("organisation")).order_by(status_lists.c.list)
)

next_list_version = Statement(
    update(status_lists)
    .where(status_lists.c.organisation == _p("organisation"), status_lists.c.list == _p("list"))
    .values(version=status_lists.c.version + 1)
    .returning(status_lists.c.version)
)

lists_of_document = Statement(
    select(copies.c.list)
    .where(copies.c.document_id == _p("document_id"), copies.c.organisation == _p("organisation"))
    .distinct()
    .order_by(copies.c.list)
)

# Revoked and superseded are for ever: no statement changes a copy that is either.
set_copies_status = Statement(
    update(copies)
    .where(
        copies.c.document_id == _p("document_id"),
        copies.c.organisation == _p("organisation"),
        copies.c.list == _p("list"),
        or_(copies.c.status == VALID, copies.c.status == SUSPENDED),
    )
    .values(status=bindparam("status"), status_version=bindparam("version"))
)

changed_since = Statement(
    select(copies.c.idx, copies.c.status, copies.c.status_version).where(
        copies.c.organisation == _p("organisation"),
        copies.c.list == _p("list"),
        copies.c.status_version > _p("version"),
    )
)

replace_content = Statement(
    update(documents).where(_of_document, documents.c.wrapped_key.is_not(None)).values(content=bindparam("content"))
)

# --- retention

documents_past_retention = Statement(
    select(documents.c.document_id, documents.c.organisation)
    .where(documents.c.retained_until <= _p("now"), documents.c.wrapped_key.is_not(None))
    .order_by(documents.c.retained_until)
    .limit(_p("limit"))
)

forget_document = Statement(
    update(documents)
    .where(_of_document, documents.c.retained_until <= _p("now"), documents.c.wrapped_key.is_not(None))
    .values(wrapped_key=None, content=None)
    .returning(documents.c.document_id)
)

forget_offers = Statement(update(offers).where(offers.c.document_id == _p("document_id")).values(secrets=None))

delete_old_codes = Statement(delete(codes).where(codes.c.expires_at <= _p("now")))
delete_old_tokens = Statement(delete(access_tokens).where(access_tokens.c.expires_at <= _p("now")))
delete_old_nonces = Statement(delete(used_nonces).where(used_nonces.c.expires_at <= _p("now")))
