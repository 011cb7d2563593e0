"""Rules of the standard that servers are known to break, each named by its clause. No network."""

import itertools
from collections.abc import Iterable, Iterator
from typing import get_args

import msgspec
import pytest

from acs.cwmp import messages as m
from acs.cwmp.codec import decode, encode
from acs.cwmp.messages import AcsMessage, Envelope, Message, ParameterValue
from acs.cwmp.orders.told import TOLD
from acs.cwmp.session import (
    MOVES,
    NoContent,
    SessionPolicy,
    SessionState,
    Turn,
    begin,
    is_over,
    recall,
    take_turn,
    wants_command,
)
from acs.cwmp.structs import Argument, TransferFault, UnitResult
from acs.facts import (
    CommandAnswered,
    CommandConfirmed,
    CommandFailed,
    CommandFinished,
    Event,
    Fact,
    Informed,
    Noted,
    Rebooted,
    Sampled,
    TransferCompleted,
    UnitsChanged,
)
from tests.cwmp.commanded import command, hold, known, outcome, said, toy_router
from tests.cwmp.pure_router import NOW, Memory, PureRouter, facts_of, hold_session

POLICY = SessionPolicy()
REQUESTS: dict[type, Message] = {
    m.GetRPCMethods: m.GetRPCMethods(),
    m.TransferComplete: m.TransferComplete("c1", 0, "", "", ""),
    m.AutonomousTransferComplete: m.AutonomousTransferComplete(
        "", "http://h/f", True, "1 Firmware Upgrade Image", 9, "", TransferFault(), "", ""
    ),
    m.RequestDownload: m.RequestDownload("1 Firmware Upgrade Image", (Argument("a", "b"),)),
    m.Kicked: m.Kicked("c", "", "", "http://h/"),
    m.DUStateChangeComplete: m.DUStateChangeComplete((UnitResult("u"),), "c1"),
    m.AutonomousDUStateChangeComplete: m.AutonomousDUStateChangeComplete((UnitResult("u"),)),
    m.Unknown: m.Unknown("X_00AA01_Odd"),
}


def heard(message: Message, namespace: str = "urn:dslforum-org:cwmp-1-2") -> Envelope:
    return Envelope(message, "id", namespace)


def informed(
    *events: str | Event, policy: SessionPolicy = POLICY, router: PureRouter | None = None
) -> Turn:
    message = (router or toy_router()).inform(*(events or ("2 PERIODIC",)))
    return take_turn(begin(policy, "192.0.2.1"), heard(message), None, NOW)


def open_state() -> SessionState:
    """Informed, and nothing to do."""
    return informed().state


def asking_state() -> SessionState:
    """A call of ours is outstanding."""
    router = toy_router()
    memory = known(router)
    memory.collected_at = None
    state = recall(informed(router=router).state, memory.record(), memory.plan)
    turn = take_turn(state, heard(m.Empty()), None, NOW)
    assert turn.state.phase == "collecting"
    return turn.state


def reply_to(state: SessionState, message: Message) -> AcsMessage | None:
    reply = take_turn(state, heard(message), None, NOW).reply
    return reply.message if isinstance(reply, Envelope) else None  # type: ignore[return-value]


def kinds(facts: Iterable[Fact]) -> list[str]:
    return [type(fact).__name__ for fact in facts]


# --- 3.4, 3.7: the session ------------------------------------------------------------------


def test_3_7_1_the_routers_requests_come_first() -> None:
    router = toy_router()
    memory = known(router)
    memory.collected_at = None  # we have something to ask
    state = recall(informed(router=router).state, memory.record(), memory.plan)
    for request in REQUESTS.values():
        turn = take_turn(state, heard(request), command("reboot"), NOW)
        assert isinstance(turn.reply, Envelope)
        assert (
            isinstance(turn.reply.message, m.Fault)
            or type(turn.reply.message).__name__ == f"{type(request).__name__}Response"
        )
        assert turn.state.phase == "idle"
        assert not wants_command(state, heard(request))
        state = turn.state
    turn = take_turn(state, heard(m.Empty()), None, NOW)
    assert isinstance(turn.reply, Envelope)
    assert isinstance(turn.reply.message, m.GetParameterValues)


