"""Polling's price: CPU per poll with its durable sample, beside pysnmp asking the same.

A responder of our own answers in a process of its own; only the asking process is measured.
"""

import argparse
import asyncio
import json
import logging
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path

import structlog
from prometheus_client import CollectorRegistry
from pysnmp.hlapi.v3arch.asyncio import (
    CommunityData,
    ContextData,
    ObjectIdentity,
    ObjectType,
    SnmpEngine,
    UdpTransportTarget,
    bulk_cmd,
    get_cmd,
)

from acs.bridge import to_asyncio
from acs.facts import Fact, Sampled, TargetSet
from acs.metrics import Metrics
from acs.polling.commanding import Commanding
from acs.polling.service import Polling
from acs.polling.settings import PollSettings
from acs.storage.settings import StorageSettings
from acs.storage.store import Store
from agents.asking import open_asker
from agents.credentials import SnmpCredential
from agents.snmp.ber import dotted
from agents.snmp.pdus import GET, GET_BULK
from agents.targets import Target
from tests.agents.snmp.fake_agent import Counted, FakeAgent, agent
from tests.agents.snmp.test_device import MIKROTIK
from tests.bench.setup import ROOT

BAR = 10.0  # times less CPU than pysnmp
FLEET, INTERVAL, CORES = 100_000, 300.0, 2.0
DEVICES = 512  # addresses that answer: a real device is asked by one request at a time
Request = tuple[int, tuple[str, ...], int]


class _Desk:
    """A store and a poller whose clock can be put on."""

    def __init__(self, store: Store, ports: Sequence[int], interval: float) -> None:
        self.store, self.ports, self.interval = store, ports, interval
        self.ahead = 0.0
        self.sampled = 0

    def now(self) -> float:
        return time.time() + self.ahead

    def take(self, facts: Sequence[Fact], _: Sequence[object]) -> None:
        self.sampled += sum(isinstance(fact, Sampled) for fact in facts)

    async def add(self, count: int) -> None:
        for start in range(0, count, 500):
            facts = []
            for number in range(start, min(start + 500, count)):
                id_ = f"4C5E0C-RB951-{number:06}"
                target = Target(
                    router_id=id_,
                    address="127.0.0.1",
                    port=self.ports[number % len(self.ports)],
                    credential="read",
                )
                facts.append(TargetSet(router_id=id_, at=1.0, target=target, due_at=self.now()))
            await to_asyncio(self.store.commit(facts))

    async def polling(self) -> Polling:
        loop = asyncio.get_running_loop()
        settings = PollSettings(
            interval=self.interval,  # type: ignore[arg-type]  # a float will do
            subnet_rate=1e6,
            subnet_burst=1_000_000,
            lease=3600,  # type: ignore[arg-type]  # the same
        )
        metrics = Metrics(CollectorRegistry(), "0")
        asker = await open_asker(
            settings.asking(),
            {"read": SnmpCredential(community="public")},
            steady=loop.time,
            telemetry=Counted(),
            hosts={4: "127.0.0.1"},
        )
        return Polling(
            self.store,
            settings,
            asker,
            commanding=Commanding(
                self.store,
                guard=lambda *_: (),
                committed=self.take,
                claimed=lambda _: None,
                now=self.now,
            ),
            committed=self.take,
            now=self.now,
            steady=loop.time,
            uniform=lambda low, high: low + (high - low) * (time.perf_counter() % 1),
            token=lambda: f"{time.perf_counter()}",
            metrics=metrics,
        )

    async def until(self, polling: Polling, count: int) -> tuple[float, float]:
        """CPU and wall seconds in which so many samples became durable."""
        cpu, wall, aim = time.process_time(), time.perf_counter(), self.sampled + count
        while self.sampled < aim:
            await polling.poller.step()
            await asyncio.sleep(0.002)
        await polling.poller.idle()
        return time.process_time() - cpu, time.perf_counter() - wall


async def _respond() -> None:
    async with AsyncExitStack() as stack:
        devices = [await stack.enter_async_context(agent(MIKROTIK)) for _ in range(DEVICES)]
        sys.stdout.write(" ".join(str(device.address[1]) for device in devices) + "\n")
        sys.stdout.flush()
        while True:
            await asyncio.sleep(1)
            for device in devices:
                device.requests.clear()


