"""Commands to polled devices, through real sockets and both databases, with crashes in between."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest
from prometheus_client import CollectorRegistry

from acs.bridge import to_asyncio
from acs.commands import Command, CommandKind, GuardFacts, Proposal, Refusal
from acs.facts import Event, Fact, Informed, TargetSet
from acs.identity import DeviceId
from acs.metrics import Metrics
from acs.polling.commanding import Commanding, hasten
from acs.polling.service import Polling
from acs.polling.settings import PollSettings
from acs.storage.settings import StorageSettings
from acs.storage.store import Store
from agents.asking import Asker, AskingSettings, open_asker
from agents.credentials import SnmpCredential
from agents.orders import Carried, Order
from agents.polled import Due
from agents.snmp.pdus import SET
from agents.targets import Target
from tests.agents.running import run
from tests.agents.snmp.fake_agent import Counted, FakeAgent, agent, ticks
from tests.agents.snmp.test_device import MIKROTIK

ROUTER = "4C5E0C-RB951-7A5B"
UPTIME = "1.3.6.1.2.1.1.3.0"
NOW = 1_700_000_000.0


def _never(*_: object) -> tuple[Refusal, ...]:
    return ()


class _Office:
    """A store, a device and a poller; each look at what is due is a call."""

    def __init__(self, store: Store, device: FakeAgent, asker: Asker, target: Target) -> None:
        self.store, self.device, self.asker, self.target = store, device, asker, target
        self.now = NOW
        self.guard: Callable[..., tuple[Refusal, ...]] = _never
        self.claimed: list[Command] = []
        self.polling = self.new_poller()

    def new_poller(self) -> Polling:
        """As after a start of the process."""
        return Polling(
            self.store,
            PollSettings(),
            self.asker,
            commanding=self.commanding(),
            committed=self._take,
            now=lambda: self.now,
            steady=asyncio.get_running_loop().time,
            uniform=lambda low, high: (low + high) / 2,
            token=lambda: f"lease-{self.now}",
            metrics=Metrics(CollectorRegistry(), "0"),
        )

    def commanding(self) -> Commanding:
        return Commanding(
            self.store,
            guard=self._asked,
            committed=self._take,
            claimed=self.claimed.append,
            now=lambda: self.now,
        )

    def _asked(self, command: Command, facts: GuardFacts) -> tuple[Refusal, ...]:
        return self.guard(command, facts)

    def _take(self, facts: Sequence[Fact], results: Sequence[object]) -> None:
        assert len(facts) == len(results)

    async def look(self, after: float = 0.0) -> int:
        """Poll what is due after so many seconds; how many were."""
        self.now += after
        began = await self.polling.poller.step()
        await self.polling.poller.idle()
        return began

    async def ask(self, kind: CommandKind = "reboot", id_: str = "c1") -> None:
        proposal = Proposal(id_, ROUTER, kind, "ann", "why", self.now, self.now + 3600)
        command = await to_asyncio(self.store.propose(proposal, _never))
        assert command.state == "queued"
        hasten(self.store, ROUTER, self.now)

    async def command(self, id_: str = "c1") -> Command:
        found = await to_asyncio(self.store.command(id_))
        assert found is not None
        return found

    async def due_at(self) -> float:
        (row,) = await to_asyncio(self.store.targets(router_id=ROUTER))
        return row.due_at

    def up(self, seconds: float) -> None:
        self.device.put({UPTIME: ticks(seconds)})


@asynccontextmanager
async def office(url: str, **changes: Any) -> AsyncIterator[_Office]:
    loop = asyncio.get_running_loop()
    settings = StorageSettings(url=url, readers=2)
    store = Store.open(settings, deliver=loop.call_soon_threadsafe, key=bytes(32))
    asker = await open_asker(
        AskingSettings(timeout=0.3, tries=2),
        {"read": SnmpCredential(community="public")},
        steady=loop.time,
        telemetry=Counted(),
        hosts={4: "127.0.0.1"},
    )
    try:
        async with agent(MIKROTIK) as device:
            host, port = device.address
            given = {"router_id": ROUTER, "address": host, "port": port, "credential": "read"}
            target = Target(**{**given, **changes})
            await to_asyncio(
                store.commit([TargetSet(router_id=ROUTER, at=1.0, target=target, due_at=0.0)])
            )
            made = _Office(store, device, asker, target)
            made.up(86_400)
            assert await made.look() == 1
            yield made
    finally:
        await asker.close()
        await asyncio.to_thread(store.close)


def test_a_queued_reboot_goes_out_at_once_and_is_confirmed_by_the_uptime(url: str) -> None:
    async def main() -> None:
        async with office(url) as made:
            assert await made.look(5) == 0  # nothing is due
            await made.ask()
            assert await made.look() == 1
            assert [one.value for one in made.device.sets] == [1]
            assert [one.command_id for one in made.claimed] == ["c1"]
            sent = await made.command()
            assert (sent.state, sent.sent_at) == ("accepted", NOW + 5)
            assert await made.due_at() == NOW + 25
            made.up(86_425)  # it has not gone down yet: that proves nothing
            await made.look(20)
            assert (await made.command()).state == "accepted"
            made.up(10)
            await made.look(20)
            assert (await made.command()).state == "confirmed"
            router = await to_asyncio(made.store.router(ROUTER))
            assert router is not None
            assert router.boot_at == pytest.approx(NOW + 35)
            await made.look(1000)
            assert len(made.device.sets) == 1

    run(main())


def test_a_crash_between_record_and_send_reboots_nobody_twice(url: str) -> None:
    async def main() -> None:
        async with office(url) as made:
            await made.ask()
            (row,) = await to_asyncio(made.store.claim_targets(made.now, 9, "gone", made.now + 300))
            reading = (await made.polling.poller.read(Due(made.target, row.known))).reading
            assert reading is not None
            order = await made.commanding().next(Due(made.target), reading)
            assert order == Order("c1", "reboot")
            # Here the process ends; another one starts, and the lease runs out.
            made.polling = made.new_poller()
            await to_asyncio(made.store.hasten_targets(made.now))
            assert await made.look(301) == 1
            assert made.device.sets == []
            assert (await made.command()).state == "sent"

    run(main())


def test_a_crash_between_send_and_answer_is_confirmed_by_whoever_looks_next(url: str) -> None:
    async def main() -> None:
        async with office(url) as made:

            async def dies(due: Due, carried: Carried) -> None:
                raise RuntimeError(f"the process ends at {due.target.name}, {carried.status}")

            await made.ask()
            made.polling._commanding.carried = dies  # type: ignore[method-assign]
            assert await made.look() == 1
            assert len(made.device.sets) == 1
            assert (await made.command()).state == "sent"
            made.polling = made.new_poller()
            made.up(250)
            assert await made.look(301) == 1
            assert (await made.command()).state == "confirmed"
            assert len(made.device.sets) == 1

    run(main())


def test_a_lost_answer_is_unknown_and_not_asked_again(url: str) -> None:
    async def main() -> None:
        async with office(url) as made:
            asked = made.device.requests
            made.device.misbehave = lambda _, right: [] if asked[-1].kind == SET else [right]
            await made.ask()
            await made.look()
            assert len(made.device.sets) == 1
            assert (await made.command()).state == "sent"
            made.up(3)
            await made.look(20)
            assert (await made.command()).state == "confirmed"
            assert len(made.device.sets) == 1

    run(main())


def test_a_restart_before_the_reboot_or_long_after_it_proves_nothing(url: str) -> None:
    async def main() -> None:
        async with office(url) as made:
            await made.ask()
            made.up(30)  # it restarted by itself; this is noticed in the reading before the order
            await made.look(60)
            assert (await made.command()).state == "accepted"
            made.up(3_600)
            await made.look(20)
            made.up(5)
            await made.look(5000)
            assert (await made.command()).state == "accepted"

    run(main())


def test_the_guard_is_asked_when_it_goes_out(url: str) -> None:
    async def main() -> None:
        async with office(url) as made:
            await made.ask()
            made.guard = lambda *_: (Refusal("stopped", "the kill switch is set"),)
            await made.look()
            assert made.device.sets == []
            assert (await made.command()).state == "refused"

    run(main())


def test_other_kinds_and_what_a_family_cannot_do(url: str) -> None:
    async def main() -> None:
        async with office(url, profile="generic") as made:
            await made.ask("refresh", "c1")
            await made.ask("get", "c2")
            await made.ask("reboot", "c3")
            assert await made.look() == 1
            assert (await made.command("c1")).state == "done"
            others = [await made.command(id_) for id_ in ("c2", "c3")]
            assert [one.state for one in others] == ["failed", "failed"]
            errors = [str(one.result["error"]) for one in others]
            assert errors[0].startswith("get needs TR-069")
            assert "'generic' has no reboot" in errors[1]
            assert made.device.sets == []

    run(main())


def test_a_device_that_does_not_answer_keeps_its_command(url: str) -> None:
    async def main() -> None:
        async with office(url) as made:
            made.device.misbehave = lambda *_: []
            await made.ask()
            await made.look()
            assert (await made.command()).state == "queued"
            made.device.misbehave = None
            assert await made.look(700) == 1
            assert (await made.command()).state == "accepted"

    run(main())


def test_a_router_with_tr069_gets_its_commands_by_that_way(url: str) -> None:
    async def main() -> None:
        async with office(url) as made:
            informed = Informed(
                router_id=ROUTER,
                at=made.now,
                device=DeviceId("MikroTik", "4C5E0C", "RB951", "7A5B"),
                events=(Event("2 PERIODIC"),),
                address="127.0.0.1",
                root="Device.",
                namespace="urn:dslforum-org:cwmp-1-2",
            )
            await to_asyncio(made.store.commit([informed]))
            await made.ask()
            assert await made.look() == 1
            assert (await made.command()).state == "queued"
            assert made.device.sets == []

    run(main())


def test_a_switch_port_reboots_no_router(url: str) -> None:
    async def main() -> None:
        async with office(url, name="port", profile="switch", interface="ether1") as made:
            await made.ask()
            assert await made.look() == 1
            assert (await made.command()).state == "queued"
            assert made.device.sets == []

    run(main())


def test_a_command_that_is_queued_during_a_reading_is_not_forgotten(url: str) -> None:
    async def main() -> None:
        async with office(url) as made:
            read = made.asker.read

            async def queued_meanwhile(*args: Any) -> Any:
                made.asker.read = read  # type: ignore[method-assign]
                await made.ask()
                return await read(*args)

            made.asker.read = queued_meanwhile  # type: ignore[method-assign,assignment]
            assert await made.look(400) == 1
            assert made.device.sets == []
            assert await made.look(0) == 1
            assert len(made.device.sets) == 1

    run(main())
