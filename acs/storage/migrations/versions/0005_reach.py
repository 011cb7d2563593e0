"""How routers are asked for a session."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table; a router gets its row when there is something to remember."""
    op.create_table(
        "reaches",
        sa.Column("router_id", sa.Text(), nullable=False),
        sa.Column("way", sa.Text(), nullable=True),
        sa.Column("last_ok_at", sa.Double(), nullable=True),
        sa.Column("nat_detected", sa.Boolean(), nullable=True),
        sa.Column("udp_address", sa.Text(), server_default="", nullable=False),
        sa.Column("stun_address", sa.Text(), server_default="", nullable=False),
        sa.Column("jabber_id", sa.Text(), server_default="", nullable=False),
        sa.Column("refused", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("refusals", sa.Integer(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(
            ["router_id"],
            ["routers.router_id"],
            name=op.f("fk_reaches_router_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("router_id", name=op.f("pk_reaches")),
    )
