"""Notifications: net-snmp's own snmptrap and snmpinform tell us, and what nobody should tell."""

import asyncio
import os
import random
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from agents.snmp.community import V1, V2C, Community
from agents.snmp.keys import User
from agents.snmp.notifications import Notification
from agents.snmp.receiver import Bounds, Receiver, open_receiver
from tests.agents.running import run
from tests.agents.snmp.conftest import PASSWORDS
from tests.programs import program

AUTH, PRIV = (PASSWORDS[kind].encode() for kind in ("auth", "priv"))
ACCESS = (
    Community(V1, b"public"),
    Community(V2C, b"public"),
    User(b"modern", "sha256", AUTH, "aes128", PRIV),
)
SECURE = (
    *("-v3", "-u", "modern", "-l", "authPriv", "-a", "SHA-256", "-A", PASSWORDS["auth"]),
    *("-x", "AES", "-X", PASSWORDS["priv"]),
)
PLAIN = ("-v2c", "-c", "public")
COLD_START, LINK_DOWN = "1.3.6.1.6.3.1.1.5.1", "1.3.6.1.6.3.1.1.5.3"
IF_INDEX = ("1.3.6.1.2.1.2.2.1.1.7", "i", "7")
OURS = bytes.fromhex("8000000005aabbccdd")
THEIRS = "8000000001020304"


