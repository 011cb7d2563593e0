"""What facts make of a command: its states, results and deadlines, as one pure function a fact.

None means that the fact does not fit: routers repeat themselves, and answers come late. No SQL.
"""

from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from acs.commands import (
    TRANSFERS,
    Command,
    CommandKind,
    CommandState,
    brings_firmware,
    is_verified,
)
from acs.facts import (
    CommandAnswered,
    CommandConfirmed,
    CommandFailed,
    CommandFinished,
    CommandLapsed,
    CommandVerified,
    CommandWithdrawn,
    TransferCompleted,
    UnitsChanged,
)
from acs.storage.settings import CommandTimes

Moves = Mapping[CommandState, CommandState]

# Kinds that are only accepted at first, and end after their session. A reboot ends otherwise.
FOLLOWED: frozenset[CommandKind] = TRANSFERS | {
    "factory_reset",
    "schedule_inform",
    "software",
    "diagnostic",
    "rotate_credentials",
}
ANSWERED: Moves = {"sent": "accepted", "unconfirmed": "unconfirmed", "confirmed": "confirmed"}
ANSWERED_FINALLY: Moves = {"sent": "done", "accepted": "done", "unconfirmed": "done"}
FAILED: Moves = {"sent": "failed", "accepted": "failed", "unconfirmed": "failed"}
# A confirmation after the deadline is still a proof.
CONFIRMED: Moves = {"sent": "confirmed", "accepted": "confirmed", "unconfirmed": "confirmed"}
VERIFIED: Moves = {"confirmed": "verified"}
# The answer may have been lost; what came of it was not.
FINISHED: Moves = {"sent": "done", "accepted": "done", "unconfirmed": "done"}
# A confirmed reboot without a sample to compare ends too: its effect stays unknown.
LAPSED: Moves = {
    "queued": "expired",
    "sent": "unconfirmed",
    "accepted": "unconfirmed",
    "confirmed": "done",
}
_LONGEST = 86_400.0  # seconds: all of a ChangeDUState (TR-069 Amendment 6, A.4.1.10)
_SHOWN = 200  # results of deployment units that are kept
VERSION_BEFORE = "version_before"  # of a result: the firmware when a new one was sent
TRANSFERRED = "transferred_at"  # of a result: the file is there, the version not yet


def allowance(times: CommandTimes, command: Command) -> float | None:
    """Seconds from its acceptance until the command lapses; None leaves the deadline as it is."""
    kind = command.kind
    if kind in ("download", "schedule_download"):
        return times.download
    if kind == "upload":
        return times.upload
    if kind == "software":
        operations = command.arguments.get("operations", ())
        count = len(operations) if isinstance(operations, Sequence) else 1
        return min(times.software * max(count, 1), _LONGEST)
    if kind == "diagnostic":
        return times.diagnostic
    if kind == "schedule_inform":
        return times.schedule_inform
    if kind == "rotate_credentials":
        return times.rotate
    return times.restart if kind == "factory_reset" else None


def answered(
    command: Command, fact: CommandAnswered, times: CommandTimes, version: str
) -> Command | None:
    """The router answered the call; ``version`` is the software that it runs."""
    if fact.final:
        if is_verified(command.kind) or command.state not in ANSWERED_FINALLY:
            return None
        if command.kind in TRANSFERS:
            told = _told(command, fact.result, answered_at=fact.at)
            return _transferred(told, fact.at, times, version)
        return _ended(command, "done", fact.at, fact.result, answered_at=fact.at)
    if not is_verified(command.kind) and command.kind not in FOLLOWED:
        return None
    state = ANSWERED.get(command.state)
    if state is None:
        return None
    after = replace(_told(command, fact.result, answered_at=fact.at), state=state)
    allowed = allowance(times, command)
    if state == "accepted" and allowed is not None:
        after = replace(after, due_at=fact.at + fact.takes + allowed)
    return after


def failed(command: Command, fact: CommandFailed) -> Command | None:
    """The router answered with a fault."""
    if command.state not in FAILED:
        return None
    return _ended(command, "failed", fact.at, fact.result, answered_at=fact.at)


def confirmed(command: Command, fact: CommandConfirmed, times: CommandTimes) -> Command | None:
    """The reboot, or the gentler action, happened; its effect is due after the settle time."""
    state = CONFIRMED.get(command.state)
    if not is_verified(command.kind) or state is None:
        return None
    due_at = fact.at + times.settle
    return replace(command, state=state, confirmed_at=fact.at, ended_at=None, due_at=due_at)


def verified(command: Command, fact: CommandVerified) -> Command | None:
    """The effect is known."""
    state = VERIFIED.get(command.state)
    if state is None:
        return None
    return replace(_ended(command, state, fact.at, fact.result), outcome=fact.outcome)


