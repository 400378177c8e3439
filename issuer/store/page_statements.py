"""What the pages of staff ask of the store: drafts, and the documents of one author with their newest offer.

Parameters that begin with `p_` are conditions, the others are new values (statements.py).
"""

from typing import Any, Final

from sqlalchemy import BindParameter, ColumnElement, and_, bindparam, delete, insert, or_, select, update

from issuer.store.statements import SUSPENDED, VALID
from issuer.store.tables import documents, drafts, offers, shared
from web_service.database import Statement

_OFFER_COLUMNS: Final = ("state", "attempts", "unlocks", "expires_at", "fetched_at", "redeemed_at", "received_at")


def _p(name: str) -> BindParameter[Any]:
    return bindparam(f"p_{name}")


# --- drafts: always those of one account

_of_draft = and_(drafts.c.draft_id == _p("draft_id"), drafts.c.account_id == _p("account_id"))

insert_draft = Statement(insert(drafts))

draft_by_id = Statement(select(drafts).where(_of_draft, drafts.c.expires_at > _p("now")))

# The revision says which content a page was made from: of two tabs, the one that is behind learns it.
save_draft = Statement(
    update(drafts)
    .where(_of_draft)
    .values(content=bindparam("content"), expires_at=bindparam("expires_at"), revision=drafts.c.revision + 1)
    .returning(drafts.c.revision)
)

delete_draft = Statement(delete(drafts).where(_of_draft).returning(drafts.c.draft_id))

drafts_of_account = Statement(
    select(drafts)
    .where(
        drafts.c.organisation == _p("organisation"),
        drafts.c.account_id == _p("account_id"),
        drafts.c.expires_at > _p("now"),
    )
    .order_by(drafts.c.created_at.desc(), drafts.c.draft_id)
    .limit(_p("limit"))
)

delete_old_drafts = Statement(delete(drafts).where(drafts.c.expires_at <= _p("now")))

# --- the list of an author

_other = offers.alias("other")
_newest = (
    select(_other.c.offer_id)
    .where(_other.c.document_id == documents.c.document_id)
    .order_by(_other.c.created_at.desc(), _other.c.ended_at.is_(None).desc(), _other.c.offer_id)
    .limit(1)
    .correlate(documents)
    .scalar_subquery()
)
_by_author = and_(documents.c.organisation == _p("organisation"), documents.c.created_by == _p("author"))
_listed = (
    select(
        documents,
        *(offers.c[name].label(f"offer_{name}") for name in _OFFER_COLUMNS),
        offers.c.created_at.label("offered_at"),
    )
    .select_from(documents.join(offers, offers.c.offer_id == _newest))
    .where(_by_author)
    .order_by(documents.c.created_at.desc(), documents.c.document_id)
)

documents_of_author = Statement(_listed.limit(_p("limit")))


def _needs_action() -> ColumnElement[bool]:
    """Locked; not taken within two weeks (and given less than a month ago, once the code is over); long suspended."""
    waiting = or_(offers.c.state == "offered", offers.c.state == "fetched")
    works = and_(waiting, offers.c.expires_at > _p("now"), offers.c.created_at <= _p("unclaimed_since"))
    over = and_(
        or_(waiting, offers.c.state == "expired"),
        offers.c.expires_at <= _p("now"),
        offers.c.created_at > _p("forgotten_since"),
    )
    locked = and_(offers.c.state == "locked", offers.c.expires_at > _p("now"))
    return or_(
        and_(documents.c.status == VALID, or_(locked, works, over)),
        and_(documents.c.status == SUSPENDED, documents.c.status_at <= _p("suspended_since")),
    )


documents_that_need_action = Statement(_listed.where(_needs_action()).limit(_p("limit")))

document_of_author = Statement(
    select(documents.c.document_id).where(_by_author, documents.c.document_id == _p("document_id"))
)

# --- who works here

account_by_id = Statement(select(shared.accounts).where(shared.accounts.c.id == _p("account_id")))

names_of_organisation = Statement(
    select(shared.accounts.c.id, shared.accounts.c.name).where(shared.accounts.c.organisation == _p("organisation"))
)