@pytest.mark.parametrize("kind", REQUESTS, ids=lambda kind: kind.__name__)
def test_3_7_1_a_request_while_ours_is_outstanding_changes_nothing(kind: type) -> None:
    state = asking_state()
    turn = take_turn(state, heard(REQUESTS[kind]), None, NOW)
    assert isinstance(turn.reply, Envelope)
    assert not isinstance(turn.reply.message, m.GetParameterValues)
    assert turn.state == msgspec.structs.replace(state, turns=state.turns + 1)
    values = m.GetParameterValuesResponse((ParameterValue("Device.DeviceInfo.UpTime", "61"),))
    assert "Sampled" in kinds(take_turn(turn.state, heard(values), None, NOW).facts)


@pytest.mark.parametrize("kind", REQUESTS, ids=lambda kind: kind.__name__)
def test_3_7_1_5_a_session_begins_with_an_inform(kind: type) -> None:
    turn = take_turn(begin(POLICY, ""), heard(REQUESTS[kind]), None, NOW)
    assert isinstance(turn.reply, Envelope)
    assert turn.reply.message == m.Fault(8003, "A session begins with Inform", soap_code="Client")
    assert turn.facts == ()


def test_3_7_1_5_a_second_inform_begins_anew() -> None:
    turn = take_turn(asking_state(), heard(toy_router().inform("1 BOOT")), None, NOW)
    assert (turn.state.phase, turn.state.asking, turn.state.said) == ("idle", None, None)
    assert isinstance(turn.reply, Envelope)
    assert turn.reply.message == m.InformResponse(1)


@pytest.mark.parametrize("kind", ["reboot", "factory_reset"])
def test_3_7_1_nothing_but_its_response_answers_an_inform(kind: str) -> None:
    router = toy_router()
    message = heard(router.inform("1 BOOT"))
    state = begin(POLICY, "")
    assert not wants_command(state, message)
    turn = take_turn(state, message, command(kind), NOW)  # type: ignore[arg-type]
    assert isinstance(turn.reply, Envelope)
    assert turn.reply.message == m.InformResponse(1)
    assert turn.state.command is None


def test_3_7_1_an_answer_of_ours_without_content_ends_it() -> None:
    turn = take_turn(open_state(), heard(m.Empty()), None, NOW)
    assert turn.reply == NoContent()
    assert is_over(turn.state)


def test_3_7_1_a_test_that_ended_is_looked_at_before_anything_restarts_the_router() -> None:
    running = command("diagnostic", test="ping", host="192.0.2.9")
    memory = Memory(running=(running,))
    state = recall(informed("8 DIAGNOSTICS COMPLETE").state, memory.record(), None)
    assert not wants_command(state, heard(m.Empty()))


# --- 3.5: SOAP ------------------------------------------------------------------------------


@pytest.mark.parametrize("minor", range(5))
def test_3_5_answers_and_calls_use_the_routers_namespace(minor: int) -> None:
    namespace = f"urn:dslforum-org:cwmp-1-{minor}"
    router = toy_router()
    turn = take_turn(begin(POLICY, ""), heard(router.inform(), namespace), None, NOW)
    assert isinstance(turn.reply, Envelope)
    assert turn.reply.namespace == namespace
    state = recall(turn.state, Memory().record(), None)
    asked = take_turn(state, heard(m.Empty(), namespace), None, NOW).reply
    assert isinstance(asked, Envelope)
    assert asked.namespace == namespace


@pytest.mark.parametrize("identity", [None, "", "SAGEM_ID_7588", "  7  ", "0007", "é<&>"])
def test_3_5_the_id_is_echoed_to_the_letter(identity: str | None) -> None:
    call = Envelope(m.GetRPCMethods(), identity, "urn:dslforum-org:cwmp-1-0")
    reply = take_turn(open_state(), call, None, NOW).reply
    assert isinstance(reply, Envelope)
    assert reply.id == identity
    body = encode(reply.message, namespace=reply.namespace, id=reply.id)
    assert decode(body).id == identity
    assert (b"Header" in body) == (identity is not None)


def test_3_5_the_envelopes_that_we_send_hold_no_other_headers() -> None:
    # HoldRequests and NoMoreRequests are deprecated: never sent, and nothing when they come
    samples = [reply_to(open_state(), request) for request in REQUESTS.values()]
    for message in (m.InformResponse(), m.Reboot("k"), *samples):
        assert message is not None
        body = encode(message, namespace="urn:dslforum-org:cwmp-1-0", id="1")
        header = body.partition(b"<soap-env:Header>")[2].partition(b"</soap-env:Header>")[0]
        assert header == b'<cwmp:ID soap-env:mustUnderstand="1">1</cwmp:ID>'


