"""What polled devices tell by themselves: whose it is, is found by the address."""

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the index."""
    op.create_index("ix_targets_address", "targets", ["address"])
