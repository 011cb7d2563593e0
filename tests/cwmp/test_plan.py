import pytest
from hypothesis import given
from hypothesis import strategies as st

from acs.cwmp.plan import (
    Joint,
    UnreadablePlanError,
    compile_plan,
    decode_plan,
    encode_plan,
    plan_key,
    without,
)
from acs.cwmp.readings import read
from acs.cwmp.sources import SOURCES

PORT = "Device.Ethernet.Interface."
UPSTREAM = {f"{PORT}1.Upstream": "1", f"{PORT}2.Upstream": "0"}
NAMES = (
    "Device.DeviceInfo.UpTime",
    "Device.DeviceInfo.TemperatureStatus.TemperatureSensor.1.Value",
    "Device.DeviceInfo.TemperatureStatus.TemperatureSensor.2.Value",
    f"{PORT}1.Upstream",
    f"{PORT}1.Stats.ErrorsReceived",
    f"{PORT}2.Upstream",
    f"{PORT}2.Stats.ErrorsReceived",
    "Device.WiFi.AccessPoint.1.AssociatedDevice.",
    "Device.X_MAKER_Secret",
)


def test_a_plan_asks_only_for_what_is_there_and_wanted() -> None:
    plan = compile_plan("Device.", NAMES, UPSTREAM)
    assert plan.request == (
        "Device.DeviceInfo.TemperatureStatus.TemperatureSensor.1.Value",
        "Device.DeviceInfo.TemperatureStatus.TemperatureSensor.2.Value",
        "Device.DeviceInfo.UpTime",
        f"{PORT}1.Stats.ErrorsReceived",
        f"{PORT}2.Stats.ErrorsReceived",
        "Device.WiFi.AccessPoint.1.AssociatedDevice.",
    )
    assert {"sys.uptime", "sys.temp_cpu", "eth.err_rx", "lan.err_rx"} <= plan.metrics
    assert {single.name for single in plan.singles if single.metric == "eth.err_rx"} == {
        f"{PORT}1.Stats.ErrorsReceived"
    }


def test_without_a_word_on_which_port_is_which_none_is_read() -> None:
    plan = compile_plan("Device.", NAMES, {})
    assert plan.metrics.isdisjoint({"eth.err_rx", "lan.err_rx"})


def test_the_best_way_that_the_router_offers_is_taken() -> None:
    port = f"{PORT}1.Stats.ErrorsReceived"
    monitor = "Device.Ethernet.RMONStats.1.CRCErroredPackets"
    selectors = {"Device.Ethernet.RMONStats.1.Interface": f"{PORT}1"}
    with_monitor = compile_plan("Device.", (port, monitor), selectors)
    assert next(s for s in with_monitor.singles if s.metric == "eth.fcs_err").name == monitor
    plan = compile_plan("Device.", (port, monitor), {})
    assert next(s for s in plan.singles if s.metric == "eth.fcs_err").name == port


def test_a_share_needs_its_whole() -> None:
    stats = "Device.WiFi.SSID.1.Stats."
    names = [f"{stats}RetransCount", f"{stats}PacketsSent"]
    assert "wifi.retry_ratio" in compile_plan("Device.", names, {}).metrics
    for missing in names:
        left = [name for name in names if name != missing]
        assert "wifi.retry_ratio" not in compile_plan("Device.", left, {}).metrics


def test_results_of_tests_are_left_to_who_runs_them() -> None:
    """They stay in the tree for months, of a server, a host and a time that nobody knows."""
    for root, path in (
        ("Device.", "Device.DNS.Diagnostics.NSLookupDiagnostics."),
        ("Device.", "Device.IP.Diagnostics.IPPing."),
        ("Device.", "Device.IP.Diagnostics.DownloadDiagnostics."),
        ("InternetGatewayDevice.", "InternetGatewayDevice.NSLookupDiagnostics."),
        ("InternetGatewayDevice.", "InternetGatewayDevice.IPPingDiagnostics."),
    ):
        leaves = ("DiagnosticsState", "SuccessCount", "FailureCount", "NumberOfRepetitions")
        more = ("AverageResponseTime", "TestBytesReceived")
        names = [path + leaf for leaf in (*leaves, *more)]
        assert not compile_plan(root, names, {}).request


