"""Commands to polled devices: a queued one has its router's devices looked at at once."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add when a command was queued; no device waits for one yet."""
    op.add_column(
        "targets", sa.Column("wanted_at", sa.Double(), server_default="0", nullable=False)
    )
