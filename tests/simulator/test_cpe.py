"""The simulated router against messages of a server written by hand."""

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from acs.facts import Event
from acs.simulator.cpe import Cpe, CpeSettings, retry_wait
from acs.simulator.illness import Body
from acs.simulator.models import HARBOUR, KESTREL, LUMEN, MODELS
from acs.simulator.product import Model

NOW = 1_790_000_000.0


def seeded(seed: int) -> Random:
    return Random(seed)  # noqa: S311 - nothing secret hangs on it


def acs(body: str, message_id: str = "77") -> bytes:
    return (
        '<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/" '
        'xmlns:xsd="http://www.w3.org/2001/XMLSchema" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
        'xmlns:c="urn:dslforum-org:cwmp-1-0"><soap:Header>'
        f'<c:ID soap:mustUnderstand="1">{message_id}</c:ID></soap:Header>'
        f"<soap:Body>{body}</soap:Body></soap:Envelope>"
    ).encode()


INFORM_RESPONSE = acs("<c:InformResponse><MaxEnvelopes>1</MaxEnvelopes></c:InformResponse>")


def make(model: Model = KESTREL, *, bootstrap: bool = True) -> Cpe:
    body = Body(7, "hung_dns", onset=NOW - 7200, boots=[NOW - 86_400 * 5])
    return Cpe(
        model,
        "A0007",
        body,
        CpeSettings(inform_interval=10, reboot_takes=8),
        random=seeded(1),
        now=NOW,
        bootstrap=bootstrap,
    )


def opened(cpe: Cpe, now: float = NOW) -> None:
    assert cpe.tick(now)
    cpe.begin(now)
    assert cpe.reply(200, INFORM_RESPONSE, now) == b""


def ask(cpe: Cpe, body: str) -> str:
    answer = cpe.reply(200, acs(body), NOW + 1)
    assert answer
    return answer.decode()


def texts(xml: str | bytes, tag: str) -> list[str]:
    root = etree.fromstring(xml.encode() if isinstance(xml, str) else xml)
    return [e.text or "" for e in root.iter() if etree.QName(e).localname == tag]


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.product_class)
def test_first_inform_says_who_and_why(model: Model) -> None:
    cpe = make(model)
    assert cpe.tick(NOW)
    inform = cpe.begin(NOW)
    assert texts(inform, "EventCode") == ["0 BOOTSTRAP", "1 BOOT"]
    assert texts(inform, "SerialNumber") == ["A0007"]
    assert texts(inform, "OUI") == [model.oui]
    names = texts(inform, "Name")
    assert f"{model.root}ManagementServer.ConnectionRequestURL" in names
    assert f"{model.root}DeviceInfo.SoftwareVersion" in names


def test_events_come_again_until_the_inform_response() -> None:
    cpe = make()
    cpe.tick(NOW)
    cpe.begin(NOW)
    cpe.lost(NOW)
    later = cpe.due_at(NOW)
    assert 5 <= later - NOW <= 10
    assert not cpe.tick(NOW + 1)
    assert cpe.tick(later)
    again = cpe.begin(later)
    assert texts(again, "EventCode")[:2] == ["0 BOOTSTRAP", "1 BOOT"]
    assert texts(again, "RetryCount") == ["1"]
    cpe.reply(200, INFORM_RESPONSE, later)
    assert cpe.reply(204, b"", later) is None
    assert cpe.journal.acknowledged == 1
    assert cpe.journal.informs == 2
    assert cpe.tick(later + 30)
    assert texts(cpe.begin(later + 30), "EventCode") == ["2 PERIODIC"]


def test_periodic_inform_after_the_interval() -> None:
    cpe = make(bootstrap=False)
    due = cpe.due_at(NOW)
    assert NOW <= due <= NOW + 10
    assert cpe.tick(due)
    assert texts(cpe.begin(due), "EventCode") == ["2 PERIODIC"]