@pytest.mark.parametrize("name", ["HoldRequests", "NoMoreRequests"])
def test_3_5_headers_without_meaning_change_nothing(name: str) -> None:
    body = encode(m.Kicked("", "", "", ""), namespace="urn:dslforum-org:cwmp-1-0", id="1")
    more = f"<cwmp:{name}>1</cwmp:{name}></soap-env:Header>".encode()
    assert decode(body.replace(b"</soap-env:Header>", more)) == decode(body)


def test_3_5_an_unknown_method_is_fault_8000() -> None:
    assert reply_to(open_state(), m.Unknown("X_Odd")) == m.Fault(
        8000, "Method not supported", soap_code="Server"
    )
    assert reply_to(asking_state(), m.Unknown("X_Odd")) == m.Fault(
        8000, "Method not supported", soap_code="Server"
    )


# --- 3.7.1.5: events ------------------------------------------------------------------------


def test_3_7_1_5_unknown_events_are_ignored() -> None:
    turn = informed("X 00AA01 Odd", "99 NEVER", "M X_00AA01_Odd", "2 PERIODIC")
    assert kinds(turn.facts) == ["Informed"]
    assert isinstance(turn.reply, Envelope)


def test_3_7_1_5_the_order_of_events_has_no_meaning() -> None:
    events = (Event("0 BOOTSTRAP"), Event("1 BOOT"), Event("M Reboot", "c1"), Event("2 PERIODIC"))
    told = {
        tuple(kinds(informed(*order).facts)): informed(*order).state.is_reset
        for order in itertools.permutations(events)
    }
    assert told == {("Informed", "CommandConfirmed", "Rebooted"): True}


def test_3_7_1_5_events_that_come_twice_count_once() -> None:
    twice = informed("1 BOOT", "1 BOOT", Event("M Reboot", "c1"), Event("M Reboot", "c1"))
    assert kinds(twice.facts) == ["Informed", "CommandConfirmed", "Rebooted"]


@pytest.mark.parametrize("written", ["0 bootstrap", " 0  BOOTSTRAP", "0 Bootstrap\n"])
def test_3_7_1_5_events_are_told_in_the_standards_words(written: str) -> None:
    turn = informed(written, "m reboot", "X vendor Event")
    fact = turn.facts[0]
    assert isinstance(fact, Informed)
    assert [event.code for event in fact.events] == ["0 BOOTSTRAP", "M Reboot", "X vendor Event"]
    assert turn.state.is_reset


def test_3_7_1_5_a_boot_alone_is_not_ours() -> None:
    (fact,) = (fact for fact in informed("1 BOOT").facts if isinstance(fact, Rebooted))
    assert fact.cause == "unknown"


def test_3_7_1_5_a_value_change_is_read_at_once() -> None:
    router = toy_router()
    message = router.inform("4 VALUE CHANGE", extra=("Device.DeviceInfo.UpTime",))
    turn = take_turn(begin(POLICY, ""), heard(message), None, NOW)
    assert any(isinstance(fact, Sampled) for fact in turn.facts)


def test_a_4_1_4_m_schedule_inform_ends_its_command() -> None:
    facts = informed("3 SCHEDULED", Event("M ScheduleInform", "c1")).facts
    assert [fact.command_id for fact in facts if isinstance(fact, CommandFinished)] == ["c1"]


@pytest.mark.parametrize("code", ["13 WAKEUP", "14 HEARTBEAT", "9 REQUEST DOWNLOAD", "5 KICKED"])
def test_3_7_1_5_rare_events_are_taken(code: str) -> None:
    turn = informed(code)
    assert isinstance(turn.reply, Envelope)
    assert turn.reply.message == m.InformResponse(1)
    assert kinds(turn.facts) == ["Informed"]


def test_3_2_1_1_the_retry_count_is_told() -> None:
    message = msgspec.structs.replace(toy_router().inform(), retry_count=1489)
    (fact,) = take_turn(begin(POLICY, ""), heard(message), None, NOW).facts
    assert isinstance(fact, Informed)
    assert fact.retry_count == 1489


