"""From a device's variables to a verdict in the database, through real sockets and SQLite."""

import asyncio
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import CollectorRegistry
from twisted.internet.defer import Deferred

from acs.bridge import to_asyncio
from acs.facts import Fact, Rebooted, Sampled, TargetRead, TargetSet
from acs.metrics import Metrics
from acs.polling.service import facts_of, open_polling
from acs.polling.settings import PollSettings
from acs.storage.rows import Windowed
from acs.storage.settings import StorageSettings
from acs.storage.store import Store
from agents.polled import Due, Outcome
from agents.reading import Reading
from agents.targets import Target
from tests.agents.running import run
from tests.agents.snmp.fake_agent import agent, ticks
from tests.agents.snmp.test_device import MIKROTIK

ROUTER = "4C5E0C-RB951-7A5B"


def _credentials(folder: Path) -> str:
    path = folder / "credentials.toml"
    path.write_text('[credentials.read]\ntype = "snmp"\ncommunity = "public"\n')
    path.chmod(0o600)
    return str(path)


def _opened(folder: Path) -> Store:
    loop = asyncio.get_running_loop()
    settings = StorageSettings(url=f"sqlite:///{folder}/acs.db")
    return Store.open(settings, deliver=loop.call_soon_threadsafe, key=bytes(32))


def test_a_polled_device_is_sampled_and_its_reboot_noticed(tmp_path: Path) -> None:
    async def main() -> None:
        store = _opened(tmp_path)
        committed: list[tuple[Fact, object]] = []
        wanted = asyncio.Event()

        def take(facts: Sequence[Fact], results: Sequence[object]) -> None:
            committed.extend(zip(facts, results, strict=True))
            wanted.set()

        async with agent(MIKROTIK) as device:
            host, port = device.address
            target = Target(router_id=ROUTER, address=host, port=port, credential="read")
            added = TargetSet(router_id=ROUTER, at=1.0, target=target, due_at=0.0)
            await to_asyncio(store.commit([added]))
            registry = CollectorRegistry()
            now = time.time()
            polling = await open_polling(
                store,
                PollSettings(credentials_file=_credentials(tmp_path)),
                committed=take,
                guard=lambda *_: (),
                claimed=lambda _: None,
                metrics=Metrics(registry, "0"),
                now=lambda: now,
            )
            polling.start()
            await asyncio.wait_for(wanted.wait(), 10)
            (sampled, window), (read, counts) = committed
            assert isinstance(sampled, Sampled)
            assert (sampled.source, sampled.vitals["lan.hosts_active"]) == ("snmp", 9)
            assert isinstance(window, Windowed)
            assert isinstance(read, TargetRead)
            assert (counts, read.fault) == (True, "")

            committed.clear()
            wanted.clear()
            device.put({"1.3.6.1.2.1.1.3.0": ticks(60)})
            now += 1000
            await asyncio.wait_for(wanted.wait(), 10)
            booted = committed[0][0]
            assert isinstance(booted, Rebooted)
            assert booted.at == pytest.approx(now - 60)
            assert [type(fact) for fact, _ in committed] == [Rebooted, Sampled, TargetRead]
            router = await to_asyncio(store.router(ROUTER))
            assert router is not None
            assert router.boot_at == pytest.approx(now - 60)
            await to_asyncio(Deferred.fromCoroutine(polling.stop()))
            polls = registry.get_sample_value(
                "acs_poll_seconds_count", {"way": "snmp", "outcome": "ok"}
            )
            assert polls == 2
        await asyncio.to_thread(store.close)

    run(main())


def test_nobody_is_read_by_two_pollers(tmp_path: Path) -> None:
    async def main() -> None:
        store = _opened(tmp_path)
        async with agent(MIKROTIK) as device:
            host, port = device.address
            ids = [f"4C5E0C-RB951-{number:04}" for number in range(40)]
            facts = [
                TargetSet(
                    router_id=id_,
                    at=1.0,
                    target=Target(router_id=id_, address=host, port=port, credential="read"),
                    due_at=0.0,
                )
                for id_ in ids
            ]
            await to_asyncio(store.commit(facts))
            read: list[str] = []
            done = asyncio.Event()

            def take(facts: Sequence[Fact], _: Sequence[object]) -> None:
                read.extend(fact.router_id for fact in facts if isinstance(fact, Sampled))
                if len(read) >= len(ids):
                    done.set()

            settings = PollSettings(
                credentials_file=_credentials(tmp_path), subnet_rate=1000.0, subnet_burst=40
            )
            pollers = [
                await open_polling(
                    store,
                    settings,
                    committed=take,
                    guard=lambda *_: (),
                    claimed=lambda _: None,
                    metrics=Metrics(CollectorRegistry(), "0"),
                )
                for _ in range(2)
            ]
            for polling in pollers:
                polling.start()
            await asyncio.wait_for(done.wait(), 20)
            for polling in pollers:
                await to_asyncio(Deferred.fromCoroutine(polling.stop()))
            assert sorted(read) == ids
        await asyncio.to_thread(store.close)

    run(main())


def _outcome(**changes: Any) -> Outcome:
    target = Target(router_id="r", name="port", address="192.0.2.1", credential="c")
    return Outcome(
        **{"due": Due(target, failures=2), "at": 5.0, "next_at": 9.0, "known": b"", **changes}
    )


def test_a_port_says_nothing_of_the_router() -> None:
    reading = Reading({"eth.speed": 1000}, uptime=9.0, of_port=True)
    facts = facts_of(_outcome(reading=reading, restarted_at=1.0))
    assert [type(fact) for fact in facts] == [Sampled, TargetRead]
    assert isinstance(facts[1], TargetRead)
    assert not facts[1].is_heard


def test_a_failure_is_counted_on() -> None:
    (fact,) = facts_of(_outcome(fault="no_answer", why="no answer"))
    assert isinstance(fact, TargetRead)
    assert (fact.failures, fact.fault, fact.is_heard) == (3, "no_answer", False)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"interval": 0.0}, "interval: found 0.0"),
        ({"at_once": 0}, "at_once"),
        ({"enabled": True}, "credentials_file"),
    ],
)
def test_settings_that_cannot_be(changes: dict[str, Any], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        PollSettings(**changes)
