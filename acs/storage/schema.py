"""The tables, for SQLite and PostgreSQL alike. No statements.

The key of every per-router table begins with ``router_id``, so that the schema can be distributed
by it. Times are Unix seconds UTC; structured values are msgpack. Columns written at every Inform
or sample carry no index: one would add half to the cost of the write. (An address is written only
when it is another one.)
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
    false,
    literal_column,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _router_id() -> Column[str]:
    key = ForeignKey("routers.router_id", ondelete="CASCADE")
    return Column("router_id", Text, key, primary_key=True)


def _text(name: str) -> Column[str]:
    return Column(name, Text, nullable=False, server_default="")


def _blob(name: str) -> Column[bytes]:
    return Column(name, LargeBinary, nullable=False)


def _time(name: str) -> Column[float]:
    return Column(name, Double)


routers = Table(
    "routers",
    metadata,
    Column("router_id", Text, primary_key=True),
    _text("manufacturer"),
    _text("oui"),
    _text("product_class"),
    _text("serial_number"),
    Column("enrolment", Text, nullable=False),
    Column("username", Text, unique=True),  # of the router's own HTTP authentication
    Column("ha1", LargeBinary),  # sealed
    Column("first_seen_at", Double, nullable=False),
    _time("last_inform_at"),
    Column("informs", BigInteger, nullable=False),
    _text("address"),
    _text("root"),
    _text("namespace"),
    _text("software_version"),
    _text("hardware_version"),
    _text("connection_request_url"),
    _text("model_name"),
    Column("plan_key", Text),
    Column("planned_for", Text),  # software version
    _time("collected_at"),
    _blob("vitals"),  # catalogue id: newest value
    _blob("vitals_old"),  # catalogue id: read at, of those that the newest sample did not bring
    _blob("recent"),  # acs.storage.recent.Recent
    _time("boot_at"),
    _time("own_boot_at"),  # last boot that we did not cause
    Column("connection_secret", LargeBinary),  # sealed
    Column("connection_secret_set", Boolean, nullable=False, server_default=false()),
    Column("account", Text),
    Column("segment", Text),
    Column("access", Text),
    Column("utc_offset", Integer, nullable=False, server_default="0"),
    Column("verdict", Text),
    Column("cause", Text),
    _time("verdict_since"),
    Column("flapping", Boolean, nullable=False, server_default=false()),
    Column("transfer_open", Boolean, nullable=False, server_default=false()),
    Column("diagnostic_open", Boolean, nullable=False, server_default=false()),
    Column("numbered", BigInteger, nullable=False, server_default="0"),  # events and contacts
    Column("switch_port", Text),
    Column("address_prefix", Text),
)
for _column in ("account", "address", "segment", "verdict"):
    Index(f"ix_routers_{_column}", routers.c[_column])
# Certificates may name no product class.
Index("ix_routers_serial_number", routers.c.serial_number)
Index("ix_routers_enrolment", routers.c.enrolment, routers.c.verdict)  # covers their counts

subscribers = Table(
    "subscribers",
    metadata,
    Column("account", Text, primary_key=True),
    _text("phone"),
    _text("login"),
    _text("phone_key"),  # see acs.storage.finding
    _text("contract"),
    Index("ix_subscribers_contract", "contract"),
    Index("ix_subscribers_login", "login"),
    Index("ix_subscribers_phone_key", "phone_key"),
)

samples = Table(
    "samples",
    metadata,
    _router_id(),
    Column("at", Double, primary_key=True),
    _text("source"),
    _blob("vitals"),  # catalogue id: value
    Index("ix_samples_at", "at").ddl_if(dialect="sqlite"),  # see acs.storage.partitions
    sqlite_with_rowid=False,
)

# Two rows for each router: what changes at every sample, and what changes a few times a day.
windows = Table(
    "windows",
    metadata,
    _router_id(),
    Column("part", SmallInteger, primary_key=True),
    _blob("body"),
)

plans = Table(
    "plans",
    metadata,
    Column("plan_key", Text, primary_key=True),
    _blob("body"),
)

trees = Table(
    "trees",
    metadata,
    _router_id(),
    Column("at", Double, nullable=False),
    _text("root"),
    _text("software_version"),
    _blob("head"),  # acs.storage.tree_pages.Head
)

# Stretches of a tree in the order of its paths; the head says which is where.
tree_pages = Table(
    "tree_pages",
    metadata,
    _router_id(),
    Column("number", Integer, primary_key=True, autoincrement=False),
    _blob("body"),
    sqlite_with_rowid=False,
)

datamodels = Table(
    "datamodels",
    metadata,
    Column("name", Text, primary_key=True),
    Column("at", Double, nullable=False),
    _blob("summary"),
    _blob("body"),  # zlib
)

# How routers are asked for a session; written a few times in a router's life.
reaches = Table(
    "reaches",
    metadata,
    _router_id(),
    Column("way", Text),  # that worked last
    _time("last_ok_at"),
    Column("nat_detected", Boolean),
    _text("udp_address"),  # as the router says
    _text("stun_address"),  # as its authenticated binding requests come from
    _text("jabber_id"),
    Column("refused", Boolean, nullable=False, server_default=false()),  # our credentials
    Column("refusals", Integer, nullable=False, server_default="0"),  # since one was taken
)

events = Table(
    "events",
    metadata,
    _router_id(),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("at", Double, nullable=False),
    Column("kind", Text, nullable=False),
    _blob("detail"),
    Index("ix_events_at", "at"),
    sqlite_with_rowid=False,
)

contacts = Table(
    "contacts",
    metadata,
    _router_id(),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("at", Double, nullable=False),
    _text("channel"),
    Column("action", Text),
    Column("helped", Boolean),
    _text("note"),
    _text("line"),  # of support: first, second …
    Column("finding", Text),  # the leading cause at that time
    Column("escalated", Boolean, nullable=False, server_default=false()),
    _text("link"),  # to a session in another system
    Column("key", Text),  # what makes a request that is sent again the same
    Index("ix_contacts_at", "at"),
    sqlite_with_rowid=False,
)

verdicts = Table(
    "verdicts",
    metadata,
    _router_id(),
    Column("since", Double, primary_key=True),
    Column("judged_at", Double, nullable=False),
    Column("action", Text, nullable=False),
    Column("cause", Text),
    Column("confidence", Double, nullable=False),
    _blob("body"),
    Index("ix_verdicts_since", "since"),
)

commands = Table(
    "commands",
    metadata,
    _router_id(),
    Column("command_id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("asked_by", Text, nullable=False),
    _text("reason"),
    Column("at", Double, nullable=False),
    Column("expires_at", Double, nullable=False),
    Column("consent", Boolean, nullable=False),
    Column("cause", Text),
    _blob("arguments"),  # without secrets
    Column("sealed", LargeBinary),  # the arguments with them, while the command waits
    _blob("refusals"),
    _time("sent_at"),
    _time("answered_at"),
    _time("confirmed_at"),
    _time("ended_at"),
    Column("outcome", Text),
    _blob("result"),
    _time("due_at"),
    # Not unique: a distributed table's unique keys must hold router_id.
    Index("ix_commands_command_id", "command_id"),
    Index("ix_commands_at", "at"),
)


def _partial(name: str, column: str, where: str) -> None:
    condition: ColumnElement[bool] = literal_column(where)
    Index(name, commands.c[column], sqlite_where=condition, postgresql_where=condition)


_partial("ix_commands_queued", "router_id", "state = 'queued'")
_partial("ix_commands_under_way", "router_id", "state IN ('sent', 'accepted')")
_partial("ix_commands_due_at", "due_at", "due_at IS NOT NULL")
_partial("ix_commands_sent_at", "sent_at", "sent_at IS NOT NULL")

sessions = Table(
    "sessions",
    metadata,
    Column("cookie_hash", Text, primary_key=True),
    Column("router_id", Text, nullable=False),  # may be empty: nobody has informed yet
    _blob("state"),
    Column("expires_at", Double, nullable=False),
    Index("ix_sessions_expires_at", "expires_at"),
)

tokens = Table(
    "tokens",
    metadata,
    Column("hash", Text, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    _blob("scopes"),
    Column("created_at", Double, nullable=False),
    _time("expires_at"),
    Column("account", Text),
)

switches = Table(
    "switches",
    metadata,
    Column("name", Text, primary_key=True),
    Column("active", Boolean, nullable=False),
    _text("set_by"),
    Column("set_at", Double, nullable=False),
    Column("proof", LargeBinary),  # sealed, of the row "key" only
    _text("reason"),
)
