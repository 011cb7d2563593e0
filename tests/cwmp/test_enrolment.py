"""Letting a router in: what it is let in with, and that what it had before is void at once."""

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from acs.cwmp.enrolment import Credentials, enrol
from acs.digest import ha1
from acs.storage.errors import StorageError
from tests.cwmp.routers import DEVICE, OTHER, House, Router, inform

ID = DEVICE.router_id


@pytest.fixture
def house(tmp_path: Path, metrics: Any) -> Iterator[House]:
    house = House(tmp_path, metrics)
    yield house
    house.close()


def let_in(house: House, username: str | None, password: str | None) -> Credentials:
    cache = house.server.credentials
    return house.wait(enrol(house.store, cache, ID, (username, password), house.now()))


def knock(house: House, username: str, password: str) -> int:
    """The status of an Inform with Basic authentication."""
    word = base64.b64encode(f"{username}:{password}".encode()).decode()
    return Router(house).post(inform(), Authorization=f"Basic {word}").status


def test_a_password_is_made_and_told_once(house: House) -> None:
    made = let_in(house, None, None)
    assert made.username == ID
    assert made.password is not None
    assert len(made.password) == 24
    assert knock(house, ID, made.password) == 200
    assert let_in(house, None, None).password != made.password
    assert made.password not in repr(made)


def test_a_given_password_is_not_repeated_and_only_its_hash_is_kept(house: House) -> None:
    assert let_in(house, "fibre-17", "sesame") == Credentials("fibre-17", None)
    stored = house.wait(house.store.credential("fibre-17"))
    assert stored is not None
    assert (stored.router_id, stored.ha1) == (ID, ha1("fibre-17", "sesame"))
    assert b"sesame" not in b"".join(path.read_bytes() for path in house.folder.glob("acs.db*"))


def test_an_unknown_name_that_knocked_is_let_in_at_once(house: House) -> None:
    assert knock(house, ID, "sesame") == 401  # remembered as unknown
    let_in(house, None, "sesame")
    assert knock(house, ID, "sesame") == 200


@pytest.mark.parametrize("name", ["old", "new"])
def test_what_it_had_before_is_void_at_once(house: House, name: str) -> None:
    let_in(house, "old", "before")
    assert knock(house, "old", "before") == 200  # remembered
    let_in(house, name, "after")
    assert knock(house, "old", "before") == 401
    assert knock(house, name, "after") == 200


def test_a_name_that_another_router_has_is_refused_and_stays_its(house: House) -> None:
    let_in(house, "shared", "mine")
    cache = house.server.credentials
    with pytest.raises(StorageError):
        house.wait(enrol(house.store, cache, OTHER.router_id, ("shared", "theirs"), house.now()))
    assert knock(house, "shared", "mine") == 200
