"""All kinds of commands: their scopes, their arguments, what is checked before they are stored."""

from typing import Any

import msgspec
import pytest

from acs.api.command_bodies import CommandBody, scope_of
from acs.api.command_examples import COMMAND_EXAMPLES
from acs.facts import CommandAnswered, Parameter, TreeRead
from tests.api.harness import NOW, Api

ACT = {
    "reboot",
    "gentle",
    "refresh",
    "get",
    "names",
    "tree",
    "attributes, read",
    "schedule_inform",
    "diagnostic",
}


@pytest.mark.parametrize("name", COMMAND_EXAMPLES)
def test_each_kind_is_stored_for_those_who_may(shared: Api, name: str) -> None:
    body = COMMAND_EXAMPLES[name]
    needed = "act" if name in ACT else "admin"
    assert scope_of(msgspec.convert(body, CommandBody)) == needed
    path = shared.url(shared.router(), "/commands")
    answer = shared.post(path, body, token=shared.token(needed))
    assert answer.status_code == 202, answer.text
    assert answer.json()["kind"] == body["kind"]
    below = shared.token("act" if needed == "admin" else "read")
    denied = shared.post(path, body, token=below)
    assert denied.status_code == 403
    assert denied.json()["type"] == "urn:acsd:problem:forbidden"


@pytest.mark.parametrize(
    ("kind", "arguments", "named"),
    [
        ("set", {"values": {"Device.": "1"}}, ""),
        ("set", {"values": {"Device.X": "1"}, "types": {"Device.X": "text"}}, "types"),
        ("names", {"path": "Device", "next_level": True}, "path"),
        ("names", {"path": "Device.", "level": 1}, ""),
        ("tree", {"path": "Device"}, "path"),
        ("attributes", {}, ""),
        ("attributes", {"paths": ["A"], "changes": [{"name": "A", "notification": 1}]}, ""),
        ("attributes", {"changes": [{"name": "A", "notification": 7}]}, "changes[0].notification"),
        ("attributes", {"changes": [{"name": "A"}]}, "changes[0]"),
        ("add", {"object": "Device.X"}, "object"),
        ("delete", {"object": "Device.X."}, "object"),
        ("download", {"file_type": "1 Firmware Upgrade Image"}, ""),
        ("download", {"file_type": "firmware", "url": "http://a/b"}, "file_type"),
        ("download", {"file_type": "1 F", "url": "gopher://a/b"}, "url"),
        ("download", {"file_type": "1 F", "url": "http://u:p@a/b"}, "url"),
        ("upload", {"file_type": "9 x"}, "file_type"),
        ("schedule_download", {"file": "f", "windows": []}, "windows"),
        ("schedule_download", {"file": "f", "windows": [{"start": 9, "end": 9}]}, "windows[0]"),
        ("cancel_transfer", {"command": "x" * 33}, "command"),
        ("factory_reset", {"really": True}, ""),
        ("schedule_inform", {"delay": 0}, "delay"),
        ("software", {"operations": []}, "operations"),
        ("software", {"operations": [{"kind": "install"}]}, "operations[0]"),
        ("software", {"operations": [{"kind": "explode"}]}, "operations[0].kind"),
        ("diagnostic", {"test": "ping"}, "host"),
        ("diagnostic", {"test": "wish"}, "test"),
        ("diagnostic", {"test": "ping", "host": "h", "url": "http://a/"}, "url"),
        ("rpc", {"method": "Get Things"}, "method"),
        ("rpc", {"method": "GetThings"}, ""),
        ("rpc", {"method": "Reboot", "arguments": {"Odd": 1}}, ""),
    ],
)
def test_wrong_arguments_are_422_and_named(
    shared: Api, kind: str, arguments: dict[str, Any], named: str
) -> None:
    body = {"kind": kind, "reason": "x", "arguments": arguments}
    answer = shared.post(shared.url(shared.router(), "/commands"), body)
    assert answer.status_code == 422, answer.text
    (error,) = answer.json()["errors"]
    assert error["where"] == "body"
    assert error["name"].startswith("arguments")
    assert error["name"].removeprefix("arguments").removeprefix(".").startswith(named), error
    assert error["says"]


def with_tree(api: Api) -> str:
    router_id = api.router()
    api.commit(
        TreeRead(
            router_id=router_id,
            at=NOW - 60,
            path="Device.",
            parameters=(
                Parameter("Device.WiFi.Radio.1.Channel", "6", "unsignedInt", True),
                Parameter("Device.DeviceInfo.UpTime", "5", "unsignedInt", False),
                Parameter("Device.NAT.PortMapping.1.ExternalPort", "1", "unsignedInt", True),
            ),
            objects={"Device.NAT.PortMapping.": True, "Device.WiFi.Radio.": False},
        )
    )
    return router_id


