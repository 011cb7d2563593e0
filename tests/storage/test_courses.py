"""Commands that end after their session, from the claim to the end; on both databases."""

import pytest

from acs.commands import Command, CommandKind
from acs.facts import (
    CommandAnswered,
    CommandConfirmed,
    CommandFinished,
    CommandLapsed,
    Event,
    Fact,
    RouterRecord,
    TransferCompleted,
    UnitsChanged,
)
from acs.storage.store import Store
from tests.storage.support import ID, NOW, OTHER, Desk, Guard, informed, proposal

FIRMWARE: dict[str, object] = {
    "file_type": "1 Firmware Upgrade Image",
    "url": "http://h/",
    "expect_version": "2.0",
}
PING: dict[str, object] = {"test": "ping", "host": "h"}
LOG: dict[str, object] = {"file_type": "2 Vendor Log File", "url": "http://h/"}
ENDED = (Event("8 DIAGNOSTICS COMPLETE"),)


@pytest.fixture(autouse=True)
def known_router(desk: Desk, store: Store) -> None:
    desk.commit(store, informed())


def under_way(
    desk: Desk,
    store: Store,
    kind: CommandKind,
    arguments: dict[str, object],
    command_id: str = "c1",
    *,
    takes: float = 0.0,
) -> None:
    """The command was claimed and accepted."""
    asked = proposal(command_id, kind=kind, arguments=arguments, asked_by="anna")
    desk.wait(store.propose(asked, Guard()))
    desk.wait(store.claim(ID, NOW + 1, Guard()))
    told = CommandAnswered(
        router_id=ID,
        at=NOW + 2,
        command_id=command_id,
        final=False,
        result={"status": 1},
        takes=takes,
    )
    desk.commit(store, told)


def stored(desk: Desk, store: Store, command_id: str = "c1") -> Command:
    command = desk.wait(store.command(command_id))
    assert command is not None
    return command


def transferred(
    at: float = NOW + 60, key: str = "c1", fault: int = 0, version: str = ""
) -> TransferCompleted:
    return TransferCompleted(
        router_id=ID,
        at=at,
        command_key=key,
        fault_code=fault,
        fault_string="File corrupted" if fault else "",
        start_time="a",
        complete_time="b",
        software_version=version,
    )


def moved(desk: Desk, store: Store, fact: Fact) -> Command:
    (command,) = desk.commit(store, fact)
    assert isinstance(command, Command)
    assert stored(desk, store, command.command_id) == command
    return command


@pytest.mark.parametrize("kind", ["download", "upload", "schedule_download"])
def test_a_transfer_ends_with_its_key(desk: Desk, store: Store, kind: CommandKind) -> None:
    under_way(desk, store, kind, LOG)
    assert stored(desk, store).state == "accepted"
    done = moved(desk, store, transferred())
    assert (done.state, done.ended_at, done.due_at) == ("done", NOW + 60, None)
    assert done.result == {"status": 1, "start_time": "a", "complete_time": "b"}
    # the router says it again, for our answer was lost
    assert desk.commit(store, transferred(NOW + 90, fault=9010)) == (None,)
    assert stored(desk, store) == done


def test_a_transfer_fails_with_its_fault(desk: Desk, store: Store) -> None:
    under_way(desk, store, "download", FIRMWARE)
    failed = moved(desk, store, transferred(fault=9018))
    assert failed.state == "failed"
    assert failed.result == {
        "version_before": "1.0",
        "status": 1,
        "code": 9018,
        "string": "File corrupted",
    }


@pytest.mark.parametrize("key", ["", "(null)", "x" * 99])
def test_without_its_key_it_is_the_only_transfer(desk: Desk, store: Store, key: str) -> None:
    under_way(desk, store, "get", {}, "g1")
    under_way(desk, store, "upload", LOG)
    assert moved(desk, store, transferred(key=key)).command_id == "c1"


def test_without_its_key_one_of_two_transfers_is_none(desk: Desk, store: Store) -> None:
    for number in (1, 2):
        under_way(desk, store, "upload", LOG, f"c{number}")
    assert desk.commit(store, transferred(key="")) == (None,)
    assert stored(desk, store).state == "accepted"
    moved(desk, store, transferred(key="c2"))
    assert moved(desk, store, transferred(key="")).command_id == "c1"


