"""The table of the audit log. No queries; it stands on the same metadata as all tables."""

from sqlalchemy import BigInteger, Column, Double, Index, LargeBinary, Table, Text

from acs.storage.schema import metadata

audit = Table(
    "audit",
    metadata,
    # Given by us: a sequence of the database's leaves gaps where a transaction was undone.
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("at", Double, nullable=False),
    Column("who", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("what", Text, nullable=False),
    Column("about", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    Index("ix_audit_at", "at"),
)
