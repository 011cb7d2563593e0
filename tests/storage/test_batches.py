"""Facts give the same tables whether they are committed one item at a time or in one batch."""

from collections.abc import Sequence
from itertools import count
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from sqlalchemy import select

from acs.facts import (
    Belongs,
    ConnectionSecretSet,
    ContactMade,
    Discovered,
    Enrolled,
    Event,
    Fact,
    Noted,
    PlanChanged,
    Quarantined,
    Rebooted,
    RouterRecord,
)
from acs.identity import DeviceId
from acs.storage import schema
from acs.storage.errors import StorageError
from acs.storage.store import Store
from tests.storage.support import NOW, Batch, Desk, informed, judged, sampled, verdict

ROUTERS = 3
_sides = count()
_TABLES = (
    schema.routers,
    schema.samples,
    schema.windows,
    schema.trees,
    schema.events,
    schema.contacts,
    schema.verdicts,
)
_DIFFERENT = {"router_id", "serial_number", "connection_secret", "ha1", "username"}

numbers = st.integers(0, ROUTERS - 1)
versions = st.sampled_from(["1.0", "1.0", "1.0", "", "2.0"])
readings = st.dictionaries(
    st.sampled_from(["sys.uptime", "sys.mem_free", "eth.fcs_err", "voip.call_active"]),
    st.integers(0, 2**33),
    max_size=4,
)


def device_of(side: str, number: int) -> DeviceId:
    return DeviceId("Acme", "001122", "X", f"{side}{number}")


class Recipe:
    """A fact that can be made for either side's routers."""

    def __init__(self, kind: str, number: int, values: dict[str, Any]) -> None:
        self.kind, self.number, self.values = kind, number, values

    def __repr__(self) -> str:
        return f"{self.kind}({self.number}, {self.values})"

    def make(self, side: str, at: float) -> Fact:
        device = device_of(side, self.number)
        common: dict[str, Any] = {"router_id": device.router_id, "at": at, **self.values}
        match self.kind:
            case "informed":
                return replace(informed(at, device), **self.values)
            case "sampled":
                return replace(sampled(at, device.router_id), **self.values)
            case "judged":
                judgement = verdict(at, self.values["action"], self.values["cause"])
                return replace(judged(at, router_id=device.router_id), verdict=judgement)
            case "quarantined":
                return Quarantined(**common, device=device, address="192.0.2.1")
            case "enrolled":
                return Enrolled(**common, username=f"user {device.serial_number}", ha1="0" * 32)
            case _:
                made: Fact = KINDS[self.kind](**common)
                return made


KINDS: dict[str, Any] = {
    "rebooted": Rebooted,
    "noted": Noted,
    "secret": ConnectionSecretSet,
    "contact": ContactMade,
    "belongs": Belongs,
    "discovered": Discovered,
    "plan": PlanChanged,
}


def recipe(kind: str, /, **values: st.SearchStrategy[Any]) -> st.SearchStrategy[Recipe]:
    return st.builds(Recipe, st.just(kind), numbers, st.fixed_dictionaries(values))


often = st.one_of(
    recipe(
        "informed",
        vitals=readings,
        software_version=versions,
        retry_count=st.integers(0, 1),
        events=st.sampled_from([(), (), (Event("1 BOOT"),), (Event("0 BOOTSTRAP"),)]),
    ),
    recipe("sampled", vitals=readings),
    recipe(
        "judged", action=st.sampled_from(["none", "reboot"]), cause=st.sampled_from(["F01", "F02"])
    ),
)
seldom = st.one_of(
    recipe("rebooted", cause=st.sampled_from(["power", "remote_reboot", "unknown"])),
    recipe("noted", kind=st.sampled_from(["x", "transfer_started"])),
    recipe("secret", accepted=st.booleans()),
    recipe("contact", channel=st.just("phone"), helped=st.sampled_from([None, True, False])),
    recipe("belongs", account=st.sampled_from(["", "1"]), segment=st.sampled_from([None, "s"])),
    recipe(
        "discovered",
        root=st.just("Device."),
        software_version=versions,
        names=st.just(("a", "b")),
        plan_key=st.just("p1"),
        plan=st.just(b"1"),
    ),
    recipe("plan", plan_key=st.just("p2"), plan=st.just(b"2"), dropped=st.just(())),
    recipe("quarantined"),
    recipe("enrolled"),
)
items = st.lists(
    st.lists(st.one_of(often, often, often, often, seldom), min_size=1, max_size=2),
    min_size=2,
    max_size=10,
)


def outcome(desk: Desk, deferred: Any) -> object:
    """What a caller sees, without what is random; a window may hold the batch's later samples."""
    try:
        results = desk.wait(deferred)
    except StorageError as error:
        return type(error)
    return [
        (r.plan_key, r.planned_for, r.collected_at, r.connection_secret_set, r.is_new)
        if isinstance(r, RouterRecord)
        else r
        for r in results
        if isinstance(r, RouterRecord | bool | None)
    ]


def rows(desk: Desk, store: Store, side: str) -> dict[str, list[Any]]:
    """All rows of a side's routers, without what is random or names the side."""

    def read(connection: Any) -> dict[str, list[Any]]:
        found: dict[str, list[Any]] = {}
        for number in range(ROUTERS):
            router_id = device_of(side, number).router_id
            for table in _TABLES:
                kept = [column for column in table.c if column.name not in _DIFFERENT]
                query = select(*kept).where(table.c.router_id == router_id)
                query = query.order_by(*list(table.primary_key)[1:])
                found[f"{table.name} {number}"] = [
                    [
                        value.replace(side.encode(), b"") if isinstance(value, bytes) else value
                        for value in row
                    ]
                    for row in connection.execute(query)
                ]
        return found

    return desk.wait(store._read(read))


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.sampled_from([ROUTERS, ROUTERS, ROUTERS, 1]), items)
def test_batches_give_the_same_tables_as_single_items(
    desk: Desk, store: Store, heard: int, sequence: Sequence[Sequence[Recipe]]
) -> None:
    one, many = (f"{name}{next(_sides):05d}x" for name in ("single", "batch_"))
    for side in (one, many):
        known = [Recipe("informed", number, {}).make(side, NOW) for number in range(heard)]
        desk.commit(store, *known)

    def made(side: str) -> list[tuple[Fact, ...]]:
        return [
            tuple(recipe.make(side, NOW + 5000 * n) for recipe in item)
            for n, item in enumerate(sequence)
        ]

    alone = [outcome(desk, store.commit(item)) for item in made(one)]
    with Batch(store):
        pending = [store.commit(item) for item in made(many)]
    together = [outcome(desk, deferred) for deferred in pending]
    assert together == alone
    assert rows(desk, store, many) == rows(desk, store, one)
