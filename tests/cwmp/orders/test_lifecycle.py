import pytest

from acs.commands import CommandKind
from acs.cwmp.messages import ChangeDUState, FactoryReset, Fault, Reboot, ScheduleInform
from acs.cwmp.orders import finished_by
from acs.cwmp.session import NoContent, is_over
from acs.cwmp.structs import InstallUnit, UninstallUnit, UpdateUnit
from acs.facts import CommandAnswered, CommandFinished, Event
from tests.cwmp.commanded import SSID, command, facts_in, failed, hold, outcome, said, toy_router
from tests.cwmp.pure_router import DEVICE, NOW

UUID = "123e4567-e89b-12d3-a456-426614174000"


@pytest.mark.parametrize(
    ("kind", "call"), [("reboot", Reboot("command-1")), ("factory_reset", FactoryReset())]
)
def test_a_restart_is_accepted_and_ends_the_session(kind: CommandKind, call: object) -> None:
    turns = hold(toy_router(), command(kind), command("get", 2, paths=[SSID]))
    assert said(turns) == [call]
    found = outcome(turns)
    assert isinstance(found, CommandAnswered)
    assert not found.final
    assert turns[-1].reply == NoContent()
    assert is_over(turns[-1].state)


def test_an_inform_is_appointed() -> None:
    turns = hold(toy_router(), command("schedule_inform", delay=300))
    assert said(turns) == [ScheduleInform(300, "command-1")]
    found = outcome(turns)
    assert isinstance(found, CommandAnswered)
    assert (found.final, found.takes) == (False, 300.0)


def test_the_appointed_inform_finishes_its_command() -> None:
    events = (Event("3 SCHEDULED"), Event("m  SCHEDULEINFORM", " command-1 "), Event("2 PERIODIC"))
    turns = hold(toy_router(), events=events)
    (finished,) = (fact for fact in facts_in(turns) if isinstance(fact, CommandFinished))
    assert (finished.command_id, finished.is_failed) == ("command-1", False)


def test_keys_that_are_none_finish_nothing() -> None:
    events = [Event("M ScheduleInform", key) for key in ("", " ", "x" * 33, "a", "a")]
    assert [f.command_id for f in finished_by(events, DEVICE.router_id, NOW)] == ["a"]
    assert finished_by([Event("M Reboot", "a")], DEVICE.router_id, NOW) == []


def test_software_units_are_changed() -> None:
    operations = [
        {"kind": "install", "url": "http://h/a", "username": "u", "password": "p"},
        {"kind": "update", "uuid": UUID, "version": "1"},
        {"kind": "uninstall", "uuid": UUID, "execution_env_ref": "Device.X."},
    ]
    turns = hold(toy_router(), command("software", operations=operations))
    assert said(turns) == [
        ChangeDUState(
            (
                InstallUnit("http://h/a", username="u", password="p"),
                UpdateUnit(UUID, "1"),
                UninstallUnit(UUID, execution_env_ref="Device.X."),
            ),
            "command-1",
        )
    ]
    found = outcome(turns)
    assert isinstance(found, CommandAnswered)
    assert not found.final


@pytest.mark.parametrize(
    ("kind", "call", "arguments"),
    [
        ("reboot", Reboot, {}),
        ("factory_reset", FactoryReset, {}),
        ("schedule_inform", ScheduleInform, {"delay": 1}),
        ("software", ChangeDUState, {"operations": [{"kind": "install", "url": "http://h/"}]}),
    ],
)
def test_what_is_refused_fails(kind: CommandKind, call: type, arguments: dict[str, object]) -> None:
    router = toy_router()
    router.says(call, Fault(9000, "not supported"))
    assert failed(hold(router, command(kind, 1, **arguments)))["code"] == 9000
