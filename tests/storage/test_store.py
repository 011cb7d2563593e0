"""Routers: Informs, boots, enrolment, ownership; on both databases."""

import pytest

from acs.facts import (
    Belongs,
    ConnectionSecretSet,
    ContactMade,
    Discovered,
    Enrolled,
    Event,
    Noted,
    PlanChanged,
    Quarantined,
    Rebooted,
    RouterRecord,
)
from acs.identity import DeviceId
from acs.storage.errors import FactRefusedError, StorageClosedError, WrongKeyError
from acs.storage.rows import Credential, Windowed
from acs.storage.store import Store
from tests.storage.support import (
    DEVICE,
    ID,
    NOW,
    OTHER,
    OTHER_ID,
    Desk,
    informed,
    judged,
    sampled,
    verdict,
)


def record_of(results: tuple[object, ...]) -> RouterRecord:
    record = results[0]
    assert isinstance(record, RouterRecord)
    return record


def test_a_new_router_gets_credentials_and_keeps_them(desk: Desk, store: Store) -> None:
    first = record_of(desk.commit(store, informed()))
    assert first.is_new
    assert not first.connection_secret_set
    assert first.plan_key is None
    desk.commit(store, ConnectionSecretSet(router_id=ID, at=NOW, accepted=True))
    second = record_of(desk.commit(store, informed(NOW + 60)))
    assert not second.is_new
    assert second.connection_secret is None  # it has them
    assert second.connection_secret_set
    target = desk.wait(store.connection_target(ID))
    assert target is not None
    assert first.connection_secret is not None
    assert (target.username, target.password) == (
        first.connection_secret.username,
        first.connection_secret.password,
    )
    assert first.connection_secret.password not in repr(target)


def test_bootstrap_resets_the_connection_secret(desk: Desk, store: Store) -> None:
    desk.commit(store, informed(), ConnectionSecretSet(router_id=ID, at=NOW, accepted=True))
    record = record_of(desk.commit(store, informed(NOW + 60, events=(Event("0 BOOTSTRAP"),))))
    assert not record.connection_secret_set
    assert record.connection_secret is not None
    kinds = [event.kind for event in desk.wait(store.events(ID, 0, 10))]
    assert kinds == ["bootstrap", "connection_secret"]


def test_informs_are_counted_and_shown(desk: Desk, store: Store) -> None:
    for minute in range(3):
        desk.commit(store, informed(NOW + 60 * minute, vitals={"sys.uptime": 60 * minute}))
    row = desk.wait(store.router(ID))
    assert row is not None
    assert (row.informs, row.last_inform_at, row.first_seen_at) == (3, NOW + 120, NOW)
    assert (row.manufacturer, row.oui, row.product_class, row.serial_number) == (
        "Acme Corp.",
        "001122",
        "Model X",
        "SN-0001",
    )
    assert (row.uptime, row.vitals) == (120, {"sys.uptime": 120})
    assert (row.enrolment, row.verdict, row.flapping) == ("enrolled", None, False)
    assert desk.wait(store.router("nobody")) is None


def test_an_empty_field_of_an_inform_keeps_what_is_known(desk: Desk, store: Store) -> None:
    desk.commit(store, informed())
    desk.commit(
        store,
        informed(NOW + 1, software_version="", hardware_version="", connection_request_url=""),
    )
    row = desk.wait(store.router(ID))
    assert row is not None
    assert (row.software_version, row.hardware_version) == ("1.0", "A1")
    assert row.connection_request_url == "http://192.0.2.7:7547/x"


def test_a_firmware_change_is_an_event_and_part_of_the_context(desk: Desk, store: Store) -> None:
    desk.commit(store, informed())
    desk.commit(store, informed(NOW + 60, software_version="2.0"))
    (event,) = desk.wait(store.events(ID, 0, 10))
    assert (event.kind, event.detail) == ("firmware", {"from": "1.0", "to": "2.0"})
    (window,) = desk.commit(store, sampled(NOW + 61))
    assert isinstance(window, Windowed)
    (change,) = window.context.firmware_changes
    assert (change.at, change.before, change.after) == (NOW + 60, "1.0", "2.0")
    assert window.context.firmware == "2.0"


