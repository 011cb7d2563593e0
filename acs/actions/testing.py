"""Which test tells that a complaint is gone, where a router does not show it by itself.

Pure; the test itself is a command like any other.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from acs.actions.verification import Complaint
from diagnostics.sample import Sample

_TESTS: Mapping[str, str] = MappingProxyType({"sys.dns_proxy_fail": "nslookup"})
_TRIES = 10


def needed_test(
    complaint: Complaint, after: Sequence[Sample], lookup_name: str
) -> dict[str, object] | None:
    """Arguments of the diagnostic command that is still needed to judge by; None: none is.

    Args:
        complaint: what spoke for the reboot.
        after: samples since the router came back.
        lookup_name: that every resolver knows.
    """
    for metric, test in _TESTS.items():
        if metric in complaint.figures and not any(metric in each.values for each in after):
            return {"test": test, "host": lookup_name, "count": _TRIES}
    return None
