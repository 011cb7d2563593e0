"""Commands proposed and claimed: the guard decides inside the transaction that stores it."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import msgspec
from sqlalchemy import Connection, Text, bindparam, insert, literal_column, select, update

from acs.commands import (
    DESTRUCTIVE,
    Command,
    CommandKind,
    GuardFacts,
    Proposal,
    Refusal,
    brings_firmware,
)
from acs.storage import trying
from acs.storage.command_moves import VERSION_BEFORE
from acs.storage.command_rows import command_of, row_of, sealed_arguments, with_arguments
from acs.storage.errors import FactRefusedError
from acs.storage.guarding import Gatherer
from acs.storage.news import tell_command
from acs.storage.schema import commands, routers
from acs.storage.secrets import Box

Guard = Callable[[Command, GuardFacts], tuple[Refusal, ...]]
_c = commands.c
_OLDEST = (
    select(commands)
    .where(_c.router_id == bindparam("router_id", type_=Text))
    .where(literal_column("commands.state = 'queued'"))  # a literal: it has a partial index
    .order_by(_c.at, _c.command_id)
    .limit(1)
    .with_for_update(skip_locked=True)
)
_ROUTER = (
    select(routers.c.router_id)
    .where(routers.c.router_id == bindparam("router_id", type_=Text))
    .with_for_update()
)
LONGEST_COMMAND_ID = 32  # TR-069 Amendment 6, A.3.2.9: CommandKey


def propose(
    connection: Connection, gatherer: Gatherer, box: Box, proposal: Proposal, guard: Guard
) -> Command:
    """Store a command: queued, or refused with the reasons.

    Raises:
        FactRefusedError: the router is not known, or the command id is no CommandKey.
    """
    if not 0 < len(proposal.command_id) <= LONGEST_COMMAND_ID:
        raise FactRefusedError(
            f"command id {proposal.command_id!r}: allowed are 1 to {LONGEST_COMMAND_ID} characters"
        )
    command = Command(
        command_id=proposal.command_id,
        router_id=proposal.router_id,
        kind=proposal.kind,
        state="queued",
        asked_by=proposal.asked_by,
        reason=proposal.reason,
        at=proposal.at,
        expires_at=proposal.expires_at,
        consent=proposal.consent,
        cause=proposal.cause,
        arguments=proposal.arguments,
        due_at=proposal.expires_at,
    )
    facts = gatherer.gather(connection, command, "propose", proposal.at)
    if facts is None:
        raise FactRefusedError(f"no router {proposal.router_id!r} is known")
    refusals = guard(command, facts)
    trial = None
    if not refusals and proposal.lot is not None:
        trial = trying.assign(connection, command.router_id, proposal.lot, proposal.at)
        refusals = () if trial.refusal is None else (trial.refusal,)
    if trial is not None and trial.counts:
        trying.begin(connection, command, trial, gatherer.times)
    if refusals:
        command = _refused(command, refusals, proposal.at)
    sealed = None if refusals else sealed_arguments(command, box)
    connection.execute(insert(commands), {**row_of(command), "sealed": sealed})
    tell_command(connection, command, proposal.at)
    return command


def claim(
    connection: Connection,
    gatherer: Gatherer,
    box: Box,
    router_id: str,
    *,
    now: float,
    guard: Guard,
) -> Command | None:
    """The router's oldest queued command that may go out, stored as sent; None if there is none.

    Secrets among its arguments are forgotten with this: it never goes out again.
    Commands that expired or that the guard refuses on the way are stored as such. Rows that
    another node is claiming are passed over.
    """
    key = {"router_id": router_id}
    # Facts lock the router before its commands; two nodes that did otherwise could wait for each
    # other.
    connection.execute(_ROUTER, key)
    while (row := connection.execute(_OLDEST, key).one_or_none()) is not None:
        command = _decided(connection, gatherer, command_of(row), now, guard)
        if command.state == "sent" and brings_firmware(command.kind, command.arguments):
            command = _with_version(connection, command)
        changed = {name: value for name, value in row_of(command).items() if name in _DECIDED}
        connection.execute(
            update(commands)
            .where(_c.router_id == router_id, _c.command_id == command.command_id)
            .values({**changed, "sealed": None})
        )
        tell_command(connection, command, now)
        if command.state == "sent":
            command = with_arguments(command, row.sealed, box)
            flag = _FLAGS.get(command.kind)
            if flag is not None:
                connection.execute(
                    update(routers).where(routers.c.router_id == router_id).values({flag: True})
                )
            return command
    return None


def _with_version(connection: Connection, command: Command) -> Command:
    """With the firmware that it is to replace: it has to be another one afterwards."""
    here = routers.c.router_id == command.router_id
    version = connection.execute(select(routers.c.software_version).where(here)).scalar_one()
    return msgspec.structs.replace(command, result={VERSION_BEFORE: version})


_DECIDED = frozenset({"arguments", "state", "refusals", "sent_at", "ended_at", "due_at", "result"})
# What the router shows of a command under way; it is taken back when the command ends.
_FLAGS: Mapping[CommandKind, str] = MappingProxyType(
    {
        "download": "transfer_open",
        "schedule_download": "transfer_open",
        "diagnostic": "diagnostic_open",
    }
)
# Kinds that cannot be undone or disturb: since the proposal the router's state may have changed,
# and who it is may have come into doubt.
_GUARDED_TWICE: frozenset[CommandKind] = DESTRUCTIVE | _FLAGS.keys() | {"gentle"}


def _decided(
    connection: Connection,
    gatherer: Gatherer,
    command: Command,
    now: float,
    guard: Guard,
) -> Command:
    if command.expires_at <= now:
        return msgspec.structs.replace(command, state="expired", ended_at=now, due_at=None)
    if command.kind in _GUARDED_TWICE:
        facts = gatherer.gather(connection, command, "claim", now)
        assert facts is not None  # a command's router is stored
        refusals = guard(command, facts)
        if refusals:
            return _refused(command, refusals, now)
    times = gatherer.times
    due_at = now + (times.tree if command.kind == "tree" else times.confirm)
    return msgspec.structs.replace(command, state="sent", sent_at=now, due_at=due_at)


def _refused(command: Command, refusals: tuple[Refusal, ...], now: float) -> Command:
    changed: dict[str, Any] = {"refusals": refusals, "ended_at": now, "due_at": None}
    return msgspec.structs.replace(command, state="refused", **changed)
