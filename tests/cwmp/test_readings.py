import pytest

from acs.cwmp.messages import ParameterValue
from acs.cwmp.plan import compile_plan
from acs.cwmp.readings import read, read_inform
from diagnostics.sample import Value

IGD = "InternetGatewayDevice."
WAN = f"{IGD}WANDevice.1."
PPP = f"{WAN}WANConnectionDevice.1.WANPPPConnection."
CLIENT = "Device.WiFi.AccessPoint.1.AssociatedDevice."


def _read(values: dict[str, str], *more: str, **selectors: str) -> dict[str, Value]:
    root = next(iter(values)).partition(".")[0] + "."
    plan = compile_plan(root, (*values, *more), {**values, **selectors})
    return read(plan, values)


def test_what_the_router_does_not_say_is_absent() -> None:
    names = ("Device.DeviceInfo.UpTime", "Device.DeviceInfo.MemoryStatus.Total")
    plan = compile_plan("Device.", names, {})
    assert read(plan, {}) == {}
    assert read(plan, {names[0]: "", names[1]: "lots"}) == {}
    assert read(plan, {names[0]: "60", names[1]: "0"}) == {"sys.uptime": 60}


@pytest.mark.parametrize(
    ("values", "vitals"),
    [
        ({"Device.DeviceInfo.TemperatureStatus.TemperatureSensor.1.Value": "-274"}, {}),
        (
            {
                "Device.DeviceInfo.TemperatureStatus.TemperatureSensor.1.Value": "-274",
                "Device.DeviceInfo.TemperatureStatus.TemperatureSensor.2.Value": "61",
            },
            {"sys.temp_cpu": 61},
        ),
        ({f"{IGD}DeviceInfo.X_HW_MemUsed": "51"}, {"sys.mem_util": 51}),
        ({f"{IGD}DeviceInfo.X_HW_MemUsed": "510"}, {}),
        ({f"{WAN}X_GponInterafceConfig.RXPower": "-19"}, {"pon.rx_power": -19000}),
        ({f"{WAN}X_GponInterafceConfig.RXPower": "30"}, {"pon.rx_power": -25229}),
        ({"Device.XPON.ONU.1.ANI.1.Transceiver.1.RxPower": "-185"}, {"pon.rx_power": -18500}),
        ({"Device.Optical.Interface.1.OpticalSignalLevel": "-18500"}, {"pon.rx_power": -18500}),
        (
            {
                "Device.XPON.ONU.1.ANI.1.TC.Alarms.SD": "0",
                "Device.XPON.ONU.1.ANI.1.TC.Alarms.SF": "true",
            },
            {"pon.sd_sf": True},
        ),
        (
            {"Device.DeviceInfo.FirmwareImage.1.Status": "Downloading"},
            {"acs.download_in_progress": True},
        ),
        ({f"{WAN}WANEthernetInterfaceConfig.MaxBitRate": "Auto"}, {}),
        ({f"{WAN}WANEthernetInterfaceConfig.MaxBitRate": "100"}, {"eth.speed": 100}),
    ],
)
def test_values_in_the_catalogues_units(values: dict[str, str], vitals: dict[str, Value]) -> None:
    assert _read(values) == vitals


def test_the_connection_that_serves_counts() -> None:
    values = {
        f"{PPP}1.ConnectionStatus": "Disconnected",
        f"{PPP}1.LastConnectionError": "ERROR_AUTHENTICATION_FAILURE",
        f"{PPP}1.Uptime": "0",
        f"{PPP}2.ConnectionStatus": "connected",
        f"{PPP}2.LastConnectionError": "ERROR_NONE",
        f"{PPP}2.Uptime": "89906",
    }
    assert _read(values) == {
        "ppp.state": "Connected",
        "ppp.last_error": "ERROR_NONE",
        "ppp.uptime": 89906,
    }


