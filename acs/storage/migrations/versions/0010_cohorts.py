"""What was counted of each firmware each day, and findings on firmware."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "cohort_days",
        sa.Column("manufacturer", sa.Text(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("day", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("routers", sa.Integer(), nullable=False),
        sa.Column("ill", sa.Integer(), nullable=False),
        sa.Column("told", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint(
            "manufacturer", "model", "version", "day", name=op.f("pk_cohort_days")
        ),
    )
    op.create_table(
        "cohort_findings",
        sa.Column("finding_id", sa.Text(), nullable=False),
        sa.Column("manufacturer", sa.Text(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("measure", sa.Text(), nullable=False),
        sa.Column("better", sa.Text(), nullable=False),
        sa.Column("hit", sa.Integer(), nullable=False),
        sa.Column("of", sa.Integer(), nullable=False),
        sa.Column("better_hit", sa.Integer(), nullable=False),
        sa.Column("better_of", sa.Integer(), nullable=False),
        sa.Column("chance", sa.Double(), nullable=False),
        sa.Column("routers", sa.Integer(), nullable=False),
        sa.Column("opened_at", sa.Double(), nullable=False),
        sa.Column("seen_at", sa.Double(), nullable=False),
        sa.Column("closed_at", sa.Double(), nullable=True),
        sa.PrimaryKeyConstraint("finding_id", name=op.f("pk_cohort_findings")),
    )
    is_open: sa.ColumnElement[bool] = sa.literal_column("closed_at IS NULL")
    op.create_index(
        "ix_cohort_findings_open",
        "cohort_findings",
        ["manufacturer", "model", "version", "measure"],
        unique=True,
        sqlite_where=is_open,
        postgresql_where=is_open,
    )
