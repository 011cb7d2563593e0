import msgspec
import pytest

from acs.cwmp.messages import (
    Empty,
    Fault,
    GetParameterValuesResponse,
    GetRPCMethods,
    GetRPCMethodsResponse,
    Inform,
    InformResponse,
    Message,
    ParameterValue,
    RebootResponse,
    SetParameterValuesResponse,
    TransferComplete,
    TransferCompleteResponse,
    Unknown,
)
from acs.cwmp.session import (
    NoContent,
    SessionPolicy,
    SessionState,
    begin,
    is_over,
    recall,
    take_turn,
    wants_command,
    without_secrets,
)
from acs.facts import (
    CommandConfirmed,
    ConnectionSecretSet,
    Discovered,
    Event,
    Fact,
    Informed,
    Noted,
    PlanChanged,
    Rebooted,
    Sampled,
    TransferCompleted,
)
from tests.cwmp.pure_router import (
    DEVICE,
    NOW,
    SECRET,
    Memory,
    PureRouter,
    envelope,
    facts_of,
    hold_session,
    tree,
)

POLICY = SessionPolicy()
# TR-069 Amendment 6, A.3.1.1 and A.4.2.
METHODS = (
    "Inform",
    "GetRPCMethods",
    "TransferComplete",
    "AutonomousTransferComplete",
    "RequestDownload",
    "Kicked",
    "DUStateChangeComplete",
    "AutonomousDUStateChangeComplete",
)
LEAVES = {
    "DeviceInfo.SoftwareVersion": "1.0",
    "DeviceInfo.UpTime": "60",
    "DeviceInfo.MemoryStatus.Free": "1000",
    "DeviceInfo.TemperatureStatus.TemperatureSensor.1.Value": "50",
}


def _router() -> PureRouter:
    return tree("Device.", LEAVES)


def _known(router: PureRouter, *, collected_at: float | None = None) -> Memory:
    """What is remembered after a first session."""
    memory = Memory()
    hold_session(router, memory, "0 BOOTSTRAP")
    memory.collected_at = collected_at
    router.calls.clear()
    return memory


def _informed(router: PureRouter, *events: str | Event) -> tuple[SessionState, list[Fact]]:
    turn = take_turn(begin(POLICY, "192.0.2.1"), envelope(router.inform(*events)), None, NOW)
    return turn.state, list(turn.facts)


def _kinds(facts: list[Fact]) -> list[str]:
    return [type(fact).__name__ for fact in facts]


# --- the Inform -----------------------------------------------------------------------------


def test_an_inform_is_told_and_answered() -> None:
    said = _router().inform("2 PERIODIC", extra=("Device.DeviceInfo.UpTime",))
    said = msgspec.structs.replace(said, retry_count=3, current_time="0001-01-01T00:00:00")
    turn = take_turn(begin(POLICY, "192.0.2.1"), envelope(said, "abc"), None, NOW)
    assert turn.facts == (
        Informed(
            router_id=DEVICE.router_id,
            at=NOW,
            device=DEVICE,
            events=(Event("2 PERIODIC"),),
            address="192.0.2.1",
            root="Device.",
            namespace="urn:dslforum-org:cwmp-1-0",
            retry_count=3,
            device_time="0001-01-01T00:00:00",
            software_version="1.0",
            vitals={"sys.fw_version": "1.0", "sys.uptime": 60},
        ),
    )
    assert turn.reply == envelope(InformResponse(1), "abc")


def test_the_last_of_two_connection_request_urls_counts() -> None:
    url = "Device.ManagementServer.ConnectionRequestURL"
    said = _router().inform()
    urls = (ParameterValue(url, "http://a/"), ParameterValue(url, " http://b/ "))
    said = msgspec.structs.replace(said, parameters=(*said.parameters, *urls))
    turn = take_turn(begin(POLICY, ""), envelope(said), None, NOW)
    assert isinstance(turn.facts[0], Informed)
    assert turn.facts[0].connection_request_url == "http://b/"


