"""Revision 2: drafts of documents that somebody is writing at the pages."""

from alembic import op
from sqlalchemy import BigInteger, Column, Integer, LargeBinary, Text

revision = "2"
down_revision = "1"


def upgrade() -> None:
    """The table `drafts`."""
    op.create_table(
        "drafts",
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
    )
    op.create_index("drafts_by_account", "drafts", ["account_id", "created_at"])
    op.create_index("drafts_by_expiry", "drafts", ["expires_at"])
