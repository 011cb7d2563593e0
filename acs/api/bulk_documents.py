"""Subscribers and where their routers hang: listed, and taken many at once.

Docstrings are the descriptions in the OpenAPI document.
"""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from acs.api.fields import LongName, Name, ShortText

Access = Literal["FTTB", "GPON", "xDSL", "DOCSIS", "LTE"]


class SubscriberLine(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One router of one subscriber. What is left out or null stays as it is known.

    An empty text takes away what is known; in CSV, an empty cell is left out.

    Attributes:
        router_id: OUI-ProductClass-SerialNumber, each part percent-encoded.
        serial: in its place, the serial number of a router that is known.
        account: of the subscriber whose router it is.
        phone: the subscriber's.
        login: the subscriber's, for PPPoE or a portal.
        contract: the subscriber's.
        segment: switch, OLT port, DSLAM or node.
        switch_port: that the router hangs on.
        address_prefix: that its address is of, such as 192.0.2.0/24.
        access: access technology.
        utc_offset: of the customer's local time, seconds east of UTC.
    """

    router_id: LongName | None = None
    serial: Name | None = None
    account: ShortText | None = None
    phone: ShortText | None = None
    login: ShortText | None = None
    contract: ShortText | None = None
    segment: ShortText | None = None
    switch_port: ShortText | None = None
    address_prefix: ShortText | None = None
    access: Access | None = None
    utc_offset: Annotated[int, Meta(ge=-50_400, le=50_400)] | None = None


class LineProblem(msgspec.Struct, frozen=True):
    """A line that was not taken.

    Attributes:
        line: its number in the body, from 1; a record of CSV begins there.
        field: that is wrong; empty: the whole line.
        says: what was found and what is allowed.
    """

    line: int
    field: str
    says: str


class BulkReport(msgspec.Struct, frozen=True, kw_only=True):
    """What became of the lines.

    Attributes:
        dry_run: nothing was stored.
        lines: that were read, without empty ones and CSV's first.
        taken: lines that changed something, or would.
        unchanged: lines that say what is known.
        unseen: lines among those taken whose router has never been seen; it waits in quarantine
            until it is enrolled.
        refused: lines that were not taken.
        problems: what is wrong with them; the first 1000 of them.
    """

    dry_run: bool
    lines: int
    taken: int
    unchanged: int
    unseen: int
    refused: int
    problems: tuple[LineProblem, ...]


class PlacedRouter(msgspec.Struct, frozen=True, kw_only=True):
    """A router of a subscriber, and where it hangs.

    Attributes:
        router_id: OUI-ProductClass-SerialNumber, each part percent-encoded.
        serial: its serial number.
        segment: switch, OLT port, DSLAM or node.
        switch_port: that it hangs on.
        address_prefix: that its address is of.
        access: access technology.
        utc_offset: of the customer's local time, seconds east of UTC.
    """

    router_id: str
    serial: str
    segment: str | None
    switch_port: str | None
    address_prefix: str | None
    access: str | None
    utc_offset: int


class SubscriberDocument(msgspec.Struct, frozen=True, kw_only=True):
    """A subscriber as the provider's other systems know him.

    Attributes:
        account: his.
        phone: his number; empty: not known.
        login: his login; empty: not known.
        contract: his contract; empty: not known.
        routers: his, in order of their ids.
    """

    account: str
    phone: str
    login: str
    contract: str
    routers: tuple[PlacedRouter, ...]


class SubscriberPage(msgspec.Struct, frozen=True, kw_only=True):
    """Subscribers in order of their accounts.

    Attributes:
        items: at most ``limit`` of them.
        next: pass it as ``cursor`` for the next page; null on the last one.
    """

    items: tuple[SubscriberDocument, ...]
    next: str | None = None
