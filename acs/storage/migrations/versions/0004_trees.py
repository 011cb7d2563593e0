"""Trees in pages, with types, writability and values; compiled data models."""

import zlib
from collections.abc import Iterator

import msgspec
import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_AT_ONCE = 200  # routers
_PAGE = 256  # entries


def upgrade() -> None:
    """Make the new tables, and pages of the names that are stored."""
    op.create_table(
        "tree_pages",
        sa.Column("router_id", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["router_id"],
            ["routers.router_id"],
            name=op.f("fk_tree_pages_router_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("router_id", "number", name=op.f("pk_tree_pages")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "datamodels",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("summary", sa.LargeBinary(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_datamodels")),
    )
    op.execute("ALTER TABLE trees RENAME COLUMN names TO head")
    _convert()


def _convert() -> None:
    connection = op.get_bind()
    trees = sa.table("trees", sa.column("router_id", sa.Text), sa.column("head", sa.LargeBinary))
    pages = sa.table(
        "tree_pages",
        sa.column("router_id", sa.Text),
        sa.column("number", sa.Integer),
        sa.column("body", sa.LargeBinary),
    )
    last = ""
    while True:
        query = sa.select(trees.c.router_id, trees.c.head).where(trees.c.router_id > last)
        rows = connection.execute(query.order_by(trees.c.router_id).limit(_AT_ONCE)).all()
        if not rows:
            return
        for router_id, packed in rows:
            refs = []
            for number, entries in enumerate(_pages(zlib.decompress(packed).decode()), 1):
                body = zlib.compress(msgspec.msgpack.encode(entries), 1)
                row = {"router_id": router_id, "number": number, "body": body}
                connection.execute(sa.insert(pages).values(row))
                refs.append((entries[0][0], number, len(entries)))
            head = msgspec.msgpack.encode((refs, {}))
            here = trees.c.router_id == router_id
            connection.execute(sa.update(trees).where(here).values(head=head))
        last = rows[-1][0]


def _pages(text: str) -> Iterator[list[tuple[str, None, None, None, None]]]:
    names = {name: None for name in text.split("\n") if name}
    for name in list(names):
        parts = name.split(".")
        names.update({".".join(parts[:depth]) + ".": None for depth in range(1, len(parts))})
    ordered = sorted(names, key=lambda name: [*map(_segment, name.split("."))])
    for low in range(0, len(ordered), _PAGE):
        yield [(name, None, None, None, None) for name in ordered[low : low + _PAGE]]


def _segment(text: str) -> tuple[int, int, str]:
    if not text:
        return (-1, 0, "")
    if text.isdecimal() and text.isascii() and len(text) <= 18:  # noqa: PLR2004 - as acs.storage.tree_pages orders
        return (0, int(text), text)
    return (1, 0, text)
