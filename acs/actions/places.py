"""Where routers belong: segments, address prefixes; and what happened in them lately. Pure."""

from collections import Counter, deque
from ipaddress import IPv6Address, ip_address, ip_network
from typing import NamedTuple

from acs.actions.incident_settings import IncidentSettings
from acs.actions.incidents import Basis

_IPV4 = 4


class Place(NamedTuple):
    """A segment of the topology, or an IP prefix where that is unknown."""

    basis: Basis
    name: str


def prefix_of(address: str, settings: IncidentSettings) -> str | None:
    """The IP prefix that an address is in; None when it is no address."""
    try:
        found = ip_address(address)
    except ValueError:
        return None
    if isinstance(found, IPv6Address) and found.ipv4_mapped is not None:
        found = found.ipv4_mapped
    length = settings.prefix_v4 if found.version == _IPV4 else settings.prefix_v6
    return str(ip_network((found, length), strict=False))


class Recent:
    """When and where something happened, within a span."""

    def __init__(self, span: float) -> None:
        self._span = span
        self._all: deque[tuple[float, Place]] = deque()
        self._counts: Counter[Place] = Counter()

    def add(self, at: float, place: Place) -> None:
        """It happened; what is added comes about in the order of time."""
        self._all.append((at, place))
        self._counts[place] += 1

    def others(self, place: Place, now: float) -> int:
        """How often it happened lately in other places."""
        while self._all and self._all[0][0] < now - self._span:
            _, gone = self._all.popleft()
            self._counts[gone] -= 1
            if not self._counts[gone]:
                del self._counts[gone]
        return len(self._all) - self._counts[place]