def test_instances_are_in_the_order_of_their_numbers() -> None:
    wan = "InternetGatewayDevice.WANDevice.1.WANConnectionDevice.1.WANPPPConnection."
    names = [f"{wan}{n}.ConnectionStatus" for n in (10, 9, 2)]
    plan = compile_plan("InternetGatewayDevice.", names, {})
    joint = next(joint for joint in plan.joints if joint.metric == "ppp.state")
    assert [member.name for member in joint.members] == list(reversed(names))


def test_equal_routers_share_a_plan() -> None:
    one = encode_plan(compile_plan("Device.", NAMES, UPSTREAM))
    other = encode_plan(compile_plan("Device.", tuple(reversed(NAMES)), dict(UPSTREAM)))
    assert one == other
    assert plan_key(one) == plan_key(other)
    assert decode_plan(one) == compile_plan("Device.", NAMES, UPSTREAM)


@pytest.mark.parametrize(
    "data", [b"", b"\xff", b"\x80", encode_plan(compile_plan("Device.", (), {}))[:-1]]
)
def test_what_is_no_plan_is_refused(data: bytes) -> None:
    with pytest.raises(UnreadablePlanError):
        decode_plan(data)


def test_a_refused_name_goes_and_is_remembered() -> None:
    sensor = "Device.DeviceInfo.TemperatureStatus.TemperatureSensor.1.Value"
    plan = without(compile_plan("Device.", NAMES, UPSTREAM), (sensor,), stale=True)
    assert sensor not in plan.request
    assert plan.refused == (sensor,)
    assert plan.stale
    assert "sys.temp_cpu" in plan.metrics
    again = compile_plan("Device.", NAMES, UPSTREAM, plan.refused)
    assert again.request == plan.request
    assert not again.stale


def test_a_sum_that_lost_a_part_goes_too() -> None:
    names = [
        f"InternetGatewayDevice.LANDevice.1.WLANConfiguration.{n}.TotalAssociations" for n in "12"
    ]
    plan = compile_plan("InternetGatewayDevice.", names, {})
    assert plan.metrics == {"wifi.assoc"}
    assert without(plan, names[:1], stale=True).request == ()


def test_a_refused_table_goes() -> None:
    table = "Device.WiFi.AccessPoint.1.AssociatedDevice."
    plan = without(compile_plan("Device.", NAMES, UPSTREAM), (table,), stale=False)
    assert table not in plan.request
    assert not plan.stale


def _paths(root: str) -> list[str]:
    patterns = {
        pattern for ways in SOURCES[root].values() for source in ways for pattern in source.patterns
    }
    return sorted(
        pattern.replace("{i}", number).replace("{*}", number)
        for pattern in patterns
        for number in ("1", "2", "12")
    )


@given(
    names=st.lists(st.sampled_from(_paths("Device.")) | st.text(max_size=20), max_size=30),
    refused=st.lists(st.sampled_from(_paths("Device.")), max_size=3),
    texts=st.lists(st.sampled_from(["1", "0", "Up", "-5", "", "4294967295"]), min_size=1),
)
def test_a_plan_never_asks_for_what_is_not_there(
    names: list[str], refused: list[str], texts: list[str]
) -> None:
    plan = compile_plan("Device.", names, {}, refused)
    tables = {
        name[: -len(name.split(".")[-1]) - len(name.split(".")[-2]) - 1]
        for name in names
        if name.count(".") > 1
    }
    assert set(plan.request) <= set(names).union(tables) - set(refused)
    assert decode_plan(encode_plan(plan)) == plan
    vitals = read(plan, {name: texts[i % len(texts)] for i, name in enumerate(names)})
    assert set(vitals) <= plan.metrics
    for name in plan.request[:3]:
        smaller = without(plan, (name,), stale=True)
        assert set(smaller.request) < set(plan.request)
        assert all(isinstance(joint, Joint) for joint in smaller.joints)