def test_a_line_that_is_down_measures_nothing() -> None:
    line = ".WANDSLInterfaceConfig."
    values = {
        f"{IGD}WANDevice.1{line}Status": "NoSignal",
        f"{IGD}WANDevice.1{line}DownstreamNoiseMargin": "0",
        f"{IGD}WANDevice.2{line}Status": "Up",
        f"{IGD}WANDevice.2{line}DownstreamNoiseMargin": "92",
    }
    assert _read(values) == {"dsl.link_status": "Up", "dsl.snr_margin_ds": 92}
    values[f"{IGD}WANDevice.2{line}Status"] = "NoSignal"
    assert _read(values) == {"dsl.link_status": "NoSignal"}


def test_a_sum_needs_all_its_parts() -> None:
    radio = f"{IGD}LANDevice.1.WLANConfiguration."
    values = {f"{radio}1.TotalAssociations": "2", f"{radio}5.TotalAssociations": "3"}
    assert _read(values) == {"wifi.assoc": 5}
    values[f"{radio}5.TotalAssociations"] = ""
    assert _read(values) == {}


def test_rows_of_a_table_are_read_as_they_come() -> None:
    plan = compile_plan("Device.", (CLIENT,), {})
    assert plan.request == (CLIENT,)
    values = {
        f"{CLIENT}{n}.{leaf}": text
        for n, row in enumerate(
            (
                {"SignalStrength": "-50", "Active": "true"},
                {"SignalStrength": "-71", "Active": "1"},
                {"SignalStrength": "-90", "Active": "0"},
                {"SignalStrength": "0", "Active": "1"},
                {"SignalStrength": "-60"},
                {"SignalStrength.Deeper": "-99"},
            ),
            1,
        )
        for leaf, text in row.items()
    }
    assert read(plan, values) == {"wifi.client_rssi_p10": -71}
    assert read(plan, {}) == {}


def test_a_table_without_the_first_leaf_is_read_by_the_next() -> None:
    table = f"{IGD}LANDevice.1.WLANConfiguration.1.AssociatedDevice."
    plan = compile_plan(IGD, (table,), {})
    assert read(plan, {f"{table}1.X_TP_StaSignalStrength": "-59"}) == {"wifi.client_rssi_p10": -59}
    both = {f"{table}1.X_TP_StaSignalStrength": "-59", f"{table}1.X_HW_RSSI": "-40"}
    assert read(plan, both) == {"wifi.client_rssi_p10": -40}


def test_the_last_boot_is_the_newest_row() -> None:
    table = "Device.DeviceInfo.Reboots.Reboot."
    plan = compile_plan("Device.", (table,), {})
    rows = {
        f"{table}1.Cause": "Watchdog",
        f"{table}1.TimeStamp": "2026-03-02T00:00:00Z",
        f"{table}2.Cause": "Cold",
        f"{table}2.TimeStamp": "2026-03-01T00:00:00Z",
    }
    assert read(plan, rows) == {"sys.last_boot_cause": "Watchdog"}


def test_an_inform_tells_only_what_needs_no_plan() -> None:
    said = (
        ParameterValue(f"{IGD}DeviceInfo.SoftwareVersion", " V1 "),
        ParameterValue(f"{IGD}DeviceInfo.UpTime", "77"),
        ParameterValue(f"{IGD}DeviceInfo.MemoryStatus.Free", "many"),
        ParameterValue(f"{PPP}1.ConnectionStatus", "Disconnected"),
        ParameterValue("Device.DeviceInfo.ProcessStatus.CPUUsage", "3"),
    )
    assert read_inform(IGD, said) == {"sys.fw_version": "V1", "sys.uptime": 77}
    assert read_inform("", said) == {}


def test_of_two_sources_in_an_inform_the_better_wins() -> None:
    said = (
        ParameterValue(f"{IGD}DeviceInfo.ProcessStatus.CPUUsage", "57"),
        ParameterValue(f"{IGD}DeviceInfo.X_HW_CpuUsed", "14"),
    )
    assert read_inform(IGD, said) == {"sys.cpu_util": 57}
    assert read_inform(IGD, reversed(said)) == {"sys.cpu_util": 57}
