"""Devices that are polled."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table; a device gets its row when an operator adds it."""
    op.create_table(
        "targets",
        sa.Column("router_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("way", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("port", sa.Integer(), nullable=False),
        sa.Column("credential", sa.Text(), nullable=False),
        sa.Column("profile", sa.Text(), server_default="", nullable=False),
        sa.Column("interface", sa.Text(), server_default="", nullable=False),
        sa.Column("interval", sa.Double(), nullable=False),
        sa.Column("trust", sa.Text(), nullable=False),
        sa.Column("old_ssh", sa.Boolean(), nullable=False),
        sa.Column("known", sa.LargeBinary(), nullable=False),
        sa.Column("failures", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("stopped", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("due_at", sa.Double(), nullable=False),
        sa.Column("lease", sa.Text(), server_default="", nullable=False),
        sa.Column("read_at", sa.Double(), nullable=True),
        sa.Column("fault", sa.Text(), server_default="", nullable=False),
        sa.Column("why", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["router_id"],
            ["routers.router_id"],
            name=op.f("fk_targets_router_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("router_id", "name", name=op.f("pk_targets")),
    )
    op.create_index("ix_targets_due_at", "targets", ["due_at"])
