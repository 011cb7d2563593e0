"""The tables of what actions were worth: trials, checks, policies, silent routers. No queries.

They stand on the same metadata as all tables.
"""

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
    false,
    literal_column,
)

from acs.storage.schema import metadata


def _text(name: str) -> Column[str]:
    return Column(name, Text, nullable=False, server_default="")


def _router_id() -> Column[str]:
    key = ForeignKey("routers.router_id", ondelete="CASCADE")
    return Column("router_id", Text, key, primary_key=True)


# One row for each decision whose worth can be known later: an action was taken, or, by lot, not.
trials = Table(
    "trials",
    metadata,
    _router_id(),
    Column("command_id", Text, primary_key=True),
    Column("at", Double, nullable=False),
    Column("arm", Text, nullable=False),  # treated, control, asked
    Column("probability", Double),  # of being treated; null: nothing was drawn
    Column("randomised", Boolean, nullable=False, server_default=false()),
    _text("policy"),
    Column("action", Text, nullable=False),
    _text("cause"),
    _text("manufacturer"),
    _text("model"),
    _text("firmware"),
    Column("since", Double, nullable=False),  # from when its effect counts
    Column("complaint", LargeBinary, nullable=False),
    Index("ix_trials_at", "at"),
    Index("ix_trials_policy", "policy", "at"),
)

# What was found so long after it.
checks = Table(
    "checks",
    metadata,
    _router_id(),
    Column("command_id", Text, primary_key=True),
    Column("stage", Text, primary_key=True),
    Column("due_at", Double),
    Column("done_at", Double),
    Column("outcome", Text),  # null when it is done: nobody knows
    Column("result", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)
_due: ColumnElement[bool] = literal_column("due_at IS NOT NULL")
Index("ix_checks_due_at", checks.c.due_at, sqlite_where=_due, postgresql_where=_due)

# What the daemon may propose by itself, since when, and whether it is still on trial.
policies = Table(
    "policies",
    metadata,
    Column("policy", Text, primary_key=True),
    Column("round", Integer, nullable=False),
    Column("state", Text, nullable=False),  # canary, open, stopped
    Column("size", Integer, nullable=False),
    Column("begun_at", Double, nullable=False),
    Column("changed_at", Double, nullable=False),
    _text("why"),
)

# Routers that were told to reboot and did not come back in time.
silences = Table(
    "silences",
    metadata,
    _router_id(),
    Column("command_id", Text, primary_key=True),
    Column("at", Double, nullable=False),
    _text("manufacturer"),
    _text("model"),
    Index("ix_silences_model", "manufacturer", "model"),
)
