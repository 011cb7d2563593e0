from hypothesis import given
from hypothesis import strategies as st

from acs.cwmp import collection
from acs.cwmp.collection import Asking
from acs.cwmp.messages import (
    Fault,
    GetParameterValuesResponse,
    ParameterFault,
    ParameterValue,
)
from tests.cwmp.pure_router import PureRouter

NAMES = tuple(f"Device.X.{n}.Value" for n in range(1, 21))


def _router(refused: tuple[str, ...], *, says_which: bool = False) -> PureRouter:
    leaves = {name: ("string", name) for name in NAMES}
    return PureRouter(leaves, refused=frozenset(refused), names_in_faults=says_which)


def _ask(router: PureRouter, per_call: int = 8, faults: int = 100) -> Asking:
    asking = collection.start(NAMES, per_call)
    for _ in range(1000):
        message = collection.request(asking)
        if message is None:
            return asking
        assert 0 < len(message.names) <= per_call
        answer = router.answer(message)
        if isinstance(answer, Fault):
            asking = collection.refused(asking, answer, faults)
        else:
            assert isinstance(answer, GetParameterValuesResponse)
            asking = collection.heard(asking, answer.parameters)
    raise AssertionError("asking has no end")


def test_many_names_are_asked_in_portions() -> None:
    router = _router(())
    asking = _ask(router)
    assert [value.name for value in asking.values] == list(NAMES)
    assert len(router.calls) == 3


def test_a_fault_that_says_which_name_costs_one_call() -> None:
    router = _router(NAMES[3:4], says_which=True)
    asking = _ask(router)
    assert asking.dropped == NAMES[3:4]
    assert len(asking.values) == 19
    assert len(router.calls) == 4


def test_a_name_that_is_the_beginning_of_another_is_not_taken_for_it() -> None:
    names = ("Device.X.1", "Device.X.11")
    asking = collection.start(names, 10)
    after = collection.refused(asking, Fault(9005, "Invalid parameter name: 'Device.X.11'."), 9)
    assert after.dropped == ("Device.X.11",)
    assert after.portions == (("Device.X.1",),)


def test_names_in_the_faults_list_go() -> None:
    fault = Fault(9003, "Invalid", (ParameterFault(NAMES[0], 9005, "no"),))
    assert collection.refused(collection.start(NAMES, 99), fault, 9).dropped == NAMES[:1]


def test_a_fault_that_is_not_of_names_drops_nothing_for_good() -> None:
    asking = collection.start(NAMES[:2], 9)
    asking = collection.refused(asking, Fault(9002, "Internal error"), 9)
    assert asking.portions == (NAMES[:1], NAMES[1:2])
    asking = collection.refused(asking, Fault(9002, "Internal error"), 9)
    assert asking.dropped == ()
    assert asking.skipped == NAMES[:1]
    assert asking.portions == (NAMES[1:2],)


def test_when_time_is_up_the_rest_is_left_out() -> None:
    asking = collection.heard(collection.start(NAMES, 8), (ParameterValue(NAMES[0], "1"),))
    late = collection.hurried(asking)
    assert collection.request(late) is None
    assert late.skipped == NAMES[8:]
    assert late.values == asking.values
    assert collection.hurried(late) == late


def test_too_many_faults_end_it_with_what_there_is() -> None:
    asking = _ask(_router(NAMES[10:]), faults=4)
    assert asking.faults == 4
    came = {value.name for value in asking.values}
    assert came >= set(NAMES[:8])
    assert set(asking.dropped).union(asking.skipped) == set(NAMES) - came


@given(
    refused=st.sets(st.sampled_from(NAMES)),
    per_call=st.integers(1, 25),
    says_which=st.booleans(),
)
def test_no_value_is_lost_to_anothers_fault(
    refused: set[str], per_call: int, *, says_which: bool
) -> None:
    asking = _ask(_router(tuple(refused), says_which=says_which), per_call)
    assert {value.name for value in asking.values} == set(NAMES) - refused
    assert set(asking.dropped) == refused
    assert asking.skipped == ()


def test_what_comes_after_the_end_changes_nothing() -> None:
    done = collection.start((), 10)
    assert collection.request(done) is None
    assert collection.refused(done, Fault(9005, ""), 9) == done
    late = collection.heard(done, (ParameterValue("a", "b"),))
    assert collection.request(late) is None
