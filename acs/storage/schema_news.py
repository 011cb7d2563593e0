"""Tables of what is told to other systems: the log of events, webhooks, and what goes to them.

No queries; they stand on the same metadata as all tables.
"""

from sqlalchemy import (
    BigInteger,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
)

from acs.storage.schema import metadata

news = Table(
    "news",
    metadata,
    # Given by us: a database's own sequence is not in the order of commits.
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("at", Double, nullable=False),
    Column("router_id", Text),  # no foreign key: what happened stays when its router is forgotten
    Column("kind", Text, nullable=False),
    Column("detail", Text, nullable=False),  # JSON
    Index("ix_news_at", "at"),
    Index("ix_news_router_id", "router_id", "seq"),
)

webhooks = Table(
    "webhooks",
    metadata,
    Column("webhook_id", Text, primary_key=True),
    Column("url", Text, nullable=False),
    Column("kinds", Text, nullable=False),  # JSON; empty: all
    Column("secret", LargeBinary, nullable=False),  # sealed
    Column("created_at", Double, nullable=False),
    Column("state", Text, nullable=False),  # active, gone
    Column("position", BigInteger, nullable=False),  # up to there news was laid out for it
    Column("failures", Integer, nullable=False, server_default="0"),  # since it last took one
    Column("due_at", Double, nullable=False),
    Column("lease", Text, nullable=False, server_default=""),
    Column("leased_until", Double, nullable=False, server_default="0"),
)

deliveries = Table(
    "deliveries",
    metadata,
    Column(
        "webhook_id",
        Text,
        ForeignKey("webhooks.webhook_id", ondelete="CASCADE"),
        primary_key=True,
    ),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("at", Double, nullable=False),  # when it happened
    Column("kind", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("state", Text, nullable=False),  # waiting, delivered, dead
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("tried_at", Double),
    Column("status", Integer),  # HTTP status of the last answer
    Column("fault", Text, nullable=False, server_default=""),
    Column("since", Double, nullable=False),  # when it came into its state
    Index("ix_deliveries_state", "webhook_id", "state", "seq"),
    Index("ix_deliveries_since", "since"),
)
