"""A made-up service's tables, to try the store on."""

import sqlalchemy as sa

from web_service.tables import shared_tables

metadata = sa.MetaData()
shared = shared_tables(metadata)
things = sa.Table(
    "things",
    metadata,
    sa.Column("code", sa.Text, primary_key=True),
    sa.Column("used_at", sa.BigInteger),
    sa.Column("used", sa.Integer, nullable=False),
    sa.Column("content", sa.LargeBinary),
)