class Ear:
    """What was heard and counted."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, Notification]] = []
        self.counts: Counter[str] = Counter()
        self.refuses = False

    def notification(self, kind: str) -> None:
        self.counts[kind] += 1

    async def take(self, source: str, notification: Notification) -> None:
        if self.refuses:
            raise OSError("the database is away")
        self.heard.append((source, notification))


@asynccontextmanager
async def listening(
    *, knows: Callable[[str], bool] = lambda _: True, **bounds: Any
) -> AsyncIterator[tuple[Ear, Receiver]]:
    ear = Ear()
    receiver = Receiver(
        knows=knows,
        access=ACCESS,
        engine_id=OURS,
        bounds=Bounds(**bounds),
        take=ear.take,
        unix=time.time,
        steady=time.monotonic,
        telemetry=ear,
    )
    await open_receiver("127.0.0.1", 0, receiver)
    try:
        yield ear, receiver
    finally:
        await receiver.close()


async def tell(receiver: Receiver, tool: str, *words: str, oid: tuple[str, ...]) -> int:
    """Have a tool of net-snmp tell us; its exit status, which of an inform is whether we knew."""
    host, port = receiver.address
    told = await asyncio.create_subprocess_exec(
        *(program(tool), *words, "-r", "1", "-t", "2", "-m", "", f"udp:{host}:{port}", *oid),
        env={**os.environ, "MIBS": "", "SNMP_PERSISTENT_DIR": "/nonexistent"},
        stderr=asyncio.subprocess.DEVNULL,
    )
    return await told.wait()


async def until(said: Callable[[], bool]) -> None:
    """Return when it is so; a datagram is under way for no time, but not for none."""
    ends_at = time.monotonic() + 10
    while not said():
        assert time.monotonic() < ends_at, "it never came"
        await asyncio.sleep(0.01)


@pytest.mark.parametrize(
    "words", [PLAIN, (*SECURE, "-e", THEIRS)], ids=["2c", "3 with authentication and privacy"]
)
def test_a_trap_is_taken(words: tuple[str, ...]) -> None:
    async def main() -> None:
        async with listening() as (ear, receiver):
            oid = ("4200", LINK_DOWN, *IF_INDEX)
            assert await tell(receiver, "snmptrap", *words, oid=oid) == 0
            await until(lambda: bool(ear.heard))
            source, told = ear.heard[0]
            assert source == "127.0.0.1"
            assert told == Notification("link_down", True, 42.0, {"interface": 7})
            assert ear.counts == {"taken": 1}

    run(main())


def test_a_trap_of_the_first_version_too() -> None:
    async def main() -> None:
        async with listening() as (ear, receiver):
            oid = ("1.3.6.1.4.1.8072", "127.0.0.1", "0", "0", "100")
            assert await tell(receiver, "snmptrap", "-v1", "-c", "public", oid=oid) == 0
            await until(lambda: bool(ear.heard))
            assert ear.heard[0][1].name == "cold_start"

    run(main())


@pytest.mark.parametrize("words", [PLAIN, SECURE], ids=["2c", "3"])
def test_an_inform_is_acknowledged_when_it_is_durable(words: tuple[str, ...]) -> None:
    async def main() -> None:
        async with listening() as (ear, receiver):
            assert await tell(receiver, "snmpinform", *words, oid=("", COLD_START)) == 0
            assert [told.name for _, told in ear.heard] == ["cold_start"]
            ear.refuses = True
            assert await tell(receiver, "snmpinform", *words, oid=("", COLD_START)) != 0
            assert ear.counts["failed"] >= 1
            assert len(ear.heard) == 1

    run(main())


@pytest.mark.parametrize(
    "words",
    [
        ("-v2c", "-c", "private"),
        (*SECURE[:-1], "another-pass-1", "-e", THEIRS),
        ("-v3", "-u", "nobody", "-l", "noAuthNoPriv", "-e", THEIRS),
    ],
    ids=["community", "password", "user"],
)
def test_who_may_not_tell_is_counted_and_dropped(words: tuple[str, ...]) -> None:
    async def main() -> None:
        async with listening() as (ear, receiver):
            await tell(receiver, "snmptrap", *words, oid=("", COLD_START))
            await until(lambda: bool(ear.counts))
            assert ear.heard == []
            assert set(ear.counts) <= {"unbelievable", "malformed"}

    run(main())


def test_a_stranger_is_dropped_unread() -> None:
    async def main() -> None:
        async with listening(knows=lambda address: address == "192.0.2.1") as (ear, receiver):
            await tell(receiver, "snmptrap", *PLAIN, oid=("", COLD_START))
            await until(lambda: bool(ear.counts))
            assert (ear.heard, dict(ear.counts)) == ([], {"stranger": 1})

    run(main())


def test_a_device_that_tells_too_much_is_limited_and_others_are_heard() -> None:
    async def main() -> None:
        async with listening(source_rate=0.001, source_burst=3) as (ear, receiver):
            trap = await captured()
            for number in range(10):
                receiver.datagram_received(trap, ("192.0.2.1", 1000 + number))
            receiver.datagram_received(trap, ("192.0.2.2", 1000))
            await until(lambda: len(ear.heard) == 4)
            assert ear.counts == {"taken": 4, "limited": 7}

    run(main())


def test_malformed_datagrams_are_counted_and_harm_nothing() -> None:
    async def main() -> None:
        async with listening(source_rate=1e9, source_burst=10**9, rate=1e9, burst=10**9) as (
            ear,
            receiver,
        ):
            trap, rng = await captured(), random.Random(7)  # noqa: S311 - chance, repeatable
            for _ in range(10_000):
                broken = bytearray(trap)
                for _ in range(rng.randint(1, 4)):
                    broken[rng.randrange(len(broken))] = rng.randrange(256)
                cut = rng.randint(0, len(broken))
                receiver.datagram_received(bytes(broken[:cut]), ("192.0.2.1", 5))
            receiver.datagram_received(bytes(70_000), ("192.0.2.1", 5))
            assert ear.counts["malformed"] > 5000
            before = len(ear.heard)
            receiver.datagram_received(trap, ("192.0.2.1", 5))
            await until(lambda: len(ear.heard) > before)

    run(main())


async def captured() -> bytes:
    """A trap as net-snmp sends it."""
    caught: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()

    class Catching(asyncio.DatagramProtocol):
        def datagram_received(self, data: bytes, addr: Any) -> None:
            del addr
            if not caught.done():
                caught.set_result(data)

    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(Catching, local_addr=("127.0.0.1", 0))
    host, port = transport.get_extra_info("sockname")
    sender = await asyncio.create_subprocess_exec(
        *(program("snmptrap"), *PLAIN, "-m", "", f"udp:{host}:{port}", "", COLD_START),
        env={**os.environ, "MIBS": "", "SNMP_PERSISTENT_DIR": "/nonexistent"},
    )
    try:
        return await asyncio.wait_for(caught, 10)
    finally:
        await sender.wait()
        transport.close()
