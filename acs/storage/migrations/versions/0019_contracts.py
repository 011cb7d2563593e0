"""Subscribers have contracts, routers a switch port and a prefix; an address finds its router."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """What is not known yet is empty."""
    op.add_column(
        "subscribers", sa.Column("contract", sa.Text(), nullable=False, server_default="")
    )
    op.create_index("ix_subscribers_contract", "subscribers", ["contract"])
    op.add_column("routers", sa.Column("switch_port", sa.Text()))
    op.add_column("routers", sa.Column("address_prefix", sa.Text()))
    op.create_index("ix_routers_address", "routers", ["address"])