def test_names_next_level_and_whole() -> None:
    cpe = make()
    opened(cpe)
    top = ask(cpe, _names("", level=True))
    assert texts(top, "Name") == ["Device."]
    level = texts(ask(cpe, _names("Device.DeviceInfo.", level=True)), "Name")
    assert "Device.DeviceInfo.MemoryStatus." in level
    assert "Device.DeviceInfo.UpTime" in level
    assert "Device.DeviceInfo." not in level
    assert "Device.DeviceInfo.MemoryStatus.Free" not in level
    whole = texts(ask(cpe, _names("Device.DeviceInfo.MemoryStatus.", level=False)), "Name")
    assert whole[0] == "Device.DeviceInfo.MemoryStatus."
    assert "Device.DeviceInfo.MemoryStatus.Free" in whole
    assert len(texts(ask(cpe, _names("", level=False)), "Name")) > 120


def test_names_of_an_unknown_path_and_of_a_leaf_with_next_level() -> None:
    cpe = make()
    opened(cpe)
    assert texts(ask(cpe, _names("Device.Nope.", level=True)), "FaultCode") == ["9005"]
    assert texts(ask(cpe, _names("Device.DeviceInfo.UpTime", level=True)), "FaultCode") == ["9003"]


def _names(path: str, *, level: bool) -> str:
    return (
        f"<c:GetParameterNames><ParameterPath>{path}</ParameterPath>"
        f"<NextLevel>{int(level)}</NextLevel></c:GetParameterNames>"
    )


def _values(*names: str) -> str:
    strings = "".join(f"<string>{name}</string>" for name in names)
    return (
        f"<c:GetParameterValues><ParameterNames>{strings}</ParameterNames></c:GetParameterValues>"
    )


def test_values_of_leaves_and_of_a_partial_path() -> None:
    cpe = make()
    opened(cpe)
    answer = ask(
        cpe, _values("Device.DeviceInfo.UpTime", "Device.DNS.Diagnostics.NSLookupDiagnostics.")
    )
    found = dict(zip(texts(answer, "Name"), texts(answer, "Value"), strict=True))
    assert found["Device.DeviceInfo.UpTime"] == str(86_400 * 5 + 1)
    assert found["Device.DNS.Diagnostics.NSLookupDiagnostics.SuccessCount"] == "1"
    assert found["Device.DNS.Diagnostics.NSLookupDiagnostics.NumberOfRepetitions"] == "10"
    assert texts(answer, "ID") == ["77"]


def test_one_unknown_name_fails_the_whole_call() -> None:
    cpe = make()
    opened(cpe)
    answer = ask(cpe, _values("Device.DeviceInfo.UpTime", "Device.DeviceInfo.Nope"))
    assert texts(answer, "FaultCode") == ["9005"]
    assert texts(answer, "faultcode") == ["Client"]


def test_a_listed_branch_may_be_refused() -> None:
    cpe = make(HARBOUR)
    opened(cpe)
    branch = "InternetGatewayDevice.DeviceInfo.VendorConfigFile.1."
    assert f"{branch}Name" in texts(ask(cpe, _names(branch, level=False)), "Name")
    assert texts(ask(cpe, _values(f"{branch}Name")), "FaultCode") == ["9005"]
    assert texts(ask(cpe, _values("InternetGatewayDevice.DeviceInfo.")), "FaultCode") == []


def test_oddities_of_models() -> None:
    lumen, harbour = make(LUMEN), make(HARBOUR)
    lumen.tick(NOW)
    harbour.tick(NOW)
    said = lumen.begin(NOW).decode()
    assert "EventStruct[0002]" in said
    assert not texts(said, "CurrentTime")[0].endswith("Z")
    quiet = harbour.begin(NOW).decode()
    assert "<cwmp:ID" not in quiet
    assert "xsi:type" not in quiet
    assert harbour.router_id == "0A1003-H%201-A0007"


