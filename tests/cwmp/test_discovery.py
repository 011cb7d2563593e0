from hypothesis import given
from hypothesis import strategies as st

from acs.cwmp import discovery
from acs.cwmp.discovery import Limits, Walk
from acs.cwmp.messages import Fault, GetParameterNames, GetParameterNamesResponse, ParameterInfo
from tests.cwmp.pure_router import PureRouter, tree

LIMITS = Limits()
LEAVES = {
    "DeviceInfo.UpTime": "1",
    "DeviceInfo.ModelName": "M",
    "DeviceInfo.MemoryStatus.Free": "1",
    "LANDevice.1.WLANConfiguration.1.Status": "Up",
    "LANDevice.1.Hosts.HostNumberOfEntries": "1",
    "LANDevice.1.Hosts.Host.1.HostName": "x",
    "LANDevice.1.X_MAKER_Huge.1.A": "1",
    "WANDevice.1.WANCommonInterfaceConfig.WANAccessType": "DSL",
    "X_MAKER_Own.Thing": "1",
}
WANTED = {
    f"InternetGatewayDevice.{path}"
    for path in LEAVES
    if "X_MAKER" not in path and "Host.1" not in path
}


def _router() -> PureRouter:
    return tree("InternetGatewayDevice.", LEAVES)


def _walk(
    router: PureRouter,
    root: str,
    limits: Limits = LIMITS,
    *,
    stepwise: bool = False,
    no_empty_path: bool = False,
) -> Walk:
    walk = discovery.start(root, stepwise=stepwise, no_empty_path=no_empty_path)
    for _ in range(1000):
        message = discovery.request(walk)
        if message is None:
            return walk
        answer = router.answer(message)
        if isinstance(answer, Fault):
            walk = discovery.refused(walk, limits)
        else:
            assert isinstance(answer, GetParameterNamesResponse)
            walk = discovery.heard(walk, answer.parameters, limits)
    raise AssertionError("the walk has no end")


def _leaves(walk: Walk) -> set[str]:
    return {name for name in walk.names if not name.endswith(".")}


def test_a_walk_finds_what_is_wanted_and_leaves_the_rest() -> None:
    walk = _walk(_router(), "InternetGatewayDevice.")
    assert _leaves(walk) == WANTED
    assert walk.calls == 7
    assert not walk.cut


def test_the_root_is_found_by_asking() -> None:
    assert _leaves(_walk(_router(), "")) == WANTED
    other = tree("Device.", {"DeviceInfo.UpTime": "1"})
    walk = _walk(other, "")
    assert walk.root == "Device."
    assert _leaves(walk) == {"Device.DeviceInfo.UpTime"}


class _NoEmptyPath(PureRouter):
    def answer(self, message: object) -> object:  # type: ignore[override]
        if getattr(message, "path", None) == "":
            return Fault(9005, "")
        return super().answer(message)  # type: ignore[arg-type]


def test_a_router_that_knows_no_empty_path_is_asked_for_both_roots() -> None:
    router = _NoEmptyPath(_router().leaves)
    walk = _walk(router, "")
    assert walk.root == "InternetGatewayDevice."
    assert _leaves(walk) == WANTED


def test_what_is_not_listed_whole_is_listed_level_by_level() -> None:
    router = _router()
    router.lists_nothing_whole = True
    assert _leaves(_walk(router, "InternetGatewayDevice.")) == WANTED


def test_a_router_that_gives_all_when_asked_for_a_level_is_asked_once() -> None:
    router = _router()
    router.ignores_next_level = True
    walk = _walk(router, "InternetGatewayDevice.")
    assert walk.calls == 1
    assert _leaves(walk) >= WANTED


def test_a_root_that_cannot_be_listed_is_passed_by() -> None:
    router = _router()
    router.lists_no_root = True
    found = _leaves(_walk(router, "InternetGatewayDevice."))
    assert "InternetGatewayDevice.DeviceInfo.UpTime" in found


def test_a_router_may_be_asked_for_levels_only() -> None:
    router = _router()
    assert _leaves(_walk(router, "InternetGatewayDevice.", stepwise=True)) == WANTED
    assert all(call.next_level for call in router.calls if isinstance(call, GetParameterNames))
    router = _router()
    router.lists_no_root = True
    _walk(router, "InternetGatewayDevice.", stepwise=True)
    assert all(call.next_level for call in router.calls if isinstance(call, GetParameterNames))


def test_a_router_may_be_asked_for_no_empty_path() -> None:
    router = _router()
    walk = _walk(router, "", no_empty_path=True)
    assert _leaves(walk) == WANTED
    assert "" not in [call.path for call in router.calls if isinstance(call, GetParameterNames)]
    assert discovery.start("Device.", no_empty_path=True) == discovery.start("Device.")


def test_objects_over_which_sessions_broke_off_are_passed_by() -> None:
    router = _router()
    avoided = Limits(avoided=("InternetGatewayDevice.WANDevice.",))
    found = _leaves(_walk(router, "InternetGatewayDevice.", avoided))
    assert found == {name for name in WANTED if "WANDevice" not in name}


def test_when_time_is_up_a_walk_ends_with_what_it_has() -> None:
    walk = discovery.start("Device.")
    late = discovery.hurried(walk)
    assert (late.todo, late.cut) == ((), True)
    assert discovery.hurried(late) is late


def test_bounds_end_a_walk() -> None:
    assert _walk(_router(), "InternetGatewayDevice.", Limits(calls=2)).cut
    few = _walk(_router(), "InternetGatewayDevice.", Limits(names=3))
    assert few.cut
    assert len(few.names) <= 3


@given(
    answers=st.lists(
        st.none()
        | st.lists(
            st.sampled_from(
                [
                    "Device.",
                    "InternetGatewayDevice.",
                    "Device.WiFi.",
                    "Device.WiFi.Radio.",
                    "Device.WiFi.Radio.1.",
                    "InternetGatewayDevice.LANDevice.",
                    *(f"InternetGatewayDevice.LANDevice.{n}." for n in range(50)),
                ]
            )
            | st.text(max_size=10),
            max_size=60,
        ),
        min_size=1,
        max_size=5,
    ),
    root=st.sampled_from(["", "Device.", "InternetGatewayDevice."]),
)
def test_no_answers_make_a_walk_endless(answers: list[list[str] | None], root: str) -> None:
    limits = Limits(calls=30, names=100)
    walk = discovery.start(root)
    for number in range(200):
        message = discovery.request(walk)
        if message is None:
            break
        answer = answers[number % len(answers)]
        if answer is None:
            walk = discovery.refused(walk, limits)
        else:
            infos = [ParameterInfo(name, writable=False) for name in answer]
            walk = discovery.heard(walk, infos, limits)
    assert discovery.request(walk) is None
    assert walk.calls <= limits.calls + 1
    assert len(walk.names) <= limits.names