@pytest.mark.parametrize(
    ("kind", "arguments", "path", "says"),
    [
        (
            "set",
            {"values": {"Device.WiFi.Radio.1.Channel": "x"}},
            "values.Device.WiFi.Radio.1.Channel",
            "whole number",
        ),
        (
            "set",
            {"values": {"Device.WiFi.Radio.1.Channel": True}},
            "values.Device.WiFi.Radio.1.Channel",
            "'true'",
        ),
        (
            "set",
            {"values": {"Device.DeviceInfo.UpTime": 1}},
            "values.Device.DeviceInfo.UpTime",
            "read-only",
        ),
        ("set", {"values": {"Device.None": 1}}, "values.Device.None", "no such parameter"),
        ("add", {"object": "Device.None."}, "object.Device.None.", "no such object"),
        (
            "add",
            {"object": "Device.WiFi.Radio."},
            "object.Device.WiFi.Radio.",
            "does not let us add",
        ),
        (
            "delete",
            {"object": "Device.NAT.PortMapping.9."},
            "object.Device.NAT.PortMapping.9.",
            "no such object",
        ),
        (
            "attributes",
            {"changes": [{"name": "Device.None", "notification": 1}]},
            "changes.Device.None",
            "no such parameter",
        ),
    ],
)
def test_what_the_router_has_not_is_422_unless_it_is_forced(
    api: Api, kind: str, arguments: dict[str, Any], path: str, says: str
) -> None:
    router_id = with_tree(api)
    body = {"kind": kind, "reason": "x", "arguments": arguments}
    answer = api.post(api.url(router_id, "/commands"), body)
    assert answer.status_code == 422, answer.text
    (error,) = answer.json()["errors"]
    assert error["name"] == f"arguments.{path}"
    assert says in error["says"]
    assert "allowed is" in error["says"]
    assert api.get("/v1/commands").json()["items"] == []
    forced = api.post(api.url(router_id, "/commands"), {**body, "force": True})
    assert forced.status_code == 202


@pytest.mark.parametrize(
    ("kind", "arguments"),
    [
        ("set", {"values": {"Device.WiFi.Radio.1.Channel": 11}}),
        ("add", {"object": "Device.NAT.PortMapping.", "values": {"ExternalPort": 80}}),
        ("delete", {"object": "Device.NAT.PortMapping.1."}),
        ("attributes", {"changes": [{"name": "Device.WiFi.", "notification": 1}]}),
    ],
)
def test_what_the_router_has_is_stored(api: Api, kind: str, arguments: dict[str, Any]) -> None:
    body = {"kind": kind, "reason": "x", "arguments": arguments}
    answer = api.post(api.url(with_tree(api), "/commands"), body)
    assert answer.status_code == 202, answer.text
    assert answer.json()["arguments"] == arguments


def test_many_wrong_values_are_each_named(api: Api) -> None:
    values = {f"Device.None{n}": "1" for n in range(5)}
    body = {"kind": "set", "reason": "x", "arguments": {"values": values}}
    answer = api.post(api.url(with_tree(api), "/commands"), body)
    assert len(answer.json()["errors"]) == 5
    assert answer.json()["detail"].endswith("and 2 more")


def test_secrets_of_arguments_and_results_are_not_shown(api: Api) -> None:
    router_id = api.router()
    arguments = {
        "file_type": "1 Firmware Upgrade Image",
        "url": "http://192.0.2.1/fw.bin?token=CANARY",
        "username": "acs",
        "password": "CANARY",
    }
    answer = api.post(
        api.url(router_id, "/commands"),
        {"kind": "download", "reason": "x", "arguments": arguments},
    )
    assert answer.status_code == 202, answer.text
    place = answer.headers["location"]
    api.do(api.store.claim(router_id, NOW, api.guard))
    link = f"http://192.0.2.1/f/7f3a/{answer.json()['command_id']}/68e0/{'C' * 22}/fw.bin"
    result: dict[str, object] = {
        "response": {"parameters": [{"name": "Device.X.Password", "value": "CANARY"}]},
        "url": link,
        "note": "ftp://user:CANARY@192.0.2.1/x",
    }
    api.commit(
        CommandAnswered(
            router_id=router_id,
            at=NOW,
            command_id=answer.json()["command_id"],
            final=True,
            result=result,
        )
    )
    for path in (place, "/v1/commands", api.url(router_id, "/status")):
        text = api.get(path).text
        assert "CANARY" not in text
        assert "C" * 22 not in text
    shown = api.get(place).json()
    assert shown["arguments"]["username"] == "acs"
    assert shown["arguments"]["url"] == "http://192.0.2.1/fw.bin?[redacted]"
    assert shown["result"]["note"] == "ftp://[redacted]@192.0.2.1/x"


def test_a_file_of_ours_needs_no_type(api: Api) -> None:
    body = {"kind": "download", "reason": "x", "force": True, "arguments": {"file": "7f3a"}}
    answer = api.post(api.url(api.router(), "/commands"), body)
    assert answer.status_code == 202
    assert answer.json()["arguments"] == {"file": "7f3a", "force": True}