def test_boots_are_events_and_part_of_the_context(desk: Desk, store: Store) -> None:
    desk.commit(store, informed(), Rebooted(router_id=ID, at=NOW, cause="power"))
    again = NOW + 600
    desk.commit(
        store,
        informed(again),
        Rebooted(router_id=ID, at=again, cause="remote_reboot", command_key="c1"),
    )
    row = desk.wait(store.router(ID))
    assert row is not None
    assert row.boot_at == again
    details = [event.detail for event in desk.wait(store.events(ID, 0, 10))]
    assert details == [{"cause": "remote_reboot", "command_key": "c1"}, {"cause": "power"}]
    window = desk.wait(store.windowed(ID))
    assert window is not None
    assert [(b.at, b.cause) for b in window.context.boots] == [
        (NOW, "power"),
        (again, "remote_reboot"),
    ]


def test_a_repeated_inform_does_not_count_its_boot_again(desk: Desk, store: Store) -> None:
    desk.commit(store, informed(), Rebooted(router_id=ID, at=NOW, cause="unknown"))
    for retry in (1, 2):
        at = NOW + 10 * retry
        desk.commit(
            store,
            informed(at, retry_count=retry),
            Rebooted(router_id=ID, at=at, cause="unknown"),
        )
    window = desk.wait(store.windowed(ID))
    assert window is not None
    assert len(window.context.boots) == 1
    assert len(desk.wait(store.events(ID, 0, 10))) == 1
    desk.commit(store, informed(NOW + 900), Rebooted(router_id=ID, at=NOW + 900, cause="unknown"))
    assert len(desk.wait(store.events(ID, 0, 10))) == 2


def test_contacts_are_rows_and_part_of_the_context(desk: Desk, store: Store) -> None:
    contact = ContactMade(
        router_id=ID, at=NOW, channel="phone", action="reboot", helped=False, note="angry"
    )
    desk.commit(store, informed(), contact)
    (row,) = desk.wait(store.contacts(ID, 0))
    assert (row.channel, row.action, row.helped, row.note) == ("phone", "reboot", False, "angry")
    window = desk.wait(store.windowed(ID))
    assert window is not None
    assert [(c.channel, c.helped) for c in window.context.contacts] == [("phone", False)]


def test_quarantine_and_enrolment(desk: Desk, store: Store) -> None:
    asked = Quarantined(router_id=ID, at=NOW, device=DEVICE, address="192.0.2.9")
    desk.commit(store, asked)
    desk.commit(store, Quarantined(router_id=ID, at=NOW + 5, device=DEVICE, address="192.0.2.9"))
    (row,) = desk.wait(store.quarantined(10))
    assert (row.router_id, row.informs, row.last_inform_at) == (ID, 0, NOW + 5)
    assert len(desk.wait(store.events(ID, 0, 10))) == 1
    desk.commit(store, Enrolled(router_id=ID, at=NOW + 9, username="alice", ha1="ab" * 16))
    assert desk.wait(store.quarantined(10)) == []
    assert desk.wait(store.credential("alice")) == Credential(ID, "ab" * 16)
    # An enrolled router is not put back by somebody who names himself like it.
    desk.commit(store, asked)
    row_now = desk.wait(store.router(ID))
    assert row_now is not None
    assert row_now.enrolment == "enrolled"


def test_a_router_may_be_enrolled_before_it_is_heard(desk: Desk, store: Store) -> None:
    desk.commit(store, Enrolled(router_id=ID, at=NOW, username="alice", ha1="ab" * 16))
    row = desk.wait(store.router(ID))
    assert row is not None
    assert (row.oui, row.product_class, row.serial_number) == ("001122", "Model X", "SN-0001")
    assert row.last_inform_at is None
    assert record_of(desk.commit(store, informed())).is_new


def test_a_user_name_belongs_to_one_router(desk: Desk, store: Store) -> None:
    desk.commit(store, Enrolled(router_id=ID, at=NOW, username="alice", ha1="ab" * 16))
    with pytest.raises(FactRefusedError):
        desk.commit(store, Enrolled(router_id=OTHER_ID, at=NOW, username="alice", ha1="cd" * 16))
    assert desk.wait(store.credential("alice")) == Credential(ID, "ab" * 16)
    assert desk.wait(store.router(OTHER_ID)) is None
    assert desk.wait(store.credential("bob")) is None


