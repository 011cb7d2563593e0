"""The Device:2 data model (TR-181) of a simulated router. Paths and sources."""

from collections.abc import Callable

from acs.simulator.illness import Body
from acs.simulator.product import (
    Leaves,
    Model,
    common_leaves,
    hosts,
    lookups,
    of,
    put,
    settings,
    wan_address,
)
from acs.simulator.tree import Leaf, Snapshot


def tr181(model: Model, serial: str, body: Body) -> Leaves:
    """All parameters of one router."""
    leaves: Leaves = {"Device.RootDataModelVersion": Leaf("string", "2.14")}
    leaves |= common_leaves(model, serial)
    sensor = "Device.DeviceInfo.TemperatureStatus.TemperatureSensor.1."
    put(leaves, sensor, "string", Name="CPU", Status="Enabled")
    put(leaves, sensor, "int", Value=of("sys.temp_cpu"))
    _ethernet(leaves)
    _wifi(leaves, body)
    ip, dhcp = "Device.IP.Interface.1.", "Device.DHCPv4.Client.1."
    put(leaves, ip, "string", Name="wan", Status=of("ip.state"))
    put(leaves, ip, "string", LowerLayers="Device.Ethernet.Interface.1")
    leaves["Device.IP.Interface.1.IPv4Address.1.IPAddress"] = Leaf("string", wan_address(serial))
    put(leaves, dhcp, "string", Interface="Device.IP.Interface.1", DHCPStatus=of("dhcp.status"))
    put(leaves, dhcp, "int", LeaseTimeRemaining=of("dhcp.lease_left"))
    dns = "Device.DNS.Diagnostics.NSLookupDiagnostics."
    settings(leaves, dns, "string", DiagnosticsState="Complete", HostName="example.net")
    settings(leaves, dns, "unsignedInt", NumberOfRepetitions="10")
    put(leaves, dns, "unsignedInt", SuccessCount=lookups)
    hosts(leaves, "Device.Hosts.", body)
    if model.voice:
        line = "Device.Services.VoiceService.1.CallControl.Line.1."
        put(
            leaves,
            line,
            "string",
            CallStatus=of("voip.call_active"),
            Status=of("voip.reg_status"),
        )
    return leaves


_COUNTERS = {
    "BytesReceived": ("unsignedLong", "eth.rx_bytes"),
    "BytesSent": ("unsignedLong", "eth.tx_bytes"),
    "PacketsReceived": ("unsignedLong", "eth.rx_packets"),
    "ErrorsReceived": ("unsignedInt", "eth.err_rx"),
    "ErrorsSent": ("unsignedInt", "eth.err_tx"),
    "DiscardPacketsReceived": ("unsignedInt", "eth.disc_rx"),
    "DiscardPacketsSent": ("unsignedInt", "eth.disc_tx"),
}


def _ethernet(leaves: Leaves) -> None:
    wan = "Device.Ethernet.Interface.1."
    put(leaves, wan, "boolean", Upstream=lambda _vitals: True)
    put(
        leaves,
        wan,
        "string",
        Name="wan0",
        Status=of("eth.link_up"),
        CurrentDuplexMode=of("eth.duplex"),
    )
    put(leaves, wan, "unsignedInt", LastChange=of("eth.link_last_change"))
    put(leaves, wan, "int", CurrentBitRate=of("eth.speed"))
    for name, (kind, metric) in _COUNTERS.items():
        put(leaves, f"{wan}Stats.", kind, **{name: of(metric)})
    for port in range(2, 6):
        lan = f"Device.Ethernet.Interface.{port}."
        put(leaves, lan, "boolean", Upstream=lambda _vitals: False)
        up = port == 2  # noqa: PLR2004 - the first LAN port has a cable in it
        put(leaves, lan, "string", Name=f"lan{port - 1}", Status="Up" if up else "Down")
        put(leaves, lan, "int", CurrentBitRate=of("lan.port_speed") if up else "0")
        put(leaves, f"{lan}Stats.", "unsignedInt", ErrorsReceived=of("lan.err_rx"))
    monitor = "Device.Ethernet.RMONStats.1."
    put(leaves, monitor, "string", Interface="Device.Ethernet.Interface.1")
    put(leaves, monitor, "unsignedInt", CRCErroredPackets=of("eth.fcs_err"))


def _wifi(leaves: Leaves, body: Body) -> None:
    radio, ssid, point = "Device.WiFi.Radio.1.", "Device.WiFi.SSID.1.", "Device.WiFi.AccessPoint.1."
    put(leaves, radio, "string", Status=of("wifi.radio_status"), OperatingFrequencyBand="5GHz")
    settings(leaves, radio, "unsignedInt", Channel="36")
    put(leaves, f"{radio}Stats.", "int", Noise=of("wifi.noise"))
    put(leaves, ssid, "string", Status="Up", SSID="home")
    sent = {
        "PacketsSent": lambda v: int(v["eth.rx_packets"]) // 2,
        "RetransCount": lambda v: int(int(v["eth.rx_packets"]) // 2 * float(v["wifi.retry_ratio"])),
    }
    put(leaves, f"{ssid}Stats.", "unsignedInt", **sent)
    put(leaves, point, "string", Status="Enabled", SSIDReference="Device.WiFi.SSID.1")
    put(leaves, point, "unsignedInt", AssociatedDeviceNumberOfEntries=of("wifi.assoc"))
    count = len(body.clients(0.0))
    for number in range(count):
        client = f"{point}AssociatedDevice.{number + 1}."
        # the weakest client first, the others a little better
        signal = _stronger("wifi.client_rssi_p10", number)
        put(leaves, client, "string", MACAddress=f"0A:00:00:00:00:{number + 1:02X}")
        put(leaves, client, "int", SignalStrength=signal)
        put(leaves, client, "unsignedInt", SNR=_stronger("wifi.client_snr_p10", number))
        put(leaves, client, "boolean", Active=lambda _vitals: True)


def _stronger(metric: str, number: int) -> Callable[[Snapshot], object]:
    return lambda vitals: int(vitals[metric]) + 2 * number
