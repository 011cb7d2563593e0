"""Stored trees: names, subtrees and values on both databases."""

import time

import pytest
from msgspec.structs import replace
from sqlalchemy import select
from sqlalchemy import update as sql_update

from acs.commands import Command
from acs.facts import CommandAnswered, CommandFailed, Discovered, Fact, Parameter, TreeRead
from acs.secret_names import REDACTED
from acs.storage.errors import FactRefusedError
from acs.storage.schema import tree_pages
from acs.storage.store import Store
from acs.storage.tree_pages import VALUE_MAX, Entry
from acs.storage.tree_reading import Known, TreeQuery, TreeRows
from tests.storage.support import ID, NOW, OTHER, OTHER_ID, Desk, Guard, informed, proposal

WIFI = "Device.WiFi."


@pytest.fixture
def known(desk: Desk, store: Store) -> Store:
    """A store that knows two routers."""
    desk.commit(store, informed(), informed(device=OTHER))
    return store


def discovered(*names: str, **changes: object) -> Discovered:
    fact = Discovered(
        router_id=ID,
        at=NOW,
        root="Device.",
        software_version="1.0",
        names=names,
        plan_key="k",
        plan=b"p",
    )
    return replace(fact, **changes)


def tree_read(path: str, *parameters: Parameter, at: float = NOW, **more: object) -> TreeRead:
    return replace(TreeRead(router_id=ID, at=at, path=path, parameters=parameters), **more)


def rows(
    desk: Desk, store: Store, path: str = "", depth: int | None = None, search: str = ""
) -> TreeRows:
    found = desk.wait(store.tree(ID, TreeQuery(path, depth, search), 100_000, None))
    assert found is not None
    return found


def paths(
    desk: Desk, store: Store, path: str = "", depth: int | None = None, search: str = ""
) -> list[str]:
    return [row.entry.path for row in rows(desk, store, path, depth, search).rows.items]


def entry(desk: Desk, store: Store, path: str) -> Entry | None:
    return known_of(desk, store, path).entries.get(path)


def known_of(desk: Desk, store: Store, *asked: str) -> Known:
    return desk.wait(store.known_paths(ID, asked))


def test_nothing_is_known_of_a_router_that_was_never_walked(desk: Desk, known: Store) -> None:
    assert desk.wait(known.tree(ID, TreeQuery(), 10, None)) is None
    assert known_of(desk, known, "Device.X") == Known()


def test_a_walk_leaves_names_in_the_order_of_their_instances(desk: Desk, known: Store) -> None:
    names = ("Device.Host.10.Name", "Device.Host.2.Name", "Device.A")
    fact = discovered(*names, objects=("Device.Empty.",), writable=("Device.A", "Device.Empty."))
    desk.commit(known, fact)
    found = rows(desk, known)
    assert [row.entry.path for row in found.rows.items] == [
        "Device.",
        "Device.A",
        "Device.Empty.",
        "Device.Host.",
        "Device.Host.2.",
        "Device.Host.2.Name",
        "Device.Host.10.",
        "Device.Host.10.Name",
    ]
    assert (found.root, found.software_version, found.walked_at) == ("Device.", "1.0", NOW)
    assert found.whole_at is None
    assert entry(desk, known, "Device.A") == Entry("Device.A", writable=True)
    assert entry(desk, known, "Device.Empty.") == Entry("Device.Empty.", writable=True)
    assert entry(desk, known, "Device.Host.2.Name") == Entry("Device.Host.2.Name", writable=False)
    assert desk.wait(known.tree(OTHER_ID, TreeQuery(), 10, None)) is None


def test_a_subtree_that_is_read_replaces_just_that_subtree(desk: Desk, known: Store) -> None:
    desk.commit(
        known,
        discovered("Device.A", "Device.WiFi.Old", "Device.WiFi.SSID.1.SSID", "Device.WiFiX"),
        tree_read(
            WIFI,
            Parameter("Device.WiFi.SSID.1.SSID", "home", "string", True),
            Parameter("Device.WiFi.SSID.2.SSID", "guest", "string", True),
            Parameter("Device.Elsewhere", "not asked for", "string"),
            at=NOW + 5,
            objects={"Device.WiFi.SSID.": True},
        ),
    )
    assert paths(desk, known) == [
        "Device.",
        "Device.A",
        WIFI,
        "Device.WiFi.SSID.",
        "Device.WiFi.SSID.1.",
        "Device.WiFi.SSID.1.SSID",
        "Device.WiFi.SSID.2.",
        "Device.WiFi.SSID.2.SSID",
        "Device.WiFiX",
    ]
    name = "Device.WiFi.SSID.1.SSID"
    assert entry(desk, known, name) == Entry(name, "home", "string", True, NOW + 5)
    assert entry(desk, known, "Device.WiFi.SSID.") == Entry("Device.WiFi.SSID.", writable=True)
    assert rows(desk, known, WIFI).whole_at == NOW + 5
    assert rows(desk, known, "Device.WiFi.SSID.").whole_at == NOW + 5
    assert rows(desk, known).whole_at is None


