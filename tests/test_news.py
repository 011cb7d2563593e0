"""The vocabulary of events."""

from typing import get_args

import pytest

from acs.commands import CommandState
from acs.news import FAMILIES, KINDS, UnknownKindError, kinds_of
from acs.storage.news import OF_EVENTS


def test_every_state_of_a_command_is_a_kind() -> None:
    assert kinds_of(("command",)) == {f"command.{state}" for state in get_args(CommandState)}


def test_kinds_and_families_are_told_apart() -> None:
    assert kinds_of(("router.boot", "reboots")) == {
        "router.boot",
        "reboots.stopped",
        "reboots.resumed",
    }
    assert kinds_of(()) == frozenset()
    assert len(set(KINDS)) == len(KINDS)
    assert set(KINDS) == kinds_of(FAMILIES)
    assert set(OF_EVENTS.values()) < set(KINDS)


@pytest.mark.parametrize("name", ["", ".", "rout", "router.", "router.boo", "Router.boot", "*"])
def test_others_are_refused_with_what_is_allowed(name: str) -> None:
    with pytest.raises(UnknownKindError, match=r"allowed are .*verdict\.changed"):
        kinds_of((name,))
