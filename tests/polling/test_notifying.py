"""What polled devices tell by themselves becomes events of their routers, on both databases."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import pytest

from acs.bridge import to_asyncio
from acs.facts import Fact, TargetSet
from acs.polling.notifying import Notifying, facts_of, open_notifying
from acs.polling.settings import NotificationSettings
from acs.storage.settings import StorageSettings
from acs.storage.store import Store
from acs.storage.targets import TargetRow
from agents.credentials import Credential, SnmpCredential
from agents.snmp.notifications import Notification
from agents.snmp.receiver import Receiver
from agents.targets import Target
from tests.agents.running import run
from tests.agents.snmp.test_receiver import COLD_START, PLAIN, Ear, tell

ROUTER, BEHIND, NOW = "0A1002-E5-C1", "0A1002-K2-B1", 1_700_000_000.0
CREDENTIALS: dict[str, Credential] = {"read": SnmpCredential(community="public")}


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[tuple[Store, Notifying, list[Fact]]]:
    loop = asyncio.get_running_loop()
    store = Store.open(
        StorageSettings(url=url, readers=2), deliver=loop.call_soon_threadsafe, key=bytes(32)
    )
    told: list[Fact] = []

    def committed(facts: Sequence[Fact], results: Sequence[object]) -> None:
        assert len(facts) == len(results)
        told.extend(facts)

    notifying = Notifying(
        store,
        is_port=lambda row: row.name == "port",
        committed=committed,
        now=lambda: NOW,
        steady=loop.time,
    )
    try:
        for router_id, name in ((ROUTER, "self"), (BEHIND, "port")):
            target = Target(router_id=router_id, name=name, address="127.0.0.1", credential="read")
            fact = TargetSet(router_id=router_id, at=1.0, target=target, due_at=NOW + 3600)
            await to_asyncio(store.commit([fact]))
        yield store, notifying, told
    finally:
        await asyncio.to_thread(store.close)


async def listening(notifying: Notifying, ear: Ear, **changes: object) -> Receiver:
    settings = NotificationSettings(listen="127.0.0.1:0", **changes)  # type: ignore[arg-type]
    loop = asyncio.get_running_loop()
    return await open_notifying(
        notifying,
        settings,
        CREDENTIALS,
        host_name="acs-1",
        telemetry=ear,
        now=lambda: NOW,
        steady=loop.time,
    )


def test_a_start_that_is_told_is_an_event_and_has_the_device_read_at_once(url: str) -> None:
    async def main() -> None:
        async with opened(url) as (store, notifying, told):
            ear = Ear()
            receiver = await listening(notifying, ear)
            assert await tell(receiver, "snmpinform", *PLAIN, oid=("4200", COLD_START)) == 0
            await receiver.close()
            assert ear.counts == {"taken": 1}
            (event,) = [
                each
                for each in await to_asyncio(store.events(ROUTER, 0.0, 10))
                if each.kind == "cold_start"
            ]
            assert event.detail == {"target": "self", "uptime": 42.0}
            kinds = {each.kind for each in await to_asyncio(store.events(BEHIND, 0.0, 10))}
            assert "switch_cold_start" in kinds
            assert len(told) == 2
            rows = await to_asyncio(store.targets())
            assert [row.due_at for row in rows] == [NOW, NOW]

    run(main())


def test_a_device_that_is_added_is_known_within_a_minute_and_a_stranger_never(url: str) -> None:
    async def main() -> None:
        async with opened(url) as (_, notifying, _told):
            assert not notifying.knows("127.0.0.1")  # it is looked up from now on
            await notifying.look()
            assert notifying.knows("127.0.0.1")
            assert not notifying.knows("192.0.2.1")

    run(main())


def row(name: str) -> TargetRow:
    return TargetRow(
        router_id=ROUTER,
        name=name,
        way="snmp",
        address="192.0.2.1",
        port=0,
        credential="read",
        profile="",
        interface="",
        interval=0.0,
        trust="pinned",
        old_ssh=False,
        known=b"",
        failures=0,
        stopped=False,
        due_at=0.0,
        lease="",
        read_at=None,
        fault="",
        why="",
    )


@pytest.mark.parametrize(
    ("name", "kind", "events"),
    [
        ("self", "link_down", ["link_down"]),
        ("self", "authentication_failure", ["authentication_failure"]),
        ("self", "docsis_dhcp_fail", ["docsis_dhcp_fail"]),
        ("port", "warm_start", ["switch_warm_start"]),
        ("port", "authentication_failure", []),
        ("port", "link_down", []),  # of another port: ours has no index yet
    ],
)
def test_a_switch_tells_a_router_no_more_than_is_its_business(
    name: str, kind: str, events: list[str]
) -> None:
    told = Notification(kind, True, None, {"interface": 7})
    facts = facts_of([row(name)], told, NOW, lambda each: each.name == "port")
    assert [getattr(fact, "kind", None) for fact in facts] == events


def test_a_credential_that_is_not_there_is_named(url: str) -> None:
    async def main() -> None:
        async with opened(url) as (_, notifying, _told):
            with pytest.raises(ValueError, match="'nobody' is not there, or not for SNMP"):
                await listening(notifying, Ear(), credentials=("nobody",))

    run(main())


@pytest.mark.parametrize(
    ("name", "value"),
    [("rate", 0.0), ("source_burst", 0), ("engine_id", "80"), ("engine_id", "x" * 10)],
)
def test_settings_that_cannot_be(name: str, value: object) -> None:
    with pytest.raises(ValueError, match=f"{name}: found"):
        NotificationSettings(**{name: value})  # type: ignore[arg-type]