def test_what_was_read_whole_and_is_missing_did_not_exist(desk: Desk, known: Store) -> None:
    desk.commit(known, tree_read(WIFI, Parameter("Device.WiFi.A", "1"), at=NOW + 1))
    found = known_of(desk, known, "Device.WiFi.A", "Device.WiFi.B", "Device.X")
    assert set(found.entries) == {"Device.WiFi.A"}
    assert found.whole == {"Device.WiFi.B": NOW + 1}


def test_names_alone_do_not_wipe_out_values(desk: Desk, known: Store) -> None:
    desk.commit(known, tree_read(WIFI, Parameter("Device.WiFi.A", "1", "int", True)))
    desk.commit(known, tree_read(WIFI, Parameter("Device.WiFi.A"), at=NOW + 9))
    assert entry(desk, known, "Device.WiFi.A") == Entry("Device.WiFi.A", "1", "int", True, NOW)


def test_other_firmware_has_another_tree(desk: Desk, known: Store) -> None:
    desk.commit(known, discovered("Device.A", "Device.B"))
    desk.commit(known, tree_read("Device.", Parameter("Device.A", "1"), Parameter("Device.B", "2")))
    same = discovered("Device.C", at=NOW + 1)
    desk.commit(known, same)
    assert paths(desk, known) == ["Device.", "Device.A", "Device.B", "Device.C"]
    desk.commit(known, replace(same, names=("Device.A",), software_version="2.0"))
    assert paths(desk, known) == ["Device.", "Device.A"]
    assert entry(desk, known, "Device.A") == Entry("Device.A", "1", None, None, NOW)
    assert known_of(desk, known, "Device.B").whole == {}


def test_secrets_are_never_stored(desk: Desk, known: Store) -> None:
    name = "Device.WiFi.AccessPoint.1.Security.KeyPassphrase"
    desk.commit(known, tree_read("", Parameter(name, "CANARY", "string", True)))
    found = entry(desk, known, name)
    assert found is not None
    assert found.value == REDACTED


def test_long_values_are_cut(desk: Desk, known: Store) -> None:
    desk.commit(known, tree_read("", Parameter("Device.A", "x" * 100_000)))
    found = entry(desk, known, "Device.A")
    assert found is not None
    assert found.value == "x" * VALUE_MAX


def done(desk: Desk, store: Store, kind: str, result: dict[str, object], **given: object) -> None:
    """A command of the kind, proposed, sent and answered."""
    wanted = replace(proposal(f"c{time.monotonic_ns()}"), kind=kind, arguments=given)
    desk.wait(store.propose(wanted, Guard()))
    command = desk.wait(store.claim(ID, NOW, Guard()))
    assert isinstance(command, Command)
    desk.commit(
        store,
        CommandAnswered(
            router_id=ID, at=NOW + 30, command_id=command.command_id, final=True, result=result
        ),
    )


def test_answers_of_get_and_set_are_learned(desk: Desk, known: Store) -> None:
    desk.commit(known, tree_read("Device.", Parameter("Device.A", "1", "int", True)))
    done(desk, known, "get", {"values": {"Device.A": "2", "Device.N.New": "x"}})
    assert entry(desk, known, "Device.A") == Entry("Device.A", "2", "int", True, NOW + 30)
    assert entry(desk, known, "Device.N.New") == Entry("Device.N.New", "x", read_at=NOW + 30)
    assert "Device.N." in paths(desk, known)
    done(desk, known, "set", {"before": {"Device.A": "2"}, "values": {"Device.A": "3"}})
    found = entry(desk, known, "Device.A")
    assert found is not None
    assert found.value == "3"


def test_deleted_objects_are_gone_and_added_ones_there(desk: Desk, known: Store) -> None:
    desk.commit(
        known,
        tree_read("Device.", Parameter("Device.P.1.X", "1"), Parameter("Device.P.10.X", "2")),
    )
    done(desk, known, "delete", {"status": 0}, object="Device.P.1.")
    assert paths(desk, known) == ["Device.", "Device.P.", "Device.P.10.", "Device.P.10.X"]
    done(desk, known, "add", {"object": "Device.P.11.", "status": 0}, object="Device.P.")
    assert paths(desk, known)[-1] == "Device.P.11."


