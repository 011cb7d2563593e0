"""Virtual routers from dumps of real ones."""

from random import Random

import pytest
from click.testing import CliRunner

from acs.cli.app import app
from acs.simulator.cpe import Cpe, CpeSettings
from acs.simulator.dump import DumpError, read_dump, serial_of
from acs.simulator.illness import Body
from acs.simulator.virtual import VirtualOptions, routers
from tests.cwmp.pure_router import DUMPS
from tests.simulator.test_calls import call, fault_in, say, set_call

NOW = 1_790_000_000.0
DUMP = """Parameter,Object,Writable,Value,Value type,Notification
DeviceID.Manufacturer,false,false,Maker,xsd:string,
DeviceID.OUI,false,false,001122,xsd:string,
DeviceID.ProductClass,false,false,Box 1,xsd:string,
DeviceID.SerialNumber,false,false,SN-9,xsd:string,
Device,true,false,,,
Device.DeviceInfo,true,false,,,
Device.DeviceInfo.ModelName,false,false,Box,xsd:string,
Device.DeviceInfo.SoftwareVersion,false,false,7.1,xsd:string,
Device.DeviceInfo.SerialNumber,false,false,SN-9,xsd:string,
Device.DeviceInfo.UpTime,false,false,5,xsd:unsignedInt,
Device.NAT.PortMapping,true,true,,,
Device.NAT.PortMapping.1,true,true,,,
Device.NAT.PortMapping.1.Enable,false,true,true,xsd:boolean,
Device.NAT.PortMapping.1.Port,false,true,80,xsd:unsignedInt,
Device.WiFi.KeyPassphrase,false,true,CANARY,xsd:string,
"""


def router(text: str = DUMP, serial: str = "S1") -> Cpe:
    body = Body(1, "healthy", onset=NOW, boots=[NOW - 86_400.0])
    settings = CpeSettings(1e6, 8)
    return Cpe(read_dump(text), serial, body, settings, random=Random(1), now=NOW)  # noqa: S311 - no secret


def ask(cpe: Cpe, *calls: str) -> list[str]:
    cpe.connection_requested()
    assert cpe.tick(NOW)
    cpe.begin(NOW)
    cpe.reply(200, say("<cwmp:InformResponse/>"), NOW)
    found = [(cpe.reply(200, say(each), NOW) or b"").decode() for each in calls]
    cpe.reply(204, b"", NOW)
    return found


def test_a_dump_is_a_product_with_its_own_parameters() -> None:
    cpe = router()
    assert (cpe.device.manufacturer, cpe.device.oui) == ("Maker", "001122")
    assert cpe.router_id == "001122-Box%201-S1"
    assert cpe.model.name == "Box"
    assert serial_of(DUMP) == "SN-9"
    cpe.tick(NOW)
    inform = cpe.begin(NOW).decode()
    assert ">7.1<" in inform
    assert "ConnectionRequestURL" in inform
    cpe.lost(NOW)
    values, names = ask(
        cpe,
        call("GetParameterValues", ParameterNames="<string>Device.</string>"),
        call("GetParameterNames", ParameterPath="Device.NAT.", NextLevel="0"),
    )
    assert ">86400<" in values  # uptime is the virtual router's own
    assert ">S1<" in values
    assert "CANARY" not in values
    assert "<Name>Device.NAT.PortMapping.1.</Name><Writable>1</Writable>" in names


def test_rows_of_its_tables_are_empty_copies_of_the_first() -> None:
    cpe = router()
    (added, wrong) = ask(
        cpe,
        call("AddObject", ObjectName="Device.NAT.PortMapping.", ParameterKey=""),
        call("AddObject", ObjectName="Device.DeviceInfo.", ParameterKey=""),
    )
    assert "<InstanceNumber>2</InstanceNumber>" in added
    assert cpe.tree.text("Device.NAT.PortMapping.2.Port") == "0"
    assert cpe.tree.text("Device.NAT.PortMapping.2.Enable") == "0"
    assert fault_in(wrong) == 9001
    (refused,) = ask(cpe, set_call(**{"Device.DeviceInfo.ModelName": "x"}))
    assert fault_in(refused) == 9003


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "column 'Parameter' is missing"),
        ("a,b\n1,2\n", "column 'Parameter' is missing"),
        ("Parameter,Object,Writable,Value,Value type\nX.Y,false,false,1,xsd:int\n", "no parameter"),
    ],
)
def test_what_is_no_dump_is_told(text: str, says: str) -> None:
    with pytest.raises(DumpError, match=says):
        read_dump(text)


@pytest.mark.skipif(not DUMPS.is_dir(), reason=f"no dumps of real routers in {DUMPS}")
@pytest.mark.parametrize("name", sorted(path.name for path in DUMPS.glob("*.csv")))
def test_every_dump_lives(name: str) -> None:
    text = (DUMPS / name).read_text(encoding="utf-8", errors="replace")
    cpe = router(text, serial_of(text) or "S1")
    root = cpe.model.root
    (values,) = ask(cpe, call("GetParameterValues", ParameterNames=f"<string>{root}</string>"))
    assert values.count("<ParameterValueStruct>") == len(cpe.tree.names)
    assert len(cpe.tree.names) >= 10
    for table in list(cpe.model.tables)[:20]:
        (answer,) = ask(cpe, call("AddObject", ObjectName=table, ParameterKey=""))
        assert fault_in(answer) == 0, table


def test_a_table_that_was_empty_takes_rows() -> None:
    cpe = router(f"{DUMP}Device.Users.User,true,true,,,\nDevice.Users.Roles,true,false,,,\n")
    table = call("AddObject", ObjectName="Device.Users.User.", ParameterKey="")
    fixed = call("AddObject", ObjectName="Device.Users.Roles.", ParameterKey="")
    (added, refused) = ask(cpe, table, fixed)
    assert "<InstanceNumber>1</InstanceNumber>" in added
    assert fault_in(refused) == 9001
    assert cpe.tree.instances("Device.Users.User.") == [1]


def test_several_routers_of_one_dump_have_serials_of_their_own() -> None:
    options = VirtualOptions("127.0.0.1", 1, dump=DUMP, count=3)
    assert [cpe.device.serial_number for cpe in routers(options, NOW)] == [
        "SN-9-1",
        "SN-9-2",
        "SN-9-3",
    ]
    named = VirtualOptions("127.0.0.1", 1, serial="LAB")
    assert [cpe.device.serial_number for cpe in routers(named, NOW)] == ["LAB"]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["virtual-router", "--server", "ftp://127.0.0.1/"], 2),
        (["virtual-router", "--server", "http://127.0.0.1:x/"], 2),
        (["virtual-router", "--server", "http://192.0.2.1/"], 2),
        (["virtual-router", "--dump", "/nonexistent.csv"], 3),
        (["simulate", "--dump", "/nonexistent.csv"], 3),
        (["simulate", "--dump", __file__], 1),
        (["simulate", "--dump", __file__, "--cases", "3"], 2),
        (["simulate", "--cases", "3"], 2),
        (["simulate"], 2),
    ],
)
def test_wrong_usage_of_the_command_is_told(words: list[str], code: int) -> None:
    result = CliRunner().invoke(app, words)
    assert result.exit_code == code
    assert result.stderr.startswith("acs: ")
