import pytest

from acs.cwmp.discovery import Limits
from acs.cwmp.messages import Envelope, Fault, GetParameterNames, GetParameterValues
from acs.cwmp.orders.tree import begin_tree
from acs.cwmp.quirks import Quirks
from acs.cwmp.session import SessionPolicy, Turn, begin
from acs.cwmp.sources import ROOTS
from acs.facts import Parameter, TreeRead
from tests.cwmp.commanded import (
    ENABLE,
    SSID,
    VERSION,
    ToyRouter,
    command,
    done,
    facts_in,
    failed,
    hold,
    known,
    said,
    toy_router,
)
from tests.cwmp.pure_router import hold_session

KEY = "Device.WiFi.AccessPoint.1.Security.KeyPassphrase"
WIFI = {SSID: "home", ENABLE: "1"}


def tree_in(turns: list[Turn]) -> TreeRead:
    (fact,) = (f for f in facts_in(turns) if isinstance(f, TreeRead))
    return fact


def leaves(fact: TreeRead) -> dict[str, str | None]:
    return {parameter.name: parameter.value for parameter in fact.parameters}


def test_a_subtree_is_read_whole() -> None:
    turns = hold(toy_router(), command("tree", path="Device.WiFi."))
    assert said(turns) == [
        GetParameterNames("Device.WiFi.", next_level=False),
        GetParameterValues((SSID, ENABLE)),
    ]
    fact = tree_in(turns)
    assert fact.path == "Device.WiFi."
    assert fact.parameters == (
        Parameter(SSID, "home", "string", writable=False),
        Parameter(ENABLE, "1", "boolean", writable=False),
    )
    assert fact.objects == {"Device.WiFi.SSID.": False, "Device.WiFi.SSID.1.": False}
    assert done(turns) == {"path": "Device.WiFi.", "parameters": 2, "objects": 2, "unread": 0}


@pytest.mark.parametrize("path", ["", "Device."])
@pytest.mark.parametrize("manner", ["plain", "lists_nothing_whole", "ignores_next_level"])
def test_all_is_read_however_the_router_lists(path: str, manner: str) -> None:
    router = toy_router()
    turns = hold_after(router, manner, path)
    fact = tree_in(turns)
    assert fact.path == path
    assert leaves(fact) == {
        VERSION: "1.0",
        "Device.DeviceInfo.UpTime": "60",
        **WIFI,
    }
    assert {"Device.WiFi.", "Device.WiFi.SSID.1."} <= fact.objects.keys()


def hold_after(router: ToyRouter, manner: str, path: str) -> list[Turn]:
    memory = known(router)
    if manner != "plain":
        setattr(router, manner, True)
    return hold_session(router, memory, commands=[command("tree", path=path)])


def hold_with(quirks: Quirks) -> list[GetParameterNames]:
    router = toy_router()
    memory = known(router)
    policy = SessionPolicy(quirks=quirks)
    turns = hold_session(router, memory, commands=[command("tree", path="")], policy=policy)
    assert leaves(tree_in(turns))[SSID] == "home"
    return [call for call in said(turns) if isinstance(call, GetParameterNames)]


def test_a_device_that_lists_one_level_only_is_asked_for_no_more() -> None:
    calls = hold_with(Quirks(next_level_only=True))
    assert len(calls) > 3
    assert all(call.next_level for call in calls)
    assert not all(call.next_level for call in hold_with(Quirks()))


def test_a_device_that_knows_no_empty_path_is_asked_for_both_roots() -> None:
    first = {}
    for knows_none in (False, True):
        policy = SessionPolicy(quirks=Quirks(no_empty_path=knows_none))
        # an Inform without parameters has not told the root
        heard = begin_tree(begin(policy, "192.0.2.1"), command("tree", path=""))
        assert isinstance(heard.reply, Envelope)
        first[knows_none] = heard.reply.message
        assert [path for path, _ in heard.state.order.todo] == (list(ROOTS) if knows_none else [""])
    assert first[False] == GetParameterNames("", next_level=True)
    assert first[True] == GetParameterNames(ROOTS[0], next_level=True)


def test_secrets_are_not_told() -> None:
    turns = hold(toy_router(**{KEY: ("string", "CANARY")}), command("tree", path="Device.WiFi."))
    assert leaves(tree_in(turns))[KEY] == "[redacted]"
    assert "CANARY" not in repr(facts_in(turns))


def test_names_that_the_router_does_not_give_are_kept_without_a_value() -> None:
    router = toy_router()
    router.refused = frozenset({SSID})
    turns = hold(router, command("tree", path="Device.WiFi."))
    assert leaves(tree_in(turns)) == {SSID: None, ENABLE: "1"}
    result = done(turns)
    assert (result["unread"], result["refused"]) == (1, [SSID])


def test_what_is_not_there_fails() -> None:
    assert failed(hold(toy_router(), command("tree", path="Device.No.")))["code"] == 9005


def test_what_is_too_much_for_a_session_fails_and_says_so() -> None:
    router = toy_router(**{f"Device.X.{n}.V": ("string", "") for n in range(60)})
    memory = known(router)
    router.calls.clear()
    policy = SessionPolicy(walk=Limits(names=50))
    turns = hold_session(router, memory, commands=[command("tree")], policy=policy)
    assert "smaller part" in str(failed(turns)["error"])
    policy = SessionPolicy(names_per_call=1, turns=40)
    turns = hold_session(router, memory, commands=[command("tree")], policy=policy)
    assert "smaller part" in str(failed(turns)["error"])
    assert not [f for f in facts_in(turns) if isinstance(f, TreeRead)]


def test_an_object_that_cannot_be_listed_makes_the_reading_incomplete() -> None:
    router = toy_router()
    memory = known(router)
    listing = router._names
    router.answers[GetParameterNames] = lambda message: (
        Fault(9002, "busy")
        if isinstance(message, GetParameterNames) and message.path == "Device.WiFi."
        else listing(message)  # type: ignore[arg-type]
    )
    turns = hold_session(router, memory, commands=[command("tree", path="Device.")])
    assert done(turns)["unlisted"] == {"code": 9002, "path": "Device.WiFi."}
    # what was not listed is not gone
    assert not [f for f in facts_in(turns) if isinstance(f, TreeRead)]