def test_a_command_that_failed_teaches_nothing(desk: Desk, known: Store) -> None:
    desk.wait(known.propose(replace(proposal(), kind="get"), Guard()))
    desk.wait(known.claim(ID, NOW, Guard()))
    result: dict[str, object] = {"values": {"Device.A": "1"}}
    desk.commit(known, CommandFailed(router_id=ID, at=NOW, command_id="c1", result=result))
    assert desk.wait(known.tree(ID, TreeQuery(), 10, None)) is None


def test_a_level_at_a_time(desk: Desk, known: Store) -> None:
    desk.commit(
        known,
        discovered("Device.A", "Device.B.C.D", "Device.B.C.E", "Device.B.F", "Device.G.1.H"),
    )
    found = rows(desk, known, "Device.", depth=1).rows.items
    assert [(row.entry.path, row.inside) for row in found] == [
        ("Device.", 0),
        ("Device.A", 0),
        ("Device.B.", 3),
        ("Device.G.", 1),
    ]
    assert paths(desk, known, "Device.B.", depth=1) == ["Device.B.", "Device.B.C.", "Device.B.F"]
    assert paths(desk, known, "Device.B.F") == ["Device.B.F"]
    assert paths(desk, known, "Device.None.") == []


def test_text_is_found_in_names_and_values(desk: Desk, known: Store) -> None:
    desk.commit(
        known,
        tree_read("", Parameter("Device.A.Name", "Kitchen"), Parameter("Device.KITCHEN", "1")),
    )
    assert paths(desk, known, search="kitchen") == ["Device.A.Name", "Device.KITCHEN"]
    assert paths(desk, known, "Device.A.", search="kitchen") == ["Device.A.Name"]


@pytest.mark.parametrize("depth", [None, 1, 2])
@pytest.mark.parametrize("limit", [1, 3, 7])
def test_pages_follow_each_other_without_gap(
    desk: Desk, known: Store, depth: int | None, limit: int
) -> None:
    desk.commit(known, discovered(*(f"Device.T{n % 3}.{n}.X.Y" for n in range(9)), "Device.Z"))
    query = TreeQuery("Device.", depth)
    whole = rows(desk, known, "Device.", depth=depth).rows.items
    got, cursor = [], None
    while True:
        page = desk.wait(known.tree(ID, query, limit, cursor))
        assert page is not None
        got += page.rows.items
        cursor = page.rows.cursor
        if cursor is None:
            break
    assert got == whole


LARGE = tuple(
    Parameter(f"Device.LAN.{n // 50}.Host.{n % 50}.P{n % 7}", f"value {n}", "string", False)
    for n in range(5000)
)


def test_a_change_of_a_large_tree_touches_the_page_it_is_in(desk: Desk, known: Store) -> None:
    desk.commit(known, tree_read("Device.", *LARGE))

    def bodies() -> dict[int, bytes]:
        query = select(tree_pages.c.number, tree_pages.c.body)
        return desk.wait(known._write(lambda c: {r.number: r.body for r in c.execute(query)}))

    before = bodies()
    assert len(before) > 20
    done(desk, known, "get", {"values": {"Device.LAN.7.Host.3.P3": "changed"}})
    after = bodies()
    assert before.keys() == after.keys()
    assert len([n for n in after if after[n] != before[n]]) == 1
    smaller = [p for p in LARGE if p.name.startswith("Device.LAN.7.")][:10]
    desk.commit(known, tree_read("Device.LAN.7.", *smaller, at=NOW + 1))
    assert len(rows(desk, known, "Device.LAN.8.").rows.items) == 2 + 50 + 50
    assert len(rows(desk, known, "Device.LAN.7.").rows.items) == 2 + 10 + 10
    assert sum(not row.entry.path.endswith(".") for row in rows(desk, known).rows.items) == 4960
    same = [n for n, body in bodies().items() if after.get(n) == body]
    assert len(same) >= len(after) - 2


def test_a_page_that_cannot_be_read_does_not_break_others(desk: Desk, known: Store) -> None:
    desk.commit(known, tree_read("Device.", *LARGE))
    broken = sql_update(tree_pages).where(tree_pages.c.number == 1).values(body=b"x")
    desk.wait(known._write(lambda c: c.execute(broken)))
    assert len(rows(desk, known, "Device.LAN.90.").rows.items) == 102


def test_facts_of_an_unknown_router_are_refused(desk: Desk, known: Store) -> None:

    fact: Fact = tree_read("Device.", Parameter("Device.A"), router_id="nobody")
    with pytest.raises(FactRefusedError):
        desk.commit(known, fact)
