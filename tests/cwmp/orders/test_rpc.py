import pytest

from acs.cwmp import messages as m
from acs.cwmp.messages import Empty, Fault, Message, ParameterValue, RebootResponse
from acs.cwmp.orders import ArgumentError, check_arguments
from acs.cwmp.session import is_over, take_turn
from acs.cwmp.structs import AttributeChange, ParameterAttributes, QueuedTransfer
from acs.facts import CommandFailed
from tests.cwmp.commanded import SSID, command, done, failed, hold, idle_state, said, toy_router
from tests.cwmp.pure_router import NOW, envelope


@pytest.mark.parametrize(
    ("method", "arguments", "call"),
    [
        ("GetRPCMethods", {}, m.GetRPCMethods()),
        (
            "GetParameterNames",
            {"ParameterPath": "Device.", "NextLevel": True},
            m.GetParameterNames("Device.", next_level=True),
        ),
        ("GetParameterValues", {"ParameterNames": [SSID]}, m.GetParameterValues((SSID,))),
        ("GetParameterValues", {"names": [SSID]}, m.GetParameterValues((SSID,))),
        (
            "SetParameterValues",
            {
                "ParameterList": [
                    {"Name": "a", "Value": True},
                    {"Name": "b", "Value": 7, "Type": "xsd:unsignedInt"},
                    ["c", "x", "string"],
                ],
                "ParameterKey": "k",
            },
            m.SetParameterValues(
                (
                    ParameterValue("a", "true", "boolean"),
                    ParameterValue("b", "7", "unsignedInt"),
                    ParameterValue("c", "x", "string"),
                ),
                "k",
            ),
        ),
        ("GetParameterAttributes", {"ParameterNames": ["a."]}, m.GetParameterAttributes(("a.",))),
        (
            "SetParameterAttributes",
            {
                "ParameterList": [
                    {
                        "Name": "a",
                        "NotificationChange": True,
                        "Notification": 2,
                        "AccessListChange": False,
                        "AccessList": ["Subscriber"],
                    }
                ]
            },
            m.SetParameterAttributes((AttributeChange("a", 2, None),)),
        ),
        ("AddObject", {"ObjectName": "a."}, m.AddObject("a.")),
        ("DeleteObject", {"object_name": "a.1."}, m.DeleteObject("a.1.")),
        ("CancelTransfer", {"CommandKey": "k"}, m.CancelTransfer("k")),
        ("GetAllQueuedTransfers", {}, m.GetAllQueuedTransfers()),
        ("GetQueuedTransfers", {}, m.GetQueuedTransfers()),
        ("GetOptions", {"OptionName": "x"}, m.GetOptions("x")),
        ("SetVouchers", {"VoucherList": ["YQ=="]}, m.SetVouchers(("YQ==",))),
    ],
)
def test_calls_by_their_names_in_the_standard(
    method: str, arguments: dict[str, object], call: Message
) -> None:
    router = toy_router()
    router.says(type(call), Fault(9002, "no"))
    turns = hold(router, command("rpc", method=method, arguments=arguments))
    assert said(turns) == [call]
    assert failed(turns) == {"code": 9002, "string": "no"}


@pytest.mark.parametrize(
    ("method", "answer", "response"),
    [
        ("GetRPCMethods", m.GetRPCMethodsResponse(("Reboot",)), {"methods": ["Reboot"]}),
        (
            "GetParameterValues",
            m.GetParameterValuesResponse(
                (ParameterValue("a.Password", "CANARY"), ParameterValue("a.b", "1", "int"))
            ),
            {
                "parameters": [
                    {"name": "a.Password", "value": "[redacted]", "type": ""},
                    {"name": "a.b", "value": "1", "type": "int"},
                ]
            },
        ),
        (
            "GetParameterAttributes",
            m.GetParameterAttributesResponse((ParameterAttributes("a", 1, ("Subscriber",)),)),
            {"attributes": [{"name": "a", "notification": 1, "access_list": ["Subscriber"]}]},
        ),
        (
            "GetAllQueuedTransfers",
            m.GetAllQueuedTransfersResponse((QueuedTransfer("k", 2, is_download=True),)),
            {
                "transfers": [
                    {
                        "command_key": "k",
                        "state": 2,
                        "is_download": True,
                        "file_type": "",
                        "file_size": None,
                        "target_file_name": "",
                    }
                ]
            },
        ),
    ],
)
def test_the_answer_is_told_by_its_names(
    method: str, answer: Message, response: dict[str, object]
) -> None:
    router = toy_router()
    router.says(getattr(m, method), answer)
    arguments = {"names": ["a."]} if method.startswith("GetParameter") else {}
    asked = command("rpc", method=method, arguments=arguments)
    assert done(hold(router, asked)) == {"response": response}


@pytest.mark.parametrize(
    ("method", "arguments", "error"),
    [
        ("Reboot", {}, "a command of kind reboot"),
        ("Download", {}, "a command of kind download"),
        ("ChangeDUState", {}, "a command of kind software"),
        ("Inform", {}, "found 'Inform', allowed are AddObject"),
        ("GetParameterValues", {}, "missing required field"),
        ("GetParameterValues", {"paths": []}, "no argument paths, allowed are names"),
        ("GetParameterValues", {"names": "Device."}, "Expected `array`"),
        ("SetParameterValues", {"parameters": [{"Value": 1}]}, "name is needed"),
        ("SetParameterValues", {"parameters": [{"Name": "a", "Secret": 1}]}, "allowed are name"),
        ("CancelTransfer", {"command_key": ""}, "command_key is needed"),
    ],
)
def test_calls_that_are_none_are_refused(
    method: str, arguments: dict[str, object], error: str
) -> None:
    with pytest.raises(ArgumentError, match=error.replace("`", "`")):
        check_arguments("rpc", {"method": method, "arguments": arguments})
    turns = hold(toy_router(), command("rpc", method=method, arguments=arguments))
    assert said(turns) == []
    assert error in str(failed(turns)["error"])


def test_an_answer_to_another_call_ends_the_session() -> None:
    router = toy_router()
    asked = take_turn(
        idle_state(router), envelope(Empty()), command("rpc", method="GetRPCMethods"), NOW
    )
    turn = take_turn(asked.state, envelope(m.AddObjectResponse(1, 0)), None, NOW)
    (fact,) = turn.facts
    assert isinstance(fact, CommandFailed)
    assert fact.result == {"error": "the router answered GetRPCMethods with AddObjectResponse"}
    assert is_over(turn.state)
    turn = take_turn(asked.state, envelope(RebootResponse()), None, NOW)  # nor is this one due
    assert is_over(turn.state)