def test_the_end_may_come_when_the_answer_was_lost_or_the_deadline_passed(
    desk: Desk, store: Store
) -> None:
    desk.wait(store.propose(proposal(kind="upload", arguments=LOG), Guard()))
    desk.wait(store.claim(ID, NOW + 1, Guard()))
    assert moved(desk, store, transferred()).state == "done"
    under_way(desk, store, "upload", LOG, "c2")
    moved(desk, store, CommandLapsed(router_id=ID, at=NOW + 9000, command_id="c2"))
    assert stored(desk, store, "c2").state == "unconfirmed"
    assert moved(desk, store, transferred(NOW + 9999, "c2")).state == "done"


def test_a_strange_transfer_changes_nothing_and_is_an_event(desk: Desk, store: Store) -> None:
    assert desk.commit(store, transferred(key="nobody's")) == (None,)
    events = desk.wait(store.events(ID, 0, 10))
    assert events[0].kind == "transfer_complete"
    assert events[0].detail["command_key"] == "nobody's"


def test_firmware_is_there_when_it_runs(desk: Desk, store: Store) -> None:
    under_way(desk, store, "download", FIRMWARE)
    waits = moved(desk, store, transferred(version="1.0"))
    assert (waits.state, waits.result["transferred_at"]) == ("accepted", NOW + 60)
    desk.commit(store, informed(NOW + 100))  # the old one still
    assert stored(desk, store).state == "accepted"
    desk.commit(store, informed(NOW + 200, software_version="1.5"))  # another one
    assert stored(desk, store).state == "accepted"
    (record,) = desk.commit(store, informed(NOW + 300, software_version="2.0"))
    done = stored(desk, store)
    assert isinstance(record, RouterRecord)
    assert record.ended == (done,)
    assert (done.state, done.ended_at, done.result["version"]) == ("done", NOW + 300, "2.0")


def test_firmware_that_runs_already_when_its_transfer_is_told(desk: Desk, store: Store) -> None:
    under_way(desk, store, "download", FIRMWARE)
    desk.commit(store, informed(NOW + 50, software_version="2.0"))
    assert stored(desk, store).state == "accepted"  # by whom is not known yet
    assert moved(desk, store, transferred()).state == "done"


def test_firmware_that_does_not_come_to_life(desk: Desk, store: Store) -> None:
    under_way(desk, store, "download", FIRMWARE)
    waits = moved(desk, store, transferred(NOW + 3500, version="1.0"))
    assert waits.due_at == NOW + 3500 + 900
    failed = moved(desk, store, CommandLapsed(router_id=ID, at=NOW + 4400, command_id="c1"))
    assert failed.state == "failed"
    assert "version unchanged: the router has the file, and runs '1.0'" in str(
        failed.result["error"]
    )


def test_firmware_that_was_there_at_once_has_the_same_rule(desk: Desk, store: Store) -> None:
    for command_id, version in (("c1", "2.0"), ("c2", "1.0")):
        arguments = {**FIRMWARE, "expect_version": version}
        asked = proposal(command_id, kind="download", arguments=arguments)
        desk.wait(store.propose(asked, Guard()))
        desk.wait(store.claim(ID, NOW + 1, Guard()))
        answered = CommandAnswered(
            router_id=ID, at=NOW + 2, command_id=command_id, final=True, result={"status": 0}
        )
        desk.commit(store, answered)
    assert stored(desk, store).state == "accepted"
    assert stored(desk, store, "c2").state == "done"


def test_a_transfer_that_was_cancelled_has_ended(desk: Desk, store: Store) -> None:
    under_way(desk, store, "download", LOG)
    fact = CommandFinished(
        router_id=ID,
        at=NOW + 9,
        command_id="c1",
        kinds=("upload", "download"),
        is_failed=True,
        result={"error": "cancelled"},
    )
    failed = moved(desk, store, fact)
    assert (failed.state, failed.result["error"]) == ("failed", "cancelled")


def test_software_units(desk: Desk, store: Store) -> None:
    under_way(desk, store, "software", {"operations": [{}, {}]}, "c1")
    under_way(desk, store, "software", {"operations": [{}]}, "c2")
    good: dict[str, object] = {"uuid": "a", "fault": [0, ""]}
    bad: dict[str, object] = {"uuid": "b", "fault": [9032, "exists"]}
    partly = moved(
        desk, store, UnitsChanged(router_id=ID, at=NOW + 9, command_key="c1", results=(good, bad))
    )
    assert (partly.state, partly.result["failed"]) == ("failed", [2])
    assert partly.result["operations"] == [good, bad]
    whole = UnitsChanged(router_id=ID, at=NOW + 9, command_key="c2", results=(good,))
    assert moved(desk, store, whole).state == "done"
    under_way(desk, store, "software", {"operations": [{}]}, "c3")
    alone = UnitsChanged(
        router_id=ID, at=NOW + 9, command_key="", results=(good,), is_autonomous=True
    )
    assert desk.commit(store, alone) == (None,)
    lost = UnitsChanged(router_id=ID, at=NOW + 9, command_key="(null)", results=(good,))
    assert moved(desk, store, lost).command_id == "c3"
    assert desk.commit(store, lost) == (None,)
    events = desk.wait(store.events(ID, 0, 10))
    assert [event.kind for event in events[:3]] == ["units_changed"] * 3


