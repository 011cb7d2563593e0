"""Subscribers are found by login and by telephone number, however that is written."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_NATIONAL, _SHORTEST = 10, 5  # digits
_PHONE = set("+0123456789 ().-\t")


def upgrade() -> None:
    """What is there gets its key; whatever holds other characters is no telephone number."""
    op.add_column(
        "subscribers", sa.Column("phone_key", sa.Text(), nullable=False, server_default="")
    )
    bind = op.get_bind()
    rows = bind.execute(sa.text("SELECT account, phone FROM subscribers WHERE phone <> ''")).all()
    keys = [{"account": account, "key": key} for account, phone in rows if (key := _key(phone))]
    if keys:
        bind.execute(
            sa.text("UPDATE subscribers SET phone_key = :key WHERE account = :account"), keys
        )
    op.create_index("ix_subscribers_login", "subscribers", ["login"])
    op.create_index("ix_subscribers_phone_key", "subscribers", ["phone_key"])


def _key(phone: str) -> str:
    if not set(phone) <= _PHONE:
        return ""
    digits = "".join(char for char in phone if char.isdigit())
    return digits[-_NATIONAL:] if len(digits) >= _SHORTEST else ""
