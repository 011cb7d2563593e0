"""Secrets in the arguments of commands are sealed."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make room; commands that wait keep what they have until they are sent."""
    op.add_column("commands", sa.Column("sealed", sa.LargeBinary(), nullable=True))