@pytest.mark.parametrize("is_answered", [True, False])
def test_a_factory_reset_ends_with_bootstrap(
    desk: Desk,
    store: Store,
    *,
    is_answered: bool,
) -> None:
    desk.wait(store.propose(proposal(kind="factory_reset"), Guard()))
    assert stored(desk, store).state == "queued"
    desk.commit(store, informed(NOW + 1, events=(Event("0 BOOTSTRAP"),)))
    assert stored(desk, store).state == "queued"  # that was not ours
    desk.wait(store.claim(ID, NOW + 2, Guard()))
    if is_answered:
        fact = CommandAnswered(router_id=ID, at=NOW + 3, command_id="c1", final=False)
        assert moved(desk, store, fact).due_at == NOW + 3 + 900
    desk.commit(store, informed(NOW + 60, events=(Event("0 BOOTSTRAP"), Event("1 BOOT"))))
    assert (stored(desk, store).state, stored(desk, store).ended_at) == ("done", NOW + 60)


def test_a_bootstrap_told_again_proves_no_reset(desk: Desk, store: Store) -> None:
    told = (Event("0 BOOTSTRAP"),)
    desk.commit(store, informed(NOW + 1, events=told))
    desk.wait(store.propose(proposal(kind="factory_reset"), Guard()))
    desk.wait(store.claim(ID, NOW + 2, Guard()))
    # the session broke off: the router tells its events again
    desk.commit(store, informed(NOW + 9, events=told, retry_count=1))
    desk.commit(store, informed(NOW + 19, events=told, retry_count=2))
    assert stored(desk, store).state == "sent"
    # it was reset, and the first try to tell of it failed
    desk.commit(store, informed(NOW + 60, events=(Event("2 PERIODIC"),)))
    desk.commit(store, informed(NOW + 99, events=told, retry_count=1))
    assert stored(desk, store).state == "done"


def test_an_end_is_of_the_kinds_that_it_can_be_of(desk: Desk, store: Store) -> None:
    under_way(desk, store, "download", LOG)
    fact = CommandFinished(router_id=ID, at=NOW + 9, command_id="c1", kinds=("schedule_inform",))
    assert desk.commit(store, fact) == (None,)
    assert stored(desk, store).state == "accepted"


def test_firmware_that_is_there_cannot_be_cancelled(desk: Desk, store: Store) -> None:
    """A router says yes to the cancellation of what it does not transfer (any more)."""
    under_way(desk, store, "download", FIRMWARE)
    moved(desk, store, transferred(version="1.0"))
    fact = CommandFinished(
        router_id=ID, at=NOW + 90, command_id="c1", kinds=("download",), is_failed=True
    )
    assert desk.commit(store, fact) == (None,)
    desk.commit(store, informed(NOW + 300, software_version="2.0"))
    assert stored(desk, store).state == "done"


NAMELESS: dict[str, object] = {"file_type": "1 Firmware Upgrade Image", "url": "http://h/"}


def test_firmware_of_no_told_version_has_to_be_another(desk: Desk, store: Store) -> None:
    under_way(desk, store, "download", NAMELESS)
    assert stored(desk, store).result["version_before"] == "1.0"
    waits = moved(desk, store, transferred(version="1.0"))
    assert waits.state == "accepted"
    desk.commit(store, informed(NOW + 300, software_version="1.1"))
    done = stored(desk, store)
    assert (done.state, done.result["version"]) == ("done", "1.1")


def test_firmware_of_no_told_version_that_stays_the_same_has_failed(
    desk: Desk, store: Store
) -> None:
    under_way(desk, store, "download", NAMELESS)
    waits = moved(desk, store, transferred(version="1.0"))
    assert waits.due_at is not None
    failed = moved(desk, store, CommandLapsed(router_id=ID, at=waits.due_at, command_id="c1"))
    assert failed.state == "failed"
    assert "runs '1.0' instead of another" in str(failed.result["error"])


