import msgspec
import pytest

from acs.commands import Command
from acs.cwmp.messages import (
    Fault,
    GetParameterValues,
    Message,
    ParameterValue,
    SetParameterValues,
)
from acs.cwmp.orders.arguments import Diagnostic
from acs.cwmp.orders.diagnostics import seconds_of
from acs.cwmp.session import Turn
from acs.facts import CommandAnswered, CommandFinished, Sampled
from tests.cwmp.commanded import (
    PING,
    SSID,
    ToyRouter,
    command,
    facts_in,
    failed,
    hold,
    known,
    outcome,
    said,
    toy_router,
)
from tests.cwmp.pure_router import Memory, hold_session

STATE = f"{PING}DiagnosticsState"
ENDED = "8 DIAGNOSTICS COMPLETE"
TEST = {
    "DiagnosticsState": ("string", "None"),
    "Interface": ("string", ""),
    "Host": ("string", "192.0.2.9"),
    "NumberOfRepetitions": ("unsignedInt", "4"),
    "Timeout": ("unsignedInt", "1000"),
    "DataBlockSize": ("unsignedInt", "64"),
    "SuccessCount": ("unsignedInt", "0"),
    "FailureCount": ("unsignedInt", "0"),
    "AverageResponseTime": ("unsignedInt", "0"),
}
FOUND = {"SuccessCount": "3", "FailureCount": "1", "AverageResponseTime": "12"}


def router_with_ping() -> ToyRouter:
    return toy_router(**{PING + name: leaf for name, leaf in TEST.items()})


def pinging(**more: object) -> Command:
    return command("diagnostic", 1, test="ping", host="192.0.2.9", count=10, **more)


def begun(router: ToyRouter, asked: Command) -> tuple[Memory, Command]:
    """The test is begun; what is remembered of the router, and of the command."""
    memory = known(router)
    turns = hold_session(router, memory, commands=[asked])
    answered = outcome(turns)
    assert isinstance(answered, CommandAnswered)
    running = msgspec.structs.replace(asked, state="accepted", result=answered.result)
    return memory, running


def later(
    router: ToyRouter, memory: Memory, running: Command, *events: str, wants: Command | None = None
) -> list[Turn]:
    """A later session, in which storage tells of the test."""
    memory.running = (running,)
    waiting = [] if wants is None else [wants]
    return hold_session(router, memory, *events, commands=waiting)


def end(router: ToyRouter, state: str = "Complete") -> None:
    """The router carries the test out."""
    router.leaves[STATE] = ("string", state)
    for name, value in FOUND.items():
        router.leaves[PING + name] = ("unsignedInt", value)


def finished(turns: list[Turn]) -> CommandFinished:
    (found,) = (fact for fact in facts_in(turns) if isinstance(fact, CommandFinished))
    return found


def told_of_the_line(turns: list[Turn]) -> bool:
    sampled = (fact for fact in facts_in(turns) if isinstance(fact, Sampled))
    return any("ip.ping_loss_gw" in fact.vitals for fact in sampled)


def test_a_test_is_looked_at_and_asked_for_in_one_call() -> None:
    turns = hold(router_with_ping(), pinging(timeout=2000))
    names = ("DiagnosticsState", "NumberOfRepetitions", "Host", "Timeout", "Interface")
    assert said(turns) == [
        GetParameterValues(tuple(PING + name for name in names)),
        # the host stands there already
        SetParameterValues(
            (
                ParameterValue(f"{PING}NumberOfRepetitions", "10", "unsignedInt"),
                ParameterValue(f"{PING}Timeout", "2000", "unsignedInt"),
                ParameterValue(STATE, "Requested", "string"),
            ),
            "command-1",
        ),
    ]
    found = outcome(turns)
    assert isinstance(found, CommandAnswered)
    assert not found.final
    assert found.takes == 60 + 10 * 2
    assert found.result == {
        "test": "ping",
        "object": PING,
        "state_name": STATE,
        "began": True,
    }


class Deaf(ToyRouter):
    """Takes the request for a test, and keeps the result of an earlier one."""

    def answer(self, message: Message) -> Message:
        reply = super().answer(message)
        if isinstance(message, SetParameterValues):
            self.leaves[STATE] = ("string", "Complete")
        return reply


