"""Secrets in the arguments of commands: sealed while they wait, gone when they are sent."""

import msgspec
import pytest
from sqlalchemy import create_engine, text

from acs.commands import CommandKind
from acs.facts import CommandLapsed, CommandWithdrawn
from acs.storage.secrets import UnsealError
from acs.storage.store import Store
from tests.storage.support import ID, NOW, Desk, Guard, informed, proposal

CANARY = "canary-6f1d"
SECRETS: list[tuple[CommandKind, dict[str, object]]] = [
    ("set", {"values": {"Device.WiFi.AccessPoint.1.Security.KeyPassphrase": CANARY}}),
    ("add", {"object": "Device.Users.User.", "values": {"Password": CANARY}}),
    ("download", {"url": f"http://u:{CANARY}@192.0.2.1/f?t={CANARY}", "password": CANARY}),
    ("software", {"operations": [{"kind": "install", "password": CANARY}]}),
    (
        "rpc",
        {"method": "X", "arguments": {"L": [{"Name": "Device.X.Password", "Value": CANARY}]}},
    ),
    ("rpc", {"method": "X", "arguments": {"Password": [CANARY]}}),
]


@pytest.fixture(autouse=True)
def known_router(desk: Desk, store: Store) -> None:
    desk.commit(store, informed())


def in_database(desk: Desk) -> bool:
    """Whether the canary stands anywhere in the commands' rows, in plain."""
    engine = create_engine(desk.url.replace("postgresql:", "postgresql+psycopg:"))
    with engine.connect() as connection:
        rows = connection.execute(text("SELECT * FROM commands")).all()
    engine.dispose()
    return any(CANARY.encode() in bytes(cell) for row in rows for cell in row if _is_blob(cell))


def _is_blob(cell: object) -> bool:
    return isinstance(cell, bytes | memoryview)


def sealed(desk: Desk) -> list[object]:
    engine = create_engine(desk.url.replace("postgresql:", "postgresql+psycopg:"))
    with engine.connect() as connection:
        found = list(connection.execute(text("SELECT sealed FROM commands")).scalars())
    engine.dispose()
    return found


@pytest.mark.parametrize(("kind", "arguments"), SECRETS)
def test_only_the_session_that_sends_it_sees_a_secret(
    desk: Desk, store: Store, kind: CommandKind, arguments: dict[str, object]
) -> None:
    desk.wait(store.propose(proposal(kind=kind, arguments=arguments), Guard()))
    assert not in_database(desk)
    (blob,) = sealed(desk)
    assert blob is not None
    waiting = desk.wait(store.command("c1"))
    assert waiting is not None
    assert CANARY not in repr(waiting)
    sent = desk.wait(store.claim(ID, NOW + 1, Guard()))
    assert sent is not None
    assert sent.arguments == arguments
    assert not in_database(desk)
    assert sealed(desk) == [None]  # it never goes out again


def test_what_holds_no_secret_is_not_sealed(desk: Desk, store: Store) -> None:
    arguments: dict[str, object] = {"values": {"Device.WiFi.SSID.1.SSID": "home"}}
    desk.wait(store.propose(proposal(kind="set", arguments=arguments), Guard()))
    assert sealed(desk) == [None]
    sent = desk.wait(store.claim(ID, NOW + 1, Guard()))
    assert sent is not None
    assert sent.arguments == arguments


def test_what_is_not_sent_is_forgotten(desk: Desk, store: Store) -> None:
    kind, arguments = SECRETS[0]
    for number in range(3):
        wish = proposal(f"c{number}", kind=kind, arguments=arguments, expires_at=NOW + 60)
        desk.wait(store.propose(wish, Guard()))
    desk.commit(store, CommandWithdrawn(router_id=ID, at=NOW, command_id="c0", by="anna"))
    desk.commit(store, CommandLapsed(router_id=ID, at=NOW + 60, command_id="c1"))
    assert desk.wait(store.claim(ID, NOW + 61, Guard())) is None
    assert sealed(desk) == [None] * 3


@pytest.mark.parametrize("is_sent", [True, False])
def test_what_an_older_release_stored_in_plain_goes_too(
    desk: Desk, store: Store, *, is_sent: bool
) -> None:
    kind, arguments = SECRETS[0]
    wish = proposal(kind=kind, arguments=arguments, expires_at=NOW + 60)
    desk.wait(store.propose(wish, Guard()))
    engine = create_engine(desk.url.replace("postgresql:", "postgresql+psycopg:"))
    with engine.begin() as connection:
        query = text("UPDATE commands SET sealed = NULL, arguments = :plain")
        connection.execute(query, {"plain": msgspec.msgpack.encode(arguments)})
    engine.dispose()
    assert in_database(desk)
    if is_sent:
        sent = desk.wait(store.claim(ID, NOW + 1, Guard()))
        assert sent is not None
        assert sent.arguments == arguments
    else:
        desk.commit(store, CommandLapsed(router_id=ID, at=NOW + 60, command_id="c1"))
    assert not in_database(desk)


def test_a_secret_is_of_no_use_elsewhere(desk: Desk, store: Store) -> None:
    kind, arguments = SECRETS[0]
    for number in range(2):
        desk.wait(store.propose(proposal(f"c{number}", kind=kind, arguments=arguments), Guard()))
    engine = create_engine(desk.url.replace("postgresql:", "postgresql+psycopg:"))
    with engine.begin() as connection:
        other = "SELECT sealed FROM commands WHERE command_id = 'c1'"
        connection.execute(text(f"UPDATE commands SET sealed = ({other})"))  # noqa: S608 - ours
    engine.dispose()
    with pytest.raises(UnsealError):
        desk.wait(store.claim(ID, NOW + 1, Guard()))


def test_a_saved_session_is_sealed(desk: Desk, store: Store) -> None:
    desk.wait(store.save_session("hash", ID, CANARY.encode(), NOW + 60))
    engine = create_engine(desk.url.replace("postgresql:", "postgresql+psycopg:"))
    with engine.connect() as connection:
        state = bytes(connection.execute(text("SELECT state FROM sessions")).scalar_one())
    engine.dispose()
    assert CANARY.encode() not in state
    found = desk.wait(store.take_session("hash", NOW))
    assert found is not None
    assert found.state == CANARY.encode()