@pytest.mark.parametrize(
    ("events", "facts"),
    [
        ((Event("2 PERIODIC"),), []),
        ((Event("0 BOOTSTRAP"),), []),
        ((Event("1 BOOT"),), ["unknown"]),
        ((Event("0 BOOTSTRAP"), Event("1 BOOT")), ["unknown"]),
        ((Event("1 BOOT"), Event("M Reboot", "k1")), ["k1", "remote_reboot"]),
        ((Event(" m  REBOOT ", "k1"), Event("1 BOOT")), ["k1", "remote_reboot"]),
        ((Event("M Reboot", "k1"), Event("M Reboot", "k2")), ["k1", "k2", "remote_reboot"]),
        # without a key of ours nothing is proven
        ((Event("1 BOOT"), Event("M Reboot", "")), ["unknown"]),
        ((Event("1 BOOT"), Event("M Reboot", "x" * 33)), ["unknown"]),
    ],
)
def test_only_m_reboot_with_a_key_proves_a_reboot(
    events: tuple[Event, ...], facts: list[str]
) -> None:
    _, told = _informed(_router(), *events)
    found = [
        fact.command_id if isinstance(fact, CommandConfirmed) else fact.cause
        for fact in told
        if isinstance(fact, CommandConfirmed | Rebooted)
    ]
    assert found == facts


def test_a_value_change_with_vitals_is_a_sample_at_once() -> None:
    router = _router()
    said = router.inform("4 VALUE CHANGE", extra=("Device.DeviceInfo.UpTime",))
    turn = take_turn(begin(POLICY, ""), envelope(said), None, NOW)
    assert _kinds(list(turn.facts)) == ["Informed", "Sampled"]
    said = router.inform("4 VALUE CHANGE")
    assert _kinds(list(take_turn(begin(POLICY, ""), envelope(said), None, NOW).facts)) == [
        "Informed"
    ]


def test_an_inform_in_mid_session_begins_another() -> None:
    router = _router()
    memory = _known(router)
    state, _ = _informed(router, "1 BOOT")
    state = recall(state, memory.record(), memory.plan)
    asked = take_turn(state, envelope(Empty()), None, NOW)
    assert asked.state.phase == "collecting"
    turn = take_turn(asked.state, envelope(router.inform()), None, NOW)
    assert turn.state.phase == "idle"
    assert turn.state.asking is None
    assert isinstance(turn.reply, type(envelope(Empty())))


# --- the work of a session ------------------------------------------------------------------


def test_a_first_session_discovers_collects_and_sets_the_secret() -> None:
    router, memory = _router(), Memory(secret_set=False)
    turns = hold_session(router, memory, "0 BOOTSTRAP")
    facts = facts_of(turns)
    assert _kinds(facts) == ["Informed", "Discovered", "Sampled", "ConnectionSecretSet"]
    discovered, sampled, secured = facts[1:]
    assert isinstance(discovered, Discovered)
    assert set(discovered.names) == set(router.leaves) - {
        "Device.ManagementServer.ConnectionRequestUsername",
        "Device.ManagementServer.ConnectionRequestPassword",
    }
    assert isinstance(sampled, Sampled)
    assert sampled.vitals == {
        "sys.fw_version": "1.0",
        "sys.uptime": 60,
        "sys.mem_free": 1000,
        "sys.temp_cpu": 50,
    }
    assert isinstance(secured, ConnectionSecretSet)
    assert secured.accepted
    server = "Device.ManagementServer.ConnectionRequest"
    assert router.leaves[f"{server}Username"][1] == SECRET.username
    assert router.leaves[f"{server}Password"][1] == SECRET.password
    assert isinstance(turns[-1].reply, NoContent)
    assert is_over(turns[-1].state)


def test_a_known_router_is_asked_only_what_is_due() -> None:
    router = _router()
    memory = _known(router, collected_at=NOW - 100)
    turns = hold_session(router, memory)
    assert _kinds(facts_of(turns)) == ["Informed"]
    assert len(turns) == 2


@pytest.mark.parametrize(
    ("collected_at", "events", "collects"),
    [
        (None, ("2 PERIODIC",), True),
        (NOW - 600, ("2 PERIODIC",), True),
        (NOW - 550, ("2 PERIODIC",), True),  # a periodic Inform that came early
        (NOW - 500, ("2 PERIODIC",), False),
        (NOW + 9999, ("2 PERIODIC",), True),  # our clock was set back
        (NOW - 1, ("6 CONNECTION REQUEST",), True),
        (NOW - 1, ("1 BOOT",), True),
        (NOW - 1, ("4 Value Change",), True),
        (NOW - 1, ("8 DIAGNOSTICS COMPLETE",), False),
    ],
)
def test_when_vitals_are_collected(
    collected_at: float | None, events: tuple[str, ...], *, collects: bool
) -> None:
    router = _router()
    turns = hold_session(router, _known(router, collected_at=collected_at), *events)
    assert ("Sampled" in _kinds(facts_of(turns))) == collects


