"""What each fault does to a router, one file per family.

A strike changes the physical state alone: how it is reported is made elsewhere.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import NamedTuple

from acs.simulator.cases.faults import (
    coax,
    conntrack,
    copper,
    ethernet,
    fibre,
    firmware,
    lan,
    memory,
    mobile,
    network,
    nothing,
    power,
    processes,
    session,
    wifi,
)
from acs.simulator.cases.plant import Plant


class Strike(NamedTuple):
    """How a fault strikes, and whether its subscribers call in the evening."""

    strike: Callable[[Plant], None]
    in_the_evening: bool = False


STRIKES: Mapping[str, Strike] = MappingProxyType(
    {
        "F01": Strike(memory.strike),
        "F02": Strike(processes.strike),
        "F03": Strike(conntrack.strike),
        "F04": Strike(wifi.hang),
        "F05": Strike(wifi.place),
        "F06": Strike(wifi.crowd, in_the_evening=True),
        "F07": Strike(network.congest, in_the_evening=True),
        "F08": Strike(network.fail),
        "F09": Strike(network.darken),
        "F10": Strike(copper.strike),
        "F11": Strike(fibre.bend),
        "F12": Strike(fibre.age),
        "F13": Strike(ethernet.strike),
        "F14": Strike(lan.strike),
        "F15": Strike(coax.strike),
        "F16": Strike(session.stick),
        "F17": Strike(power.strike),
        "F18": Strike(firmware.strike),
        "F19": Strike(mobile.fade),
        "F20": Strike(mobile.stick),
        "F21": Strike(session.block),
        "F22": Strike(nothing.strike),
    }
)
