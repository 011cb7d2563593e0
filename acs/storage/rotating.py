"""New credentials for a router, made durable in the transaction that records them as sent.

From then on the router may log in with the old and with the new; ``apply_credentials`` ends it.
"""

from msgspec.structs import replace
from sqlalchemy import Connection, or_, select

from acs.commands import Command
from acs.facts import NewCredentials
from acs.storage import commanding
from acs.storage.commanding import Guard
from acs.storage.credentials import password_place
from acs.storage.guarding import Gatherer
from acs.storage.schema import routers
from acs.storage.schema_credentials import rotations
from acs.storage.work import Tools

ROTATE = "rotate_credentials"
GIVEN = "given"  # argument of a claimed command: the new credentials, never stored there
REFUSED = "refused"  # the same: why there are none


def claim(
    connection: Connection,
    gatherer: Gatherer,
    tools: Tools,
    router_id: str,
    now: float,
    *,
    guard: Guard,
) -> Command | None:
    """As ``commanding.claim``; with a rotation comes what the router is to be given."""
    command = commanding.claim(connection, gatherer, tools.box, router_id, now=now, guard=guard)
    if command is None or command.kind != ROTATE:
        return command
    given = _begin(connection, tools, command, now)
    extra = {REFUSED: given} if isinstance(given, str) else {GIVEN: given}
    return replace(command, arguments={**command.arguments, **extra})


def _begin(
    connection: Connection, tools: Tools, command: Command, now: float
) -> NewCredentials | str:
    """Store the new credentials, or take those that an earlier try may have left in the router."""
    router_id = command.router_id
    here = routers.c.router_id == router_id
    before = connection.execute(select(routers.c.username).where(here)).scalar_one()
    query = select(rotations).where(rotations.c.router_id == router_id)
    row = connection.execute(query).one_or_none()
    place = password_place(router_id)
    wanted = str(command.arguments.get("username") or "")
    if row is not None:
        # Its router may have them already: others would lock it out.
        if wanted not in ("", row.username):
            return f"it may have credentials of the user name {row.username!r} already"
        username, sends = row.username, row.sends + 1
        password, begun_at = tools.box.open(row.password, place).decode(), row.begun_at
    else:
        username, sends = wanted or before or router_id, 1
        password, begun_at = tools.new_secret().password, now
        if _is_taken(connection, username, router_id):
            return f"another router has the user name {username!r}"
    connection.execute(
        tools.statements.database.upsert(rotations).values(
            router_id=router_id,
            username=username,
            password=tools.box.seal(password.encode(), place),
            command_id=command.command_id,
            sends=sends,
            begun_at=begun_at,
        )
    )
    return NewCredentials(username, password, is_renamed=username != before)


def _is_taken(connection: Connection, username: str, router_id: str) -> bool:
    others = [
        select(table.c.router_id)
        .where(table.c.username == username, table.c.router_id != router_id)
        .exists()
        for table in (routers, rotations)
    ]
    return bool(connection.execute(select(or_(*others))).scalar_one())