# --- 3.7.2.1: versions ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("supported", "used"),
    [
        ((), ""),
        (("1.0", "1.1", "1.2", "1.3", "1.4"), "1.4"),
        (("1.0", "1.1"), "1.1"),
        (("1.4", "1.5"), "1.4"),
    ],
)
def test_3_7_2_1_the_highest_common_version_is_used(supported: tuple[str, ...], used: str) -> None:
    call = msgspec.structs.replace(heard(toy_router().inform()), supported_versions=supported)
    reply = take_turn(begin(POLICY, ""), call, None, NOW).reply
    assert isinstance(reply, Envelope)
    assert reply.message == m.InformResponse(1)
    assert reply.use_version == used


def test_3_7_2_1_only_the_response_to_the_inform_names_a_version() -> None:
    call = msgspec.structs.replace(heard(m.GetRPCMethods()), supported_versions=("1.4",))
    reply = take_turn(open_state(), call, None, NOW).reply
    assert isinstance(reply, Envelope)
    assert reply.use_version == ""


def test_3_7_2_1_without_a_common_version_the_session_fails_with_8006() -> None:
    call = msgspec.structs.replace(
        heard(toy_router().inform("1 BOOT")), supported_versions=("1.5", "2.0")
    )
    turn = take_turn(begin(POLICY, ""), call, None, NOW)
    assert isinstance(turn.reply, Envelope)
    assert turn.reply.message == m.Fault(8006, "CWMP version incompatible", soap_code="Server")
    assert is_over(turn.state)
    told, noted = turn.facts
    assert isinstance(told, Informed)
    assert isinstance(noted, Noted)
    assert (noted.kind, noted.detail) == ("version_incompatible", {"supported": ["1.5", "2.0"]})


@pytest.mark.parametrize(("said_", "kept"), [(None, 0.0), (5.0, 30.0), (600.0, 600.0)])
def test_3_7_2_1_the_session_timeout_is_kept(said_: float | None, kept: float) -> None:
    call = msgspec.structs.replace(heard(toy_router().inform()), session_timeout=said_)
    assert take_turn(begin(POLICY, ""), call, None, NOW).state.idle_timeout == kept


# --- annex A: calls of the router -------------------------------------------------------------


def test_a_3_1_1_get_rpc_methods_names_all_that_is_answered() -> None:
    reply = reply_to(open_state(), m.GetRPCMethods())
    assert isinstance(reply, m.GetRPCMethodsResponse)
    assert set(reply.methods) == {
        "Inform",
        "GetRPCMethods",
        *("TransferComplete", "AutonomousTransferComplete", "RequestDownload", "Kicked"),
        *("DUStateChangeComplete", "AutonomousDUStateChangeComplete"),
    }
    assert len(set(reply.methods)) == len(reply.methods)


@pytest.mark.parametrize("kind", REQUESTS, ids=lambda kind: kind.__name__)
def test_a_3_1_1_routers_calls_are_heard_wherever_a_session_is_open(kind: type) -> None:
    phases = {phase for phase, known_ in MOVES if known_ is kind}
    every = set(get_args(get_args(SessionState.__annotations__["phase"]) or ())) or {
        phase for phase, known_ in MOVES if known_ is m.Inform
    }
    assert phases == every - {"begun", "over"}


def test_a_3_3_1_max_envelopes_is_1() -> None:
    for count in (0, 1, 2, 4294967295):
        message = msgspec.structs.replace(toy_router().inform(), max_envelopes=count)
        reply = take_turn(begin(POLICY, ""), heard(message), None, NOW).reply
        assert isinstance(reply, Envelope)
        assert reply.message == m.InformResponse(1)


def test_a_3_3_2_transfer_complete_is_told_and_answered() -> None:
    turn = take_turn(open_state(), heard(REQUESTS[m.TransferComplete]), None, NOW)
    (fact,) = turn.facts
    assert isinstance(fact, TransferCompleted)
    assert (fact.command_key, fact.software_version) == ("c1", "1.0")
    assert isinstance(turn.reply, Envelope)
    assert turn.reply.message == m.TransferCompleteResponse()


def test_a_3_3_3_autonomous_transfer_complete_has_its_own_answer() -> None:
    turn = take_turn(open_state(), heard(REQUESTS[m.AutonomousTransferComplete]), None, NOW)
    assert isinstance(turn.reply, Envelope)
    assert turn.reply.message == m.AutonomousTransferCompleteResponse()
    (fact,) = turn.facts
    assert isinstance(fact, Noted)
    assert fact.kind == "autonomous_transfer"


