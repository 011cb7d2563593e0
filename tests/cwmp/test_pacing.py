"""Sessions that broke off in a read: what follows is gentler, and not at once."""

import msgspec
import pytest

from acs.cwmp import messages as m
from acs.cwmp.messages import GetParameterNames, GetParameterValues
from acs.cwmp.pacing import AS_CONFIGURED, Cut, Pace, Paces, cut_of, model_of, paced
from acs.cwmp.plan import decode_plan
from acs.cwmp.session import SessionPolicy, begin, recall, take_turn
from acs.cwmp.state import SessionState, change
from acs.facts import Discovered, Fact, PlanChanged, Sampled
from tests.cwmp.pure_router import (
    DEVICE,
    NOW,
    Memory,
    PureRouter,
    envelope,
    facts_of,
    hold_session,
    tree,
)

ID = DEVICE.router_id
OTHER = "0A1001-K2-S2"
STRANGER = "0A1001-Other-S1"
LEAVES = {
    "DeviceInfo.SoftwareVersion": "1.0",
    "DeviceInfo.UpTime": "60",
    "DeviceInfo.MemoryStatus.Free": "1000",
    "DeviceInfo.MemoryStatus.Total": "2000",
}


def answered(paces: Paces, names: int, router_id: str = ID, *, well: bool = True) -> None:
    said = GetParameterValues(tuple(f"n{number}" for number in range(names)))
    state = SessionState(SessionPolicy(), "", router_id=router_id, software_version="1", said=said)
    vitals = (Sampled(router_id=router_id, at=NOW, vitals={"sys.uptime": 1}),)
    paces.answered(state, vitals if well else ())


def test_what_a_session_breaks_off_over() -> None:
    assert cut_of(GetParameterValues(("a", "b"))) == Cut(names=2)
    assert cut_of(GetParameterNames("Device.", next_level=False)) == Cut(0, "Device.", False)
    assert cut_of(m.Reboot("k")) is None
    assert cut_of(None) is None


def test_what_makes_a_model() -> None:
    assert model_of("0A1001-K%2D2-S1", "1") == ("0A1001", "K-2", "1")
    assert model_of("0A1001-S1", "1") == ("0A1001", "", "1")


def test_nothing_is_known_at_first() -> None:
    paces = Paces()
    assert not paces
    assert paces.of(ID, "1") is AS_CONFIGURED


@pytest.mark.parametrize(("booted", "names", "hold"), [(False, 100, 60.0), (True, 50, 600.0)])
def test_a_router_that_breaks_off_is_asked_for_less_and_later(
    *, booted: bool, names: int, hold: float
) -> None:
    paces = Paces()
    assert paces.broke_off(ID, "1", Cut(names=200), NOW, booted=booted) == hold
    assert paces.of(ID, "1") == Pace(names_per_call=names, rests_until=NOW + hold)
    # those of its model are asked for as much, at any time
    assert paces.of(OTHER, "1") == Pace(names_per_call=names)
    assert paces.of(OTHER, "2") is AS_CONFIGURED
    assert paces.of(STRANGER, "1") is AS_CONFIGURED


def test_the_holds_grow_to_a_day_and_end_with_what_went_well() -> None:
    paces = Paces()
    holds = [paces.broke_off(ID, "1", Cut(names=1), NOW, booted=False) for _ in range(99)]
    assert holds[:7] == [60.0, 240.0, 960.0, 3840.0, 15_360.0, 61_440.0, 86_400.0]
    assert max(holds) == 86_400.0
    assert paces.of(ID, "1").names_per_call == 1
    answered(paces, 1, well=False)
    assert paces.of(ID, "1").rests_until > NOW
    answered(paces, 1)
    assert paces.of(ID, "1").rests_until == 0.0
    assert paces.broke_off(ID, "1", Cut(names=1), NOW, booted=False) == 60.0


def test_one_bad_line_does_not_slow_down_its_model() -> None:
    """What others of the model bear is not too much."""
    paces = Paces()
    paces.broke_off(ID, "1", Cut(names=200), NOW, booted=False)
    answered(paces, 100, OTHER)
    for _ in range(5):
        paces.broke_off(ID, "1", Cut(names=100), NOW, booted=False)
    assert paces.of(OTHER, "1") == Pace(names_per_call=100)


def test_what_cannot_be_listed_whole_is_listed_by_levels_then_not_at_all() -> None:
    paces = Paces()
    paces.broke_off(ID, "1", Cut(0, "Device.WiFi.", next_level=False), NOW, booted=False)
    assert paces.of(OTHER, "1") == Pace(next_level_only=True)
    level = Cut(0, "Device.WiFi.Radio.1.", next_level=True)
    paces.broke_off(ID, "1", level, NOW, booted=True)
    assert paces.of(OTHER, "1").avoided == ()
    paces.broke_off(OTHER, "1", level, NOW, booted=True)
    assert paces.of(ID, "1").avoided == ("Device.WiFi.Radio.{i}.",)
    for _ in range(3):  # the root stays: without it there is nothing
        paces.broke_off(ID, "1", Cut(0, "Device.", next_level=True), NOW, booted=True)
    assert paces.of(ID, "1").avoided == ("Device.WiFi.Radio.{i}.",)


def test_what_a_plan_tells_is_known_of_its_model() -> None:
    paces = Paces()
    paces.told(ID, "1", 20)
    paces.told(ID, "1", 30)
    assert paces.of(OTHER, "1") == Pace(names_per_call=20)


