import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import msgspec
import pytest

from agents.asking import Asker, AskingSettings, UnsupportedError, open_asker
from agents.credentials import Credential, SnmpCredential, SshCredential
from agents.polled import Due, Known, Outcome, decode_known
from agents.poller import Poller, PollerSettings
from agents.schedule import Limits
from agents.snmp.errors import AgentRefusedError
from agents.targets import Target
from tests.agents.running import run
from tests.agents.snmp.fake_agent import Counted, FakeAgent, agent, number, string, ticks
from tests.agents.snmp.test_device import MIKROTIK, _ports
from tests.agents.ssh.servers import LOGIN, ssh_server
from tests.agents.ssh.test_device import _RouterOs

CREDENTIALS: dict[str, Credential] = {
    "public": SnmpCredential(community="public"),
    "guess": SnmpCredential(community="guess"),
    "shell": LOGIN,
    "wrong": SshCredential("poller", "no"),
}


class _Metrics:
    def __init__(self) -> None:
        self.outcomes: list[str] = []
        self.failed: list[str] = []
        self.deferred: list[int] = []
        self.late: list[float] = []

    def polled(self, way: str, outcome: str, seconds: float) -> None:
        assert seconds >= 0
        self.outcomes.append(f"{way} {outcome}")

    def poll_late(self, seconds: float) -> None:
        self.late.append(seconds)

    def poll_deferred(self, count: int) -> None:
        self.deferred.append(count)

    def poll_failed(self, what: str) -> None:
        self.failed.append(what)


class _Desk:
    """What is due, and what was delivered."""

    def __init__(self, due: Sequence[Due] = ()) -> None:
        self.left = list(due)
        self.outcomes: list[Outcome] = []
        self.fails = 0
        self.delivered = asyncio.Event()

    async def due(self, most: int) -> Sequence[Due]:
        if self.fails:
            self.fails -= 1
            raise RuntimeError("the database is away")
        taken, self.left = self.left[:most], self.left[most:]
        return taken

    async def deliver(self, outcome: Outcome) -> None:
        self.outcomes.append(outcome)
        self.delivered.set()


@asynccontextmanager
async def asker(**changes: Any) -> AsyncIterator[Asker]:
    settings = AskingSettings(**{"timeout": 0.3, "tries": 2, "answer": 3.0, **changes})
    made = await open_asker(
        settings,
        CREDENTIALS,
        steady=asyncio.get_running_loop().time,
        telemetry=Counted(),
        hosts={4: "127.0.0.1"},
    )
    try:
        yield made
    finally:
        await made.close()


def _poller(
    asking: Asker, desk: _Desk, settings: PollerSettings | None = None
) -> tuple[Poller, _Metrics]:
    metrics = _Metrics()
    made = Poller(
        asking,
        settings or PollerSettings(limits=Limits(subnet_rate=1e6, subnet_burst=10_000)),
        due=desk.due,
        deliver=desk.deliver,
        now=lambda: 1_000_000.0,
        steady=asyncio.get_running_loop().time,
        uniform=lambda low, high: (low + high) / 2,
        metrics=metrics,
    )
    return made, metrics


def _target(device: FakeAgent, **changes: Any) -> Target:
    host, port = device.address
    return Target(
        **{"router_id": "r1", "address": host, "port": port, "credential": "public", **changes}
    )


async def _polled(desk: _Desk, settings: PollerSettings | None = None) -> _Metrics:
    async with asker() as asking:
        poller, metrics = _poller(asking, desk, settings)
        while desk.left or poller._waiting or poller._running:
            await poller.step()
            await asyncio.sleep(0)
        return metrics


def test_a_due_target_is_read_and_delivered() -> None:
    async def main() -> None:
        async with agent(MIKROTIK) as device:
            desk = _Desk([Due(_target(device), failures=4, due_at=999_990.0)])
            metrics = await _polled(desk)
            (outcome,) = desk.outcomes
            assert outcome.reading is not None
            assert outcome.reading.vitals["lan.hosts_active"] == 9
            assert outcome.next_at == 1_000_300
            assert (outcome.fault, outcome.stops) == ("", False)
            known = decode_known(outcome.known)
            assert known.snmp is not None
            assert known.snmp.profile == "mikrotik"
            assert metrics.outcomes == ["snmp ok"]
            assert metrics.late == [10.0]

    run(main())