def old_result(kind: type[ToyRouter] = ToyRouter) -> ToyRouter:
    """A router in whose tree the result of an earlier test stands."""
    router = kind(router_with_ping().leaves)
    end(router)
    return router


def test_what_an_earlier_test_left_is_cleared_away() -> None:
    router = router_with_ping()
    router.leaves[f"{PING}Interface"] = ("string", "Device.IP.Interface.9.")
    begun(router, pinging())
    assert router.leaves[f"{PING}Interface"] == ("string", "")
    router.leaves[STATE] = ("string", "Complete")
    begun(router, pinging(interface="Device.IP.Interface.2."))
    assert router.leaves[f"{PING}Interface"] == ("string", "Device.IP.Interface.2.")


def test_where_a_result_stands_it_is_asked_whether_the_test_began() -> None:
    """A result counts when the test was ours and its completion is new."""
    router = old_result()
    memory, running = begun(router, pinging(gateway=True))
    assert router.calls[-1] == GetParameterValues((STATE,))
    assert running.result["began"] is True
    end(router)
    assert told_of_the_line(later(router, memory, running))  # no event came


def test_an_old_result_is_not_taken_for_that_of_the_test() -> None:
    router = old_result(Deaf)
    memory, running = begun(router, pinging(gateway=True))
    assert running.result["began"] is False
    turns = later(router, memory, running)
    assert not [fact for fact in facts_in(turns) if isinstance(fact, CommandFinished)]
    assert not told_of_the_line(turns)
    turns = later(router, memory, running, ENDED)  # the event says that it is new
    assert not finished(turns).is_failed
    assert told_of_the_line(turns)


def test_whether_it_began_may_be_untold() -> None:
    router = old_result()
    values = router._values

    def the_state_alone_is_refused(message: Message) -> Message:
        assert isinstance(message, GetParameterValues)
        return Fault(9002, "no") if message.names == (STATE,) else values(message)

    router.answers[GetParameterValues] = the_state_alone_is_refused
    _memory, running = begun(router, pinging())
    assert running.result["began"] is False


@pytest.mark.parametrize("event", [ENDED, "2 PERIODIC", "1 BOOT"])
def test_its_results_are_read_in_whatever_session_comes(event: str) -> None:
    router = router_with_ping()
    memory, running = begun(router, pinging())
    end(router)
    wants = command("get", 2, paths=[SSID])
    turns = later(router, memory, running, event, wants=wants)
    questions = [message for message in said(turns) if isinstance(message, GetParameterValues)]
    assert questions[-3:] == [
        GetParameterValues((STATE,)),
        GetParameterValues((PING,)),
        GetParameterValues((SSID,)),  # commands come after it
    ]
    fact = finished(turns)
    assert (fact.command_id, fact.is_failed) == ("command-1", False)
    assert fact.result["loss_ratio"] == 0.25
    assert fact.result["average_ms"] == 12
    # a host out there says nothing of the line
    assert not [
        f for f in facts_in(turns) if isinstance(f, Sampled) and "ip.ping_loss_gw" in f.vitals
    ]


def test_of_the_gateway_they_are_vitals() -> None:
    router = router_with_ping()
    memory, running = begun(router, pinging(gateway=True))
    end(router, "Completed")
    sampled = [f for f in facts_in(later(router, memory, running, ENDED)) if isinstance(f, Sampled)]
    assert sampled[-1].vitals == {"ip.ping_loss_gw": 0.25, "ip.ping_rtt_gw": 12}


def test_a_test_that_has_not_ended_is_left_alone() -> None:
    router = router_with_ping()
    memory, running = begun(router, pinging())
    turns = later(router, memory, running)
    assert said(turns) == [GetParameterValues((STATE,))]
    assert not [fact for fact in facts_in(turns) if isinstance(fact, CommandFinished)]
    router.says(GetParameterValues, Fault(9002, "busy"))
    assert not [
        fact
        for fact in facts_in(later(router, memory, running))
        if isinstance(fact, CommandFinished)
    ]