def test_what_is_remembered_is_bounded() -> None:
    paces = Paces()
    for number in range(11_000):
        cut = Cut(0, f"Device.X{number}.", next_level=True)
        paces.broke_off(f"0A1001-K{number}-S", "1", cut, NOW, booted=False)
    assert len(paces._models) == 1_000
    assert len(paces._rests) == 10_000
    for number in range(300):
        for _ in range(2):
            cut = Cut(0, f"Device.Y{number}.", next_level=True)
            paces.broke_off(ID, "1", cut, NOW, booted=False)
    assert len(paces.of(ID, "1").avoided) <= 100


# --- in a session ---------------------------------------------------------------------------


def _router() -> PureRouter:
    return tree("Device.", LEAVES)


def _recalled(memory: Memory, pace: Pace, *events: str) -> SessionState:
    turn = take_turn(begin(SessionPolicy(), ""), envelope(_router().inform(*events)), None, NOW)
    return recall(turn.state, memory.record(), memory.plan, pace)


def _known() -> Memory:
    memory = Memory()
    hold_session(_router(), memory, "0 BOOTSTRAP")
    return memory


def test_a_router_at_rest_is_asked_nothing() -> None:
    resting = Pace(rests_until=NOW + 1)
    for memory in (Memory(), _known()):
        state = _recalled(memory, resting, "1 BOOT")
        assert not state.must_collect
        assert not state.must_discover
    awake = _recalled(Memory(), Pace(rests_until=NOW), "1 BOOT")
    assert awake.must_discover


def test_calls_are_as_small_as_was_learned_and_the_plan_remembers() -> None:
    memory = _known()
    state = _recalled(memory, Pace(names_per_call=2))
    assert state.policy.names_per_call == 2
    router = _router()
    message: m.Message = m.Empty()
    facts: list[Fact] = []
    for _ in range(9):
        turn = take_turn(state, envelope(message), None, NOW)
        facts.extend(turn.facts)
        state = turn.state
        if not hasattr(turn.reply, "message"):
            break
        message = router.answer(turn.reply.message)
    assert [type(fact) for fact in facts] == [Sampled, PlanChanged]
    assert all(
        len(call.names) <= 2 for call in router.calls if isinstance(call, GetParameterValues)
    )
    changed = facts[1]
    assert isinstance(changed, PlanChanged)
    plan = decode_plan(changed.plan)
    assert (plan.names_per_call, plan.stale, changed.dropped) == (2, False, ())
    memory.plan = plan
    # from now on by itself, and nothing is written again
    state = _recalled(memory, AS_CONFIGURED)
    assert state.policy.names_per_call == 2
    assert state.learned_names == 2
    memory.collected_at = None
    router.calls.clear()
    assert "PlanChanged" not in [type(f).__name__ for f in facts_of(hold_session(router, memory))]
    assert len(router.calls) > 1


def test_a_new_plan_keeps_what_was_learned() -> None:
    state = _recalled(Memory(), Pace(names_per_call=2, next_level_only=True))
    assert state.policy.quirks.next_level_only
    router = _router()
    message: m.Message = m.Empty()
    for _ in range(30):
        turn = take_turn(state, envelope(message), None, NOW)
        found = [fact for fact in turn.facts if isinstance(fact, Discovered)]
        if found:
            assert decode_plan(found[0].plan).names_per_call == 2
            break
        state = turn.state
        assert hasattr(turn.reply, "message")
        message = router.answer(turn.reply.message)
    else:
        pytest.fail("nothing was discovered")
    assert all(call.next_level for call in router.calls if isinstance(call, GetParameterNames))


def test_a_session_does_not_read_for_ever() -> None:
    """The time budget: of the walk, then of the collection."""
    memory = _known()
    policy = SessionPolicy(names_per_call=1, seconds=10.0)
    state = recall(
        take_turn(begin(policy, ""), envelope(_router().inform()), None, NOW).state,
        memory.record(),
        memory.plan,
    )
    router = _router()
    asked = take_turn(state, envelope(m.Empty()), None, NOW + 1)
    assert hasattr(asked.reply, "message")
    answer = envelope(router.answer(asked.reply.message))
    late = take_turn(asked.state, answer, None, NOW + 11)
    assert [type(fact).__name__ for fact in late.facts][-1] == "Noted"
    assert not hasattr(late.reply, "message")
    fresh = recall(
        take_turn(begin(SessionPolicy(), ""), envelope(_router().inform()), None, NOW).state,
        Memory().record(),
        None,
    )
    asked = take_turn(fresh, envelope(m.Empty()), None, NOW)
    assert hasattr(asked.reply, "message")
    answer = envelope(router.answer(asked.reply.message))
    late = take_turn(asked.state, answer, None, NOW + 301)
    assert late.state.phase == "selecting" or late.facts


def test_the_gentler_of_two_limits_counts() -> None:
    policy = SessionPolicy(names_per_call=5)
    state = change(begin(policy, ""), phase="idle")
    assert paced(state, Pace(names_per_call=20), 0).policy.names_per_call == 5
    assert paced(state, Pace(names_per_call=4), 3).policy.names_per_call == 3
    assert paced(state, Pace(avoided=("a.",)), 0).policy.walk.avoided == ("a.",)
    assert msgspec.structs.replace(policy) == paced(state, AS_CONFIGURED, 0).policy
