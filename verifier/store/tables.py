"""The verifier's tables. Times are seconds (UTC), JSON is text, secrets are sealed (`verifier.sealing`)."""

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, MetaData, Table, Text

from web_service.tables import shared_tables

metadata = MetaData()

# One presentation request: what was asked of whom, until when, and how it ended.
presentation_request = Table(
    "presentation_request",
    metadata,
    Column("id", Text, primary_key=True),  # the id of staff and of the management interface; wallets never see it
    Column("organisation", Text, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("created_by", Text, nullable=False),  # account, `cli:<user>` or API token: nobody else reads the result
    Column("case_reference", Text),
    Column("object_id", Text, nullable=False, unique=True),  # in the request_uri
    Column("response_id", Text, nullable=False, unique=True),  # in the response_uri
    Column("alias", Text, nullable=False, unique=True),  # the 12 characters that a person may type
    Column("client_id", Text, nullable=False),
    Column("nonce", Text, nullable=False),
    Column("state_value", Text, nullable=False),  # the `state` of OpenID4VP
    Column("dcql", Text, nullable=False),
    Column("encryption_kid", Text, nullable=False),
    Column("encryption_jwk", Text, nullable=False),
    Column("encryption_key", LargeBinary),  # private, sealed; gone when the request ends
    Column("wrapped_key", LargeBinary),  # of this row's sealed columns; gone when the result is
    Column("customer", LargeBinary),  # the identity code that the official gave, sealed; compared and never shown
    Column("state", Text, nullable=False),  # pending, then one of verified, refused, failed, expired for good
    Column("reason", Text),
    Column("last_reason", Text),  # why a response was turned away while the request stayed pending
    Column("last_issuer", Text),  # the name that an untrusted issuer gave itself
    Column("rejected", Integer, nullable=False),
    Column("opened_at", BigInteger),  # when a wallet first fetched the request object
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("ended_at", BigInteger),
    Index("presentation_request_by_creator", "organisation", "created_by", "created_at"),
    Index("presentation_request_by_end", "state", "expires_at"),
)

# What an answer proved. `summary` holds no personal data and stays; `content` is sealed under its own key.
result = Table(
    "result",
    metadata,
    Column("request_id", Text, primary_key=True),
    Column("organisation", Text, nullable=False),
    Column("summary", Text, nullable=False),  # outcome, reason, same_person, checks
    Column("wrapped_key", LargeBinary),
    Column("content", LargeBinary),
    Column("receipt", Text),  # what the wallet got: claim names, never values
    Column("verified_at", BigInteger, nullable=False),
    Column("attached_at", BigInteger),
    Column("delete_at", BigInteger, nullable=False),  # 24 h, or the purpose's retention once attached
    Column("deleted_at", BigInteger),
    Index("result_by_deletion", "deleted_at", "delete_at"),
)

# What an operator's command must know without a running server: the public address that requests carry.
setting = Table(
    "setting",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", Text, nullable=False),
)

shared = shared_tables(metadata)
