"""Reboots of routers that send no "M Reboot": a boot confirms the one under way; both databases."""

import pytest

from acs.commands import Command
from acs.facts import CommandAnswered, CommandConfirmed, Fact
from acs.storage.store import Store
from tests.storage.support import ID, NOW, OTHER, Desk, Guard, informed, proposal

BOOTED = CommandConfirmed(router_id=ID, at=NOW + 60, command_id="")


@pytest.fixture(autouse=True)
def known_router(desk: Desk, store: Store) -> None:
    desk.commit(store, informed())


def sent(desk: Desk, store: Store, command_id: str, *, is_answered: bool) -> None:
    desk.wait(store.propose(proposal(command_id, kind="reboot"), Guard()))
    claimed = desk.wait(store.claim(ID, NOW + 1, Guard()))
    assert claimed is not None
    if is_answered:
        told = CommandAnswered(router_id=ID, at=NOW + 2, command_id=command_id, final=False)
        desk.commit(store, told)


def state_of(desk: Desk, store: Store, command_id: str = "c1") -> str:
    command = desk.wait(store.command(command_id))
    assert command is not None
    return command.state


def booted(desk: Desk, store: Store, retries: int = 0) -> object:
    facts: tuple[Fact, ...] = (informed(NOW + 60, retry_count=retries), BOOTED)
    return desk.commit(store, *facts)[1]


@pytest.mark.parametrize("is_answered", [True, False])
def test_a_boot_confirms_the_reboot_under_way(
    desk: Desk, store: Store, *, is_answered: bool
) -> None:
    sent(desk, store, "c1", is_answered=is_answered)
    confirmed = booted(desk, store)
    assert isinstance(confirmed, Command)
    assert (confirmed.command_id, confirmed.state) == ("c1", "confirmed")
    assert confirmed.confirmed_at == NOW + 60
    assert booted(desk, store) is None  # another one is not its doing


@pytest.mark.parametrize(("is_answered", "state"), [(True, "confirmed"), (False, "sent")])
def test_a_boot_that_is_told_again_proves_less(
    desk: Desk, store: Store, state: str, *, is_answered: bool
) -> None:
    sent(desk, store, "c1", is_answered=is_answered)
    booted(desk, store, retries=2)
    assert state_of(desk, store) == state


def test_without_a_reboot_under_way_a_boot_confirms_nothing(desk: Desk, store: Store) -> None:
    assert booted(desk, store) is None
    desk.commit(store, informed(device=OTHER))
    desk.wait(store.propose(proposal("c1", kind="reboot"), Guard()))
    assert booted(desk, store) is None
    assert state_of(desk, store) == "queued"


def test_of_two_under_way_none_is_confirmed(desk: Desk, store: Store) -> None:
    sent(desk, store, "c1", is_answered=True)
    sent(desk, store, "c2", is_answered=True)
    assert booted(desk, store) is None
    assert {state_of(desk, store, one) for one in ("c1", "c2")} == {"accepted"}
