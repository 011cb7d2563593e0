"""A simulated router and all calls of the standard, by bytes and a clock of the test's own."""

import re
from random import Random

import pytest

from acs.facts import Event
from acs.simulator.calls import METHODS
from acs.simulator.cpe import Cpe, CpeSettings
from acs.simulator.equipment import equipped
from acs.simulator.errands import Done
from acs.simulator.illness import Body
from acs.simulator.jobs import version_of
from acs.simulator.models import KESTREL, LUMEN
from acs.simulator.product import Model

NOW = 1_790_000_000.0
OPEN = (
    '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" '
    'xmlns:cwmp="urn:dslforum-org:cwmp-1-2"><s:Header><cwmp:ID>7</cwmp:ID></s:Header><s:Body>'
)
CLOSE = "</s:Body></s:Envelope>"
CODE = re.compile(r"<EventCode>([^<]*)</EventCode><CommandKey>([^<]*)</CommandKey>")
UUID = "9b2e3c1a-0000-4000-8000-000000000001"


def say(body: str) -> bytes:
    return f"{OPEN}{body}{CLOSE}".encode()


class Bench:
    """One router, a clock, and the server's side of sessions."""

    def __init__(self, model: Model = KESTREL) -> None:
        self.now = NOW
        body = Body(3, "healthy", onset=NOW, boots=[NOW - 86_400.0])
        settings = CpeSettings(inform_interval=1e6, reboot_takes=8)
        self.cpe = Cpe(equipped(model), "A1", body, settings, random=Random(1), now=NOW)  # noqa: S311 - no secret
        self.session()

    @property
    def root(self) -> str:
        return self.cpe.model.root

    def session(self, *calls: str) -> tuple[list[tuple[str, str]], list[str], list[str]]:
        """A session that is due: its events, what the router called, and its answers."""
        assert self.cpe.tick(self.now), "no session is due"
        inform = self.cpe.begin(self.now).decode()
        said = self.cpe.reply(200, say("<cwmp:InformResponse/>"), self.now)
        own: list[str] = []
        while said:
            own.append(said.decode())
            name = re.search(r"<cwmp:(\w+)>", own[-1].split("Body>")[1])
            assert name is not None
            said = self.cpe.reply(200, say(f"<cwmp:{name[1]}Response/>"), self.now)
        answers = []
        for call in calls:
            answer = self.cpe.reply(200, say(call), self.now)
            assert answer is not None
            answers.append(answer.decode())
        assert self.cpe.reply(204, b"", self.now) is None
        self.inform = inform
        return CODE.findall(inform), own, answers

    def ask(self, *calls: str) -> list[str]:
        """Answers to calls, in a session asked for."""
        self.cpe.connection_requested()
        return self.session(*calls)[2]

    def later(self, seconds: float) -> None:
        self.now += seconds

    def run(self, fault: int = 0, body: bytes = b"x" * 10) -> None:
        """Have all errands that are due end so."""
        for errand in self.cpe.errands(self.now):
            self.cpe.ran(errand.number, Done(fault, body, self.now, self.now + 2))
        self.later(2)


def call(method: str, **members: object) -> str:
    inside = "".join(f"<{name}>{value}</{name}>" for name, value in members.items())
    return f"<cwmp:{method}>{inside}</cwmp:{method}>"


def set_call(**values: str) -> str:
    structs = "".join(
        f"<ParameterValueStruct><Name>{name}</Name>"
        f'<Value xmlns:i="http://www.w3.org/2001/XMLSchema-instance" i:type="xsd:string">{value}'
        "</Value></ParameterValueStruct>"
        for name, value in values.items()
    )
    return call("SetParameterValues", ParameterList=structs, ParameterKey="")


def fault_in(answer: str) -> int:
    found = re.search(r"<FaultCode>(\d+)</FaultCode>", answer)
    return int(found[1]) if found else 0


def test_it_names_all_that_it_answers() -> None:
    (answer,) = Bench().ask(call("GetRPCMethods"))
    assert set(re.findall("<string>(.*?)</string>", answer)) == set(METHODS)
    assert len(METHODS) == 18