def test_firmware_whose_transfer_nobody_told_is_unknown(desk: Desk, store: Store) -> None:
    under_way(desk, store, "download", NAMELESS)
    desk.commit(store, informed(NOW + 300, software_version="1.1"))
    due_at = stored(desk, store).due_at
    assert due_at is not None
    lapsed = moved(desk, store, CommandLapsed(router_id=ID, at=due_at, command_id="c1"))
    assert (lapsed.state, lapsed.result["version"]) == ("unconfirmed", "1.1")


def test_a_deadline_that_was_moved_has_not_passed(desk: Desk, store: Store) -> None:
    """Somebody saw that it had; before the fact was stored, the router answered."""
    desk.wait(store.propose(proposal(kind="upload", arguments=LOG), Guard()))
    sent = desk.wait(store.claim(ID, NOW, Guard()))
    assert sent is not None
    assert sent.due_at == NOW + 600
    told = CommandAnswered(router_id=ID, at=NOW + 600, command_id="c1", final=False)
    late = CommandLapsed(router_id=ID, at=NOW + 600.1, command_id="c1")
    _answered, lapsed = desk.commit(store, told, late)
    assert lapsed is None
    assert stored(desk, store).state == "accepted"


def test_a_command_from_the_future_lapses_at_once(desk: Desk, store: Store) -> None:
    """The clock was set back."""
    under_way(desk, store, "upload", LOG)
    lapsed = moved(desk, store, CommandLapsed(router_id=ID, at=NOW - 9000, command_id="c1"))
    assert lapsed.state == "unconfirmed"


def test_an_appointed_inform(desk: Desk, store: Store) -> None:
    under_way(desk, store, "schedule_inform", {"delay": 300}, takes=300)
    assert stored(desk, store).due_at == NOW + 2 + 300 + 600
    fact = CommandFinished(router_id=ID, at=NOW + 305, command_id="c1", kinds=("schedule_inform",))
    assert moved(desk, store, fact).state == "done"


def running(desk: Desk, store: Store, at: float, events: tuple[Event, ...] = ()) -> list[str]:
    (record,) = desk.commit(store, informed(at, events=events))
    assert isinstance(record, RouterRecord)
    return [command.command_id for command in record.running]


def test_a_test_is_looked_after_in_every_session_until_it_ends(desk: Desk, store: Store) -> None:
    assert running(desk, store, NOW, events=ENDED) == []
    under_way(desk, store, "diagnostic", PING, "t1")
    assert running(desk, store, NOW + 10) == ["t1"]
    assert running(desk, store, NOW + 20, events=ENDED) == ["t1"]
    other = informed(NOW + 25, device=OTHER, events=ENDED)
    (record,) = desk.commit(store, other)
    assert isinstance(record, RouterRecord)
    assert record.running == ()
    fact = CommandFinished(
        router_id=ID, at=NOW + 30, command_id="t1", kinds=("diagnostic",), result={"lost": 0}
    )
    done = moved(desk, store, fact)
    assert (done.state, done.result["lost"]) == ("done", 0)
    assert running(desk, store, NOW + 40) == []
    assert running(desk, store, NOW + 50, events=ENDED) == []


def test_a_test_that_was_given_up_may_still_tell(desk: Desk, store: Store) -> None:
    under_way(desk, store, "diagnostic", PING, "t1")
    moved(desk, store, CommandLapsed(router_id=ID, at=NOW + 999, command_id="t1"))
    assert running(desk, store, NOW + 1000) == []
    assert running(desk, store, NOW + 1001, events=ENDED) == ["t1"]
    assert running(desk, store, NOW + 2 * 86_400, events=ENDED) == []
    fact = CommandFinished(router_id=ID, at=NOW + 1002, command_id="t1", kinds=("diagnostic",))
    assert moved(desk, store, fact).state == "done"


def test_a_test_that_was_not_answered_is_not_looked_after(desk: Desk, store: Store) -> None:
    desk.wait(store.propose(proposal(kind="diagnostic", arguments={"test": "ping"}), Guard()))
    desk.wait(store.claim(ID, NOW + 1, Guard()))
    assert running(desk, store, NOW + 2) == []  # what stands there may be another test's


def test_only_a_reboot_is_confirmed(desk: Desk, store: Store) -> None:
    under_way(desk, store, "download", LOG)
    assert desk.commit(store, CommandConfirmed(router_id=ID, at=NOW + 9, command_id="c1")) == (
        None,
    )


def test_a_tree_has_longer(desk: Desk, store: Store) -> None:
    desk.wait(store.propose(proposal(kind="tree"), Guard()))
    claimed = desk.wait(store.claim(ID, NOW, Guard()))
    assert claimed is not None
    assert claimed.due_at == NOW + 3600
