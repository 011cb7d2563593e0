"""Whatever happens to a command in whatever order, it is in a state that its kind may have."""

from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from acs.commands import OPEN_STATES, Command, CommandKind, CommandState, is_verified
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
from acs.storage import command_moves as moves
from acs.storage.settings import CommandTimes

NOW = 1_700_000_000.0
TIMES = CommandTimes()
FIRMWARE: dict[str, object] = {"file_type": "1 Firmware Upgrade Image", "expect_version": "2.0"}
ARGUMENTS: dict[CommandKind, dict[str, object]] = {
    "download": FIRMWARE,
    "schedule_download": FIRMWARE,
    "software": {"operations": [{"kind": "install"}, {"kind": "install"}]},
}
IMMEDIATE = frozenset(get_args(CommandKind)) - moves.FOLLOWED - {"reboot", "gentle"}


def sent(
    kind: CommandKind,
    state: CommandState = "sent",
    arguments: dict[str, object] | None = None,
) -> Command:
    return Command(
        command_id="c1",
        router_id="r",
        kind=kind,
        state=state,
        asked_by="test",
        reason="",
        at=NOW,
        expires_at=NOW + 3600,
        arguments=arguments or ARGUMENTS.get(kind, {}),
        sent_at=None if state == "queued" else NOW,
        due_at=NOW + 600,
    )


def legal(command: Command) -> bool:
    """Whether a command of this kind may be like this."""
    if command.state in ("confirmed", "verified") and not is_verified(command.kind):
        return False
    if command.state == "accepted" and command.kind in IMMEDIATE:
        return False
    is_open = command.state in OPEN_STATES
    return is_open == (command.ended_at is None) == (command.due_at is not None)


Step = tuple[str, object]
results = st.fixed_dictionaries({"fault": st.sampled_from([[0, ""], [9015, "x"]])})
steps: st.SearchStrategy[Step] = st.one_of(
    st.tuples(st.just("answered"), st.booleans()),
    st.tuples(st.just("failed"), st.none()),
    st.tuples(st.just("confirmed"), st.none()),
    st.tuples(st.just("verified"), st.none()),
    st.tuples(st.just("finished"), st.booleans()),
    st.tuples(st.just("transferred"), st.sampled_from([0, 9010])),
    st.tuples(st.just("units"), st.lists(results, max_size=3)),
    st.tuples(st.just("version"), st.sampled_from(["1.0", "2.0"])),
    st.tuples(st.just("reset"), st.none()),
    st.tuples(st.just("lapsed"), st.booleans()),
    st.tuples(st.just("withdrawn"), st.none()),
)


def moved(  # noqa: C901 - a branch for each fact
    command: Command, step: Step, version: str, at: float
) -> Command | None:
    """What one fact makes of a command."""
    name, what = step
    who = {"router_id": "r", "at": at, "command_id": "c1"}
    if name == "answered":
        fact = CommandAnswered(**who, final=bool(what), result={"status": 1})  # type: ignore[arg-type]
        return moves.answered(command, fact, TIMES, version)
    if name == "failed":
        return moves.failed(command, CommandFailed(**who, result={"code": 1}))  # type: ignore[arg-type]
    if name == "confirmed":
        return moves.confirmed(command, CommandConfirmed(**who), TIMES)  # type: ignore[arg-type]
    if name == "verified":
        compared = CommandVerified(**who, outcome="helped", result={})  # type: ignore[arg-type]
        return moves.verified(command, compared)
    if name == "finished":
        over = CommandFinished(**who, kinds=(command.kind,), is_failed=bool(what))  # type: ignore[arg-type]
        return moves.finished(command, over)
    if name == "transferred":
        assert isinstance(what, int)
        ended = TransferCompleted(
            router_id="r", at=at, command_key="c1", fault_code=what, fault_string=""
        )
        return moves.transferred(command, ended, TIMES, version)
    if name == "units":
        assert isinstance(what, list)
        changed = UnitsChanged(router_id="r", at=at, command_key="c1", results=tuple(what))
        return moves.units_changed(command, changed)
    if name == "version":
        return moves.version_seen(command, str(what), at)
    if name == "reset":
        return moves.reset_seen(command, at)
    if name == "withdrawn":
        return moves.withdrawn(command, CommandWithdrawn(**who, by="anna", why=""))  # type: ignore[arg-type]
    who["at"] = (command.due_at if what else None) or at
    return moves.lapsed(command, CommandLapsed(**who), version)  # type: ignore[arg-type]


