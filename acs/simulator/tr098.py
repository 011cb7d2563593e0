"""The InternetGatewayDevice:1 data model (TR-098) of a simulated router. Paths and sources."""

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


def tr098(model: Model, serial: str, body: Body) -> Leaves:
    """All parameters of one router."""
    root = "InternetGatewayDevice."
    leaves: Leaves = {f"{root}DeviceSummary": Leaf("string", "InternetGatewayDevice:1.4[](Base:2)")}
    leaves |= common_leaves(model, serial)
    common, wire = (
        f"{root}WANDevice.1.WANCommonInterfaceConfig.",
        (f"{root}WANDevice.1.WANEthernetInterfaceConfig."),
    )
    put(leaves, common, "string", PhysicalLinkStatus=of("eth.link_up"), WANAccessType="Ethernet")
    for name, metric in (
        ("TotalBytesReceived", "eth.rx_bytes"),
        ("TotalBytesSent", "eth.tx_bytes"),
        ("TotalPacketsReceived", "eth.rx_packets"),
    ):
        put(leaves, common, "unsignedInt", **{name: _wrapped(metric)})
    put(
        leaves,
        wire,
        "string",
        Status=of("eth.link_up"),
        MaxBitRate=of("eth.speed"),
        DuplexMode=of("eth.duplex"),
    )
    _wan_connection(model, leaves, serial)
    radio = f"{root}LANDevice.1.WLANConfiguration.1."
    put(leaves, radio, "string", Status=of("wifi.radio_status"), SSID="home")
    put(leaves, radio, "unsignedInt", TotalAssociations=of("wifi.assoc"))
    settings(leaves, radio, "unsignedInt", Channel="6")
    for port in range(1, 5):
        lan = f"{root}LANDevice.1.LANEthernetInterfaceConfig.{port}."
        put(leaves, lan, "string", Status="Up" if port == 1 else "NoLink", MaxBitRate="Auto")
        put(leaves, f"{lan}Stats.", "unsignedInt", ErrorsReceived=of("lan.err_rx"))
    hosts(leaves, f"{root}LANDevice.1.Hosts.", body)
    dns = f"{root}NSLookupDiagnostics."
    settings(leaves, dns, "string", DiagnosticsState="Complete", HostName="example.net")
    settings(leaves, dns, "unsignedInt", NumberOfRepetitions="10")
    put(leaves, dns, "unsignedInt", SuccessCount=lookups)
    return leaves


def _wrapped(metric: str) -> Callable[[Snapshot], object]:
    return lambda vitals: int(vitals[metric]) % 2**32


def _wan_connection(model: Model, leaves: Leaves, serial: str) -> None:
    kind = "PPP" if model.ppp else "IP"
    prefix = f"{model.root}WANDevice.1.WANConnectionDevice.1.WAN{kind}Connection.1."
    if kind == "PPP":
        states = {
            "ConnectionStatus": of("ppp.state"),
            "LastConnectionError": of("ppp.last_error"),
        }
        put(leaves, prefix, "string", **states)
        put(leaves, prefix, "unsignedInt", Uptime=of("ppp.uptime"))
    else:
        # TR-098 knows only connection states here, not those of DHCP
        put(leaves, prefix, "string", ConnectionStatus=of("ppp.state"), AddressingType="DHCP")
    put(leaves, prefix, "string", Name="internet", ExternalIPAddress=wan_address(serial))
    settings(leaves, prefix, "boolean", Enable="1", NATEnabled="1")
    for name, metric in (
        ("EthernetErrorsReceived", "eth.err_rx"),
        ("EthernetErrorsSent", "eth.err_tx"),
        ("EthernetDiscardPacketsReceived", "eth.disc_rx"),
        ("EthernetDiscardPacketsSent", "eth.disc_tx"),
    ):
        put(leaves, f"{prefix}Stats.", "unsignedInt", **{name: of(metric)})