@pytest.mark.parametrize(
    ("changes", "fault", "why"),
    [
        ({"credential": "guess"}, "no_answer", "no answer from 127.0.0.1"),
        ({"credential": "lost"}, "profile", "there is no credential 'lost'"),
        ({"credential": "shell"}, "profile", "'shell' is not for SNMP"),
        ({"profile": "zyxel"}, "profile", "'zyxel' is not known"),
        ({"way": "ssh", "profile": "openwrt"}, "profile", "'public' is not for SSH"),
        ({"address": "::1"}, "failed", "no socket for IPv6"),
    ],
)
def test_what_cannot_be_read_is_told_why_and_waits_longer(
    changes: dict[str, Any], fault: str, why: str
) -> None:
    async def main() -> None:
        async with agent(MIKROTIK) as device:
            desk = _Desk([Due(_target(device, **changes), failures=1, is_watched=True)])
            await _polled(desk)
            (outcome,) = desk.outcomes
            assert (outcome.reading, outcome.fault, outcome.stops) == (None, fault, False)
            assert why in outcome.why
            assert outcome.next_at == 1_000_000 + 60 * 4

    run(main())


def test_ssh_targets_and_a_changed_key() -> None:
    async def main() -> None:
        async with ssh_server(_RouterOs()) as server, ssh_server(_RouterOs()) as other:
            target = Target(
                router_id="r2",
                way="ssh",
                address="127.0.0.1",
                port=server.port,
                credential="shell",
                profile="routeros",
                trust="first_use",
            )
            desk = _Desk([Due(target)])
            await _polled(desk)
            first = desk.outcomes[0]
            assert first.reading is not None
            assert first.reading.vitals["sys.cpu_util"] == 37
            moved = msgspec.structs.replace(target, port=other.port)
            desk.left = [Due(moved, first.known)]
            await _polled(desk)
            assert desk.outcomes[1].fault == "host_key"
            assert desk.outcomes[1].stops
            assert other.seen == []
            refused = msgspec.structs.replace(target, credential="wrong", router_id="r3")
            desk.left = [Due(refused)]
            await _polled(desk)
            assert desk.outcomes[2].fault == "refused"

    run(main())


def test_bounds_are_kept_and_nobody_is_forgotten() -> None:
    async def main() -> None:
        async with agent(MIKROTIK) as device:
            due = [Due(_target(device, router_id=f"r{number}")) for number in range(60)]
            desk = _Desk(due)
            limits = Limits(at_once=5, subnet_rate=1e6, subnet_burst=10_000)
            most = 0
            async with asker() as asking:
                poller, _ = _poller(asking, desk, PollerSettings(limits=limits))
                while len(desk.outcomes) < 60:
                    await poller.step()
                    most = max(most, poller._admission.running)
                    await asyncio.sleep(0)
            assert most == 5
            assert {one.due.target.router_id for one in desk.outcomes} == {
                f"r{number}" for number in range(60)
            }

    run(main())


def test_a_subnets_rate_makes_targets_wait() -> None:
    async def main() -> None:
        async with agent(MIKROTIK) as device:
            desk = _Desk([Due(_target(device, router_id=f"r{number}")) for number in range(8)])
            limits = Limits(subnet_rate=50.0, subnet_burst=2)
            metrics = await _polled(desk, PollerSettings(limits=limits))
            assert len(desk.outcomes) == 8
            assert max(metrics.deferred) == 6

    run(main())


def test_a_database_that_is_away_ends_nothing() -> None:
    async def main() -> None:
        async with agent(MIKROTIK) as device:
            desk = _Desk([Due(_target(device))])
            desk.fails = 1
            async with asker() as asking:
                poller, metrics = _poller(asking, desk)
                running = asyncio.ensure_future(poller.run())
                await asyncio.wait_for(desk.delivered.wait(), 10)
                poller.stop()
                await running
            assert metrics.failed == ["due"]

    run(main())


def test_a_delivery_that_fails_is_counted() -> None:
    async def main() -> None:
        async with agent(MIKROTIK) as device:
            desk = _Desk([Due(_target(device))])

            async def refuse(_: Outcome) -> None:
                raise RuntimeError("not stored")

            async with asker() as asking:
                poller, metrics = _poller(asking, desk)
                poller._deliver = refuse
                await poller.step()
                await poller.idle()
            assert metrics.failed == ["deliver"]
            assert poller._admission.running == 0

    run(main())


