"""The issuer's tables, in SQLAlchemy Core; every one names the organisation whose row it is.

What is *not* here matters as much: no signed credential, no disclosure, no salt, no claim in clear. A document's
claims, an offer's link and its transaction code lie sealed under the document's own key (data_protection.py); that key
is wrapped by the organisation's and is erased when the document's retention ends. Times are Unix seconds.
"""

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, MetaData, Table, Text, UniqueConstraint

from web_service.tables import shared_tables

metadata = MetaData()
# Audit, accounts, sessions, counters and tokens of the management API, as every service has them.
shared = shared_tables(metadata)

# One row a document. `status` is what its credentials' bits say: 0 valid, 1 revoked, 2 suspended, 3 superseded.
documents = Table(
    "documents",
    metadata,
    Column("document_id", Text, primary_key=True),
    Column("organisation", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("number", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("created_by", Text, nullable=False),
    Column("status", Integer, nullable=False),
    Column("status_at", BigInteger, nullable=False),
    Column("copies", Integer, nullable=False),
    Column("replaces", Text),
    Column("replaced_by", Text),
    Column("request_key", Text),
    Column("wrapped_key", LargeBinary),
    Column("content", LargeBinary),
    Column("retained_until", BigInteger, nullable=False),
    UniqueConstraint("organisation", "request_key", name="documents_request_key"),
    Index("documents_by_organisation", "organisation", "created_at"),
    Index("documents_by_retention", "retained_until"),
)

# One row an offer (a printed or sent code), numbered within its document; only the newest can be open.
offers = Table(
    "offers",
    metadata,
    Column("offer_id", Text, primary_key=True),
    Column("organisation", Text, nullable=False),
    Column("document_id", Text, nullable=False),
    Column("number", Integer, nullable=False),
    Column("handle_hash", Text, nullable=False, unique=True),
    Column("secrets", LargeBinary),
    Column("tx_code_required", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("unlocks", Integer, nullable=False),
    Column("copies", Integer, nullable=False),
    Column("reprint", Integer, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("fetched_at", BigInteger),
    Column("redeemed_at", BigInteger),
    Column("received_at", BigInteger),
    Column("ended_at", BigInteger),
    UniqueConstraint("document_id", "number", name="offers_numbered"),
    Index("offers_by_state", "state", "expires_at"),
)

# Pre-authorized codes (OpenID4VCI §4.1.1), minted when an offer is fetched. Redeeming one deletes all of the offer.
codes = Table(
    "codes",
    metadata,
    Column("code_hash", Text, primary_key=True),
    Column("organisation", Text, nullable=False),
    Column("offer_id", Text, nullable=False),
    Column("code", LargeBinary, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Index("codes_by_offer", "offer_id"),
    Index("codes_by_expiry", "expires_at"),
)

access_tokens = Table(
    "access_tokens",
    metadata,
    Column("token_hash", Text, primary_key=True),
    Column("organisation", Text, nullable=False),
    Column("offer_id", Text, nullable=False),
    Column("document_id", Text, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Index("access_tokens_by_offer", "offer_id"),
    Index("access_tokens_by_expiry", "expires_at"),
)

# A c_nonce carries its own proof of origin (nonces.py); a row appears only when one has been used.
used_nonces = Table(
    "used_nonces",
    metadata,
    Column("nonce_hash", Text, primary_key=True),
    Column("organisation", Text, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Index("used_nonces_by_expiry", "expires_at"),
)

# One row a credential delivered: which key it is bound to and which bit speaks about it; never the credential.
copies = Table(
    "copies",
    metadata,
    Column("offer_id", Text, primary_key=True),
    Column("holder", Text, primary_key=True),
    Column("organisation", Text, nullable=False),
    Column("document_id", Text, nullable=False),
    Column("list", Integer, nullable=False),
    Column("idx", Integer, nullable=False),
    Column("status", Integer, nullable=False),
    Column("status_version", BigInteger, nullable=False),
    Column("issued_at", BigInteger, nullable=False),
    Column("nbf", BigInteger, nullable=False),
    Column("exp", BigInteger, nullable=False),
    Column("notification_id", Text, nullable=False, unique=True),
    UniqueConstraint("organisation", "list", "idx", name="copies_one_per_index"),
    Index("copies_by_document", "document_id"),
    Index("copies_by_version", "organisation", "list", "status_version"),
)

# The version goes up with every change of a bit; a process that has an older one reads only what changed since.
status_lists = Table(
    "status_lists",
    metadata,
    Column("organisation", Text, primary_key=True),
    Column("list", Integer, primary_key=True),
    Column("version", BigInteger, nullable=False),
)

# How many indexes of an organisation have been handed out, over all its lists. Never goes back.
status_counters = Table(
    "status_counters",
    metadata,
    Column("organisation", Text, primary_key=True),
    Column("next", BigInteger, nullable=False),
)

document_numbers = Table(
    "document_numbers",
    metadata,
    Column("organisation", Text, primary_key=True),
    Column("year", Integer, primary_key=True),
    Column("next", BigInteger, nullable=False),
)

# What somebody is writing at the pages, sealed under a key of its own. `revision` goes up with every change.
drafts = Table(
    "drafts",
    metadata,
    Column("draft_id", Text, primary_key=True),
    Column("organisation", Text, nullable=False),
    Column("account_id", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("replaces", Text),
    Column("wrapped_key", LargeBinary, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Index("drafts_by_account", "account_id", "created_at"),
    Index("drafts_by_expiry", "expires_at"),
)