def test_subscribers_and_their_routers(desk: Desk, store: Store) -> None:
    for device in (DEVICE, OTHER):
        desk.commit(
            store,
            informed(device=device),
            Belongs(
                router_id=device.router_id,
                at=NOW,
                account="4711",
                phone="+1 555",
                login="smith",
                segment="olt1/3",
                access="GPON",
                utc_offset=3600,
            ),
        )
    subscriber = desk.wait(store.subscriber("4711"))
    assert subscriber is not None
    assert (subscriber.phone, subscriber.login) == ("+1 555", "smith")
    assert subscriber.router_ids == (ID, OTHER_ID)
    desk.commit(store, Belongs(router_id=OTHER_ID, at=NOW, account=""))
    assert desk.wait(store.router_ids_of("4711")) == [ID]
    assert desk.wait(store.subscriber("0")) is None
    window = desk.wait(store.windowed(ID))
    assert window is not None
    context = window.context
    assert (context.segment, context.access, context.utc_offset) == ("olt1/3", "GPON", 3600)


def test_discovery_and_plans(desk: Desk, store: Store) -> None:
    found = Discovered(
        router_id=ID,
        at=NOW,
        root="Device.",
        software_version="1.0",
        names=("Device.A", "Device.B"),
        plan_key="p1",
        plan=b"\x01\x02",
        model_name="X 1000",
    )
    desk.commit(store, informed(), found)
    record = record_of(desk.commit(store, informed(NOW + 1)))
    assert (record.plan_key, record.planned_for) == ("p1", "1.0")
    assert desk.wait(store.plan("p1")) == b"\x01\x02"
    desk.commit(
        store,
        PlanChanged(router_id=ID, at=NOW, plan_key="p2", plan=b"\x03", dropped=("Device.B",)),
    )
    record = record_of(desk.commit(store, informed(NOW + 2)))
    assert (record.plan_key, record.planned_for) == ("p2", "1.0")
    assert desk.wait(store.plan("nothing")) is None
    row = desk.wait(store.router(ID))
    assert row is not None
    assert row.model_name == "X 1000"


def test_samples_become_rows_window_and_newest_vitals(desk: Desk, store: Store) -> None:
    desk.commit(store, informed())
    for n in range(3):
        (window,) = desk.commit(
            store, sampled(NOW + 600 * n, sys__uptime=600 * n, eth__fcs_err=n, x__unknown="y")
        )
    assert isinstance(window, Windowed)
    assert window.history.last_at == NOW + 1200
    samples = desk.wait(store.samples(ID, NOW + 1, NOW + 1200, 10))
    assert [sample.at for sample in samples] == [NOW + 600, NOW + 1200]
    assert samples[-1].values == {"sys.uptime": 1200, "eth.fcs_err": 2, "x.unknown": "y"}
    assert [s.at for s in desk.wait(store.samples(ID, 0, 2 * NOW, 1))] == [NOW + 1200]
    row = desk.wait(store.router(ID))
    assert row is not None
    assert (row.collected_at, row.uptime) == (NOW + 1200, 1200)
    stored = desk.wait(store.window(ID))
    assert stored.encode_recent() == window.history.encode_recent()
    assert desk.wait(store.window("nobody")).last_at is None
    assert desk.wait(store.windowed("nobody")) is None


def test_a_repeated_sample_is_stored_once(desk: Desk, store: Store) -> None:
    desk.commit(store, informed())
    for _ in range(2):
        desk.commit(store, sampled(NOW))
    assert len(desk.wait(store.samples(ID, 0, 2 * NOW, 10))) == 1


def test_a_huge_counter_is_kept_as_a_float(desk: Desk, store: Store) -> None:
    desk.commit(store, informed(), sampled(NOW, eth__rx_bytes=10**30))
    (sample,) = desk.wait(store.samples(ID, 0, 2 * NOW, 10))
    assert sample.values == {"eth.rx_bytes": 1e30}


