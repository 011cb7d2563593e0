"""Firmwares as stored: the fleet counted in steps, days, relapses, findings; on both databases."""

from typing import Any, get_args

from msgspec.structs import replace

from acs.commands import CheckOutcome, Outcome, Stage
from acs.facts import (
    Checked,
    CommandConfirmed,
    CommandVerified,
    Quarantined,
)
from acs.identity import DeviceId
from acs.storage.cohort_rows import Census, FindingRow, Firmware
from acs.storage.store import Store
from diagnostics.context import FirmwareMeasure
from diagnostics.verdict import Action
from tests.storage.support import NOW, Desk, Guard, informed, judged, proposal

DEVICES = [DeviceId("Acme", "001122", "Box", f"N{number:02}") for number in range(7)]
IDS = [device.router_id for device in DEVICES]
OLD, NEW = Firmware("Acme", "Box", "1.0"), Firmware("Acme", "Box", "1.1")
DAY = 86_400.0


def fleet(desk: Desk) -> Store:
    """Three routers with the old firmware, three with the new one, one that nobody let in."""
    store = desk.open()
    for number, device in enumerate(DEVICES[:6]):
        version = OLD.version if number < 3 else NEW.version
        desk.commit(store, informed(device=device, software_version=version))
    verdicts: tuple[Action, ...] = ("none", "reboot", "incident", "firmware", "technician")
    for router_id, action in zip(IDS, verdicts, strict=False):
        desk.commit(store, judged(action=action, router_id=router_id))
    stranger = DEVICES[6]
    desk.commit(
        store,
        Quarantined(router_id=IDS[6], at=NOW, device=stranger, address="192.0.2.1"),
    )
    return store


def test_the_fleet_is_counted_in_steps(desk: Desk) -> None:
    store = fleet(desk)
    for size in (1, 2, 4, 100):
        sums: dict[Firmware, list[int]] = {}
        steps, after = 0, ""
        while True:
            page = desk.wait(store.cohorts.census(after, size))
            for each in page.items:
                total = sums.setdefault(each.firmware, [0, 0, 0])
                for index, count in enumerate((each.routers, each.ill, each.told)):
                    total[index] += count
            if page.last is None:
                break
            steps, after = steps + 1, page.last
        assert sums == {OLD: [3, 1, 0], NEW: [3, 1, 1]}, size
        assert steps == -(-6 // size)


def test_a_day_has_one_row_for_each_firmware(desk: Desk) -> None:
    book = desk.open().cohorts
    desk.wait(book.keep_day(100, [Census(OLD, 3, 1, 0), Census(NEW, 9, 0, 0)], 72))
    desk.wait(book.keep_day(100, [Census(OLD, 4, 2, 1)], 72))
    desk.wait(book.keep_day(101, [Census(OLD, 5, 3, 0)], 73))
    (both,) = desk.wait(book.days(0))
    assert (both.firmware, both.days, both.first_day) == (OLD, 2, 100)
    assert (both.routers, both.ill, both.told) == (9, 5, 1)
    assert [each.days for each in desk.wait(book.days(101))] == [1]
    desk.wait(book.keep_day(129, [], 101))
    (left,) = desk.wait(book.days(0))
    assert left.first_day == 101


def rebooted(
    desk: Desk,
    store: Store,
    router_id: str,
    number: int,
    first: Outcome | None,
    *later: CheckOutcome | None,
) -> None:
    """A reboot with its outcomes: at once, after a day, after a week."""
    command_id = f"c{number:02}"
    wish = replace(proposal(command_id), router_id=router_id)
    desk.wait(store.propose(wish, Guard()))
    assert desk.wait(store.claim(router_id, NOW, Guard())) is not None
    common: dict[str, Any] = {"router_id": router_id, "at": NOW, "command_id": command_id}
    desk.commit(store, CommandConfirmed(**common))
    desk.commit(store, CommandVerified(**common, outcome=first, result={}))
    for stage, outcome in zip(get_args(Stage)[1:], later, strict=False):
        desk.commit(store, Checked(**common, stage=stage, outcome=outcome, result={}))


def test_what_became_of_reboots_that_helped(desk: Desk) -> None:
    store = fleet(desk)
    rebooted(desk, store, IDS[0], 0, "helped", "helped", "relapsed")
    rebooted(desk, store, IDS[1], 1, "helped", "relapsed")
    rebooted(desk, store, IDS[2], 2, "unchanged", "unchanged")
    rebooted(desk, store, IDS[3], 3, "helped", "helped")
    rebooted(desk, store, IDS[4], 4, "helped", None)
    rebooted(desk, store, IDS[5], 5, None, "helped")
    wanted = [
        (IDS[0], OLD, False, True),
        (IDS[1], OLD, True, True),
        (IDS[3], NEW, False, None),
        (IDS[4], NEW, None, None),
    ]
    for size in (1, 3, 100):
        found = []
        after = ("", "")
        while page := desk.wait(store.cohorts.relapses(0.0, after, size)):
            found += page
            after = (page[-1].router_id, page[-1].command_id)
        assert [(r.router_id, r.firmware, r.day, r.week) for r in found] == wanted, size
    assert desk.wait(store.cohorts.relapses(NOW + 1, ("", ""), 100)) == []


def finding(finding_id: str, measure: FirmwareMeasure = "ill") -> FindingRow:
    return FindingRow(finding_id, NEW, measure, "1.0", 30, 60, 5, 60, 1e-7, 400, NOW, NOW)


def test_one_finding_of_a_firmware_and_measure_is_open_at_a_time(desk: Desk) -> None:
    book = desk.open().cohorts
    assert desk.wait(book.keep_findings([finding("f1")], [], NOW)) == ["f1"]
    assert desk.wait(book.keep_findings([finding("f2")], [], NOW)) == [], "another node's"
    assert desk.wait(book.keep_findings([finding("f3", "relapse_1d")], [], NOW)) == ["f3"]
    newer = replace(finding("f1"), hit=44, seen_at=NOW + 5, opened_at=0.0)
    assert desk.wait(book.keep_findings([newer], ["f3"], NOW + 5)) == []
    (row,) = desk.wait(book.findings()).items
    assert row == replace(newer, opened_at=NOW)
    page = desk.wait(book.findings(closed=True, limit=1))
    assert ([row.closed_at for row in page.items], page.cursor) == ([NOW + 5], "f3")
    rest = desk.wait(book.findings(closed=True, limit=1, cursor=page.cursor))
    assert ([row.finding_id for row in rest.items], rest.cursor) == (["f1"], None)
    desk.wait(book.keep_findings([], ["f1"], NOW + 6))
    assert desk.wait(book.keep_findings([finding("f4")], [], NOW + 7)) == ["f4"]
    desk.wait(book.keep_findings([], [], NOW + 400 * DAY))
    assert [row.finding_id for row in desk.wait(book.findings(closed=True)).items] == ["f4"]
