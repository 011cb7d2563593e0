"""The table of devices that are polled, on the same metadata as all tables. No queries."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    false,
)

from acs.storage.schema import metadata


def _text(name: str) -> Column[str]:
    return Column(name, Text, nullable=False, server_default="")


targets = Table(
    "targets",
    metadata,
    Column(
        "router_id", Text, ForeignKey("routers.router_id", ondelete="CASCADE"), primary_key=True
    ),
    Column("name", Text, primary_key=True),
    Column("way", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("port", Integer, nullable=False),
    Column("credential", Text, nullable=False),  # a name, not the secret
    _text("profile"),
    _text("interface"),
    Column("interval", Double, nullable=False),
    Column("trust", Text, nullable=False),
    Column("old_ssh", Boolean, nullable=False),
    Column("known", LargeBinary, nullable=False),  # agents.polled.Known
    Column("failures", BigInteger, nullable=False, server_default="0"),
    Column("stopped", Boolean, nullable=False, server_default=false()),
    Column("due_at", Double, nullable=False),  # while it is being read: when its lease ends
    _text("lease"),
    Column("read_at", Double),
    _text("fault"),
    _text("why"),
    # When a command was queued for its router, until somebody has looked; 0: none was.
    Column("wanted_at", Double, nullable=False, server_default="0"),
    Index("ix_targets_due_at", "due_at"),
    Index("ix_targets_address", "address"),
)
