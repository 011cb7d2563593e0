"""Facts about devices that are polled: added, gone, read. Their rows are theirs alone."""

from typing import Any

import msgspec
from sqlalchemy import case, delete, update

from acs.facts import TargetGone, TargetRead, TargetSet
from acs.storage.errors import FactRefusedError
from acs.storage.schema_targets import targets
from acs.storage.state import INFORM
from acs.storage.work import LONGEST_ID, Work


def apply_target_set(work: Work, fact: TargetSet) -> None:
    """Add or change a target; a router that was not known is let in with it.

    What was learned of it is forgotten, and so is that it was stopped: an operator has looked.

    Raises:
        FactRefusedError: its name cannot be a key.
    """
    if not fact.target.name or len(fact.target.name) > LONGEST_ID:
        raise FactRefusedError("the name of a target is empty or too long")
    state = work.router_or_new(fact.router_id, fact.at, "enrolled")
    values: dict[str, Any] = {
        **msgspec.structs.asdict(fact.target),
        "router_id": fact.router_id,
        "known": b"",
        "failures": 0,
        "stopped": False,
        "due_at": fact.due_at,
        "lease": "",
        "read_at": None,
        "fault": "",
        "why": "",
        "wanted_at": 0.0,
    }

    def write() -> None:
        statement = work.tools.statements.database.upsert(targets)
        work.connection.execute(statement, values)

    work.reaches.append(write)
    if not state.is_new:
        work.event(state, fact.at, "target_set", {"name": fact.target.name})


def apply_target_gone(work: Work, fact: TargetGone) -> bool:
    """Poll a device no more; whether it was polled."""
    gone = delete(targets).where(targets.c.router_id == fact.router_id, targets.c.name == fact.name)
    return work.connection.execute(gone).rowcount > 0


def apply_target_read(work: Work, fact: TargetRead) -> bool:
    """A target was read, or could not be; whether that still counts.

    It does not when the lease has passed to another poller, or the target was changed meanwhile:
    then what was learned and when it is due again belong to them.
    """
    state = work.router(fact.router_id)
    wanted_at = targets.c.wanted_at
    served = fact.wanted_at if fact.is_served else -1.0
    done = (
        update(targets)
        .where(
            targets.c.router_id == fact.router_id,
            targets.c.name == fact.name,
            targets.c.lease == fact.lease,
        )
        .values(
            known=fact.known,
            failures=fact.failures,
            stopped=fact.stops,
            # A command that was queued meanwhile waits no longer than this.
            due_at=case((wanted_at > fact.wanted_at, fact.at), else_=fact.due_at),
            wanted_at=case((wanted_at <= served, 0.0), else_=wanted_at),
            lease="",
            read_at=fact.at,
            fault=fact.fault,
            why=fact.why,
        )
    )
    counts = work.connection.execute(done).rowcount > 0
    if counts and fact.is_heard:
        # Seen is seen, whichever way: guards, segments and lists look at this.
        state.last_inform_at = max(fact.at, state.last_inform_at or 0.0)
        state.dirty |= INFORM
    if counts and fact.stops:
        detail: dict[str, object] = {"name": fact.name, "fault": fact.fault, "why": fact.why}
        work.event(state, fact.at, "target_stopped", detail)
    return counts