def test_rows_are_added_counted_and_deleted() -> None:
    bench = Bench()
    table = "Device.NAT.PortMapping."
    first, second, names = bench.ask(
        call("AddObject", ObjectName=table, ParameterKey="k1"),
        call("AddObject", ObjectName=table, ParameterKey="k2"),
        call("GetParameterNames", ParameterPath=table, NextLevel="1"),
    )
    assert "<InstanceNumber>1</InstanceNumber><Status>0</Status>" in first
    assert "<InstanceNumber>2</InstanceNumber>" in second
    assert f"<Name>{table}2.</Name><Writable>1</Writable>" in names
    assert bench.cpe.tree.text("Device.NAT.PortMappingNumberOfEntries") == "2"
    assert bench.cpe.tree.text("Device.ManagementServer.ParameterKey") == "k2"
    gone, third, again = bench.ask(
        call("DeleteObject", ObjectName=f"{table}2.", ParameterKey=""),
        call("AddObject", ObjectName=table, ParameterKey=""),
        call("DeleteObject", ObjectName=f"{table}2.", ParameterKey=""),
    )
    assert "<Status>0</Status>" in gone
    assert "<InstanceNumber>3</InstanceNumber>" in third  # numbers are not used again
    assert fault_in(again) == 9005


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        (call("AddObject", ObjectName="Device.None."), 9005),
        (call("AddObject", ObjectName="Device.WiFi.Radio."), 9001),
        (call("DeleteObject", ObjectName="Device.WiFi.Radio.1."), 9001),
        (call("GetParameterAttributes", ParameterNames="<string>Device.None</string>"), 9005),
        (call("Download", CommandKey="k", URL="", FileType="1 F"), 9003),
        (call("Download", CommandKey="k" * 33, URL="http://127.0.0.1/", FileType="1 F"), 9003),
        (call("Download", CommandKey="k", URL="http://127.0.0.1/", DelaySeconds="x"), 9003),
        (call("Upload", CommandKey="k", URL=""), 9003),
        (call("ScheduleDownload", CommandKey="k", URL="http://127.0.0.1/"), 9003),
        (call("ScheduleInform", DelaySeconds="0", CommandKey="k"), 9003),
        (call("ChangeDUState", Operations="", CommandKey="k"), 9003),
        (call("SetVouchers"), 9000),
    ],
)
def test_wrong_calls_are_faults(asked: str, code: int) -> None:
    (answer,) = Bench().ask(asked)
    assert fault_in(answer) == code


def mark(name: str, level: int) -> str:
    struct = (
        f"<SetParameterAttributesStruct><Name>{name}</Name><NotificationChange>1"
        f"</NotificationChange><Notification>{level}</Notification><AccessListChange>0"
        "</AccessListChange><AccessList/></SetParameterAttributesStruct>"
    )
    return call("SetParameterAttributes", ParameterList=struct)


def test_active_notification_brings_a_session_at_once_and_passive_one_waits() -> None:
    bench = Bench()
    loud, quiet = "Device.WiFi.Radio.1.Channel", "Device.DeviceInfo.ProvisioningCode"
    bench.ask(mark(loud, 2), mark(quiet, 1))
    (answer,) = bench.ask(call("GetParameterAttributes", ParameterNames=f"<string>{loud}</string>"))
    assert "<Notification>2</Notification>" in answer
    assert "<string>Subscriber</string>" in answer
    bench.cpe.tree.put(quiet, "told later")
    assert not bench.cpe.tick(bench.now)
    bench.cpe.tree.put(loud, "44")
    events, _, _ = bench.session()
    assert events == [("4 VALUE CHANGE", "")]
    assert f"<Name>{loud}</Name>" in bench.inform
    assert f"<Name>{quiet}</Name>" in bench.inform
    assert not bench.cpe.tick(bench.now)
    bench.ask(set_call(**{quiet: "by the server"}))
    assert not bench.cpe.tick(bench.now)


def test_the_servers_own_change_is_not_told_back() -> None:
    bench = Bench()
    quiet = "Device.DeviceInfo.ProvisioningCode"
    bench.ask(mark(quiet, 2))
    bench.ask(set_call(**{quiet: "by the server"}))
    assert bench.cpe.tree.text(quiet) == "by the server"
    assert not bench.cpe.tick(bench.now)


def download(kind: str = "1 Firmware Upgrade Image", **more: object) -> str:
    members: dict[str, object] = {
        "CommandKey": "key",
        "FileType": kind,
        "URL": "http://127.0.0.1:9/fw-3.9.2.bin",
        "FileSize": 0,
        "TargetFileName": "",
        "DelaySeconds": 0,
    }
    return call("Download", **{**members, **more})