def test_a_verdict_is_renewed_until_it_changes(desk: Desk, store: Store) -> None:
    desk.commit(store, informed())
    assert desk.commit(store, judged(NOW)) == (True,)
    assert desk.commit(store, judged(NOW + 60)) == (False,)
    assert desk.commit(store, judged(NOW + 120, "none", "F02")) == (True,)
    assert desk.commit(store, judged(NOW + 180, "reboot", "F02")) == (True,)
    assert desk.wait(store.verdict(ID)) == verdict(NOW + 180, "reboot", "F02")
    history = desk.wait(store.verdicts(ID, 10))
    assert [(v.action, v.judged_at) for v in history] == [
        ("reboot", NOW + 180),
        ("none", NOW + 120),
        ("none", NOW + 60),
    ]
    row = desk.wait(store.router(ID))
    assert row is not None
    assert (row.verdict, row.cause, row.confidence) == ("reboot", "F02", 0.9)
    assert (row.verdict_since, row.judged_at) == (NOW + 180, NOW + 180)
    assert desk.wait(store.verdict_counts()) == {"reboot": 1}


def test_a_verdict_after_the_clock_was_set_back_is_still_the_newest(
    desk: Desk, store: Store
) -> None:
    desk.commit(store, informed())
    desk.commit(store, judged(NOW))
    desk.commit(store, judged(NOW - 86_400, "reboot"))
    assert desk.wait(store.verdict(ID)) == verdict(NOW - 86_400, "reboot")
    assert desk.wait(store.verdicts(ID, 1))[0].action == "reboot"


def test_facts_about_an_unknown_router_are_refused(desk: Desk, store: Store) -> None:
    for fact in (sampled(), judged(), Noted(router_id=ID, at=NOW, kind="x")):
        with pytest.raises(FactRefusedError, match="no router"):
            desk.commit(store, fact)


@pytest.mark.parametrize(
    "text",
    [
        "'; DROP TABLE routers; --",
        "%s %(x)s :x ? \\ \" '",
        "\u202e\u0000\u0001"[::2],
        "💥" * 64,
        "\n\r\t",
    ],
)
def test_hostile_text_comes_back_whole(desk: Desk, store: Store, text: str) -> None:
    device = DeviceId(text, "AABBCC", text, text)
    desk.commit(
        store,
        informed(
            device=device,
            address=text,
            software_version=text,
            hardware_version=text,
            connection_request_url=text,
            vitals={"sys.fw_version": text},
        ),
    )
    router_id = device.router_id
    desk.commit(store, Noted(router_id=router_id, at=NOW, kind=text, detail={text: text}))
    row = desk.wait(store.router(router_id))
    assert row is not None
    assert {row.manufacturer, row.product_class, row.serial_number, row.address} == {text}
    assert row.vitals == {"sys.fw_version": text}
    (event,) = desk.wait(store.events(router_id, 0, 10))
    assert (event.kind, event.detail) == (text, {text: text})


def test_an_id_that_cannot_be_a_key_is_refused(desk: Desk, store: Store) -> None:
    for router_id in ("", "x" * 1601):
        with pytest.raises(FactRefusedError):
            desk.commit(store, informed(router_id=router_id))


def test_nothing_at_all_can_be_committed(desk: Desk, store: Store) -> None:
    assert desk.commit(store) == ()
    desk.wait(store.ping())


def test_facts_are_there_after_a_restart(desk: Desk, store: Store) -> None:
    record = record_of(desk.commit(store, informed(), sampled()))
    store.close()
    again = desk.open()
    assert record_of(desk.commit(again, informed(NOW + 1))).connection_secret == (
        record.connection_secret
    )


def test_closing_writes_what_waits_and_refuses_the_rest(desk: Desk, store: Store) -> None:
    waiting = [store.commit((informed(NOW + n),)) for n in range(50)]
    store.close()
    for deferred in waiting:
        desk.wait(deferred)
    with pytest.raises(StorageClosedError):
        desk.commit(store, informed())
    with pytest.raises(StorageClosedError):
        desk.wait(store.router(ID))
    row = desk.wait(desk.open().router(ID))
    assert row is not None
    assert row.informs == 50


def test_another_key_is_refused(desk: Desk, store: Store) -> None:
    store.close()
    with pytest.raises(WrongKeyError):
        desk.open(key=b"x" * 32)