def finished(command: Command, fact: CommandFinished) -> Command | None:
    """A command that was accepted came to its end."""
    if command.kind not in FOLLOWED or command.kind not in fact.kinds:
        return None
    # A file that has been transferred cannot be given up any more.
    if command.state not in FINISHED or TRANSFERRED in command.result:
        return None
    state: CommandState = "failed" if fact.is_failed else "done"
    return _ended(command, state, fact.at, fact.result)


def transferred(
    command: Command, fact: TransferCompleted, times: CommandTimes, version: str
) -> Command | None:
    """A transfer ended; a firmware's command ends when the router runs it."""
    if command.kind not in TRANSFERS or command.state not in FINISHED:
        return None
    if fact.fault_code:
        fault: dict[str, object] = {"code": fact.fault_code, "string": fact.fault_string}
        return _ended(command, "failed", fact.at, fault)
    told = _told(command, {"start_time": fact.start_time, "complete_time": fact.complete_time})
    return _transferred(told, fact.at, times, fact.software_version or version)


def _transferred(command: Command, at: float, times: CommandTimes, version: str) -> Command:
    if not awaits_version(command):
        return _ended(command, "done", at, {})
    if _is_wanted(command, version):
        return _ended(command, "done", at, {"version": version})
    if command.state == "unconfirmed":  # there is no deadline any more that could end it
        return command
    due_at = max(command.due_at or 0.0, at + times.restart)
    return replace(_told(command, {TRANSFERRED: at}), state="accepted", due_at=due_at)


def awaits_version(command: Command) -> bool:
    """Whether the command is done only when the router runs a certain, or another, firmware."""
    known = command.arguments.get("expect_version") or command.result.get(VERSION_BEFORE)
    return bool(known) and brings_firmware(command.kind, command.arguments)


def _is_wanted(command: Command, version: str) -> bool:
    wanted = command.arguments.get("expect_version")
    return version == wanted if wanted else version not in ("", command.result.get(VERSION_BEFORE))


def version_seen(command: Command, version: str, at: float) -> Command | None:
    """The router runs this firmware now: what it was given has come to life."""
    waits = command.state == "accepted" and TRANSFERRED in command.result
    if not waits or not _is_wanted(command, version):
        return None
    return _ended(command, "done", at, {"version": version})


def units_changed(command: Command, fact: UnitsChanged) -> Command | None:
    """Deployment units changed; one operation that failed fails the command."""
    if command.kind != "software" or command.state not in FINISHED:
        return None
    result: dict[str, object] = {"operations": list(fact.results[:_SHOWN])}
    wrong = [number for number, one in enumerate(fact.results, 1) if _fault_code(one)]
    if wrong:
        numbers = ", ".join(map(str, wrong))
        result["failed"] = wrong
        result["error"] = f"{len(wrong)} of {len(fact.results)} operations failed: {numbers}"
    return _ended(command, "failed" if wrong else "done", fact.at, result)


def _fault_code(result: Mapping[str, object]) -> object:
    """The code of an OpResultStruct's fault; 0 means success."""
    fault = result.get("fault")
    if isinstance(fault, Mapping):
        return fault.get("code", 0)
    if isinstance(fault, Sequence) and not isinstance(fault, str):
        return fault[0] if fault else 0
    return result.get("fault_code", 0)


def reset_seen(command: Command, at: float) -> Command | None:
    """Event "0 BOOTSTRAP" came: the router has been reset."""
    if command.kind != "factory_reset" or command.state not in ("sent", "accepted"):
        return None
    return _ended(command, "done", at, {})


def lapsed(command: Command, fact: CommandLapsed, version: str) -> Command | None:
    """The deadline passed.

    It may have been moved since somebody saw that it had; of a command from the future it means
    nothing.
    """
    state = LAPSED.get(command.state)
    if state is None or (command.at <= fact.at and (command.due_at or 0.0) > fact.at):
        return None
    if state != "unconfirmed" or not awaits_version(command):
        return _ended(command, state, fact.at, {})
    if TRANSFERRED not in command.result:  # whether it was transferred is unknown
        return _ended(command, state, fact.at, {"version": version})
    wanted = command.arguments.get("expect_version")
    other = f"{wanted!r}" if wanted else "another"
    error = f"version unchanged: the router has the file, and runs {version!r} instead of {other}"
    return _ended(command, "failed", fact.at, {"error": error, "version": version})


def withdrawn(command: Command, fact: CommandWithdrawn) -> Command | None:
    """It was taken back; only what still waits can be."""
    if command.state != "queued":
        return None
    return _ended(command, "withdrawn", fact.at, {"withdrawn_by": fact.by, "why": fact.why})


def _told(
    command: Command, result: Mapping[str, object], *, answered_at: float | None = None
) -> Command:
    return replace(
        command,
        result={**command.result, **result},
        answered_at=command.answered_at if answered_at is None else answered_at,
    )


def _ended(
    command: Command,
    state: CommandState,
    at: float,
    result: Mapping[str, object],
    *,
    answered_at: float | None = None,
) -> Command:
    told = _told(command, result, answered_at=answered_at)
    return replace(told, state=state, ended_at=at, due_at=None)
