"""Revision 1: the issuer's first tables, and those that every service has."""

from alembic import op
from sqlalchemy import BigInteger, Column, Integer, LargeBinary, Text, UniqueConstraint

from web_service.tables import create_shared

revision = "1"
down_revision = None


def upgrade() -> None:
    """Everything of `store/tables.py` as it was first."""
    create_shared(op)
    _documents()
    _offers()
    _credentials()


def _documents() -> None:
    op.create_table(
        "documents",
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
    )
    op.create_index("documents_by_organisation", "documents", ["organisation", "created_at"])
    op.create_index("documents_by_retention", "documents", ["retained_until"])
    op.create_table(
        "document_numbers",
        Column("organisation", Text, primary_key=True),
        Column("year", Integer, primary_key=True),
        Column("next", BigInteger, nullable=False),
    )


def _offers() -> None:
    op.create_table(
        "offers",
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
    )
    op.create_index("offers_by_state", "offers", ["state", "expires_at"])
    op.create_table(
        "codes",
        Column("code_hash", Text, primary_key=True),
        Column("organisation", Text, nullable=False),
        Column("offer_id", Text, nullable=False),
        Column("code", LargeBinary, nullable=False),
        Column("expires_at", BigInteger, nullable=False),
    )
    op.create_index("codes_by_expiry", "codes", ["expires_at"])
    op.create_index("codes_by_offer", "codes", ["offer_id"])
    op.create_table(
        "access_tokens",
        Column("token_hash", Text, primary_key=True),
        Column("organisation", Text, nullable=False),
        Column("offer_id", Text, nullable=False),
        Column("document_id", Text, nullable=False),
        Column("expires_at", BigInteger, nullable=False),
    )
    op.create_index("access_tokens_by_expiry", "access_tokens", ["expires_at"])
    op.create_index("access_tokens_by_offer", "access_tokens", ["offer_id"])
    op.create_table(
        "used_nonces",
        Column("nonce_hash", Text, primary_key=True),
        Column("organisation", Text, nullable=False),
        Column("expires_at", BigInteger, nullable=False),
    )
    op.create_index("used_nonces_by_expiry", "used_nonces", ["expires_at"])


def _credentials() -> None:
    op.create_table(
        "copies",
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
    )
    op.create_index("copies_by_document", "copies", ["document_id"])
    op.create_index("copies_by_version", "copies", ["organisation", "list", "status_version"])
    op.create_table(
        "status_lists",
        Column("organisation", Text, primary_key=True),
        Column("list", Integer, primary_key=True),
        Column("version", BigInteger, nullable=False),
    )
    op.create_table(
        "status_counters",
        Column("organisation", Text, primary_key=True),
        Column("next", BigInteger, nullable=False),
    )
