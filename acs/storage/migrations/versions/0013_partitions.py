"""PostgreSQL keeps samples in stretches of time; SQLite keeps them as they are."""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_STRETCH = 3 * 86_400  # seconds


def upgrade() -> None:
    """The table of before becomes the first stretch, up to the end of that of today."""
    bind = op.get_bind()
    if bind.dialect.name != "postgresql":
        return
    op.execute("DROP INDEX ix_samples_at")
    op.execute("ALTER TABLE samples RENAME TO samples_before")
    op.execute("ALTER TABLE samples_before RENAME CONSTRAINT pk_samples TO pk_samples_before")
    op.execute(
        "ALTER TABLE samples_before RENAME CONSTRAINT fk_samples_router_id TO fk_samples_before"
    )
    op.execute(
        "CREATE TABLE samples (LIKE samples_before INCLUDING DEFAULTS,"
        " CONSTRAINT pk_samples PRIMARY KEY (router_id, at),"
        " CONSTRAINT fk_samples_router_id FOREIGN KEY (router_id)"
        " REFERENCES routers (router_id) ON DELETE CASCADE) PARTITION BY RANGE (at)"
    )
    op.execute("CREATE TABLE samples_rest PARTITION OF samples DEFAULT")
    now, newest = bind.execute(
        sa.text("SELECT extract(epoch FROM now())::float8, max(at) FROM samples_before")
    ).one()
    if newest is None:
        op.execute("DROP TABLE samples_before")
        return
    end = (int(max(now, newest) // _STRETCH) + 1) * _STRETCH
    before = f"samples_until_{datetime.fromtimestamp(end, UTC):%Y%m%d}"
    op.execute(f"ALTER TABLE samples_before RENAME TO {before}")
    # Rows there are deleted when they are outdated: that needs an index.
    op.execute(f"CREATE INDEX ix_samples_before_at ON {before} (at)")
    op.execute(
        f"ALTER TABLE samples ATTACH PARTITION {before} FOR VALUES FROM (MINVALUE) TO ({end})"
    )