def _set(name: str, value: str, kind: str = "xsd:string") -> str:
    return (
        "<c:SetParameterValues><ParameterList><ParameterValueStruct>"
        f'<Name>{name}</Name><Value xsi:type="{kind}">{value}</Value>'
        "</ParameterValueStruct></ParameterList><ParameterKey>k1</ParameterKey>"
        "</c:SetParameterValues>"
    )


def test_set_is_read_back_and_a_password_is_not() -> None:
    cpe = make()
    opened(cpe)
    name = "Device.ManagementServer.ConnectionRequestUsername"
    secret = "Device.ManagementServer.ConnectionRequestPassword"
    assert texts(ask(cpe, _set(name, "us")), "Status") == ["0"]
    assert texts(ask(cpe, _set(secret, "pw")), "Status") == ["0"]
    assert texts(ask(cpe, _values(name, secret)), "Value") == ["us", ""]
    assert cpe.tree.written(secret) == "pw"
    assert texts(ask(cpe, _values("Device.ManagementServer.ParameterKey")), "Value") == ["k1"]


@pytest.mark.parametrize(
    ("name", "value", "kind", "code"),
    [
        ("Device.Nope", "1", "xsd:string", "9005"),
        ("Device.DeviceInfo.UpTime", "1", "xsd:unsignedInt", "9008"),
        ("Device.WiFi.Radio.1.Channel", "1", "xsd:string", "9006"),
        ("Device.WiFi.Radio.1.Channel", "-1", "xsd:unsignedInt", "9007"),
        ("Device.ManagementServer.PeriodicInformEnable", "ja", "xsd:boolean", "9007"),
    ],
)
def test_set_faults_name_the_parameter(name: str, value: str, kind: str, code: str) -> None:
    cpe = make()
    opened(cpe)
    answer = ask(cpe, _set(name, value, kind))
    assert texts(answer, "FaultCode") == ["9003", code]
    assert texts(answer, "ParameterName") == [name]


def test_methods_and_an_unknown_call() -> None:
    cpe = make()
    opened(cpe)
    assert "Reboot" in texts(ask(cpe, "<c:GetRPCMethods/>"), "string")
    assert texts(ask(cpe, "<c:GetOptions/>"), "FaultCode") == ["9000"]
    assert cpe.journal.calls == ["GetRPCMethods", "GetOptions"]


def test_reboot_comes_back_with_its_key_until_acknowledged() -> None:
    cpe = make()
    opened(cpe)
    assert "RebootResponse" in ask(cpe, "<c:Reboot><CommandKey>key-1</CommandKey></c:Reboot>")
    assert cpe.journal.executed == []
    assert cpe.reply(204, b"", NOW + 1) is None
    assert [done.command_key for done in cpe.journal.executed] == ["key-1"]
    assert not cpe.is_up(NOW + 5)
    assert not cpe.tick(NOW + 5)
    back = NOW + 9
    assert cpe.tick(back)
    first = cpe.begin(back)
    assert texts(first, "EventCode") == ["1 BOOT", "M Reboot"]
    assert texts(first, "CommandKey") == ["", "key-1"]
    assert int(cpe.body.vitals(back)["sys.uptime"]) < 8
    assert cpe.body.vitals(back)["sys.dns_proxy_fail"] == 0.0
    cpe.lost(back)
    later = cpe.due_at(back)
    assert cpe.tick(later)
    assert "M Reboot" in texts(cpe.begin(later), "EventCode")
    cpe.reply(200, INFORM_RESPONSE, later)
    cpe.reply(204, b"", later)
    assert Event("M Reboot", "key-1") in cpe.journal.events
    assert cpe.tick(later + 20)
    assert texts(cpe.begin(later + 20), "EventCode") == ["2 PERIODIC"]


