"""Which addresses are load balancers. Plain values only."""

from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Networks = tuple[IPv4Network | IPv6Network, ...]


def networks(proxies: Sequence[str]) -> Networks:
    """Address prefixes of load balancers.

    Raises:
        ValueError: one is none.
    """
    try:
        return tuple(ip_network(each) for each in proxies)
    except ValueError as error:
        raise ValueError(
            f"proxies: {error}, allowed are address prefixes such as 192.0.2.8/32"
        ) from error


def is_among(host: str, wanted: Networks) -> bool:
    """Whether an address lies in one of the prefixes; IPv4 written as IPv6 is IPv4."""
    address = ip_address(host.partition("%")[0])
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    return any(address in network for network in wanted)
