"""Requests, results, settings, and the tables that every service has."""

import sqlalchemy as sa
from alembic import op

from web_service.tables import create_shared

revision = "0001"
down_revision = None


def upgrade() -> None:
    create_shared(op)
    op.create_table(
        "presentation_request",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("organisation", sa.Text, nullable=False),
        sa.Column("purpose", sa.Text, nullable=False),
        sa.Column("created_by", sa.Text, nullable=False),
        sa.Column("case_reference", sa.Text),
        sa.Column("object_id", sa.Text, nullable=False, unique=True),
        sa.Column("response_id", sa.Text, nullable=False, unique=True),
        sa.Column("alias", sa.Text, nullable=False, unique=True),
        sa.Column("client_id", sa.Text, nullable=False),
        sa.Column("nonce", sa.Text, nullable=False),
        sa.Column("state_value", sa.Text, nullable=False),
        sa.Column("dcql", sa.Text, nullable=False),
        sa.Column("encryption_kid", sa.Text, nullable=False),
        sa.Column("encryption_jwk", sa.Text, nullable=False),
        sa.Column("encryption_key", sa.LargeBinary),
        sa.Column("wrapped_key", sa.LargeBinary),
        sa.Column("customer", sa.LargeBinary),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("reason", sa.Text),
        sa.Column("last_reason", sa.Text),
        sa.Column("last_issuer", sa.Text),
        sa.Column("rejected", sa.Integer, nullable=False),
        sa.Column("opened_at", sa.BigInteger),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
        sa.Column("ended_at", sa.BigInteger),
    )
    op.create_index(
        "presentation_request_by_creator", "presentation_request", ["organisation", "created_by", "created_at"]
    )
    op.create_index("presentation_request_by_end", "presentation_request", ["state", "expires_at"])
    op.create_table(
        "result",
        sa.Column("request_id", sa.Text, primary_key=True),
        sa.Column("organisation", sa.Text, nullable=False),
        sa.Column("summary", sa.Text, nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary),
        sa.Column("content", sa.LargeBinary),
        sa.Column("receipt", sa.Text),
        sa.Column("verified_at", sa.BigInteger, nullable=False),
        sa.Column("attached_at", sa.BigInteger),
        sa.Column("delete_at", sa.BigInteger, nullable=False),
        sa.Column("deleted_at", sa.BigInteger),
    )
    op.create_index("result_by_deletion", "result", ["deleted_at", "delete_at"])
    op.create_table(
        "setting",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("value", sa.Text, nullable=False),
    )
