"""The tests that routers carry out: where each lies in either data model and what it takes.

Facts of TR-181 (Device:2) and TR-098 (InternetGatewayDevice:1); how a test runs is
``diagnostics``.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

import msgspec

TestName = Literal[
    "ping",
    "traceroute",
    "nslookup",
    "download",
    "upload",
    "udp_echo",
    "wifi_scan",
    "dsl",
    "self_test",
]
DEVICE, GATEWAY = "Device.", "InternetGatewayDevice."


class Test(msgspec.Struct, frozen=True):
    """One test.

    Attributes:
        places: its object below each root that has it; ``{wan}`` is the number of a WANDevice.
        arguments: names of our arguments and of its parameters.
        needs: arguments that it cannot do without.
        cleared: parameters that are emptied when they are not given: what an earlier test left
            there would send this one elsewhere.
        state: the parameter that starts it and says how it ended, where it is not the usual one.
        seconds: that it takes when its arguments do not say.
    """

    places: dict[str, str]
    arguments: dict[str, str] = {}
    needs: tuple[str, ...] = ()
    cleared: tuple[str, ...] = ("Interface",)
    state: dict[str, str] = {}
    seconds: float = 60.0

    def place(self, root: str, wan: int) -> str | None:
        """Path of its object; None if the data model does not have the test."""
        place = self.places.get(root)
        return None if place is None else root + place.replace("{wan}", str(wan))

    def state_of(self, root: str) -> str:
        """Name of its state's parameter."""
        return self.state.get(root, "DiagnosticsState")


_IP = {"interface": "Interface", "protocol": "ProtocolVersion", "dscp": "DSCP"}
_PROBES = {"host": "Host", "timeout": "Timeout", "size": "DataBlockSize", **_IP}
_LOADS = {
    "duration": "TimeBasedTestDuration",
    "connections": "NumberOfConnections",
    **_IP,
}

TESTS: Mapping[TestName, Test] = MappingProxyType(
    {
        "ping": Test(
            {DEVICE: "IP.Diagnostics.IPPing.", GATEWAY: "IPPingDiagnostics."},
            {"count": "NumberOfRepetitions", **_PROBES},
            ("host",),
        ),
        "traceroute": Test(
            {DEVICE: "IP.Diagnostics.TraceRoute.", GATEWAY: "TraceRouteDiagnostics."},
            {"count": "NumberOfTries", "max_hops": "MaxHopCount", **_PROBES},
            ("host",),
            seconds=300.0,
        ),
        "nslookup": Test(
            {DEVICE: "DNS.Diagnostics.NSLookupDiagnostics.", GATEWAY: "NSLookupDiagnostics."},
            {
                "host": "HostName",
                "server": "DNSServer",
                "count": "NumberOfRepetitions",
                "timeout": "Timeout",
                "interface": "Interface",
            },
            ("host",),
            ("Interface", "DNSServer"),
        ),
        "download": Test(
            {DEVICE: "IP.Diagnostics.DownloadDiagnostics.", GATEWAY: "DownloadDiagnostics."},
            {"url": "DownloadURL", **_LOADS},
            seconds=180.0,
        ),
        "upload": Test(
            {DEVICE: "IP.Diagnostics.UploadDiagnostics.", GATEWAY: "UploadDiagnostics."},
            {"url": "UploadURL", "size": "TestFileLength", **_LOADS},
            seconds=180.0,
        ),
        "udp_echo": Test(
            {DEVICE: "IP.Diagnostics.UDPEchoDiagnostics."},
            {
                "count": "NumberOfRepetitions",
                "port": "Port",
                "interval": "InterTransmissionTime",
                **_PROBES,
            },
            ("host", "port"),
        ),
        "wifi_scan": Test({DEVICE: "WiFi.NeighboringWiFiDiagnostic."}, cleared=()),
        "dsl": Test(
            {
                DEVICE: "DSL.Diagnostics.ADSLLineTest.",
                GATEWAY: "WANDevice.{wan}.WANDSLDiagnostics.",
            },
            {"interface": "Interface"},
            cleared=(),
            state={GATEWAY: "LoopDiagnosticsState"},
            seconds=300.0,
        ),
        "self_test": Test(
            {DEVICE: "SelfTestDiagnostics.", GATEWAY: "SelfTestDiagnostics."},
            cleared=(),
            seconds=180.0,
        ),
    }
)
# Types of the parameters above, for routers that do not say; all others are texts.
UNSIGNED = frozenset(
    {
        *("NumberOfRepetitions", "NumberOfTries", "MaxHopCount", "Timeout", "DataBlockSize"),
        *("DSCP", "Port", "InterTransmissionTime", "TestFileLength", "TimeBasedTestDuration"),
        "NumberOfConnections",
    }
)
PROTOCOLS = MappingProxyType({"any": "Any", "ipv4": "IPv4", "ipv6": "IPv6"})
