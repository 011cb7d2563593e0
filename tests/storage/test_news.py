"""The log of events on both databases: with what it tells of, in the order of commits."""

import threading
import time
from typing import Any

import pytest
from sqlalchemy import select, text

from acs.commands import Refusal
from acs.facts import (
    CommandAnswered,
    CommandConfirmed,
    ContactMade,
    Enrolled,
    Event,
    IncidentClosed,
    IncidentOpened,
    Noted,
    Quarantined,
    Rebooted,
)
from acs.news import News
from acs.storage import news
from acs.storage.errors import FactRefusedError
from acs.storage.news import Wanted
from acs.storage.schema_news import news as table
from acs.storage.settings import Retention
from acs.storage.store import Store
from tests.storage.support import (
    ID,
    NOW,
    OTHER,
    OTHER_ID,
    Batch,
    Desk,
    Guard,
    informed,
    judged,
    proposal,
    sampled,
)

ALL = Wanted()
DAY = 86_400.0


def told(desk: Desk, store: Store, wanted: Wanted = ALL) -> list[News]:
    return desk.wait(store.news.after(0, wanted, 1000)).events


def kinds(desk: Desk, store: Store, wanted: Wanted = ALL) -> list[str]:
    return [each.kind for each in told(desk, store, wanted)]


def test_an_ordinary_inform_is_no_news(desk: Desk, store: Store) -> None:
    woken: list[int] = []
    store.news.listeners.add(lambda: woken.append(1))
    desk.commit(store, informed(), sampled(), judged())
    desk.commit(store, informed(NOW + 60), sampled(NOW + 60), judged(NOW + 60))
    assert told(desk, store) == []
    assert woken == []


def test_a_boot_and_another_firmware_are_told_in_their_order(desk: Desk, store: Store) -> None:
    woken: list[int] = []
    store.news.listeners.add(lambda: woken.append(1))
    desk.commit(store, informed())
    boot = Event("1 BOOT")
    desk.commit(
        store,
        informed(NOW + 60, events=(boot,), software_version="2.0"),
        Rebooted(router_id=ID, at=NOW + 60, cause="power"),
    )
    assert told(desk, store) == [
        News(NOW + 60, "router.firmware", ID, {"from": "1.0", "to": "2.0"}, 1),
        News(NOW + 60, "router.boot", ID, {"cause": "power"}, 2),
    ]
    assert woken == [1]


def test_a_verdict_is_told_when_its_action_changes(desk: Desk, store: Store) -> None:
    desk.commit(store, informed(), judged(NOW, "none"))
    for number, action in enumerate(("reboot", "reboot", "none"), 1):
        desk.commit(store, judged(NOW + number, action, f"F0{number}"))  # type: ignore[arg-type]
    found = [(each.detail["before"], each.detail["action"]) for each in told(desk, store)]
    assert found == [("none", "reboot"), ("reboot", "none")]


def test_a_command_is_told_step_by_step(desk: Desk, store: Store) -> None:
    desk.commit(store, informed())
    desk.wait(store.propose(proposal("c1"), Guard()))
    desk.wait(store.claim(ID, NOW + 1, Guard()))
    desk.commit(store, CommandAnswered(router_id=ID, at=NOW + 2, command_id="c1", final=False))
    desk.commit(store, CommandConfirmed(router_id=ID, at=NOW + 90, command_id="c1"))
    desk.commit(store, CommandConfirmed(router_id=ID, at=NOW + 91, command_id="c1"))
    found = told(desk, store)
    assert [(each.kind, each.at - NOW) for each in found] == [
        ("command.queued", 0),
        ("command.sent", 1),
        ("command.accepted", 2),
        ("command.confirmed", 90),
    ]
    assert {each.detail["command_id"] for each in found} == {"c1"}


def test_a_refusal_is_told_with_its_guards(desk: Desk, store: Store) -> None:
    desk.commit(store, informed())
    desk.wait(store.propose(proposal("c1"), Guard((Refusal("voice", "A call is active."),))))
    (one,) = told(desk, store)
    assert one.kind == "command.refused"
    assert one.detail["refusals"] == [{"guard": "voice", "reason": "A call is active."}]


def test_a_command_that_is_refused_or_expires_on_the_way_is_told(desk: Desk, store: Store) -> None:
    desk.commit(store, informed())
    desk.wait(store.propose(proposal("c1", expires_at=NOW + 10), Guard()))
    desk.wait(store.propose(proposal("c2"), Guard()))
    assert desk.wait(store.claim(ID, NOW + 20, Guard((Refusal("x", "no"),)))) is None
    assert kinds(desk, store)[2:] == ["command.expired", "command.refused"]


def test_contacts_enrolment_switch_and_incidents_are_told(desk: Desk, store: Store) -> None:
    device = OTHER
    desk.commit(store, Quarantined(router_id=OTHER_ID, at=NOW, device=device, address="192.0.2.1"))
    desk.commit(store, Enrolled(router_id=OTHER_ID, at=NOW, username="u", ha1="5e884898"))
    desk.commit(store, ContactMade(router_id=OTHER_ID, at=NOW, channel="chat", note="private"))
    desk.commit(store, Noted(router_id=OTHER_ID, at=NOW, kind="identity_flapping"))
    desk.commit(store, Noted(router_id=OTHER_ID, at=NOW, kind="whatever"))
    desk.wait(store.set_stop(stopped=True, by="anna", now=NOW, reason="storm"))
    desk.wait(store.set_stop(stopped=False, by="anna", now=NOW))
    opened = IncidentOpened(
        at=NOW,
        incident_id="i1",
        basis="segment",
        place="olt-3",
        kind="offline",
        began_at=NOW,
        routers=(OTHER_ID,),
        affected=(OTHER_ID,),
    )
    desk.commit(store, opened)
    desk.commit(store, opened)
    for _ in range(2):
        desk.commit(store, IncidentClosed(at=NOW, incident_id="i1"))
    found = told(desk, store)
    assert [each.kind for each in found] == [
        "router.quarantined",
        "router.enrolled",
        "contact.made",
        "router.identity_flapping",
        "reboots.stopped",
        "reboots.resumed",
        "incident.opened",
        "incident.closed",
    ]
    assert "private" not in str(found)
    assert "5e884898" not in str(found)
    assert found[-1].router_id is None
    assert found[-1].detail["place"] == "olt-3"