@pytest.mark.parametrize(
    ("state", "error"),
    [
        ("Error_CannotResolveHostName", "the router says Error_CannotResolveHostName"),
        ("None", "gave the test up"),
        ("Canceled", "gave the test up"),
    ],
)
def test_a_test_that_did_not_end_well_has_failed(state: str, error: str) -> None:
    router = router_with_ping()
    memory, running = begun(router, pinging(gateway=True))
    end(router, state)
    turns = later(router, memory, running, ENDED)
    fact = finished(turns)
    assert fact.is_failed
    assert fact.result["state"] == state
    assert error in str(fact.result["error"])
    assert not [
        f for f in facts_in(turns) if isinstance(f, Sampled) and "ip.ping_loss_gw" in f.vitals
    ]


def test_results_that_cannot_be_read_are_none() -> None:
    router = router_with_ping()
    memory, running = begun(router, pinging())
    end(router)
    values = router._values

    def whole_objects_are_refused(message: Message) -> Message:
        assert isinstance(message, GetParameterValues)
        return Fault(9005, "no") if message.names == (PING,) else values(message)

    router.answers[GetParameterValues] = whole_objects_are_refused
    fact = finished(later(router, memory, running, ENDED))
    assert fact.is_failed
    assert fact.result == {"error": "the results cannot be read", "code": 9005, "string": "no"}


def test_a_router_without_the_test_says_so() -> None:
    turns = hold(toy_router(), pinging())
    assert "does not have the test" in str(failed(turns)["error"])
    assert SetParameterValues not in map(type, said(turns))
    assert "no wifi_scan" in str(
        failed(hold(gateway(), command("diagnostic", test="wifi_scan")))["error"]
    )


def test_an_argument_that_its_test_does_not_take_is_found_out() -> None:
    error = str(failed(hold(router_with_ping(), pinging(dscp=8)))["error"])
    assert error == f"the router's test has no {PING}DSCP"


def test_a_test_under_way_is_not_disturbed() -> None:
    router = router_with_ping()
    router.leaves[STATE] = ("string", "Requested")
    turns = hold(router, pinging())
    assert "under way already" in str(failed(turns)["error"])
    assert SetParameterValues not in map(type, said(turns))


def test_a_refused_test_fails() -> None:
    router = router_with_ping()
    router.says(SetParameterValues, Fault(9001, "denied"))
    assert failed(hold(router, pinging())) == {"code": 9001, "string": "denied"}


def gateway() -> ToyRouter:
    """A router of the older data model."""
    root = "InternetGatewayDevice."
    line = f"{root}WANDevice.2.WANDSLDiagnostics."
    return ToyRouter(
        {
            f"{root}DeviceInfo.SoftwareVersion": ("string", "1"),
            f"{root}DeviceInfo.UpTime": ("unsignedInt", "1"),
            f"{line}LoopDiagnosticsState": ("string", "None"),
            f"{line}ACTATPds": ("int", "145"),
        }
    )


def test_the_older_data_model_has_its_own_places_and_names() -> None:
    router = gateway()
    state = "InternetGatewayDevice.WANDevice.2.WANDSLDiagnostics.LoopDiagnosticsState"
    asked = command("diagnostic", test="dsl", wan=2)
    memory, running = begun(router, asked)
    assert router.leaves[state] == ("string", "Requested")
    router.leaves[state] = ("string", "Complete")
    assert finished(later(router, memory, running, ENDED)).result["power_dbm_ds"] == 14.5


def test_other_parameters_of_the_test_may_be_given() -> None:
    router = router_with_ping()
    router.leaves[f"{PING}X_COUNT"] = ("int", "1")
    begun(router, pinging(parameters={"X_COUNT": 5}))
    assert router.leaves[f"{PING}X_COUNT"] == ("int", "5")


@pytest.mark.parametrize(
    ("arguments", "seconds"),
    [
        ({"test": "ping", "host": "h"}, 60 + 4 * 5),
        ({"test": "ping", "host": "h", "count": 100, "timeout": 1000}, 160),
        ({"test": "traceroute", "host": "h", "count": 3, "max_hops": 30, "timeout": 2000}, 480),
        (
            {
                "test": "udp_echo",
                "host": "h",
                "port": 7,
                "count": 10,
                "timeout": 500,
                "interval": 500,
            },
            70,
        ),
        ({"test": "download", "duration": 20}, 200),
        ({"test": "download"}, 180),
        ({"test": "wifi_scan"}, 60),
    ],
)
def test_how_long_a_test_may_take(arguments: dict[str, object], seconds: float) -> None:
    assert seconds_of(msgspec.convert(arguments, Diagnostic)) == seconds
