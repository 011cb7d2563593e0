"""Against net-snmp's snmpd: that what we call SNMP is what others call so."""

import asyncio
import time

import pytest

from agents.snmp.ber import parse_oid
from agents.snmp.community import V1, V2C, Community
from agents.snmp.device import Device, Memory
from agents.snmp.errors import AgentRefusedError, AuthenticationError, NoAnswerError
from agents.snmp.keys import User
from agents.snmp.pdus import Varbind
from agents.snmp.profiles import load_profiles
from agents.snmp.session import Patience, SecuredAsking, SnmpSession, session_of
from agents.snmp.usm import Engine
from tests.agents.running import run
from tests.agents.snmp.conftest import PASSWORDS
from tests.agents.snmp.fake_agent import endpoint

AUTH, PRIV = (PASSWORDS[kind].encode() for kind in ("auth", "priv"))
MODERN = User(b"modern", "sha256", AUTH, "aes128", PRIV)
ACCESS = [
    Community(V1, b"public"),
    Community(V2C, b"public"),
    MODERN,
    User(b"long", "sha512", AUTH, "aes128", PRIV),
    User(b"old", "md5", AUTH, "des", PRIV),
    User(b"signed", "sha1", AUTH),
]
PATIENT = Patience(5, 2)
LOCATION, UPTIME, MISSING = map(
    parse_oid, ("1.3.6.1.2.1.1.6.0", "1.3.6.1.2.1.1.3.0", "1.3.6.1.2.1.1.99.0")
)
DESCR = parse_oid("1.3.6.1.2.1.2.2.1.2")


@pytest.mark.parametrize("access", ACCESS)
def test_reading_and_walking(snmpd: tuple[str, int], access: Community | User) -> None:
    async def main() -> None:
        async with endpoint() as socket:
            session = session_of(socket, snmpd, access, patience=PATIENT, steady=time.monotonic)
            found = await session.get([MISSING, UPTIME])
            assert list(found) == [UPTIME]
            rows = await session.walk(DESCR)
            assert b"lo" in {row.value for row in rows.values()}

    run(main())


@pytest.mark.parametrize("access", [Community(V2C, b"private"), MODERN])
def test_setting(snmpd: tuple[str, int], access: Community | User) -> None:
    async def main() -> None:
        async with endpoint() as socket:
            session = session_of(socket, snmpd, access, patience=PATIENT, steady=time.monotonic)
            text = f"cellar {type(access).__name__}".encode()
            await session.set([Varbind(LOCATION, 4, text)])
            assert (await session.get([LOCATION]))[LOCATION].value == text
            with pytest.raises(AgentRefusedError):
                await session.set([Varbind(LOCATION, 2, 1)])
            with pytest.raises(AgentRefusedError):
                await session.set([Varbind(UPTIME, 0x43, 1)])

    run(main())


def test_setting_with_a_community_that_may_only_read(snmpd: tuple[str, int]) -> None:
    async def main() -> None:
        async with endpoint() as socket:
            access = Community(V2C, b"public")
            session = session_of(socket, snmpd, access, patience=PATIENT, steady=time.monotonic)
            with pytest.raises(AgentRefusedError, match="noAccess"):
                await session.set([Varbind(LOCATION, 4, b"x")])

    run(main())


@pytest.mark.parametrize(
    ("user", "says"),
    [
        (User(b"modern", "sha256", b"wrong-pass", "aes128", PRIV), "wrongDigests"),
        (User(b"nobody", "sha256", AUTH, "aes128", PRIV), "unknownUserNames"),
        (User(b"signed", "sha1", AUTH, "aes128", PRIV), "unsupportedSecLevels"),
    ],
)
def test_wrong_users_are_told_why(snmpd: tuple[str, int], user: User, says: str) -> None:
    async def main() -> None:
        async with endpoint() as socket:
            session = session_of(socket, snmpd, user, patience=PATIENT, steady=time.monotonic)
            with pytest.raises(AuthenticationError, match=says) as failed:
                await session.get([UPTIME])
            assert "pass" not in str(failed.value)

    run(main())


def test_a_wrong_community_is_silence(snmpd: tuple[str, int]) -> None:
    async def main() -> None:
        async with endpoint() as socket:
            access = Community(V2C, b"guess")
            quick = Patience(0.2, 1)
            session = session_of(socket, snmpd, access, patience=quick, steady=time.monotonic)
            with pytest.raises(NoAnswerError):
                await session.get([UPTIME])

    run(main())


def test_a_clock_that_is_off_is_set_by_the_device(snmpd: tuple[str, int]) -> None:
    async def main() -> None:
        async with endpoint() as socket:
            shift = 0.0
            session = session_of(
                socket, snmpd, MODERN, patience=PATIENT, steady=lambda: time.monotonic() + shift
            )
            await session.get([UPTIME])
            shift = 10_000.0  # we believe that the device's clock has gone on so far
            assert UPTIME in await session.get([UPTIME])

    run(main())


def test_an_engine_that_is_another_now_is_discovered_again(snmpd: tuple[str, int]) -> None:
    async def main() -> None:
        async with endpoint() as socket:
            asking = SecuredAsking(socket, snmpd, MODERN, PATIENT, time.monotonic)
            session = SnmpSession(asking)
            await session.get([UPTIME])
            real = asking.engine
            asking.engine = Engine(b"\x80\x00\x1f\x88\x04gone", 7, 100, time.monotonic())
            assert UPTIME in await session.get([UPTIME])
            assert asking.engine.id == real.id

    run(main())


def test_many_requests_at_a_time(snmpd: tuple[str, int]) -> None:
    async def main() -> None:
        async with endpoint() as socket:
            access = Community(V2C, b"public")
            session = session_of(socket, snmpd, access, patience=PATIENT, steady=time.monotonic)
            found = await asyncio.gather(*(session.get([UPTIME]) for _ in range(50)))
            assert all(UPTIME in one for one in found)

    run(main())


def test_a_linux_device_is_read_by_its_profile(snmpd: tuple[str, int]) -> None:
    async def main() -> None:
        async with endpoint() as socket:
            session = session_of(socket, snmpd, MODERN, patience=PATIENT, steady=time.monotonic)
            device = Device(session, load_profiles(), Memory(), interface="lo")
            reading = await device.read(time.time())
            assert reading.profile == "netsnmp"
            assert reading.interface == "lo"
            uptime = reading.vitals["sys.uptime"]
            assert isinstance(uptime, int | float)
            assert abs(uptime - time.clock_gettime(time.CLOCK_BOOTTIME)) < 60
            assert int(str(reading.vitals["sys.mem_total"])) > 100_000
            assert reading.vitals["eth.link_up"] == "Up"
            assert int(str(reading.vitals["eth.rx_bytes"])) >= 0

    run(main())
