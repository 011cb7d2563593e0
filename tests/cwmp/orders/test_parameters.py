import pytest

from acs.cwmp.messages import (
    Fault,
    GetParameterNames,
    GetParameterValues,
    GetParameterValuesResponse,
    Message,
    ParameterValue,
    SetParameterValues,
    SetParameterValuesResponse,
)
from tests.cwmp.commanded import (
    ENABLE,
    SSID,
    VERSION,
    ToyRouter,
    command,
    done,
    failed,
    hold,
    said,
    toy_router,
)


def believes_nothing(router: ToyRouter) -> None:
    """Says that it set the values, and does not."""
    router.says(SetParameterValues, SetParameterValuesResponse(0))


def test_names() -> None:
    turns = hold(toy_router(), command("names", path="Device.WiFi.SSID.1.", next_level=True))
    assert said(turns) == [GetParameterNames("Device.WiFi.SSID.1.", next_level=True)]
    assert done(turns) == {"names": {SSID: False, ENABLE: False}}
    assert failed(hold(toy_router(), command("names", path="Device.No.")))["code"] == 9005


def test_a_router_that_keeps_its_values_is_found_out() -> None:
    router = toy_router()
    believes_nothing(router)
    result = failed(hold(router, command("set", values={SSID: "new", ENABLE: True})))
    assert result["differ"] == {SSID: {"wanted": "new", "found": "home"}}
    assert "1 of them read otherwise" in str(result["error"])
    assert result["values"] == {SSID: "home", ENABLE: "1"}


def test_a_router_that_applies_them_later_is_believed() -> None:
    router = toy_router()
    router.says(SetParameterValues, SetParameterValuesResponse(1))
    result = done(hold(router, command("set", values={SSID: "new"})))
    assert result["status"] == 1
    assert result["differ"] == {SSID: {"wanted": "new", "found": "home"}}


def test_nothing_is_read_back_when_that_is_not_wished() -> None:
    turns = hold(toy_router(), command("set", values={SSID: "new"}, read_back=False))
    assert [type(message) for message in said(turns)] == [GetParameterValues, SetParameterValues]
    assert done(turns) == {"status": 0, "before": {SSID: "home"}}


def test_a_router_may_spell_a_boolean_in_another_way_than_it_took_it() -> None:
    router = toy_router()

    def set_and_spell(message: Message) -> Message:
        router.leaves[ENABLE] = ("boolean", "False")
        return SetParameterValuesResponse(0)

    router.answers[SetParameterValues] = set_and_spell
    assert done(hold(router, command("set", values={ENABLE: False})))["values"] == {ENABLE: "False"}


@pytest.mark.parametrize("shown", ["", "****", None])
def test_a_secret_that_is_not_shown_is_no_difference(shown: str | None) -> None:
    path = "Device.WiFi.AccessPoint.1.Security.KeyPassphrase"
    router = toy_router(**{path: ("string", "CANARY-old" if shown is None else shown)})
    if shown is not None:
        believes_nothing(router)
        result = done(hold(router, command("set", values={path: "CANARY-new"})))
    else:
        believes_nothing(router)
        result = failed(hold(router, command("set", values={path: "CANARY-new"})))
        assert result["differ"] == {path: {"wanted": "[redacted]", "found": "[redacted]"}}
    assert "CANARY" not in repr(result)


def test_what_cannot_be_read_is_set_with_the_types_that_are_given() -> None:
    router = toy_router()
    router.says(GetParameterValues, Fault(9002, "write only"))
    turns = hold(router, command("set", values={SSID: "new"}, types={SSID: "string"}))
    assert said(turns)[1] == SetParameterValues(
        (ParameterValue(SSID, "new", "string"),), "command-1"
    )
    assert done(turns)["unread"] == {"code": 9002, "string": "write only"}
    router.calls.clear()
    assert failed(hold(router, command("set", values={SSID: "x"})))["code"] == 9002
    assert SetParameterValues not in map(type, router.calls)


def test_many_parameters_are_asked_for_in_portions() -> None:
    many = {f"Device.X_Y.Row.{n}.Value": ("string", str(n)) for n in range(450)}
    turns = hold(toy_router(**many), command("get", paths=list(many)))
    assert [
        len(message.names) for message in said(turns) if isinstance(message, GetParameterValues)
    ] == [200, 200, 50]
    shown = done(turns)["values"]
    assert isinstance(shown, dict)
    assert len(shown) == 450


def test_types_are_told_where_the_router_tells_them() -> None:
    assert done(hold(toy_router(), command("get", paths=[ENABLE])))["types"] == {ENABLE: "boolean"}
    router = toy_router()
    router.says(GetParameterValues, GetParameterValuesResponse((ParameterValue(VERSION, "1"),)))
    assert done(hold(router, command("get", paths=[VERSION]))) == {"values": {VERSION: "1"}}
