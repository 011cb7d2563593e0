"""Trials: which of the policy's proposals are carried out, by lot, and what is looked at later.

Called inside the transaction that stores the command. Guards were asked before.
"""

from collections.abc import Mapping

import msgspec
from sqlalchemy import Connection, func, insert, select, update

from acs.commands import STAGES, Command, Lot, Refusal, Stage
from acs.storage import policies
from acs.storage.schema import routers
from acs.storage.schema_learning import checks, trials
from acs.storage.settings import CommandTimes

_encode = msgspec.msgpack.Encoder().encode
_NOTHING = _encode({})
_t, _c = trials.c, checks.c
HOLD_OUT = "hold_out"
CANARY = "canary"


class Assignment(msgspec.Struct, frozen=True):
    """What a lot decided.

    Attributes:
        treated: the action is carried out; else the router is only watched.
        probability: of being treated, before the draw.
        policy: the policy and its round.
        refusal: why it is not carried out.
        counts: the decision is a trial; False: the router is in one, or there is no room for it.
    """

    treated: bool
    probability: float
    policy: str
    refusal: Refusal | None = None
    counts: bool = True


def assign(connection: Connection, router_id: str, lot: Lot, now: float) -> Assignment:
    """Draw whether a proposal that no guard objects to is carried out."""
    policy = policies.current(connection, lot, now)
    name = policy.trial
    if policy.state == "stopped":
        says = f"The policy was stopped: {policy.why or 'by an operator'}."
        return Assignment(False, 0.0, name, Refusal(CANARY, says), counts=False)
    held = _watched_since(connection, router_id, now - lot.hold_for)
    if held is not None:
        says = "The router is only watched, to know what happens without a reboot."
        again = held + lot.hold_for
        return Assignment(False, 0.0, name, Refusal(HOLD_OUT, says, again), counts=False)
    if policy.state == "canary":
        return _in_canary(connection, router_id, lot, policy)
    probability = 1.0 - lot.hold_out
    if lot.draw < probability:
        return Assignment(True, probability, name)
    return Assignment(False, probability, name, _drawn(HOLD_OUT, probability, lot, now))


def _in_canary(
    connection: Connection, router_id: str, lot: Lot, policy: policies.Policy
) -> Assignment:
    name = policy.trial
    query = (
        select(_t.router_id, _t.at)
        .where(_t.policy == name, _t.arm == "treated", _t.router_id == router_id)
        .limit(1)
    )
    if connection.execute(query).first() is not None:
        return Assignment(True, 1.0, name)
    tried = policies.treated(connection, name)
    if tried >= policy.size:
        # Those who come while it is not known how the first fared show what happens without.
        is_needed = policies.watched(connection, name) < policy.size
        says = f"The policy is new: it is tried on {tried} routers first, this one is watched."
        return Assignment(False, 0.0, name, Refusal(CANARY, says), counts=is_needed)
    share = lot.canary_share
    if lot.draw < share:
        return Assignment(True, share, name)
    says = (
        f"The policy is new: it is tried on {tried} of {policy.size} routers, and this one, by lot "
        f"(probability {1 - share:.0%}), is watched to compare."
    )
    return Assignment(False, share, name, Refusal(CANARY, says))


def _drawn(guard: str, probability: float, lot: Lot, now: float) -> Refusal:
    says = (
        f"By lot (probability {1 - probability:.1%}) the router is only watched for "
        f"{lot.hold_for / 3600:.0f} h, to know what happens without a reboot."
    )
    return Refusal(guard, says, now + lot.hold_for)


def _watched_since(connection: Connection, router_id: str, since: float) -> float | None:
    query = select(func.max(_t.at)).where(
        _t.router_id == router_id, _t.arm == "control", _t.at > since
    )
    newest: float | None = connection.execute(query).scalar_one()
    return newest


def begin(
    connection: Connection, command: Command, assignment: Assignment, times: CommandTimes
) -> None:
    """Store a trial of the policy and when its worth is looked at."""
    probability = assignment.probability
    _insert(
        connection,
        command,
        arm="treated" if assignment.treated else "control",
        since=command.at,
        probability=probability,
        randomised=0.0 < probability < 1.0,
        policy=assignment.policy,
    )
    # What was carried out is looked at when it is verified; the others have no such moment.
    stages = STAGES[1:] if assignment.treated else STAGES
    _insert_checks(connection, command, stages, command.at, times)


def confirmed(connection: Connection, command: Command, at: float, times: CommandTimes) -> None:
    """The action happened: its worth counts from now."""
    here = (_t.router_id == command.router_id, _t.command_id == command.command_id)
    known = connection.execute(update(trials).where(*here).values(since=at)).rowcount
    if not known:
        _insert(connection, command, arm="asked", since=at)
        _insert_checks(connection, command, STAGES[1:], at, times)
        return
    for stage in STAGES[1:]:
        connection.execute(
            update(checks)
            .where(_c.router_id == command.router_id, _c.command_id == command.command_id)
            .where(_c.stage == stage, _c.due_at.is_not(None))
            .values(due_at=at + _after(times)[stage])
        )


def verified(connection: Connection, command: Command, at: float) -> None:
    """What the first look found is stored beside the later ones."""
    here = (_c.router_id == command.router_id, _c.command_id == command.command_id)
    first = STAGES[0]
    if connection.execute(select(_c.stage).where(*here, _c.stage == first)).first() is not None:
        return
    if connection.execute(select(_c.stage).where(*here).limit(1)).first() is None:
        return  # a command of before there were trials
    connection.execute(
        insert(checks).values(
            router_id=command.router_id,
            command_id=command.command_id,
            stage=first,
            done_at=at,
            outcome=command.outcome,
            result=_NOTHING,
        )
    )


def _after(times: CommandTimes) -> Mapping[Stage, float]:
    return {"30m": times.settle, "24h": times.day, "7d": times.week}


def _insert_checks(
    connection: Connection,
    command: Command,
    stages: tuple[Stage, ...],
    since: float,
    times: CommandTimes,
) -> None:
    after = _after(times)
    rows = [
        {
            "router_id": command.router_id,
            "command_id": command.command_id,
            "stage": stage,
            "due_at": since + after[stage],
            "result": _NOTHING,
        }
        for stage in stages
    ]
    connection.execute(insert(checks), rows)


def _insert(
    connection: Connection,
    command: Command,
    *,
    arm: str,
    since: float,
    probability: float | None = None,
    randomised: bool = False,
    policy: str = "",
) -> None:
    router = connection.execute(
        select(routers).where(routers.c.router_id == command.router_id)
    ).one()
    connection.execute(
        insert(trials).values(
            router_id=command.router_id,
            command_id=command.command_id,
            at=command.at,
            arm=arm,
            probability=probability,
            randomised=randomised,
            policy=policy,
            action=action_of(command),
            cause=command.cause or "",
            manufacturer=router.manufacturer,
            model=router.model_name or router.product_class,
            firmware=router.software_version,
            since=since,
            complaint=_encode(command.arguments.get("complaint", {})),
        )
    )


def action_of(command: Command) -> str:
    """What was done, as it is counted: ``reboot``, or a gentle action's name."""
    return str(command.arguments.get("action") or command.kind)
