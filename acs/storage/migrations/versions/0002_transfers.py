"""Transfers and tests under way, as flags of their router."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change the schema."""
    op.add_column(
        "routers",
        sa.Column("diagnostic_open", sa.Boolean(), server_default=sa.false(), nullable=False),
    )
