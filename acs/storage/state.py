"""A router's row in memory while a batch of facts is applied to it. No SQL runs here.

Facts of one router may follow each other in a batch: each sees what the ones before it did, and
the row is written once.
"""

from collections.abc import Callable
from operator import attrgetter
from typing import Any, cast

import msgspec

from acs.storage import recent as recents
from acs.storage import vitals as codings
from acs.storage.recent import Recent
from acs.storage.rows import Enrolment
from acs.storage.vitals import Coded
from diagnostics.context import Context

INFORM = 1  # written at every Inform
SAMPLE = 2  # written at every sample
VERDICT = 4  # written when the verdict changes
ALL = 8  # everything, indexed columns too
MOVED = 16  # the address, which is indexed, beside INFORM


class RouterState(msgspec.Struct, gc=False):
    """Columns of ``routers``, then what is only in memory.

    Reading a column costs as much as finding the row, so only as many as the facts need are
    loaded: a prefix of these fields, ``width`` long. The columns beyond it hold their defaults;
    what a kind of fact writes is within its prefix.
    """

    router_id: str
    # enough for a verdict:
    verdict: str | None = None
    cause: str | None = None
    verdict_since: float | None = None
    # and for a sample:
    manufacturer: str = ""
    product_class: str = ""
    model_name: str = ""
    software_version: str = ""
    access: str | None = None
    segment: str | None = None
    utc_offset: int = 0
    collected_at: float | None = None
    vitals: bytes = codings.EMPTY
    vitals_old: bytes = codings.EMPTY
    recent: bytes = recents.EMPTY
    # and for an ordinary Inform:
    enrolment: Enrolment = "quarantined"
    last_inform_at: float | None = None
    informs: int = 0
    address: str = ""
    root: str = ""
    namespace: str = ""
    hardware_version: str = ""
    connection_request_url: str = ""
    plan_key: str | None = None
    planned_for: str | None = None
    connection_secret: bytes | None = None
    connection_secret_set: bool = False
    diagnostic_open: bool = False
    commands_waiting: bool = False  # no column: from the commands
    # and for all else:
    first_seen_at: float = 0.0
    oui: str = ""
    serial_number: str = ""
    boot_at: float | None = None
    own_boot_at: float | None = None
    account: str | None = None
    flapping: bool = False
    transfer_open: bool = False
    numbered: int = 0
    switch_port: str | None = None
    address_prefix: str | None = None
    # not columns:
    width: int = 0
    dirty: int = 0
    is_new: bool = False
    known_recent: Recent | None = None

    def lately(self) -> Recent:
        """Boots, firmware changes and contacts."""
        if self.known_recent is None:
            self.known_recent = recents.unpack(self.recent)
        return self.known_recent

    def remember(self, lately: Recent) -> None:
        """Replace boots, firmware changes and contacts."""
        self.known_recent = lately
        self.recent = recents.pack(lately)
        self.dirty |= ALL

    def next_number(self) -> int:
        """Number of a new event or contact."""
        self.numbered += 1
        self.dirty |= ALL
        return self.numbered

    def merge(self, new: Coded) -> None:
        """Take readings that are not a whole sample."""
        self.vitals = codings.pack({**codings.unpack(self.vitals), **new})

    def take_sample(self, new: Coded, body: bytes, at: float) -> None:
        """Take a sample (``body`` is it encoded).

        Of vitals that it did not bring, it is remembered when they were read.
        """
        known = codings.unpack(self.vitals)
        missed = known.keys() - new.keys()
        if missed or self.vitals_old != codings.EMPTY:
            read_at = codings.unpack(self.vitals_old)
            before = self.collected_at or 0.0
            old = {key: read_at.get(key, before) for key in sorted(missed, key=str)}
            self.vitals_old = codings.pack(old)
            known.update(new)
            self.vitals = codings.pack(known)
        else:
            self.vitals = body
        self.collected_at = at
        self.dirty |= SAMPLE

    def context(self, now: float) -> Context:
        """What a verdict rests on beside the samples; segment and cohort are the caller's."""
        lately = self.lately()
        return Context(
            manufacturer=self.manufacturer,
            model=self.model_name or self.product_class,
            firmware=self.software_version,
            access=cast("Any", self.access),  # written from the same Literal
            segment=self.segment,
            utc_offset=self.utc_offset,
            boots=recents.since(lately.boots, now - recents.DAYS_14),
            firmware_changes=recents.since(lately.firmware_changes, now - recents.DAYS_14),
            contacts=recents.since(lately.contacts, now - recents.DAYS_30),
        )


_FIELDS = RouterState.__struct_fields__
LOADED = _FIELDS[: _FIELDS.index("width")]
COLUMNS = tuple(name for name in LOADED if name != "commands_waiting")
# How many fields to load.
FOR_VERDICT = LOADED.index("manufacturer")
FOR_SAMPLE = LOADED.index("enrolment")
FOR_INFORM = LOADED.index("first_seen_at")
WHOLE = len(LOADED)
WIDTHS = (FOR_VERDICT, FOR_SAMPLE, FOR_INFORM, WHOLE)

INFORM_COLUMNS = (
    "last_inform_at",
    "informs",
    "root",
    "namespace",
    "software_version",
    "hardware_version",
    "connection_request_url",
    "vitals",
)
MOVED_COLUMNS = ("address", *INFORM_COLUMNS)
SAMPLE_COLUMNS = ("collected_at", "vitals", "vitals_old")
VERDICT_COLUMNS = ("verdict", "cause", "verdict_since")
KEY = "key_"  # prefix of a parameter in WHERE, where a column's own name is reserved


def row_maker(keys: tuple[str, ...]) -> Callable[[RouterState], tuple[Any, ...]]:
    """A function from a state to the parameters of a statement."""
    return attrgetter(*(key.removeprefix(KEY) for key in keys))
