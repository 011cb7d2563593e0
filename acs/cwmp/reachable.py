"""What an Inform says of how its router can be reached, beside the ConnectionRequestURL. Pure.

TR-069 Amendment 6, Annex G and Annex K. The words are a stranger's: what may be called is decided
in ``targets`` when it is called.
"""

from collections.abc import Mapping

from acs.cwmp.sources import ROOTS
from acs.facts import ReachLearned

_UDP_ADDRESS = "ManagementServer.UDPConnectionRequestAddress"
_NAT_DETECTED = "ManagementServer.NATDetected"
_JABBER_ID = "ManagementServer.ConnReqJabberID"
_NAMES = frozenset(
    root + name for root in ROOTS for name in (_UDP_ADDRESS, _NAT_DETECTED, _JABBER_ID)
)
_TRUE, _FALSE = frozenset({"1", "true"}), frozenset({"0", "false"})


def reach_learned(
    root: str, values: Mapping[str, str], router_id: str, now: float
) -> ReachLearned | None:
    """What the parameters of an Inform say; None, and cheaply so, if it is nothing."""
    if _NAMES.isdisjoint(values):
        return None
    udp_address = values.get(root + _UDP_ADDRESS)
    jabber_id = values.get(root + _JABBER_ID)
    nat = values.get(root + _NAT_DETECTED, "").strip().lower()
    detected = True if nat in _TRUE else False if nat in _FALSE else None
    return ReachLearned(
        router_id=router_id,
        at=now,
        udp_address=None if udp_address is None else udp_address.strip(),
        nat_detected=detected,
        jabber_id=None if jabber_id is None else jabber_id.strip(),
    )