@pytest.mark.parametrize("kind", [m.DUStateChangeComplete, m.AutonomousDUStateChangeComplete])
def test_a_4_2_3_changes_of_units_are_told(kind: type) -> None:
    (fact,) = take_turn(open_state(), heard(REQUESTS[kind]), None, NOW).facts
    assert isinstance(fact, UnitsChanged)
    assert fact.is_autonomous == (kind is m.AutonomousDUStateChangeComplete)


def test_every_call_of_a_router_is_tested_here() -> None:
    assert set(REQUESTS) == {*TOLD, m.GetRPCMethods, m.Unknown}


# --- annex A.5: faults ------------------------------------------------------------------------


def test_a_5_2_fault_8005_has_the_same_call_repeated() -> None:
    state = asking_state()
    asked = state.said
    for number in (1, 2):
        turn = take_turn(state, heard(m.Fault(8005, "Retry request")), None, NOW)
        assert isinstance(turn.reply, Envelope)
        assert turn.reply.message == asked
        assert turn.reply.id == str(state.calls + 1)
        assert turn.facts == ()
        state = turn.state
        assert state.repeats == number
    turn = take_turn(state, heard(m.Fault(8005, "Retry request")), None, NOW)
    assert isinstance(turn.reply, Envelope)  # enough: now it is a fault like others
    assert turn.reply.message != asked


def test_a_5_2_a_call_that_was_answered_may_be_repeated_again_later() -> None:
    router = toy_router()
    router.says(m.SetParameterValues, m.Fault(8005, "Retry request"))
    turns = hold(router, command("set", values={"Device.WiFi.SSID.1.SSID": "a"}))
    assert sum(isinstance(message, m.SetParameterValues) for message in said(turns)) == 3
    failed = outcome(turns)
    assert isinstance(failed, CommandFailed)
    assert failed.result["code"] == 8005


def test_a_5_2_a_reboot_that_was_put_off_is_said_again() -> None:
    router = toy_router()
    answers: Iterator[Message] = iter([m.Fault(8005, ""), m.RebootResponse()])
    router.answers[m.Reboot] = lambda _: next(answers)
    turns = hold(router, command("reboot"))
    assert [type(message) for message in said(turns)] == [m.Reboot, m.Reboot]
    assert isinstance(outcome(turns), CommandAnswered)


@pytest.mark.parametrize("code", [9000, 9001, 9042, 9799])
def test_a_5_1_an_unknown_fault_is_a_denial_and_nothing_lasting(code: int) -> None:
    router = toy_router()
    router.says(m.GetParameterValues, m.Fault(code, "no"))
    memory = known(router)
    memory.collected_at = None
    router.says(m.GetParameterValues, m.Fault(code, "no"))
    facts = facts_of(hold_session(router, memory))
    assert "PlanChanged" not in kinds(facts)
    (noted,) = (fact for fact in facts if isinstance(fact, Noted))
    assert noted.kind == "collection_incomplete"


def test_a_3_2_1_each_parameters_fault_is_kept() -> None:
    fault = m.Fault(9003, "Invalid arguments", (m.ParameterFault("Device.A", 9008, "read-only"),))
    router = toy_router()
    router.says(m.SetParameterValues, fault)
    failed = outcome(hold(router, command("set", values={"Device.WiFi.SSID.1.SSID": "a"})))
    assert failed.result["parameters"] == [
        {"name": "Device.A", "code": 9008, "string": "read-only"}
    ]


# --- what has no clause ---------------------------------------------------------------------


def confirmed_with(policy: SessionPolicy, *events: str | Event) -> list[str]:
    facts = informed(*events, policy=policy).facts
    return [fact.command_id for fact in facts if isinstance(fact, CommandConfirmed)]


def test_a_boot_stands_for_m_reboot_where_a_quirk_says_so() -> None:
    quirks = msgspec.structs.replace(POLICY.quirks, no_reboot_event=True)
    policy = msgspec.structs.replace(POLICY, quirks=quirks)
    assert confirmed_with(policy, "1 BOOT") == [""]
    assert confirmed_with(policy, "1 BOOT", Event("M Reboot", "c1")) == ["c1"]
    assert confirmed_with(policy, "2 PERIODIC") == []
    assert confirmed_with(POLICY, "1 BOOT") == []
