"""Tokens of one subscriber; links and keys of contacts."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """The tokens there are are operators'; the contacts there are lead nowhere."""
    op.add_column("tokens", sa.Column("account", sa.Text(), nullable=True))
    op.add_column("contacts", sa.Column("link", sa.Text(), nullable=False, server_default=""))
    op.add_column("contacts", sa.Column("key", sa.Text(), nullable=True))
