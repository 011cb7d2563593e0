"""Kind gentle: one parameter is set, nothing is read back, and the answer is the proof."""

import pytest

from acs.cwmp.messages import Fault, ParameterValue, SetParameterValues
from acs.facts import CommandAnswered, CommandConfirmed, CommandFailed
from tests.cwmp.commanded import SSID, command, facts_in, failed, hold, outcome, said, toy_router


@pytest.mark.parametrize("value", ["1", "true"])
def test_the_parameter_is_set_and_the_command_confirmed(value: str) -> None:
    asked = command("gentle", action="reset_wifi", path=SSID, value=value)
    turns = hold(toy_router(), asked)
    assert said(turns) == [
        SetParameterValues((ParameterValue(SSID, value, "boolean"),), "command-1")
    ]
    facts = facts_in(turns)
    (told,) = (fact for fact in facts if isinstance(fact, CommandAnswered))
    assert not told.final
    (confirmed,) = (fact for fact in facts if isinstance(fact, CommandConfirmed))
    assert confirmed.command_id == "command-1"
    assert facts.index(told) < facts.index(confirmed)


def test_the_session_goes_on() -> None:
    asked = command("gentle", action="reset_wifi", path=SSID)
    turns = hold(toy_router(), asked, command("get", 2, paths=[SSID]))
    assert len(said(turns)) == 2


def test_a_fault_fails_it() -> None:
    router = toy_router()
    router.says(SetParameterValues, Fault(9008, "not writable"))
    turns = hold(router, command("gentle", 1, action="reset_wifi", path=SSID))
    assert failed(turns)["code"] == 9008
    assert not any(isinstance(fact, CommandConfirmed) for fact in facts_in(turns))


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        ({"action": "reset_wifi"}, "does not offer reset_wifi"),
        ({"action": "explode", "path": SSID}, "action"),
        ({"action": "reset_wifi", "path": SSID, "value": "2"}, "value"),
    ],
)
def test_what_cannot_be_begun_fails(arguments: dict[str, object], why: str) -> None:
    turns = hold(toy_router(), command("gentle", 1, **arguments))
    assert said(turns) == []
    found = outcome(turns)
    assert isinstance(found, CommandFailed)
    assert why in str(found.result["error"])
