"""The first schema."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make all tables."""
    _routers()
    _readings()
    _commands()
    _others()


def _routers() -> None:
    op.create_table(
        "routers",
        sa.Column("router_id", sa.Text(), nullable=False),
        sa.Column("manufacturer", sa.Text(), server_default="", nullable=False),
        sa.Column("oui", sa.Text(), server_default="", nullable=False),
        sa.Column("product_class", sa.Text(), server_default="", nullable=False),
        sa.Column("serial_number", sa.Text(), server_default="", nullable=False),
        sa.Column("enrolment", sa.Text(), nullable=False),
        sa.Column("username", sa.Text(), nullable=True),
        sa.Column("ha1", sa.LargeBinary(), nullable=True),
        sa.Column("first_seen_at", sa.Double(), nullable=False),
        sa.Column("last_inform_at", sa.Double(), nullable=True),
        sa.Column("informs", sa.BigInteger(), nullable=False),
        sa.Column("address", sa.Text(), server_default="", nullable=False),
        sa.Column("root", sa.Text(), server_default="", nullable=False),
        sa.Column("namespace", sa.Text(), server_default="", nullable=False),
        sa.Column("software_version", sa.Text(), server_default="", nullable=False),
        sa.Column("hardware_version", sa.Text(), server_default="", nullable=False),
        sa.Column("connection_request_url", sa.Text(), server_default="", nullable=False),
        sa.Column("model_name", sa.Text(), server_default="", nullable=False),
        sa.Column("plan_key", sa.Text(), nullable=True),
        sa.Column("planned_for", sa.Text(), nullable=True),
        sa.Column("collected_at", sa.Double(), nullable=True),
        sa.Column("vitals", sa.LargeBinary(), nullable=False),
        sa.Column("vitals_old", sa.LargeBinary(), nullable=False),
        sa.Column("recent", sa.LargeBinary(), nullable=False),
        sa.Column("boot_at", sa.Double(), nullable=True),
        sa.Column("own_boot_at", sa.Double(), nullable=True),
        sa.Column("connection_secret", sa.LargeBinary(), nullable=True),
        sa.Column("connection_secret_set", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("account", sa.Text(), nullable=True),
        sa.Column("segment", sa.Text(), nullable=True),
        sa.Column("access", sa.Text(), nullable=True),
        sa.Column("utc_offset", sa.Integer(), server_default="0", nullable=False),
        sa.Column("verdict", sa.Text(), nullable=True),
        sa.Column("cause", sa.Text(), nullable=True),
        sa.Column("verdict_since", sa.Double(), nullable=True),
        sa.Column("flapping", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("transfer_open", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("numbered", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("router_id", name=op.f("pk_routers")),
        sa.UniqueConstraint("username", name=op.f("uq_routers_username")),
    )
    op.create_index("ix_routers_account", "routers", ["account"], unique=False)
    op.create_index("ix_routers_enrolment", "routers", ["enrolment", "verdict"], unique=False)
    op.create_index("ix_routers_segment", "routers", ["segment"], unique=False)
    op.create_index("ix_routers_verdict", "routers", ["verdict"], unique=False)


def _readings() -> None:
    op.create_table(
        "contacts",
        sa.Column("router_id", sa.Text(), nullable=False),
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("channel", sa.Text(), server_default="", nullable=False),
        sa.Column("action", sa.Text(), nullable=True),
        sa.Column("helped", sa.Boolean(), nullable=True),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["router_id"],
            ["routers.router_id"],
            name=op.f("fk_contacts_router_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("router_id", "number", name=op.f("pk_contacts")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_contacts_at", "contacts", ["at"], unique=False)
    op.create_table(
        "events",
        sa.Column("router_id", sa.Text(), nullable=False),
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("detail", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["router_id"],
            ["routers.router_id"],
            name=op.f("fk_events_router_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("router_id", "number", name=op.f("pk_events")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_events_at", "events", ["at"], unique=False)
    op.create_table(
        "samples",
        sa.Column("router_id", sa.Text(), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("source", sa.Text(), server_default="", nullable=False),
        sa.Column("vitals", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["router_id"],
            ["routers.router_id"],
            name=op.f("fk_samples_router_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("router_id", "at", name=op.f("pk_samples")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_samples_at", "samples", ["at"], unique=False)
    op.create_table(
        "trees",
        sa.Column("router_id", sa.Text(), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("root", sa.Text(), server_default="", nullable=False),
        sa.Column("software_version", sa.Text(), server_default="", nullable=False),
        sa.Column("names", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["router_id"],
            ["routers.router_id"],
            name=op.f("fk_trees_router_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("router_id", name=op.f("pk_trees")),
    )
    op.create_table(
        "verdicts",
        sa.Column("router_id", sa.Text(), nullable=False),
        sa.Column("since", sa.Double(), nullable=False),
        sa.Column("judged_at", sa.Double(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=True),
        sa.Column("confidence", sa.Double(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["router_id"],
            ["routers.router_id"],
            name=op.f("fk_verdicts_router_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("router_id", "since", name=op.f("pk_verdicts")),
    )
    op.create_index("ix_verdicts_since", "verdicts", ["since"], unique=False)
    op.create_table(
        "windows",
        sa.Column("router_id", sa.Text(), nullable=False),
        sa.Column("part", sa.SmallInteger(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["router_id"],
            ["routers.router_id"],
            name=op.f("fk_windows_router_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("router_id", "part", name=op.f("pk_windows")),
    )


def _commands() -> None:
    op.create_table(
        "commands",
        sa.Column("router_id", sa.Text(), nullable=False),
        sa.Column("command_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("expires_at", sa.Double(), nullable=False),
        sa.Column("consent", sa.Boolean(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=True),
        sa.Column("arguments", sa.LargeBinary(), nullable=False),
        sa.Column("refusals", sa.LargeBinary(), nullable=False),
        sa.Column("sent_at", sa.Double(), nullable=True),
        sa.Column("answered_at", sa.Double(), nullable=True),
        sa.Column("confirmed_at", sa.Double(), nullable=True),
        sa.Column("ended_at", sa.Double(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("result", sa.LargeBinary(), nullable=False),
        sa.Column("due_at", sa.Double(), nullable=True),
        sa.ForeignKeyConstraint(
            ["router_id"],
            ["routers.router_id"],
            name=op.f("fk_commands_router_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("router_id", "command_id", name=op.f("pk_commands")),
    )
    op.create_index("ix_commands_at", "commands", ["at"], unique=False)
    op.create_index("ix_commands_command_id", "commands", ["command_id"], unique=False)
    op.create_index(
        "ix_commands_due_at",
        "commands",
        ["due_at"],
        unique=False,
        sqlite_where=sa.text("due_at IS NOT NULL"),
        postgresql_where=sa.text("due_at IS NOT NULL"),
    )
    op.create_index(
        "ix_commands_queued",
        "commands",
        ["router_id"],
        unique=False,
        sqlite_where=sa.text("state = 'queued'"),
        postgresql_where=sa.text("state = 'queued'"),
    )
    op.create_index(
        "ix_commands_sent_at",
        "commands",
        ["sent_at"],
        unique=False,
        sqlite_where=sa.text("sent_at IS NOT NULL"),
        postgresql_where=sa.text("sent_at IS NOT NULL"),
    )
    op.create_index(
        "ix_commands_under_way",
        "commands",
        ["router_id"],
        unique=False,
        sqlite_where=sa.text("state IN ('sent', 'accepted')"),
        postgresql_where=sa.text("state IN ('sent', 'accepted')"),
    )


def _others() -> None:
    op.create_table(
        "plans",
        sa.Column("plan_key", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("plan_key", name=op.f("pk_plans")),
    )
    op.create_table(
        "sessions",
        sa.Column("cookie_hash", sa.Text(), nullable=False),
        sa.Column("router_id", sa.Text(), nullable=False),
        sa.Column("state", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("cookie_hash", name=op.f("pk_sessions")),
    )
    op.create_index("ix_sessions_expires_at", "sessions", ["expires_at"], unique=False)
    op.create_table(
        "subscribers",
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), server_default="", nullable=False),
        sa.Column("login", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("account", name=op.f("pk_subscribers")),
    )
    op.create_table(
        "switches",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("set_by", sa.Text(), server_default="", nullable=False),
        sa.Column("set_at", sa.Double(), nullable=False),
        sa.Column("proof", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_switches")),
    )
    op.create_table(
        "tokens",
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("scopes", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("expires_at", sa.Double(), nullable=True),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_tokens")),
        sa.UniqueConstraint("name", name=op.f("uq_tokens_name")),
    )