def test_a_stop_gives_up_what_is_under_way() -> None:
    async def main() -> None:
        async with agent(MIKROTIK) as device:
            arrived = asyncio.Event()

            def never(_request: bytes, _right: bytes) -> list[bytes]:
                arrived.set()
                return []

            device.misbehave = never
            desk = _Desk([Due(_target(device))])
            async with asker(timeout=60.0) as asking:
                poller, _ = _poller(asking, desk)
                running = asyncio.ensure_future(poller.run())
                await asyncio.wait_for(arrived.wait(), 10)
                poller.stop()
                await asyncio.wait_for(running, 2)
            assert desk.outcomes == []

    run(main())


def test_reading_has_an_end_however_slow_the_device() -> None:
    async def main() -> None:
        async with agent(MIKROTIK) as device:
            device.misbehave = lambda _request, _right: []
            async with asker(timeout=60.0) as asking:
                poller, _ = _poller(asking, _Desk(), PollerSettings(whole=0.2))
                outcome = await poller.read(Due(_target(device)))
            assert (outcome.fault, outcome.why) == ("hanging", "not read within 0.2 s")

    run(main())


# --- doing something ------------------------------------------------------------------------------


def test_a_reboot_is_set_once_by_the_profile() -> None:
    async def main() -> None:
        async with agent(MIKROTIK) as device, asker() as asking:
            await asking.act(_target(device), Known(), "reboot", 0.0)
            assert [(one.oid[-3:], one.value) for one in device.sets] == [((7, 1, 0), 1)]
            assert await asking.uptime(_target(device)) == 86_400

    run(main())


def test_a_lost_answer_to_a_reboot_is_not_asked_for_again() -> None:
    async def main() -> None:
        async with agent(MIKROTIK) as device, asker() as asking:
            known = Known()
            await asking.read(_target(device), known, 1.0, 300.0)
            device.misbehave = lambda _request, _right: []
            with pytest.raises(Exception, match="no answer"):
                await asking.act(_target(device), known, "reboot", 0.0)
            assert len(device.sets) == 1

    run(main())


def test_a_port_is_cycled_where_the_profile_allows() -> None:
    async def main() -> None:
        switch = {
            "1.3.6.1.2.1.1.2.0": (6, (1, 3, 6, 1, 4, 1, 171, 10)),
            "1.3.6.1.2.1.1.3.0": ticks(9),
            "1.3.6.1.2.1.1.1.0": string("switch"),
            "1.3.6.1.2.1.2.2.1.7.2": number(1),
            **_ports("1/1", "1/2"),
        }
        async with agent(switch) as device, asker() as asking:
            target = _target(device, profile="switch", interface="1/2")
            profile = asking._book.named("switch")
            quick = {
                name: msgspec.structs.replace(action, pause=0.0)
                for name, action in profile.actions.items()
            }
            asking._book._profiles["switch"] = msgspec.structs.replace(profile, actions=quick)
            await asking.act(target, Known(), "port_cycle", 0.0)
            assert [(one.oid[-2:], one.value) for one in device.sets] == [((7, 2), 2), ((7, 2), 1)]
            with pytest.raises(UnsupportedError, match="has no reboot"):
                await asking.act(target, Known(), "reboot", 0.0)
            lost = msgspec.structs.replace(target, interface="9/9")
            with pytest.raises(UnsupportedError, match="there is no interface 9/9"):
                await asking.act(lost, Known(), "port_cycle", 0.0)

    run(main())


def test_a_device_that_refuses_says_so() -> None:
    async def main() -> None:
        async with agent(MIKROTIK) as device, asker() as asking:
            right = device._answer

            def refuses(pdu: Any) -> Any:
                if pdu.kind == 0xA3:
                    return msgspec.structs.replace(pdu, kind=0xA2, status=17, index=1)
                return right(pdu)

            device.answers_for = refuses
            with pytest.raises(AgentRefusedError, match="notWritable"):
                await asking.act(_target(device), Known(), "reboot", 0.0)

    run(main())