def test_firmware_is_fetched_installed_and_told_after_the_restart() -> None:
    bench = Bench()
    (answer,) = bench.ask(download())
    assert "<Status>1</Status>" in answer
    assert "0001-01-01T00:00:00Z" in answer
    (errand,) = bench.cpe.errands(bench.now)
    assert (errand.what, errand.url) == ("fetch", "http://127.0.0.1:9/fw-3.9.2.bin")
    assert bench.cpe.errands(bench.now) == []
    bench.cpe.ran(errand.number, Done(0, b"image", bench.now, bench.now + 1))
    assert not bench.cpe.tick(bench.now)  # it restarts
    bench.later(9)
    events, own, _ = bench.session()
    assert set(events) == {("7 TRANSFER COMPLETE", ""), ("M Download", "key"), ("1 BOOT", "")}
    assert "<CommandKey>key</CommandKey>" in own[0]
    assert "<FaultCode>0</FaultCode>" in own[0]
    assert 'SoftwareVersion</Name><Value xsi:type="xsd:string">3.9.2<' in bench.inform
    assert bench.cpe.journal.told == ["TransferComplete"]
    bench.ask(call("FactoryReset"))
    bench.later(9)
    assert bench.session()[0] == [("0 BOOTSTRAP", ""), ("1 BOOT", "")]
    assert bench.cpe.tree.text("Device.DeviceInfo.SoftwareVersion") == "3.9.2"


def test_a_configuration_is_fetched_without_a_restart_when_its_delay_is_over() -> None:
    bench = Bench()
    bench.ask(download("3 Vendor Configuration File", DelaySeconds=60))
    assert bench.cpe.errands(bench.now) == []
    assert bench.cpe.due_at(bench.now) == bench.now + 60
    bench.later(60)
    bench.run()
    events, own, _ = bench.session()
    assert events == [("7 TRANSFER COMPLETE", ""), ("M Download", "key")]
    assert len(own) == 1


@pytest.mark.parametrize(("fault", "size", "code"), [(9015, 0, 9015), (0, 99, 9010)])
def test_a_download_that_fails_is_told_and_changes_nothing(
    fault: int, size: int, code: int
) -> None:
    bench = Bench()
    bench.ask(download(FileSize=size))
    bench.run(fault)
    events, own, _ = bench.session()
    assert ("7 TRANSFER COMPLETE", "") in events
    assert f"<FaultCode>{code}</FaultCode>" in own[0]
    assert bench.cpe.tree.text("Device.DeviceInfo.SoftwareVersion") == "3.4.1"


def test_a_call_of_its_own_that_is_not_answered_is_made_again() -> None:
    bench = Bench()
    bench.ask(download("3 Vendor Configuration File"))
    bench.run()
    assert bench.cpe.tick(bench.now)
    bench.cpe.begin(bench.now)
    said = bench.cpe.reply(200, say("<cwmp:InformResponse/>"), bench.now)
    assert b"TransferComplete" in (said or b"")
    bench.cpe.lost(bench.now)
    bench.later(60)
    _, own, _ = bench.session()
    assert len(own) == 1
    assert bench.cpe.journal.told == ["TransferComplete"]


def test_an_upload_sends_its_settings_without_secrets() -> None:
    bench = Bench()
    bench.ask(
        set_call(
            **{
                "Device.ManagementServer.Password": "CANARY",
                "Device.ManagementServer.Username": "u",
            }
        )
    )
    bench.ask(
        call(
            "Upload",
            CommandKey="up",
            FileType="1 Vendor Configuration File",
            URL="http://127.0.0.1:9/u",
        )
    )
    (errand,) = bench.cpe.errands(bench.now)
    assert errand.what == "send"
    assert b"Username=u" in errand.body
    assert b"CANARY" not in errand.body
    bench.cpe.ran(errand.number, Done(0, b"", bench.now, bench.now))
    events, own, _ = bench.session()
    assert events == [("7 TRANSFER COMPLETE", ""), ("M Upload", "up")]
    assert len(own) == 1


