"""Pages of a tree: whatever is changed, they hold what a plain dictionary would."""

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, create_engine, insert, select

from acs.storage import tree_pages, tree_writing
from acs.storage.schema import metadata, trees
from acs.storage.schema import tree_pages as table
from acs.storage.tree_pages import (
    Entry,
    Head,
    PageRef,
    cut,
    decode_page,
    encode_page,
    is_below,
    key_of,
    place,
    span,
    updated,
)
from acs.storage.tree_reading import known
from acs.storage.tree_writing import TreeDraft

ID = "r"
segments = st.sampled_from(["A", "B", "AB", "1", "2", "10", "01", "9" * 30, "²"])
objects = st.lists(segments, min_size=1, max_size=3).map(lambda parts: ".".join(parts) + ".")
leaves = st.tuples(objects, segments).map("".join)
entries = st.lists(
    st.builds(
        Entry,
        leaves | objects,
        st.none() | st.text(max_size=3),
        st.none() | st.just("int"),
        st.none() | st.booleans(),
        st.just(None) | st.floats(1, 9),
    ),
    max_size=12,
)
changes = st.lists(
    st.tuples(st.just("learn"), st.none(), entries)
    | st.tuples(st.just("replace"), objects | leaves | st.just(""), entries),
    max_size=8,
)


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    engine = create_engine("sqlite://")
    metadata.create_all(engine)
    yield engine
    engine.dispose()


@pytest.fixture(autouse=True)
def _small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tree_pages, "PAGE", 3)
    monkeypatch.setattr(tree_writing, "PAGE", 3)


@settings(max_examples=200, deadline=None)
@given(changes=changes)
def test_pages_hold_what_a_dictionary_would(
    engine: Engine, changes: list[tuple[str, str, list[Entry]]]
) -> None:
    model: dict[str, Entry] = {}
    with engine.connect() as connection:
        connection.execute(insert(metadata.tables["routers"]).values(_router()))
        for kind, path, given_entries in changes:
            draft = TreeDraft(connection, ID)
            inside = [e for e in given_entries if kind == "learn" or is_below(e.path, path)]
            if kind == "learn":
                draft.learn(inside)
                for entry in inside:
                    model[entry.path] = updated(model.get(entry.path), entry)
            else:
                draft.replace(path, inside)
                old = model
                model = {p: e for p, e in model.items() if not is_below(p, path)}
                model |= {e.path: updated(old.get(e.path), e) for e in inside}
            draft.save(1.0)
            head = draft.head
            stored = {row.number: row.body for row in connection.execute(select(table))}
            pages = [decode_page(stored[page.number]) for page in head.pages]
            assert set(stored) == {page.number for page in head.pages}
            assert [len(page) for page in pages] == [page.entries for page in head.pages]
            assert [page[0].path for page in pages] == [page.first for page in head.pages]
            assert all(0 < len(page) <= 6 for page in pages)
            in_pages = [entry for page in pages for entry in page]
            assert in_pages == sorted(model.values(), key=lambda entry: key_of(entry.path))
            found = known(connection, ID, list(model))
            assert found.entries == model
        assert connection.execute(select(trees.c.router_id)).all() == ([(ID,)] if changes else [])
        connection.rollback()


def _router() -> dict[str, object]:
    texts = {"router_id": ID, "enrolment": "enrolled"}
    return {
        **texts,
        "first_seen_at": 1.0,
        "informs": 0,
        "vitals": b"",
        "vitals_old": b"",
        "recent": b"",
    }


@given(paths=st.lists(leaves | objects, unique=True, min_size=1, max_size=40), asked=objects)
def test_a_span_holds_all_that_is_below(paths: list[str], asked: str) -> None:
    ordered = sorted(paths, key=key_of)
    parts = cut([Entry(path) for path in ordered])
    refs = tuple(PageRef(part[0].path, n, len(part)) for n, part in enumerate(parts))
    head = Head(refs)
    inside = {entry.path for part in parts[span(head, asked)] for entry in part}
    assert {path for path in paths if is_below(path, asked)} <= inside
    for path in paths:
        assert path in {entry.path for entry in parts[place(head, path)]}


@given(entries=entries)
def test_pages_are_stored_as_they_are(entries: list[Entry]) -> None:
    assert decode_page(encode_page(entries)) == entries


def test_an_object_comes_before_what_is_in_it() -> None:
    ordered = ["A", "A.", "A.1.", "A.1.B", "A.2.", "A.10.", "A.B", "AB."]
    assert sorted(set(ordered), key=key_of) == ordered


@pytest.mark.parametrize(
    ("path", "stays"),
    [("A.1", {"A.1.B", "A.10", "A.10.B"}), ("A.1.", {"A.1", "A.10", "A.10.B"}), ("", set())],
)
def test_what_is_replaced_has_neighbours(engine: Engine, path: str, stays: set[str]) -> None:
    everything = ["A.1", "A.1.B", "A.10", "A.10.B"]
    with engine.connect() as connection:
        connection.execute(insert(metadata.tables["routers"]).values(_router()))
        draft = TreeDraft(connection, ID)
        draft.learn([Entry(name) for name in everything])
        draft.replace(path, [])
        draft.save(1.0)
        assert set(known(connection, ID, everything).entries) == stays
        connection.rollback()