@pytest.mark.parametrize("reason", ["software", "bootstrap", "stale", "sources", "root"])
def test_when_a_router_is_discovered_again(reason: str) -> None:
    router = _router()
    memory = _known(router)
    assert memory.plan is not None
    events = "2 PERIODIC"
    if reason == "software":
        router.leaves["Device.DeviceInfo.SoftwareVersion"] = ("string", "2.0")
    elif reason == "bootstrap":
        events = "0 BOOTSTRAP"
    elif reason == "root":
        memory.plan = msgspec.structs.replace(memory.plan, root="InternetGatewayDevice.")
    elif reason == "stale":
        memory.plan = msgspec.structs.replace(memory.plan, stale=True)
    else:
        memory.plan = msgspec.structs.replace(memory.plan, sources="another table")
    assert "Discovered" in _kinds(facts_of(hold_session(router, memory, events)))
    assert "Discovered" not in _kinds(facts_of(hold_session(router, memory)))


def test_a_vanished_name_costs_nothing_else_and_brings_a_discovery() -> None:
    router = _router()
    memory = _known(router)
    sensor = "Device.DeviceInfo.TemperatureStatus.TemperatureSensor.1.Value"
    del router.leaves[sensor]
    facts = facts_of(hold_session(router, memory))
    assert _kinds(facts) == ["Informed", "Sampled", "PlanChanged"]
    changed = facts[2]
    assert isinstance(changed, PlanChanged)
    assert changed.dropped == (sensor,)
    sampled = facts[1]
    assert isinstance(sampled, Sampled)
    assert sampled.vitals == {"sys.fw_version": "1.0", "sys.uptime": 60, "sys.mem_free": 1000}
    assert "Discovered" in _kinds(facts_of(hold_session(router, memory)))
    assert "Discovered" not in _kinds(facts_of(hold_session(router, memory)))


def test_a_name_that_is_listed_and_never_given_is_asked_once() -> None:
    sensor = "Device.DeviceInfo.TemperatureStatus.TemperatureSensor.1.Value"
    router = PureRouter(_router().leaves, refused=frozenset({sensor}))
    memory = Memory()
    facts = facts_of(hold_session(router, memory, "0 BOOTSTRAP"))
    assert _kinds(facts) == ["Informed", "Discovered", "Sampled", "PlanChanged"]
    router.asked.clear()
    assert "Discovered" not in _kinds(facts_of(hold_session(router, memory)))
    assert sensor not in router.asked


def test_a_router_that_cannot_be_walked_is_still_served() -> None:
    router = tree("Device.", {"X_MAKER_Only.Thing": "1", "DeviceInfo.Odd": "1"})
    facts = facts_of(hold_session(router, Memory(), "2 PERIODIC"))
    assert _kinds(facts) == ["Informed", "Noted"]
    noted = facts[1]
    assert isinstance(noted, Noted)
    assert noted.kind == "discovery_failed"


def test_a_refused_secret_is_told_and_does_no_harm() -> None:
    router = _router()
    memory = _known(router)
    memory.secret_set = False
    memory.collected_at = NOW
    state, _ = _informed(router)
    state = recall(state, memory.record(), memory.plan)
    asked = take_turn(state, envelope(Empty()), None, NOW)
    assert asked.state.phase == "securing"
    turn = take_turn(asked.state, envelope(Fault(9003, "no")), None, NOW)
    assert [fact.accepted for fact in turn.facts if isinstance(fact, ConnectionSecretSet)] == [
        False
    ]
    assert turn.reply == NoContent()


def test_no_secret_is_set_when_the_policy_says_so_and_none_is_stored() -> None:
    router = _router()
    memory = _known(router)
    memory.secret_set = False
    policy = SessionPolicy(set_connection_secret=False)
    assert "ConnectionSecretSet" not in _kinds(
        facts_of(hold_session(router, memory, policy=policy))
    )
    state, _ = _informed(router)
    state = recall(state, memory.record(), memory.plan)
    assert SECRET.password.encode() in msgspec.json.encode(state)
    assert SECRET.password.encode() not in msgspec.json.encode(without_secrets(state))


def test_no_router_keeps_a_session_for_ever() -> None:
    router = _router()
    turns = hold_session(router, Memory(), policy=SessionPolicy(turns=4))
    assert len(turns) == 5
    noted = turns[-1].facts[-1]
    assert isinstance(noted, Noted)
    assert noted.kind == "session_exhausted"