def test_transfers_wait_in_a_queue_and_can_be_cancelled() -> None:
    bench = Bench()
    window = "<TimeWindowStruct><WindowStart>100</WindowStart></TimeWindowStruct>"
    schedule = call(
        "ScheduleDownload",
        CommandKey="s",
        FileType="3 V",
        URL="http://127.0.0.1/",
        TimeWindowList=window,
    )
    bench.ask(schedule, download("3 V", DelaySeconds=50))
    short, full = bench.ask(call("GetQueuedTransfers"), call("GetAllQueuedTransfers"))
    assert short.count("<QueuedTransferStruct>") == 2
    assert "<IsDownload>1</IsDownload>" in full
    bench.ask(call("CancelTransfer", CommandKey="key"))
    bench.later(100)
    errands = bench.cpe.errands(bench.now)
    assert len(errands) == 1
    (busy,) = bench.ask(call("CancelTransfer", CommandKey="s"))
    assert fault_in(busy) == 9021
    bench.cpe.ran(errands[0].number, Done(0, b"", bench.now, bench.now))
    assert bench.session()[0] == [("7 TRANSFER COMPLETE", ""), ("M ScheduleDownload", "s")]


def test_an_appointment_is_kept() -> None:
    bench = Bench()
    bench.ask(call("ScheduleInform", DelaySeconds="30", CommandKey="soon"))
    bench.later(29)
    assert not bench.cpe.tick(bench.now)
    bench.later(1)
    assert bench.session()[0] == [("3 SCHEDULED", ""), ("M ScheduleInform", "soon")]


def test_the_server_says_how_often_to_inform() -> None:
    bench = Bench()
    name = "Device.ManagementServer.PeriodicInformInterval"
    before = bench.cpe.due_at(bench.now)
    assert before > bench.now + 90
    (answer,) = bench.ask(set_call(**{name: "90"}).replace("xsd:string", "xsd:unsignedInt"))
    assert fault_in(answer) == 0
    assert bench.cpe.due_at(bench.now) == bench.now + 90
    bench.later(90)
    assert bench.session()[0] == [("2 PERIODIC", "")]
    bench.ask(call("FactoryReset"))
    bench.later(8)
    bench.session()
    assert bench.cpe.due_at(bench.now) > bench.now + 90


def test_a_restart_breaks_a_test_off() -> None:
    bench = Bench()
    state = "Device.IP.Diagnostics.IPPing.DiagnosticsState"
    bench.ask(set_call(**{state: "Requested"}), call("Reboot", CommandKey="r"))
    bench.later(8)
    assert bench.session()[0] == [("1 BOOT", ""), ("M Reboot", "r")]
    assert bench.cpe.tree.text(state) == "None"


def operation(kind: str, **members: str) -> str:
    inside = "".join(f"<{name}>{value}</{name}>" for name, value in members.items())
    named = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
    return f'<Operations {named} xsi:type="cwmp:{kind}OpStruct">{inside}</Operations>'


def change(bench: Bench, *operations: str, fault: int = 0) -> str:
    listed = "".join(operations) + "<CommandKey>du</CommandKey>"
    bench.ask(f"<cwmp:ChangeDUState>{listed}</cwmp:ChangeDUState>")
    bench.run(fault)
    events, own, _ = bench.session()
    assert events == [("11 DU STATE CHANGE COMPLETE", ""), ("M ChangeDUState", "du")]
    assert len(own) == 1
    return own[0]


def test_software_is_installed_updated_and_uninstalled() -> None:
    bench = Bench()
    table = "Device.SoftwareModules.DeploymentUnit."
    url = "http://127.0.0.1:9/a-2.0.ipk"
    told = change(bench, operation("Install", URL=url, UUID=UUID))
    assert "<CurrentState>Installed</CurrentState>" in told
    assert "<Version>2.0</Version>" in told
    assert bench.cpe.tree.text(f"{table}1.UUID") == UUID
    assert bench.cpe.tree.text("Device.SoftwareModules.DeploymentUnitNumberOfEntries") == "1"
    assert "9227" in change(bench, operation("Install", URL=url, UUID=UUID))
    assert "<Version>2.1</Version>" in change(
        bench, operation("Update", UUID=UUID, URL="http://127.0.0.1:9/a-2.1.ipk")
    )
    assert "<CurrentState>UnInstalled<" in change(bench, operation("Uninstall", UUID=UUID))
    assert bench.cpe.tree.instances(table) == []
    assert "9226" in change(bench, operation("Uninstall", UUID=UUID))
    failed = change(bench, operation("Install", URL=url), fault=9015)
    assert "<CurrentState>Failed</CurrentState>" in failed


