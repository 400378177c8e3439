"""The first revision of a made-up service: the shared tables and one of its own."""

import sqlalchemy as sa
from alembic import op

from web_service.tables import create_shared

revision = "0001"
down_revision = None


def upgrade() -> None:
    create_shared(op)
    op.create_table(
        "things",
        sa.Column("code", sa.Text, primary_key=True),
        sa.Column("used_at", sa.BigInteger),
        sa.Column("used", sa.Integer, nullable=False),
        sa.Column("content", sa.LargeBinary),
    )
