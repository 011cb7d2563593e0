"""Which of a router's interfaces face the provider and which face the home.

Decided by what the router says of them, never by their order or name: what it does not say is left
out, unless there is only one.
"""

import re
from collections.abc import Iterable, Mapping

import msgspec

from acs.cwmp.names import pattern_of
from acs.cwmp.values import KINDS

_ETHERNET = "Device.Ethernet.Interface."
_RMON = "Device.Ethernet.RMONStats."
_IP = "Device.IP.Interface."
_PPP = "Device.PPP.Interface."
_WAN = "InternetGatewayDevice.WANDevice."
_ACCESS = ".WANCommonInterfaceConfig.WANAccessType"

# What must be known to tell them apart: read once, when the plan is made.
SELECTORS = (
    "Device.DeviceInfo.ModelName",
    "InternetGatewayDevice.DeviceInfo.ModelName",
    "Device.Ethernet.Interface.{i}.Upstream",
    "Device.Ethernet.RMONStats.{i}.Interface",
    "Device.Ethernet.Link.{i}.LowerLayers",
    "Device.Ethernet.VLANTermination.{i}.LowerLayers",
    "Device.ATM.Link.{i}.LowerLayers",
    "Device.PTM.Link.{i}.LowerLayers",
    "Device.IP.Interface.{i}.LowerLayers",
    "Device.PPP.Interface.{i}.LowerLayers",
    "InternetGatewayDevice.WANDevice.{i}.WANCommonInterfaceConfig.WANAccessType",
)
# Interfaces below which lies no home.
_PROVIDER_SIDE = ("Device.PPP.", "Device.DSL.", "Device.Optical.", "Device.Cellular.")
# A second way out is down as a rule: its silence is no fault.
_PLUGGED = ("Device.USB.", "Device.Cellular.")
_BACKUP = re.compile(r"3G|4G|5G|LTE|USB|CELLULAR|DONGLE|MODEM|MOBILE", re.IGNORECASE)
_LAYERS = 8  # a chain of interfaces is no longer than this


class Topology(msgspec.Struct, frozen=True):
    """First instance numbers that each scope takes; None takes all."""

    wan_ethernet: frozenset[str]
    lan_ethernet: frozenset[str]
    wan_rmon: frozenset[str]
    wan_ip: frozenset[str]
    wan_ppp: frozenset[str]
    wan_device: frozenset[str]

    def takes(self, scope: str, instance: str) -> bool:
        """Whether ``scope`` of the table of sources takes this instance."""
        chosen: frozenset[str] | None = getattr(self, scope) if scope else None
        return chosen is None or instance in chosen


def selectors_in(names: Iterable[str]) -> tuple[str, ...]:
    """Those of ``names`` that must be read before a plan can be made."""
    wanted = frozenset(SELECTORS)
    return tuple(sorted(name for name in names if pattern_of(name) in wanted))


def survey(names: Iterable[str], selectors: Mapping[str, str]) -> Topology:
    """Tell the interfaces of the router with these names apart, by the values of its selectors."""
    tables = (_ETHERNET, _RMON, _IP, _PPP, _WAN)
    found: dict[str, set[str]] = {table: set() for table in tables}
    for name in names:
        if name.startswith(tables):
            table = next(table for table in tables if name.startswith(table))
            number = name[len(table) :].partition(".")[0]
            if number.isdigit():
                found[table].add(number)
    wan, lan = _ethernet(found[_ETHERNET], selectors)
    return Topology(
        wan_ethernet=wan,
        lan_ethernet=lan,
        wan_rmon=_by_reference(found[_RMON], wan, selectors),
        wan_ip=_addresses(found[_IP], wan, selectors),
        wan_ppp=_dialled(found[_PPP], wan, selectors),
        wan_device=_devices(found[_WAN], selectors),
    )


def _ethernet(
    ports: set[str], selectors: Mapping[str, str]
) -> tuple[frozenset[str], frozenset[str]]:
    said = {port: KINDS["bool"](selectors.get(f"{_ETHERNET}{port}.Upstream", "")) for port in ports}
    if len(ports) == 1 and None in said.values():
        return frozenset(ports), frozenset()
    wan = frozenset(port for port, upstream in said.items() if upstream is True)
    lan = frozenset(port for port, upstream in said.items() if upstream is False)
    return wan, lan


def _references(text: str) -> list[str]:
    """The paths of a comma-separated list, each ending in a dot."""
    return [path.rstrip(".") + "." for part in text.split(",") if (path := part.strip())]


def _by_reference(
    monitors: set[str], ports: frozenset[str], selectors: Mapping[str, str]
) -> frozenset[str]:
    wanted = {f"{_ETHERNET}{port}." for port in ports}
    return frozenset(
        number
        for number in monitors
        if wanted.intersection(_references(selectors.get(f"{_RMON}{number}.Interface", "")))
    )


def _addresses(
    addresses: set[str], ports: frozenset[str], selectors: Mapping[str, str]
) -> frozenset[str]:
    if len(addresses) == 1:
        return frozenset(addresses)
    wanted = tuple(f"{_ETHERNET}{port}." for port in ports) + _PROVIDER_SIDE
    return frozenset(
        number for number in addresses if _rests_on(f"{_IP}{number}.", wanted, selectors)
    )


def _dialled(
    dialled: set[str], ports: frozenset[str], selectors: Mapping[str, str]
) -> frozenset[str]:
    if not ports:
        return frozenset(dialled)
    return frozenset(
        number for number in dialled if not _rests_on(f"{_PPP}{number}.", _PLUGGED, selectors)
    )


def _rests_on(path: str, wanted: tuple[str, ...], selectors: Mapping[str, str]) -> bool:
    """Whether an interface stands, over any layers, on one of the wanted."""
    layer = {path}
    for _ in range(_LAYERS):
        layer = {
            below for top in layer for below in _references(selectors.get(f"{top}LowerLayers", ""))
        }
        if any(below.startswith(wanted) for below in layer):
            return True
    return False


def _devices(devices: set[str], selectors: Mapping[str, str]) -> frozenset[str]:
    backup = {
        number
        for number in devices
        if _BACKUP.search(selectors.get(f"{_WAN}{number}{_ACCESS}", ""))
    }
    return frozenset(devices - backup or devices)