@settings(max_examples=500, deadline=None)
@given(
    kind=st.sampled_from(get_args(CommandKind)),
    state=st.sampled_from(["queued", "sent"]),
    course=st.lists(steps, max_size=8),
)
def test_no_order_of_facts_makes_an_illegal_command(
    kind: CommandKind, state: CommandState, course: list[Step]
) -> None:
    command, version = sent(kind, state), "1.0"
    seen: list[CommandState] = [command.state]
    for number, step in enumerate(course, 1):
        if step[0] == "version":
            version = str(step[1])
        after = moved(command, step, version, NOW + number)
        if after is None:
            continue
        assert legal(after), (step, after)
        # what the command is does not change, nor when it was sent
        same = ("command_id", "kind", "arguments", "sent_at", "at", "asked_by")
        assert all(getattr(after, name) == getattr(command, name) for name in same)
        # what ended for good stays ended; only what nobody knew may become known
        if command.state in ("done", "failed", "verified", "expired", "refused", "withdrawn"):
            raise AssertionError((step, command, after))
        # nothing is sent twice
        assert after.state not in ("queued", "sent")
        if command.state == "queued":
            assert after.state in ("expired", "withdrawn")
        else:
            assert after.state != "withdrawn"
        command = after
        seen.append(command.state)
    assert legal(command)


@pytest.mark.parametrize(
    ("kind", "arguments", "takes", "due"),
    [
        ("download", {}, 60, 60 + 3600),
        ("schedule_download", {}, 7200, 7200 + 3600),
        ("upload", {}, 0, 1800),
        ("software", {"operations": [{}] * 3}, 0, 3 * 3600),
        ("software", {"operations": [{}] * 16}, 0, 16 * 3600),
        ("diagnostic", {"test": "ping"}, 80, 680),
        ("schedule_inform", {"delay": 300}, 300, 900),
        ("factory_reset", {}, 0, 900),
    ],
)
def test_deadlines_of_what_was_accepted(
    kind: CommandKind, arguments: dict[str, object], takes: float, due: float
) -> None:
    fact = CommandAnswered(
        router_id="r", at=NOW + 5, command_id="c1", final=False, result={}, takes=takes
    )
    after = moves.answered(sent(kind, arguments=arguments), fact, TIMES, "")
    assert after is not None
    assert (after.state, after.due_at) == ("accepted", NOW + 5 + due)


def test_all_of_a_software_change_has_a_day() -> None:
    times = replace(TIMES, software=86_400.0)
    assert moves.allowance(times, sent("software")) == 86_400


def test_a_reboot_keeps_the_deadline_of_its_sending() -> None:
    fact = CommandAnswered(router_id="r", at=NOW + 5, command_id="c1", final=False)
    after = moves.answered(sent("reboot"), fact, TIMES, "")
    assert after is not None
    assert after.due_at == NOW + 600


@pytest.mark.parametrize("shape", [[9015, "x"], {"code": 9015, "string": "x"}])
def test_faults_of_units_are_read_in_either_shape(shape: object) -> None:
    fact = UnitsChanged(
        router_id="r",
        at=NOW,
        command_key="c1",
        results=({"fault": [0, ""]}, {"fault": shape}, {"fault": {"code": 0}}),
    )
    after = moves.units_changed(sent("software", "accepted"), fact)
    assert after is not None
    assert (after.state, after.result["failed"]) == ("failed", [2])
    assert after.result["error"] == "1 of 3 operations failed: 2"
