"""The tables of files for routers and of what routers uploaded; their bytes lie beside. No queries.

They stand on the same metadata as all tables.
"""

from sqlalchemy import BigInteger, Column, Double, ForeignKey, Index, Table, Text

from acs.storage.schema import metadata


def _text(name: str) -> Column[str]:
    return Column(name, Text, nullable=False, server_default="")


files = Table(
    "files",
    metadata,
    Column("file_id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("kind", Text, nullable=False),  # TR-069 file type
    _text("manufacturer"),
    _text("oui"),
    _text("product_class"),
    _text("model"),
    _text("version"),
    Column("sha256", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("added_at", Double, nullable=False),
    Column("added_by", Text, nullable=False),
    _text("note"),
)

uploads = Table(
    "uploads",
    metadata,
    Column(
        "router_id", Text, ForeignKey("routers.router_id", ondelete="CASCADE"), primary_key=True
    ),
    Column("command_id", Text, primary_key=True),
    _text("file_type"),
    Column("sha256", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("at", Double, nullable=False),
    Column("path", Text, nullable=False),  # name in the directory of uploads
    Index("ix_uploads_at", "at"),
)