def test_what_is_not_stored_is_not_told(desk: Desk, store: Store) -> None:
    desk.commit(store, informed())
    with Batch(store):
        good = store.commit((Rebooted(router_id=ID, at=NOW, cause="power"),))
        bad = store.commit(
            (
                Rebooted(router_id=ID, at=NOW + 1, cause="power"),
                Rebooted(router_id="no one", at=NOW, cause="power"),
            )
        )
    desk.wait(good)
    with pytest.raises(FactRefusedError):
        desk.wait(bad)
    assert [each.at for each in told(desk, store)] == [NOW]


def test_filters_and_pages(desk: Desk, store: Store) -> None:
    desk.commit(store, informed(), informed(device=OTHER))
    for number in range(6):
        who = ID if number % 2 else OTHER_ID
        desk.commit(store, Rebooted(router_id=who, at=NOW + number, cause="power"))
    desk.commit(store, judged(NOW, "reboot"))
    mine = Wanted(router_ids=frozenset({ID}))
    assert [each.seq for each in told(desk, store, mine)] == [2, 4, 6, 7]
    boots = Wanted(frozenset({"router.boot"}), frozenset({ID}))
    first = desk.wait(store.news.after(0, boots, 2))
    assert ([each.seq for each in first.events], first.upto) == ([2, 4], 4)
    second = desk.wait(store.news.after(first.upto, boots, 2))
    assert ([each.seq for each in second.events], second.upto, second.newest) == ([6], 7, 7)
    newest = desk.wait(store.news.latest(None, boots, 2))
    assert [each.seq for each in newest] == [6, 4]
    assert [each.seq for each in desk.wait(store.news.latest(4, boots, 2))] == [2]
    assert all(boots.takes(each) for each in newest)
    assert not boots.takes(told(desk, store)[0])


def test_old_events_go_and_numbers_go_on(desk: Desk, store: Store) -> None:
    desk.commit(store, informed())
    for number in range(4):
        desk.commit(store, Rebooted(router_id=ID, at=NOW + number, cause="power"))
    late, kept = NOW + 8 * DAY, Retention()
    assert [desk.wait(store.prune(late, kept, 2)) for _ in range(3)] == [2, 1, 0]
    left = desk.wait(store.news.after(0, ALL, 10))
    assert ([each.seq for each in left.events], left.oldest, left.newest) == ([4], 4, 4)
    desk.commit(store, Rebooted(router_id=ID, at=late, cause="power"))
    assert [each.seq for each in told(desk, store)] == [4, 5]


def test_a_reader_misses_nothing_while_several_processes_write(desk: Desk) -> None:
    store = desk.open()
    desk.commit(store, informed())
    errors: list[BaseException] = []
    each_writes, writers = 30, 3

    def work(number: int) -> None:
        own = Desk(desk.url)
        try:
            mine = own.open()
            for each in range(each_writes):
                fact = Noted(router_id=ID, at=NOW + each, kind="identity_flapping")
                own.commit(mine, fact)
        except BaseException as error:  # noqa: BLE001 - told to the test
            errors.append(error)
        finally:
            own.close()

    threads = [threading.Thread(target=work, args=(number,)) for number in range(writers)]
    for thread in threads:
        thread.start()
    seen: list[int] = []
    position = 0
    while any(thread.is_alive() for thread in threads) or len(seen) < each_writes * writers:
        stretch = desk.wait(store.news.after(position, ALL, 7))
        seen += [one.seq for one in stretch.events]
        position = stretch.upto
        if errors:
            break
    for thread in threads:
        thread.join()
    assert errors == []
    assert seen == list(range(1, each_writes * writers + 1))


def test_a_number_is_not_seen_before_those_below_it(desk: Desk) -> None:
    store = desk.open()
    if store._database.is_sqlite:
        return  # one writer at a time: there is no other order
    entered, release = threading.Event(), threading.Event()
    one: list[News] = [News(NOW, "router.boot", ID, {})]

    def slow(connection: Any) -> None:
        news.append(connection, one)
        entered.set()
        assert release.wait(30)

    held = store._write(slow)
    assert entered.wait(30)
    other = desk.open()
    late = other._write(lambda c: news.append(c, one))
    with store._database.readers.connect() as c:
        waiting = text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
        ends_at = time.monotonic() + 20
        while not c.execute(waiting).scalar_one():
            assert time.monotonic() < ends_at, "the other one does not wait"
        assert c.execute(select(table.c.seq)).all() == []
    release.set()
    desk.wait(held)
    desk.wait(late)
    assert [each.seq for each in desk.wait(store.news.after(0, ALL, 9)).events] == [1, 2]


def test_a_listener_that_fails_harms_nobody(desk: Desk, store: Store) -> None:
    woken: list[int] = []
    store.news.listeners.add(lambda: 1 // 0)
    store.news.listeners.add(lambda: woken.append(1))
    desk.commit(store, informed())
    desk.commit(store, Rebooted(router_id=ID, at=NOW, cause="power"))
    desk.commit(store, Rebooted(router_id=ID, at=NOW + 1, cause="power"))
    assert woken == [1, 1]
