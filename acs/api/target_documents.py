"""Devices that are polled, as the API shows them."""

from typing import Literal

import msgspec

from acs.api.times import Time


class TargetDocument(msgspec.Struct, frozen=True, kw_only=True):
    """A device that is polled by SNMP or SSH, and how it goes.

    Attributes:
        router_id: whose samples its readings become.
        name: among the router's targets: ``self``, or such as ``port`` for its switch port.
        way: how it is asked.
        address: its IP address.
        port: where; 0: the usual one.
        credential: its name in the file of credentials, which holds the secrets.
        profile: of its family; empty: by sysObjectID.
        interface: the interface that counts; empty: by the profile.
        interval_seconds: between readings; 0: as configured.
        stopped: it is not read again before a person has looked.
        failures: readings in a row that failed.
        fault: what went wrong last; empty: nothing.
        why: the same for people.
        read_at: when it was last read or tried; null: never.
        due_at: when it is read next; null: it is stopped.
    """

    router_id: str
    name: str
    way: Literal["snmp", "ssh"]
    address: str
    port: int
    credential: str
    profile: str
    interface: str
    interval_seconds: float
    stopped: bool
    failures: int
    fault: str
    why: str
    read_at: Time | None
    due_at: Time | None


class TargetPage(msgspec.Struct, frozen=True):
    """Targets.

    Attributes:
        items: in order of router and name.
        next: for the next page: give it as ``cursor``; null: there is none.
    """

    items: tuple[TargetDocument, ...]
    next: str | None
