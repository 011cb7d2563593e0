"""Filters as SQL on both databases, against the same tests made in Python."""

import fnmatch
import operator
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from acs.facts import Belongs
from acs.identity import DeviceId
from acs.storage import reading
from acs.storage.filter_language import parse
from acs.storage.filter_terms import All, Among, Either, Expression, Flag, Known, Not, Test
from acs.storage.rows import RouterFilter, RouterRow
from acs.storage.store import Store
from diagnostics.verdict import Action
from tests.storage.support import NOW, Desk, informed, judged

DAY = 86_400.0
ORDER: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


@pytest.fixture(autouse=True)
def fleet(desk: Desk, store: Store) -> None:
    """Routers that differ in what is known of them."""
    for number in range(6):
        device = DeviceId("Example", "0A1001", f"K{number % 3}", f"A{number}%_\\{number}")
        at = NOW - number * DAY
        desk.commit(store, informed(at=at, device=device, router_id=device.router_id))
        if number % 2:
            segment = f"sw-{number}"
            desk.commit(
                store,
                Belongs(router_id=device.router_id, at=at, account=f"{number}", segment=segment),
            )
        if number > 2:
            action: Action = "reboot" if number % 2 else "none"
            desk.commit(store, judged(at, action, "F03", router_id=device.router_id))


def found(desk: Desk, store: Store, where: Expression, now: float = NOW) -> set[str]:
    wanted = RouterFilter(where=where, at=now)
    return {row.router_id for row in desk.wait(store.routers(wanted, 100, None)).items}


def values(row: RouterRow) -> dict[str, Any]:
    return {
        "id": row.router_id,
        "serial": row.serial_number,
        "model": row.model_name or row.product_class,
        "firmware": row.software_version,
        "address": row.address,
        "account": row.account,
        "segment": row.segment,
        "verdict": row.verdict,
        "cause": row.cause,
        "confidence": row.confidence,
        "silence": row.last_inform_at,
        "age": row.first_seen_at,
        "reading": row.collected_at,
        "judged": row.verdict_since,
    }


FLAGS: dict[str, Callable[[RouterRow], bool]] = {
    "online": lambda row: row.last_inform_at is not None and row.last_inform_at >= NOW - 7200,
    "ill": lambda row: row.verdict not in (None, "none"),
    "quarantined": lambda row: row.enrolment == "quarantined",
    "doubtful": lambda row: row.flapping,
}


def passes(row: RouterRow, where: Expression) -> bool:
    """What the condition should be, row by row."""
    known = values(row)
    match where:
        case Not(inner):
            return not passes(row, inner)
        case All(parts):
            return all(passes(row, part) for part in parts)
        case Either(parts):
            return any(passes(row, part) for part in parts)
        case Flag(field):
            return FLAGS[field](row)
        case Known(field):
            return known[field] not in (None, "")
        case Among(field, choices):
            return known[field] in choices
        case Test(field, op, value):
            return compares(known[field], field, op, value)


def compares(known: Any, field: str, op: str, value: Any) -> bool:
    if known is None:
        return op in ("!=", "!~")
    if op in ORDER:
        return ORDER[op](known if field == "confidence" else NOW - known, value)
    if op in ("=", "!="):
        return (known == value) is (op == "=")
    pattern = "".join(f"[{each}]" if each == "[" else each for each in value.lower())
    return fnmatch.fnmatchcase(known.lower(), pattern) is (op == "~")


_texts = st.sampled_from(["serial", "model", "account", "segment", "firmware", "id"])
_values = st.sampled_from(["K1", "k1", "A1*", "*%*", "*_*", "?w-3", "sw-*", "3", "", "*", "a\\*"])
_tests: st.SearchStrategy[Expression] = st.one_of(
    st.builds(Flag, st.sampled_from(["online", "ill", "quarantined", "doubtful"])),
    st.builds(Known, st.sampled_from(["segment", "account", "verdict", "confidence", "judged"])),
    st.builds(Test, _texts, st.sampled_from(["=", "!=", "~", "!~"]), _values),
    st.builds(
        Test,
        st.sampled_from(["silence", "age", "judged", "reading"]),
        st.sampled_from(list(ORDER)),
        st.sampled_from([0.0, DAY / 2, DAY, 3 * DAY]),
    ),
    st.builds(Test, st.just("confidence"), st.sampled_from([">=", "<"]), st.just(0.5)),
    st.builds(Among, _texts, st.lists(_values, min_size=1, max_size=3).map(tuple)),
)


def _several(inner: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    parts = st.lists(inner, min_size=2, max_size=3).map(tuple)
    return st.one_of(st.builds(Not, inner), st.builds(All, parts), st.builds(Either, parts))


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(where=st.recursive(_tests, _several, max_leaves=6))
def test_the_database_finds_what_the_tests_let_pass(
    desk: Desk, store: Store, where: Expression
) -> None:
    rows = desk.wait(store.routers(RouterFilter(), 100, None)).items
    assert len(rows) == 6
    assert found(desk, store, where) == {row.router_id for row in rows if passes(row, where)}


def test_what_is_not_known_passes_no_test_but_not(desk: Desk, store: Store) -> None:
    assert len(found(desk, store, parse("segment ~ *"))) == 3
    assert len(found(desk, store, parse("not segment ~ *"))) == 3
    assert len(found(desk, store, parse("segment != sw-1"))) == 5
    assert found(desk, store, parse("uptime > 0s")) == set()


def test_pages_go_on_within_a_filter(desk: Desk, store: Store) -> None:
    wanted = RouterFilter(where=parse("segment known"), at=NOW)
    seen: list[str] = []
    cursor: str | None = None
    while True:
        page = desk.wait(store.routers(wanted, 1, cursor))
        seen += [row.router_id for row in page.items]
        cursor = page.cursor
        if cursor is None:
            break
    assert len(seen) == len(set(seen)) == 3


def test_a_page_looks_at_so_many_routers_and_the_next_goes_on(
    desk: Desk, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "LOOKED_AT", 2)
    whole = found(desk, store, parse("ill or not ill"))
    assert len(whole) == 2  # the first page alone
    for wanted in (
        RouterFilter(where=parse("segment known"), at=NOW),
        RouterFilter(q="K1"),
        RouterFilter(model="K1"),
    ):
        monkeypatch.setattr(reading, "LOOKED_AT", 20_000)
        expected = [row.router_id for row in desk.wait(store.routers(wanted, 100, None)).items]
        monkeypatch.setattr(reading, "LOOKED_AT", 2)
        seen: list[str] = []
        cursor, pages = None, 0
        while True:
            page = desk.wait(store.routers(wanted, 1, cursor))
            seen += [row.router_id for row in page.items]
            cursor, pages = page.cursor, pages + 1
            if cursor is None:
                break
        assert seen == expected
        assert pages > len(expected)
