"""Tokens of one subscriber."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """The tokens there are are operators'."""
    op.add_column("tokens", sa.Column("account", sa.Text(), nullable=True))
