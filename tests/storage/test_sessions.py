"""Suspended sessions and tokens; on both databases."""

import pytest

from acs.storage.errors import FactRefusedError
from acs.storage.rows import SavedSession, Token
from acs.storage.store import Store
from tests.storage.support import ID, NOW, Desk


def test_a_session_is_taken_exactly_once(desk: Desk, store: Store) -> None:
    other = desk.open()
    desk.wait(store.save_session("hash", ID, b"\x00state", NOW + 30))
    takes = [node.take_session("hash", NOW) for _ in range(5) for node in (store, other)]
    taken = [found for found in map(desk.wait, takes) if found is not None]
    assert taken == [SavedSession(ID, b"\x00state", NOW + 30)]


def test_an_expired_session_is_not_given(desk: Desk, store: Store) -> None:
    desk.wait(store.save_session("hash", ID, b"state", NOW + 30))
    assert desk.wait(store.take_session("hash", NOW + 30)) is None
    assert desk.wait(store.take_session("unknown", NOW)) is None


def test_a_session_saved_again_replaces_the_former(desk: Desk, store: Store) -> None:
    for state in (b"1", b"2"):
        desk.wait(store.save_session("hash", "", state, NOW + 30))
    taken = desk.wait(store.take_session("hash", NOW))
    assert taken is not None
    assert taken.state == b"2"


def test_tokens(desk: Desk, store: Store) -> None:
    desk.wait(store.add_token("h1", ["read", "act"], "desk", NOW + 60, NOW))
    desk.wait(store.add_token("h2", ("admin",), "boss", None, NOW))
    desk_token = Token("desk", ("read", "act"), NOW, NOW + 60)
    assert desk.wait(store.token_by_hash("h1")) == desk_token
    assert desk.wait(store.token_by_hash("h3")) is None
    assert desk.wait(store.tokens()) == [Token("boss", ("admin",), NOW, None), desk_token]
    with pytest.raises(FactRefusedError):
        desk.wait(store.add_token("h3", (), "desk", None, NOW))
    assert desk.wait(store.remove_token("desk")) is True
    assert desk.wait(store.remove_token("desk")) is False
    assert desk.wait(store.token_by_hash("h1")) is None
