"""The tables of firmwares compared: what was counted each day, what was found. No queries.

They stand on the same metadata as all tables.
"""

from sqlalchemy import Column, ColumnElement, Double, Index, Integer, Table, Text, literal_column

from acs.storage.schema import metadata


def _number(name: str) -> Column[int]:
    return Column(name, Integer, nullable=False)


# A row for each firmware and day: router-days.
cohort_days = Table(
    "cohort_days",
    metadata,
    Column("manufacturer", Text, primary_key=True),
    Column("model", Text, primary_key=True),
    Column("version", Text, primary_key=True),
    Column("day", Integer, primary_key=True, autoincrement=False),  # since 1970, UTC
    _number("routers"),
    _number("ill"),
    _number("told"),
)

_open: ColumnElement[bool] = literal_column("closed_at IS NULL")

cohort_findings = Table(
    "cohort_findings",
    metadata,
    Column("finding_id", Text, primary_key=True),
    Column("manufacturer", Text, nullable=False),
    Column("model", Text, nullable=False),
    Column("version", Text, nullable=False),
    Column("measure", Text, nullable=False),  # relapse_1d, relapse_7d, ill
    Column("better", Text, nullable=False),
    _number("hit"),
    _number("of"),
    _number("better_hit"),
    _number("better_of"),
    Column("chance", Double, nullable=False),
    _number("routers"),
    Column("opened_at", Double, nullable=False),
    Column("seen_at", Double, nullable=False),
    Column("closed_at", Double),
    # One at a time of one firmware and measure, whichever node finds it first.
    Index(
        "ix_cohort_findings_open",
        "manufacturer",
        "model",
        "version",
        "measure",
        unique=True,
        sqlite_where=_open,
        postgresql_where=_open,
    ),
)
