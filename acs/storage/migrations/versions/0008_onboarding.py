"""Credentials that routers are being given; routers found by their serial numbers."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table and the index."""
    op.create_table(
        "rotations",
        sa.Column("router_id", sa.Text(), nullable=False),
        sa.Column("username", sa.Text(), nullable=False),
        sa.Column("password", sa.LargeBinary(), nullable=False),
        sa.Column("command_id", sa.Text(), nullable=False),
        sa.Column("sends", sa.Integer(), nullable=False),
        sa.Column("begun_at", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(
            ["router_id"],
            ["routers.router_id"],
            name=op.f("fk_rotations_router_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("router_id", name=op.f("pk_rotations")),
    )
    op.create_index(op.f("ix_rotations_username"), "rotations", ["username"])
    op.create_index(op.f("ix_routers_serial_number"), "routers", ["serial_number"])
