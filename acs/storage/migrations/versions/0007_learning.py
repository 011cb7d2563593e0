"""What actions were worth, and who was in contact about what."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables and columns."""
    _trials()
    _checks()
    op.create_table(
        "policies",
        sa.Column("policy", sa.Text(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("begun_at", sa.Double(), nullable=False),
        sa.Column("changed_at", sa.Double(), nullable=False),
        sa.Column("why", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("policy", name=op.f("pk_policies")),
    )
    op.create_table(
        "silences",
        sa.Column("router_id", sa.Text(), nullable=False),
        sa.Column("command_id", sa.Text(), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("manufacturer", sa.Text(), server_default="", nullable=False),
        sa.Column("model", sa.Text(), server_default="", nullable=False),
        _of_router("silences"),
        sa.PrimaryKeyConstraint("router_id", "command_id", name=op.f("pk_silences")),
    )
    op.create_index("ix_silences_model", "silences", ["manufacturer", "model"])
    op.add_column("switches", sa.Column("reason", sa.Text(), server_default="", nullable=False))
    op.add_column("contacts", sa.Column("line", sa.Text(), server_default="", nullable=False))
    op.add_column("contacts", sa.Column("finding", sa.Text(), nullable=True))
    op.add_column(
        "contacts",
        sa.Column("escalated", sa.Boolean(), server_default=sa.false(), nullable=False),
    )


def _of_router(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["router_id"],
        ["routers.router_id"],
        name=op.f(f"fk_{table}_router_id"),
        ondelete="CASCADE",
    )


def _trials() -> None:
    op.create_table(
        "trials",
        sa.Column("router_id", sa.Text(), nullable=False),
        sa.Column("command_id", sa.Text(), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("arm", sa.Text(), nullable=False),
        sa.Column("probability", sa.Double(), nullable=True),
        sa.Column("randomised", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("policy", sa.Text(), server_default="", nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("cause", sa.Text(), server_default="", nullable=False),
        sa.Column("manufacturer", sa.Text(), server_default="", nullable=False),
        sa.Column("model", sa.Text(), server_default="", nullable=False),
        sa.Column("firmware", sa.Text(), server_default="", nullable=False),
        sa.Column("since", sa.Double(), nullable=False),
        sa.Column("complaint", sa.LargeBinary(), nullable=False),
        _of_router("trials"),
        sa.PrimaryKeyConstraint("router_id", "command_id", name=op.f("pk_trials")),
    )
    op.create_index("ix_trials_at", "trials", ["at"])
    op.create_index("ix_trials_policy", "trials", ["policy", "at"])


def _checks() -> None:
    op.create_table(
        "checks",
        sa.Column("router_id", sa.Text(), nullable=False),
        sa.Column("command_id", sa.Text(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("due_at", sa.Double(), nullable=True),
        sa.Column("done_at", sa.Double(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("result", sa.LargeBinary(), nullable=False),
        _of_router("checks"),
        sa.PrimaryKeyConstraint("router_id", "command_id", "stage", name=op.f("pk_checks")),
        sqlite_with_rowid=False,
    )
    condition = sa.text("due_at IS NOT NULL")
    op.create_index(
        "ix_checks_due_at",
        "checks",
        ["due_at"],
        sqlite_where=condition,
        postgresql_where=condition,
    )
