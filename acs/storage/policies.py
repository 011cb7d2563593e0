"""What the daemon may do by itself, since when, and whether it is still on trial. Durable rows."""

import msgspec
from sqlalchemy import Connection, func, insert, select, update

from acs.commands import Lot, PolicyState
from acs.storage.schema_learning import policies, trials

_p, _t = policies.c, trials.c
_LATEST = select(policies).order_by(_p.begun_at.desc(), _p.policy).limit(1)


class Policy(msgspec.Struct, frozen=True):
    """A policy.

    Attributes:
        policy: its name, made from what it may do.
        round: how often it began with a canary.
        state: ``observe`` and ``advise`` propose nothing; ``canary`` proposes for some routers;
            ``open`` for all; ``stopped`` for none.
        size: routers of the canary.
        begun_at, changed_at: Unix seconds; of the round, of the state.
        why: a sentence on the state.
    """

    policy: str
    round: int
    state: PolicyState
    size: int
    begun_at: float
    changed_at: float
    why: str = ""

    @property
    def trial(self) -> str:
        """How its trials name it."""
        return f"{self.policy}.{self.round}"


def latest(connection: Connection) -> Policy | None:
    """The policy that was announced last."""
    row = connection.execute(_LATEST).one_or_none()
    return None if row is None else Policy(**row._mapping)  # noqa: SLF001 - SQLAlchemy's documented name


def current(connection: Connection, lot: Lot, now: float) -> Policy:
    """The policy of a proposal; one that is new begins."""
    return announce(connection, lot.policy, "auto", lot.canary, now)


def announce(connection: Connection, name: str, mode: str, canary: int, now: float) -> Policy:
    """This is what the daemon may do from now on; if that is a change, it begins anew."""
    before = latest(connection)
    if before is not None and before.policy == name:
        return before
    return _begin(connection, name, mode, canary, now)


def again(connection: Connection, now: float) -> Policy | None:
    """An operator lets a stopped policy go on: with a new canary."""
    policy = latest(connection)
    if policy is None or policy.state != "stopped":
        return policy
    return _begin(connection, policy.policy, "auto", policy.size, now)


def _begin(connection: Connection, name: str, mode: str, canary: int, now: float) -> Policy:
    state = mode if mode != "auto" else "canary" if canary else "open"
    known = connection.execute(select(_p.round).where(_p.policy == name)).scalar_one_or_none()
    newest = connection.execute(select(func.max(_p.begun_at))).scalar_one()
    # Rows keep their order even when the clock was set back.
    begun_at = now if newest is None else max(now, newest + 0.001)
    values = {
        "round": (known or 0) + 1,
        "state": state,
        "size": canary,
        "begun_at": begun_at,
        "changed_at": now,
        "why": "",
    }
    if known is None:
        connection.execute(insert(policies).values(policy=name, **values))
    else:
        connection.execute(update(policies).where(_p.policy == name).values(values))
    return msgspec.convert({"policy": name, **values}, Policy)


def move(connection: Connection, policy: Policy, state: PolicyState, why: str, now: float) -> bool:
    """Change a policy's state, if it still is as it was seen; whether it did."""
    done = connection.execute(
        update(policies)
        .where(_p.policy == policy.policy, _p.round == policy.round, _p.state == policy.state)
        .values(state=state, why=why, changed_at=now)
    )
    return done.rowcount == 1


def treated(connection: Connection, name: str) -> int:
    """Routers that a policy has been tried on."""
    return _routers(connection, name, "treated")


def watched(connection: Connection, name: str) -> int:
    """Routers that it was not tried on, to compare."""
    return _routers(connection, name, "control")


def _routers(connection: Connection, name: str, arm: str) -> int:
    query = select(func.count(_t.router_id.distinct())).where(_t.policy == name, _t.arm == arm)
    return connection.execute(query).scalar_one()
