"""The tables of incidents and of how often routers inform, on the metadata of all. No queries."""

from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    literal_column,
)

from acs.storage.schema import metadata


def _router_id() -> Column[str]:
    key = ForeignKey("routers.router_id", ondelete="CASCADE")
    return Column("router_id", Text, key, primary_key=True)


_open: ColumnElement[bool] = literal_column("closed_at IS NULL")

incidents = Table(
    "incidents",
    metadata,
    Column("incident_id", Text, primary_key=True),
    Column("basis", Text, nullable=False),  # segment, prefix
    Column("place", Text, nullable=False),
    Column("kind", Text, nullable=False),  # offline, power, errors
    Column("began_at", Double, nullable=False),
    Column("opened_at", Double, nullable=False),
    Column("closed_at", Double),
    Column("routers", Integer, nullable=False),
    Column("affected", Integer, nullable=False),
    Column("figures", LargeBinary, nullable=False),
    # One at a time in one place, whichever node sees it first.
    Index(
        "ix_incidents_open",
        "basis",
        "place",
        unique=True,
        sqlite_where=_open,
        postgresql_where=_open,
    ),
    Index("ix_incidents_opened_at", "opened_at"),
)

# The routers of an incident's place, whose reboots are frozen.
incident_routers = Table(
    "incident_routers",
    metadata,
    _router_id(),
    Column("incident_id", Text, primary_key=True),
    Column("affected", Boolean, nullable=False),
    Column("joined_at", Double, nullable=False),  # from when on it was affected, or in the place
    Index("ix_incident_routers_incident_id", "incident_id"),
)

# Seconds between a router's periodic Informs, as seen.
inform_intervals = Table(
    "inform_intervals",
    metadata,
    _router_id(),
    Column("every", Double, nullable=False),
)