async def _requests(folder: Path) -> list[Request]:
    """What one poll of a known device asks."""
    async with agent(MIKROTIK) as device:
        store = _opened(folder / "one.db")
        desk = _Desk(store, [device.address[1]], INTERVAL)
        await desk.add(1)
        polling = await desk.polling()
        await desk.until(polling, 1)
        device.requests.clear()
        desk.ahead += 2 * INTERVAL
        await desk.until(polling, 1)
        await asyncio.to_thread(store.close)
        return _written(device)


def _written(device: FakeAgent) -> list[Request]:
    return [
        (one.kind, tuple(dotted(varbind.oid) for varbind in one.varbinds), one.index)
        for one in device.requests
    ]


def _opened(path: Path) -> Store:
    loop = asyncio.get_running_loop()
    settings = StorageSettings(url=f"sqlite:///{path}")
    return Store.open(settings, deliver=loop.call_soon_threadsafe, key=bytes(32))


async def _ours(folder: Path, ports: Sequence[int], polls: int) -> tuple[float, float]:
    store = _opened(folder / "ours.db")
    desk = _Desk(store, ports, INTERVAL)
    await desk.add(polls)
    polling = await desk.polling()
    await desk.until(polling, polls)  # families and interfaces are known from here on
    desk.ahead += 2 * INTERVAL
    measured = await desk.until(polling, polls)
    await asyncio.to_thread(store.close)
    return measured


async def _pysnmps(port: int, requests: Sequence[Request], polls: int) -> tuple[float, float]:
    engine = SnmpEngine()
    where = await UdpTransportTarget.create(("127.0.0.1", port), timeout=5, retries=1)
    community = CommunityData("public", mpModel=1)  # noqa: S508 - as ours asks
    context = ContextData()

    async def poll() -> None:
        for kind, oids, repetitions in requests:
            names = [ObjectType(ObjectIdentity(oid)) for oid in oids]
            if kind == GET:
                told = await get_cmd(engine, community, where, context, *names, lookupMib=False)
            else:
                assert kind == GET_BULK
                told = await bulk_cmd(
                    engine, community, where, context, 0, repetitions, *names, lookupMib=False
                )
            assert not told[0], told[0]

    await poll()
    cpu, wall = time.process_time(), time.perf_counter()
    for _ in range(polls):
        await poll()
    measured = time.process_time() - cpu, time.perf_counter() - wall
    engine.close_dispatcher()
    return measured


async def _measured(ports: Sequence[int], polls: int) -> bool:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        requests = await _requests(folder)
        cpu, wall = await _ours(folder, ports, polls)
        theirs = max(polls // 20, 20)
        their_cpu, their_wall = await _pysnmps(ports[0], requests, theirs)
        ours_us, theirs_us = cpu / polls * 1e6, their_cpu / theirs * 1e6
        found: dict[str, object] = {
            "requests_per_poll": len(requests),
            "ours": {"cpu_us_per_poll": round(ours_us), "polls_per_second": round(polls / wall)},
            "pysnmp": {
                "cpu_us_per_poll": round(theirs_us),
                "polls_per_second": round(theirs / their_wall),
            },
            "times_less_cpu": round(theirs_us / ours_us, 1),
            "cores_of_the_fleet": round(ours_us * FLEET / INTERVAL / 1e6, 2),
        }
        sys.stdout.write(json.dumps(found, indent=2) + "\n")
        return theirs_us >= BAR * ours_us and ours_us * FLEET / INTERVAL / 1e6 <= CORES


def main() -> int:
    """Measure, print figures, fail below the bar."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--polls", type=int, default=1500)
    parser.add_argument("--respond", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.respond:
        asyncio.run(_respond())
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    command = [sys.executable, "-m", "tests.bench.polling", "--respond"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as responder:  # noqa: S603 - ourselves
        assert responder.stdout is not None
        try:
            ports = [int(word) for word in responder.stdout.readline().split()]
            return 0 if asyncio.run(_measured(ports, given.polls)) else 1
        finally:
            responder.terminate()


if __name__ == "__main__":
    sys.exit(main())
