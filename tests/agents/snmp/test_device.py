from typing import Any

import msgspec
import pytest

from agents.snmp.community import Community
from agents.snmp.device import Device, Kept, Memory
from agents.snmp.pdus import GET
from agents.snmp.profiles import load_profiles
from tests.agents.running import run
from tests.agents.snmp.fake_agent import (
    PUBLIC,
    PUBLIC_V1,
    asked,
    counter,
    gauge,
    identifier,
    number,
    string,
    ticks,
    wide,
)

BOOK = load_profiles()
IF = "1.3.6.1.2.1.2.2.1"
IFX = "1.3.6.1.2.1.31.1.1.1"
Variables = dict[str, tuple[int, Any]]


def _ports(*names: str) -> Variables:
    found: Variables = {}
    for index, name in enumerate(names, 1):
        found |= {
            f"{IF}.2.{index}": string(name),
            f"{IF}.3.{index}": number(6),
            f"{IF}.5.{index}": gauge(100_000_000),
            f"{IF}.8.{index}": number(1 if index < 3 else 2),
            f"{IF}.9.{index}": ticks(50),
            f"{IF}.10.{index}": counter(1000 * index),
            f"{IF}.14.{index}": counter(index),
            f"{IFX}.1.{index}": string(name),
            f"{IFX}.6.{index}": wide(2**40 + index),
            f"{IFX}.15.{index}": gauge(1000),
        }
    return found


MIKROTIK: Variables = {
    "1.3.6.1.2.1.1.1.0": string("RouterOS RB951"),
    "1.3.6.1.2.1.1.2.0": identifier("1.3.6.1.4.1.14988.1"),
    "1.3.6.1.2.1.1.3.0": ticks(86_400),
    "1.3.6.1.2.1.25.2.3.1.2.65536": identifier("1.3.6.1.2.1.25.2.1.2"),
    "1.3.6.1.2.1.25.2.3.1.4.65536": number(1024),
    "1.3.6.1.2.1.25.2.3.1.5.65536": number(131_072),
    "1.3.6.1.2.1.25.2.3.1.6.65536": number(31_072),
    "1.3.6.1.2.1.25.3.3.1.2.1": number(40),
    "1.3.6.1.2.1.25.3.3.1.2.2": number(20),
    "1.3.6.1.4.1.14988.1.1.3.8.0": number(241),
    "1.3.6.1.4.1.14988.1.1.4.4.0": string("7.16"),
    "1.3.6.1.4.1.14988.1.1.6.1.0": gauge(9),
    "1.3.6.1.4.1.14988.1.1.14.1.1.45.1": wide(17),
    "1.3.6.1.4.1.14988.1.1.16.1.1.4.3": number(-101),
    "1.3.6.1.4.1.14988.1.1.16.1.1.6.3": number(7),
    **_ports("ether1", "ether2", "wlan1"),
}


@pytest.mark.parametrize("community", [PUBLIC, PUBLIC_V1])
def test_a_router_becomes_vitals(community: Community) -> None:
    async def main() -> None:
        async with asked(MIKROTIK, community) as (session, _):
            reading = await Device(session, BOOK, Memory()).read(1000.0)
            assert reading.profile == "mikrotik"
            assert reading.interface == "ether1"
            assert reading.uptime == 86_400
            vitals = reading.vitals
            expected = {
                "sys.uptime": 86_400,
                "sys.mem_free": 100_000,
                "sys.cpu_util": 30,
                "sys.voltage": 24.1,
                "sys.fw_version": "7.16",
                "eth.link_up": "Up",
                "eth.link_last_change": 86_350,
                "eth.speed": 1000,
                "lan.hosts_active": 9,
                "lte.rsrp": -101,
                "lte.rat": "LTE",
            }
            assert {name: vitals.get(name) for name in expected} == expected
            # SNMPv1 has no 64-bit counters: its 32-bit ones are what is left.
            is_v1 = community == PUBLIC_V1
            assert vitals["eth.rx_bytes"] == (1000 if is_v1 else 2**40 + 1)
            assert vitals["eth.fcs_err"] == (1 if is_v1 else 17)
            missing = {one.metric: one.why for one in reading.missing}
            assert missing["sys.temp_cpu"].startswith("the device has no mtxrHlProcessorTemp")
            assert "sys.uptime" not in missing

    run(main())


def test_what_a_device_lacks_is_not_asked_for_again_for_a_day() -> None:
    async def main() -> None:
        async with asked(MIKROTIK) as (session, device):
            reader = Device(session, BOOK, Memory())
            first = await reader.read(1000.0)
            asked_first = len(device.requests)
            device.requests.clear()
            second = await reader.read(1300.0)
            assert second.vitals == first.vitals
            assert len(device.requests) < asked_first / 3
            device.put({"1.3.6.1.4.1.14988.1.1.3.11.0": number(415)})
            assert "sys.temp_cpu" not in (await reader.read(1600.0)).vitals
            assert (await reader.read(1000.0 + 90_000)).vitals["sys.temp_cpu"] == 41.5

    run(main())