TESTS = {
    "Device.IP.Diagnostics.IPPing.": ("Host", {"SuccessCount": "3", "FailureCount": "0"}),
    "Device.IP.Diagnostics.TraceRoute.": ("Host", {"RouteHopsNumberOfEntries": "4"}),
    "Device.IP.Diagnostics.UDPEchoDiagnostics.": ("Host", {"SuccessCount": "3"}),
    "Device.DNS.Diagnostics.NSLookupDiagnostics.": ("HostName", {"ResultNumberOfEntries": "10"}),
    "Device.WiFi.NeighboringWiFiDiagnostic.": ("", {"ResultNumberOfEntries": "5"}),
    "Device.DSL.Diagnostics.ADSLLineTest.": ("", {"ACTATPds": "195"}),
    "Device.SelfTestDiagnostics.": ("", {"Results": "memory: good\nflash: good"}),
    "Device.IP.Diagnostics.DownloadDiagnostics.": ("DownloadURL", {"TestBytesReceived": "10"}),
    "Device.IP.Diagnostics.UploadDiagnostics.": ("UploadURL", {"TestBytesSent": "0"}),
}


@pytest.mark.parametrize("path", TESTS)
def test_tests_run_after_the_session_and_tell_their_end(path: str) -> None:
    bench = Bench()
    argument, results = TESTS[path]
    given = {f"{path}{argument}": "http://127.0.0.1:9/"} if argument else {}
    for _ in range(2):  # the second run's results take the place of the first's
        bench.ask(set_call(**given, **{f"{path}DiagnosticsState": "Requested"}))
        assert not bench.cpe.tick(bench.now)
        bench.later(1)
        bench.run()
        events, _, _ = bench.session()
        assert events == [("8 DIAGNOSTICS COMPLETE", "")]
        assert bench.cpe.tree.text(f"{path}DiagnosticsState") == "Complete"
        for name, value in results.items():
            assert bench.cpe.tree.text(path + name) == value


def test_a_load_that_cannot_begin_is_an_error() -> None:
    bench = Bench()
    path = "Device.IP.Diagnostics.DownloadDiagnostics."
    bench.ask(
        set_call(
            **{f"{path}DownloadURL": "http://127.0.0.1:9/", f"{path}DiagnosticsState": "Requested"}
        )
    )
    bench.later(1)
    bench.run(9015)
    assert bench.session()[0] == [("8 DIAGNOSTICS COMPLETE", "")]
    assert bench.cpe.tree.text(f"{path}DiagnosticsState") == "Error_InitConnectionFailed"


def test_a_restart_ends_tests_and_keeps_transfers() -> None:
    bench = Bench()
    ping = "Device.IP.Diagnostics.IPPing.DiagnosticsState"
    bench.ask(
        set_call(**{ping: "Requested"}),
        download("3 V", DelaySeconds=20),
        call("Reboot", CommandKey="r"),
    )
    bench.later(9)
    events, _, _ = bench.session()
    assert ("M Reboot", "r") in events
    assert ("8 DIAGNOSTICS COMPLETE", "") not in events
    bench.later(20)
    bench.run()
    assert ("M Download", "key") in bench.session()[0]


def test_both_data_models_are_equipped() -> None:
    bench = Bench(LUMEN)
    path = "InternetGatewayDevice.IPPingDiagnostics."
    bench.ask(set_call(**{f"{path}Host": "h", f"{path}DiagnosticsState": "Requested"}))
    bench.later(1)
    assert bench.session()[0] == [("8 DIAGNOSTICS COMPLETE", "")]
    table = "InternetGatewayDevice.WANDevice.1.WANConnectionDevice.1.WANIPConnection.1.PortMapping."
    (answer,) = bench.ask(call("AddObject", ObjectName=table, ParameterKey=""))
    assert "<InstanceNumber>1</InstanceNumber>" in answer
    assert bench.cpe.tree.has(f"{table}1.PortMappingEnabled")


@pytest.mark.parametrize(
    ("image", "name", "before", "after"),
    [
        (b"ACSD-VIRTUAL-FIRMWARE 9.1-beta\nrest", "fw-1.2.bin", "1.0", "9.1-beta"),
        (b"", "fw-1.2.3.bin", "1.0", "1.2.3"),
        (b"", "image.bin", "3.4.9", "3.4.10"),
        (b"", "image.bin", "V2.0.7b", "V2.0.8b"),
        (b"", "image.bin", "new", "new.1"),
    ],
)
def test_versions_of_images(image: bytes, name: str, before: str, after: str) -> None:
    assert version_of(image, name, before) == after


def test_events_are_not_doubled() -> None:
    bench = Bench()
    bench.cpe.connection_requested()
    bench.cpe.connection_requested()
    assert bench.session()[0] == [(Event("6 CONNECTION REQUEST").code, "")]
