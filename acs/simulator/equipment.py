"""What a simulated product can have beside its vitals: port mappings, tests, software modules.

Any product becomes an equipped one. Paths and sources only.
"""

from acs.simulator.illness import Body
from acs.simulator.product import Leaves, Model, put, settings
from acs.simulator.tree import Leaf

_ROW: Leaves = {
    "Enable": Leaf("boolean", "false", writable=True),
    "ExternalPort": Leaf("unsignedInt", "0", writable=True),
    "InternalPort": Leaf("unsignedInt", "0", writable=True),
    "InternalClient": Leaf("string", "", writable=True),
    "Protocol": Leaf("string", "TCP", writable=True),
    "Description": Leaf("string", "", writable=True),
}
_ROW_098: Leaves = {
    f"PortMapping{name}" if name in ("Enabled", "Protocol", "Description") else name: leaf
    for name, leaf in (("Enabled" if n == "Enable" else n, each) for n, each in _ROW.items())
}
_UNIT_TABLE = "SoftwareModules.DeploymentUnit."
_PROBE = {"NumberOfRepetitions": "3", "Timeout": "1000", "DataBlockSize": "64", "DSCP": "0"}
_ECHOES = (
    "SuccessCount",
    "FailureCount",
    "AverageResponseTime",
    "MinimumResponseTime",
    "MaximumResponseTime",
)
_LOADS = ("TestBytes", "TotalBytes")
_TIMES = ("ROMTime", "BOMTime", "EOMTime", "TCPOpenRequestTime", "TCPOpenResponseTime")


def rows_of(table: str) -> Leaves:
    """What a row of a table has, of those tables that are known; nothing of others."""
    if not table.endswith(".PortMapping."):
        return {}
    return _ROW if table.startswith("Device.") else _ROW_098


def equipped(model: Model) -> Model:
    """The product with all of it."""
    root = model.root
    is_device = root == "Device."
    mappings = (
        f"{root}NAT.PortMapping."
        if is_device
        else f"{root}WANDevice.1.WANConnectionDevice.1.WANIPConnection.1.PortMapping."
    )

    def leaves(inner: Model, serial: str, body: Body) -> Leaves:
        found = model.leaves(inner, serial, body)
        found[f"{mappings[:-1]}NumberOfEntries"] = Leaf("unsignedInt", "0")
        found[f"{root}{_UNIT_TABLE[:-1]}NumberOfEntries"] = Leaf("unsignedInt", "0")
        _tests(found, root, is_device=is_device)
        return found

    return model._replace(
        leaves=leaves,
        tables={**model.tables, mappings: rows_of(mappings)},
        objects=(*model.objects, f"{root}{_UNIT_TABLE}"),
    )


def _tests(leaves: Leaves, root: str, *, is_device: bool) -> None:
    place = f"{root}IP.Diagnostics." if is_device else root
    suffix = "" if is_device else "Diagnostics"
    for name in ("IPPing", "UDPEchoDiagnostics") if is_device else ("IPPing",):
        test = f"{place}{name}{'' if name.endswith('Diagnostics') else suffix}."
        _start(leaves, test, Host="", Interface="")
        settings(leaves, test, "unsignedInt", **_PROBE)
        put(leaves, test, "unsignedInt", **dict.fromkeys(_ECHOES, "0"))
    if is_device:
        echo = f"{place}UDPEchoDiagnostics."
        settings(leaves, echo, "unsignedInt", Port="7", InterTransmissionTime="1000")
    route = f"{place}TraceRoute{suffix}."
    _start(leaves, route, Host="", Interface="")
    given = {"NumberOfTries": "3", "MaxHopCount": "30", "Timeout": "5000", "DataBlockSize": "38"}
    settings(leaves, route, "unsignedInt", **given)
    put(leaves, route, "unsignedInt", ResponseTime="0", RouteHopsNumberOfEntries="0")
    names = (
        f"{root}DNS.Diagnostics.NSLookupDiagnostics."
        if is_device
        else f"{root}NSLookupDiagnostics."
    )
    settings(leaves, names, "string", DNSServer="", Interface="")
    settings(leaves, names, "unsignedInt", Timeout="5000")
    put(leaves, names, "unsignedInt", ResultNumberOfEntries="0")
    for way, moved in (("Download", "Received"), ("Upload", "Sent")):
        test = f"{place}{way}Diagnostics."
        _start(leaves, test, Interface="", **{f"{way}URL": ""})
        settings(leaves, test, "unsignedInt", DSCP="0", NumberOfConnections="1")
        settings(leaves, test, "unsignedInt", TimeBasedTestDuration="0")
        if way == "Upload":
            settings(leaves, test, "unsignedInt", TestFileLength="0")
        counts = [f"{name}{moved}" for name in _LOADS]
        more = ("PeriodOfFullLoading", f"TestBytes{moved}UnderFullLoading")
        put(leaves, test, "unsignedInt", **dict.fromkeys((*counts, *more), "0"))
        put(leaves, test, "dateTime", **dict.fromkeys(_TIMES, "0001-01-01T00:00:00Z"))
    if is_device:
        scan = f"{root}WiFi.NeighboringWiFiDiagnostic."
        _start(leaves, scan)
        put(leaves, scan, "unsignedInt", ResultNumberOfEntries="0")
    line = (
        f"{root}DSL.Diagnostics.ADSLLineTest."
        if is_device
        else f"{root}WANDevice.1.WANDSLDiagnostics."
    )
    state = "DiagnosticsState" if is_device else "LoopDiagnosticsState"
    settings(leaves, line, "string", **{state: "None"})
    if is_device:
        settings(leaves, line, "string", Interface="")
    put(leaves, line, "int", ACTPSDds="0", ACTPSDus="0", ACTATPds="0", ACTATPus="0")
    own = f"{root}SelfTestDiagnostics."
    _start(leaves, own)
    put(leaves, own, "string", Results="")


def _start(leaves: Leaves, test: str, **texts: str) -> None:
    settings(leaves, test, "string", DiagnosticsState="None", **texts)
