"""The table of credentials that routers are being given, beside those they log in with now."""

from sqlalchemy import Column, Double, ForeignKey, Integer, LargeBinary, Table, Text

from acs.storage.schema import metadata

# A row stands from before the new password is said to the router until it was seen in use. The key
# of a distributed table's unique constraint would have to hold router_id, so there is none here.
rotations = Table(
    "rotations",
    metadata,
    Column(
        "router_id",
        Text,
        ForeignKey("routers.router_id", ondelete="CASCADE"),
        primary_key=True,
    ),
    Column("username", Text, nullable=False, index=True),
    Column("password", LargeBinary, nullable=False),  # sealed
    Column("command_id", Text, nullable=False),  # that sent it last
    Column("sends", Integer, nullable=False),
    Column("begun_at", Double, nullable=False),
)