# --- what routers ask -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "answer"),
    [
        (GetRPCMethods(), GetRPCMethodsResponse(METHODS)),
        (TransferComplete("k", 9010, "failed", "", ""), TransferCompleteResponse()),
        (Unknown("X_Strange"), Fault(8000, "Method not supported", soap_code="Server")),
    ],
)
def test_a_routers_calls_are_answered_before_ours(call: Message, answer: Message) -> None:
    state, _ = _informed(_router())
    turn = take_turn(state, envelope(call, " 77 "), None, NOW)
    assert turn.reply == envelope(answer, " 77 ")
    assert turn.state.phase == "idle"
    before = take_turn(begin(POLICY, ""), envelope(call, None), None, NOW)
    assert before.reply == envelope(
        Fault(8003, "A session begins with Inform", soap_code="Client"), None
    )
    assert before.facts == ()


def test_a_transfers_end_is_told() -> None:
    state, _ = _informed(_router())
    turn = take_turn(state, envelope(TransferComplete("k", 9010, "failed", "", "")), None, NOW)
    (fact,) = turn.facts
    assert isinstance(fact, TransferCompleted)
    assert (fact.command_key, fact.fault_code, fact.fault_string) == ("k", 9010, "failed")
    assert fact.software_version == "1.0"


# --- what may not be said -------------------------------------------------------------------


@pytest.mark.parametrize(
    "message",
    [
        GetParameterValuesResponse(()),
        SetParameterValuesResponse(0),
        RebootResponse(),
        Fault(9000, ""),
        InformResponse(),
    ],
)
def test_an_answer_to_nothing_ends_the_session(message: Message) -> None:
    state, _ = _informed(_router())
    turn = take_turn(state, envelope(message), None, NOW)
    assert turn.reply == NoContent()
    assert is_over(turn.state)
    (fact,) = turn.facts
    assert isinstance(fact, Noted)
    assert fact.kind == "protocol_error"
    # what is over stays so until the next Inform
    again = take_turn(turn.state, envelope(message), None, NOW)
    assert (again.reply, again.facts) == (NoContent(), ())
    assert not is_over(take_turn(again.state, envelope(_router().inform()), None, NOW).state)


@pytest.mark.parametrize("message", [Empty(), SetParameterValuesResponse(0), RebootResponse()])
def test_another_answer_than_the_one_due_ends_the_session(message: Message) -> None:
    router = _router()
    memory = _known(router)
    state, _ = _informed(router)
    asked = take_turn(recall(state, memory.record(), memory.plan), envelope(Empty()), None, NOW)
    turn = take_turn(asked.state, envelope(message), None, NOW)
    assert turn.reply == NoContent()
    assert _kinds(list(turn.facts)) == ["Noted"]


@pytest.mark.parametrize(
    ("id_", "quirks"), [("1", ()), (" 1 ", ()), (None, ("no-id",)), ("x", ("other-id",))]
)
def test_answers_are_paired_by_their_order(id_: str | None, quirks: tuple[str, ...]) -> None:
    router = _router()
    memory = _known(router)
    state, _ = _informed(router)
    asked = take_turn(recall(state, memory.record(), memory.plan), envelope(Empty()), None, NOW)
    assert asked.quirks == ()
    values = GetParameterValuesResponse((ParameterValue("Device.DeviceInfo.UpTime", "5"),))
    turn = take_turn(asked.state, envelope(values, id_), None, NOW)
    assert turn.quirks == quirks
    assert _kinds(list(turn.facts)) == ["Sampled"]


def test_what_storage_remembers_belongs_after_the_inform() -> None:
    router = _router()
    memory = _known(router)
    state = begin(POLICY, "")
    assert recall(state, memory.record(), memory.plan) == state
    assert not wants_command(state, envelope(router.inform()))


def test_an_inform_without_a_root_is_served() -> None:
    said = Inform(DEVICE, (Event("2 PERIODIC"),), 1, "", 0, ())
    router, memory = _router(), Memory()
    turn = take_turn(begin(POLICY, ""), envelope(said), None, NOW)
    state = recall(turn.state, memory.record(), None)
    asked = take_turn(state, envelope(Empty()), None, NOW)
    assert asked.state.phase == "naming"
    plan = _known(router).plan
    assert recall(turn.state, memory.record(), plan).root == "Device."


def test_a_collection_without_vitals_is_no_sample() -> None:
    router = _router()
    memory = _known(router)
    state, _ = _informed(router)
    asked = take_turn(recall(state, memory.record(), memory.plan), envelope(Empty()), None, NOW)
    turn = take_turn(asked.state, envelope(GetParameterValuesResponse(())), None, NOW)
    (fact,) = turn.facts
    assert isinstance(fact, Noted)
    assert fact.kind == "collection_incomplete"
    assert fact.detail == {"vitals": 0, "faults": 0, "skipped": []}