def test_what_is_known_can_be_stored() -> None:
    async def main() -> None:
        memory = Memory()
        async with asked(MIKROTIK) as (session, device):
            await Device(session, BOOK, memory).read(1000.0)
            again = msgspec.msgpack.decode(msgspec.msgpack.encode(memory), type=Memory)
            device.requests.clear()
            reading = await Device(session, BOOK, again).read(1300.0)
            assert reading.interface == "ether1"
            assert device.requests[0].kind == GET
            assert len(device.requests[0].varbinds) > 10

    run(main())


def test_an_interface_is_found_again_when_indices_move() -> None:
    async def main() -> None:
        async with asked(MIKROTIK) as (session, device):
            reader = Device(session, BOOK, Memory())
            await reader.read(1000.0)
            assert reader.memory.kept == Kept(1, "ether1", has_name=True)
            device.put(_ports("sfp1x", "ether1", "wlan1"))
            device.put({"1.3.6.1.4.1.14988.1.1.14.1.1.45.2": wide(19)})
            moved = await reader.read(1300.0)
            assert reader.memory.kept == Kept(2, "ether1", has_name=True)
            assert moved.vitals["eth.fcs_err"] == 19
            assert moved.vitals["eth.rx_bytes"] == 2**40 + 2
            assert moved.notes[0] == "interface 1 is sfp1x now, it was ether1"

    run(main())


def test_without_an_interface_the_rest_is_read_all_the_same() -> None:
    async def main() -> None:
        async with asked(MIKROTIK) as (session, _):
            reading = await Device(session, BOOK, Memory(), interface="sfp9").read(1000.0)
            assert reading.vitals["sys.cpu_util"] == 30
            assert "eth.speed" not in reading.vitals
            assert reading.notes == ("there is no interface sfp9",)

    run(main())


def test_a_switch_port_says_nothing_of_the_switch() -> None:
    async def main() -> None:
        switch = {
            "1.3.6.1.2.1.1.2.0": identifier("1.3.6.1.4.1.171.10.113"),
            "1.3.6.1.2.1.1.3.0": ticks(5000),
            "1.3.6.1.2.1.10.7.2.1.3.2": counter(321),
            "1.3.6.1.4.1.171.12.58.1.1.1.4.2": number(1),
            **_ports("1/1", "1/2", "1/3"),
        }
        async with asked(switch) as (session, _):
            device = Device(session, BOOK, Memory(), profile="switch-dlink", interface="1/2")
            reading = await device.read(1000.0)
            assert reading.vitals == {
                "eth.switch_port_fcs": 321,
                "eth.tdr_pair_status": "open",
                "eth.speed": 1000,
                "eth.link_up": "Up",
            }
            assert reading.uptime == 5000

    run(main())


def test_a_cable_modem_is_known_by_its_mark() -> None:
    channels = {
        f"1.3.6.1.2.1.10.127.1.1.{table}.{index}": value
        for index, (power, snr, bad) in enumerate([(12, 380, 5), (-95, 331, 2**32 - 3)], 3)
        for table, value in [
            ("1.1.6", number(power)),
            ("4.1.5", number(snr)),
            ("4.1.4", counter(bad)),
        ]
    }
    modem = {
        "1.3.6.1.2.1.1.2.0": identifier("1.3.6.1.4.1.1166.1.461"),
        "1.3.6.1.2.1.1.3.0": ticks(100),
        "1.3.6.1.2.1.69.1.1.1.0": number(1),
        "1.3.6.1.4.1.4491.2.1.20.1.2.1.8.1": number(2),
        "1.3.6.1.4.1.4491.2.1.20.1.2.1.8.2": number(1),
        **channels,
    }

    async def main() -> None:
        async with asked(modem) as (session, _):
            reading = await Device(session, BOOK, Memory()).read(1000.0)
            assert reading.profile == "docsis"
            assert reading.vitals["cm.ds_power"] == -95
            assert reading.vitals["cm.ds_snr"] == 331
            assert reading.vitals["cm.uncorr"] == 2
            assert reading.vitals["cm.partial_service"] == 1

    run(main())


def test_another_device_at_the_address_is_noticed() -> None:
    async def main() -> None:
        async with asked(MIKROTIK) as (session, device):
            reader = Device(session, BOOK, Memory())
            await reader.read(1000.0)
            device.put({"1.3.6.1.2.1.1.2.0": identifier("1.3.6.1.4.1.9.1.1")})
            noticed = await reader.read(1300.0)
            assert "the device is another one than before" in noticed.notes
            assert (await reader.read(1600.0)).profile == "cisco"

    run(main())


def test_values_that_cannot_be_are_missing_with_the_reason() -> None:
    async def main() -> None:
        odd = {**MIKROTIK, "1.3.6.1.4.1.14988.1.1.16.1.1.4.3": number(7)}
        async with asked(odd) as (session, _):
            reading = await Device(session, BOOK, Memory()).read(1000.0)
            why = {one.metric: one.why for one in reading.missing}["lte.rsrp"]
            assert why == "mtxrLTEModemSignalRSRP: 7 is outside -160 to -20 dBm, so no reading"

    run(main())
