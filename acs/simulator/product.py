"""What a simulated product is: its names, how it writes, what its data model is built of.

Which products there are is in ``models``; what each data model holds in ``tr181`` and ``tr098``.
"""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from acs.identity import DeviceId
from acs.simulator.illness import Body
from acs.simulator.soap import Style
from acs.simulator.tree import Leaf, Snapshot, Source, Tree

Leaves = dict[str, Leaf]


class Model(NamedTuple):
    """One product.

    Attributes:
        root: "Device." or "InternetGatewayDevice.".
        style: how it writes XML.
        refused: prefixes it lists and then refuses to read.
        digits: booleans are written 0 and 1.
        one_request_per_connection: it opens a connection for every request.
        informs: what it says in each Inform, beside what the standard demands.
        leaves: builds its parameters.
        voice: it has telephony.
        ppp: its line is dialled.
        tables: what a new row of a table has, by the table's path.
        objects: objects that may be empty.
    """

    manufacturer: str
    oui: str
    product_class: str
    name: str
    firmware: str
    root: str
    style: Style
    leaves: Callable[["Model", str, Body], Leaves]
    informs: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    digits: bool = False
    one_request_per_connection: bool = False
    voice: bool = False
    ppp: bool = False
    tables: Mapping[str, Leaves] = {}
    objects: tuple[str, ...] = ()

    def device(self, serial: str) -> DeviceId:
        """The identity of one router of this model."""
        return DeviceId(self.manufacturer, self.oui, self.product_class, serial)

    def tree(self, serial: str, body: Body) -> Tree:
        """The data model of one router of this model."""
        return Tree(
            self.leaves(self, serial, body),
            refused=self.refused,
            digits=self.digits,
            tables=self.tables,
            objects=self.objects,
        )


def of(metric: str) -> Callable[[Snapshot], object]:
    """A leaf's source: the vital of this name, 0 where the body has none."""
    return lambda vitals: vitals.get(metric, 0)


def put(leaves: Leaves, prefix: str, kind: str, **sources: Source) -> None:
    """Add read-only leaves of one type."""
    for name, source in sources.items():
        leaves[prefix + name] = Leaf(kind, source)


def settings(leaves: Leaves, prefix: str, kind: str, **values: str) -> None:
    """Add leaves that the server may set."""
    for name, value in values.items():
        leaves[prefix + name] = Leaf(kind, value, writable=True)


def common_leaves(model: Model, serial: str) -> Leaves:
    """DeviceInfo and ManagementServer, alike in both data models."""
    leaves: Leaves = {}
    info, server = f"{model.root}DeviceInfo.", f"{model.root}ManagementServer."
    put(
        leaves,
        info,
        "string",
        Manufacturer=model.manufacturer,
        ManufacturerOUI=model.oui,
        ModelName=model.name,
        Description=f"{model.name} home router",
        ProductClass=model.product_class,
        SerialNumber=serial,
        HardwareVersion="1.2",
        SoftwareVersion=model.firmware,
    )
    settings(leaves, info, "string", ProvisioningCode="")
    counts: dict[str, Source] = {
        "UpTime": of("sys.uptime"),
        "VendorConfigFileNumberOfEntries": "1",
    }
    put(leaves, info, "unsignedInt", **counts)
    put(leaves, f"{info}VendorConfigFile.1.", "string", Name="config", Version="7")
    memory = {"Total": of("sys.mem_total"), "Free": of("sys.mem_free")}
    put(leaves, f"{info}MemoryStatus.", "unsignedInt", **memory)
    processes = {
        "CPUUsage": of("sys.cpu_util"),
        "ProcessNumberOfEntries": of("sys.process_count"),
    }
    put(leaves, f"{info}ProcessStatus.", "unsignedInt", **processes)
    settings(leaves, server, "string", URL="", Username="", ConnectionRequestUsername="")
    for name in ("Password", "ConnectionRequestPassword"):
        leaves[server + name] = Leaf("string", "", writable=True, secret=True)
    settings(leaves, server, "boolean", PeriodicInformEnable="1")
    settings(leaves, server, "unsignedInt", PeriodicInformInterval="3600")
    settings(leaves, server, "dateTime", PeriodicInformTime="0001-01-01T00:00:00Z")
    put(leaves, server, "string", ParameterKey="", ConnectionRequestURL="")
    put(leaves, f"{model.root}Time.", "string", Status=of("sys.clock_synced"))
    return leaves


def hosts(leaves: Leaves, prefix: str, body: Body) -> None:
    """Add the table of hosts, alike in both data models."""
    count = len(body.clients(0.0)) + 2
    put(leaves, prefix, "unsignedInt", HostNumberOfEntries=f"{count}")
    for number in range(1, count + 1):
        put(
            leaves,
            f"{prefix}Host.{number}.",
            "string",
            HostName=f"host{number}",
            IPAddress=f"192.168.1.{number + 19}",
            InterfaceType="802.11",
        )


def wan_address(serial: str) -> str:
    """An address that belongs to a serial number."""
    number = int(serial[-4:]) if serial[-4:].isdecimal() else 1
    return f"100.64.{number // 250 % 250}.{number % 250 + 1}"


def lookups(vitals: Snapshot) -> object:
    """How many of ten lookups succeed."""
    return round(10 * (1 - float(vitals["sys.dns_proxy_fail"])))
