from acs.cwmp.messages import (
    Fault,
    GetParameterAttributes,
    SetParameterAttributes,
    SetParameterAttributesResponse,
)
from acs.cwmp.structs import AttributeChange, ParameterAttributes
from tests.cwmp.commanded import SSID, ToyRouter, command, done, failed, hold, said, toy_router


def router_with_attributes() -> ToyRouter:
    router = toy_router()
    router.attributes[SSID] = ParameterAttributes(SSID, 0, ("Subscriber",))
    return router


def test_attributes_are_read() -> None:
    turns = hold(router_with_attributes(), command("attributes", paths=[SSID]))
    assert said(turns) == [GetParameterAttributes((SSID,))]
    assert done(turns) == {"attributes": {SSID: {"notification": 0, "access_list": ["Subscriber"]}}}
    assert failed(hold(toy_router(), command("attributes", paths=[SSID])))["code"] == 9005


def test_a_change_is_read_back() -> None:
    change = {"name": SSID, "notification": 2, "access_list": []}
    turns = hold(router_with_attributes(), command("attributes", changes=[change]))
    assert said(turns) == [
        SetParameterAttributes((AttributeChange(SSID, 2, ()),)),
        GetParameterAttributes((SSID,)),
    ]
    assert done(turns) == {"attributes": {SSID: {"notification": 2, "access_list": []}}}


def test_a_router_that_does_not_change_them_is_found_out() -> None:
    router = router_with_attributes()
    router.says(SetParameterAttributes, SetParameterAttributesResponse())
    change = {"name": SSID, "notification": 2}
    result = failed(hold(router, command("attributes", changes=[change])))
    assert result["differ"] == [SSID]
    assert result["attributes"] == {SSID: {"notification": 0, "access_list": ["Subscriber"]}}


def test_a_change_that_cannot_be_read_back_is_still_made() -> None:
    router = router_with_attributes()
    router.says(GetParameterAttributes, Fault(9002, "busy"))
    change = {"name": SSID, "access_list": ["Subscriber"]}
    result = done(hold(router, command("attributes", changes=[change])))
    assert result == {"unread": {"code": 9002, "string": "busy"}}


def test_a_refused_change_fails() -> None:
    router = router_with_attributes()
    router.says(SetParameterAttributes, Fault(9009, "rejected"))
    change = {"name": SSID, "notification": 2}
    assert failed(hold(router, command("attributes", changes=[change])))["code"] == 9009