def test_reboot_is_carried_out_even_when_the_session_breaks() -> None:
    cpe = make()
    opened(cpe)
    ask(cpe, "<c:Reboot><CommandKey>key-2</CommandKey></c:Reboot>")
    cpe.lost(NOW + 1)
    assert [done.command_key for done in cpe.journal.executed] == ["key-2"]
    assert cpe.tick(NOW + 10)
    assert texts(cpe.begin(NOW + 10), "EventCode") == ["1 BOOT", "M Reboot"]


def test_factory_reset_forgets_and_bootstraps() -> None:
    cpe = make()
    opened(cpe)
    ask(cpe, _set("Device.DeviceInfo.ProvisioningCode", "x"))
    assert "FactoryResetResponse" in ask(cpe, "<c:FactoryReset/>")
    cpe.reply(204, b"", NOW + 1)
    assert cpe.tick(NOW + 10)
    assert texts(cpe.begin(NOW + 10), "EventCode") == ["0 BOOTSTRAP", "1 BOOT"]
    assert cpe.tree.written("Device.DeviceInfo.ProvisioningCode") == ""


def test_connection_request_interrupts_a_wait_and_is_not_repeated() -> None:
    cpe = make()
    cpe.tick(NOW)
    cpe.begin(NOW)
    cpe.lost(NOW)
    cpe.connection_requested()
    assert cpe.tick(NOW + 1)
    assert "6 CONNECTION REQUEST" in texts(cpe.begin(NOW + 1), "EventCode")
    cpe.lost(NOW + 1)
    later = cpe.due_at(NOW + 1)
    assert cpe.tick(later)
    assert "6 CONNECTION REQUEST" not in texts(cpe.begin(later), "EventCode")


@pytest.mark.parametrize(
    ("status", "payload"),
    [(503, b""), (401, b""), (200, b"no xml"), (204, b""), (200, acs("<c:Reboot/>"))],
)
def test_anything_but_an_inform_response_fails_the_session(status: int, payload: bytes) -> None:
    cpe = make()
    cpe.tick(NOW)
    cpe.begin(NOW)
    assert cpe.reply(status, payload, NOW) is None
    assert cpe.journal.failures == 1
    assert cpe.journal.acknowledged == 0


@given(failures=st.integers(1, 40), seed=st.integers(0, 9))
def test_retry_wait_is_that_of_the_standard(failures: int, seed: int) -> None:
    wait = retry_wait(failures, seeded(seed))
    step = min(failures, 10)
    assert 5 * 2 ** (step - 1) <= wait <= 5 * 2**step
    assert wait <= 5120


@settings(max_examples=50)
@given(
    steps=st.lists(st.sampled_from(["ok", "reboot", "lost", "end", "wait", "fault"]), max_size=30)
)
def test_whatever_happens_each_reboot_is_carried_out_and_reported_once(steps: list[str]) -> None:
    cpe = make()
    now, asked = NOW, 0
    in_session = False
    for step in [*steps, "end", *["wait", "ok", "end"] * 14]:
        now += 700.0
        if not in_session:
            in_session = cpe.tick(now)
            if in_session:
                cpe.begin(now)
                cpe.reply(200, INFORM_RESPONSE, now)
        elif step == "reboot":
            asked += 1
            cpe.reply(200, acs(f"<c:Reboot><CommandKey>{asked}</CommandKey></c:Reboot>"), now)
            cpe.reply(204, b"", now)
            in_session = False
        elif step == "lost":
            cpe.lost(now)
            in_session = False
        elif step == "fault":
            cpe.reply(200, acs("<c:Nonsense/>"), now)
        elif step in ("end", "ok"):
            cpe.reply(204, b"", now)
            in_session = False
    keys = [done.command_key for done in cpe.journal.executed]
    assert keys == [str(number + 1) for number in range(asked)]
    confirmed = [e.command_key for e in cpe.journal.events if e.code == "M Reboot"]
    assert sorted(confirmed, key=int) == keys
