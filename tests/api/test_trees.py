"""A router's stored tree, and the data models that values are checked against."""

from typing import Any

import msgspec
import pytest

from acs.datamodel.compiling import compile_models
from acs.datamodel.documents import Library
from acs.facts import Parameter, TreeRead
from tests.api.harness import NOW, Api
from tests.datamodel.xml import FILES, find_in

MODEL = "Device:2.2"


def stored(api: Api, *parameters: Parameter, path: str = "Device.") -> str:
    router_id = api.router()
    api.commit(TreeRead(router_id=router_id, at=NOW - 60, path=path, parameters=parameters))
    return router_id


def models() -> dict[str, dict[str, Any]]:
    found = compile_models(Library(find_in(FILES)), "model.xml")
    return {model.name: msgspec.to_builtins(model) for model in found}


def test_a_tree_shows_types_values_and_their_age(api: Api) -> None:
    router_id = stored(
        api,
        Parameter("Device.A.Name", "x", "string", True),
        Parameter("Device.A.KeyPassphrase", "CANARY", "string", True),
        Parameter("Device.B"),
    )
    found = api.get(api.url(router_id, "/tree")).json()
    assert found["router_id"] == router_id
    assert found["whole_at"] is None
    entries = {each["path"]: each for each in found["items"]}
    assert list(entries) == [
        "Device.",
        "Device.A.",
        "Device.A.KeyPassphrase",
        "Device.A.Name",
        "Device.B",
    ]
    assert entries["Device.A.Name"] == {
        "path": "Device.A.Name",
        "value": "x",
        "type": "string",
        "writable": True,
        "read_at": "2026-03-01T10:12:20Z",
        "inside": 0,
    }
    assert entries["Device.A.KeyPassphrase"]["value"] == "[redacted]"
    assert entries["Device.B"]["value"] is entries["Device.B"]["read_at"] is None
    below = api.get(api.url(router_id, "/tree"), params={"path": "Device.", "depth": "1"}).json()
    assert [(e["path"], e["inside"]) for e in below["items"]] == [
        ("Device.", 0),
        ("Device.A.", 2),
        ("Device.B", 0),
    ]
    assert below["whole_at"] == "2026-03-01T10:12:20Z"


def test_a_tree_comes_in_pages_and_can_be_searched(api: Api) -> None:
    router_id = stored(api, *(Parameter(f"Device.T.{n}.V", f"value {n}") for n in range(30)))
    path, cursor, seen = api.url(router_id, "/tree"), "", []
    while cursor is not None:
        page = api.get(path, params={"limit": "7", "cursor": cursor}).json()
        seen += [each["path"] for each in page["items"]]
        cursor = page["next"]
    assert len(seen) == len(set(seen)) == 2 + 30 * 2
    found = api.get(path, params={"search": "VALUE 17"}).json()["items"]
    assert [each["path"] for each in found] == ["Device.T.17.V"]


def test_a_tree_that_is_not_there_is_404(api: Api) -> None:
    assert api.get(api.url(api.router(), "/tree")).status_code == 404
    assert api.get(api.url("00D09E-Hub-NONE", "/tree")).status_code == 404


@pytest.mark.parametrize(
    "query", ["depth=-1", "depth=65", "depth=x", "limit=0", f"path={'x' * 300}"]
)
def test_a_wrong_query_is_422(shared: Api, query: str) -> None:
    assert shared.get(f"{shared.url(shared.router(), '/tree')}?{query}").status_code == 422


def test_a_model_is_loaded_listed_shown_and_removed(api: Api) -> None:
    model = models()[MODEL]
    answer = api.request("PUT", "/v1/datamodels/Device%3A2.2", json=model)
    assert answer.status_code == 200, answer.text
    assert answer.json() == {
        "name": MODEL,
        "objects": 4,
        "parameters": 13,
        "unresolved": [],
        "loaded_at": "2026-03-01T10:13:20Z",
    }
    assert api.get("/v1/datamodels").json() == {"items": [answer.json()]}
    shown = api.get("/v1/datamodels/Device:2.2", params={"path": "Device.WiFi.Radio.3."}).json()
    (channel,) = [each for each in shown["items"] if each["path"].endswith("Channel")]
    assert channel == {
        "path": "Device.WiFi.Radio.{i}.Channel",
        "writable": True,
        "type": "unsignedInt",
        "is_list": False,
        "allowed": "1 to 14 or 36 to 200",
    }
    first = api.get("/v1/datamodels/Device:2.2", params={"limit": "10"}).json()
    rest = api.get("/v1/datamodels/Device:2.2", params={"cursor": first["next"]}).json()
    assert len(first["items"]) + len(rest["items"]) == 13
    assert rest["next"] is None
    assert api.request("DELETE", "/v1/datamodels/Device:2.2").status_code == 204
    assert api.request("DELETE", "/v1/datamodels/Device:2.2").status_code == 404
    assert api.get("/v1/datamodels/Device:2.2").status_code == 404


@pytest.mark.parametrize(
    "change",
    [
        {"name": "Device:2.3"},
        {"syntaxes": []},
        {"syntaxes": [{"type": "wish"}]},
        {"objects": {"Device": {"writable": True}}},
        {"objects": 7},
        {"extra": 1},
    ],
)
def test_a_wrong_model_is_422(shared: Api, change: dict[str, Any]) -> None:
    model = {**models()[MODEL], **change}
    assert shared.request("PUT", "/v1/datamodels/Device:2.2", json=model).status_code == 422
    assert shared.get("/v1/datamodels").json() == {"items": []}


def test_values_are_checked_against_the_newest_model_that_is_loaded(api: Api) -> None:
    router_id = stored(api, Parameter("Device.WiFi.Radio.1.Channel", "6", "unsignedInt", True))
    path = api.url(router_id, "/commands")
    body = {
        "kind": "set",
        "reason": "x",
        "arguments": {"values": {"Device.WiFi.Radio.1.Channel": 20}},
    }
    assert api.post(path, body).status_code == 202
    for name, model in models().items():
        assert api.request("PUT", f"/v1/datamodels/{name}", json=model).status_code == 200
    answer = api.post(path, body)
    assert answer.status_code == 422
    (error,) = answer.json()["errors"]
    assert error["says"] == "found '20', allowed is a number, 1 to 14 or 36 to 200 in Device:2.2"
    assert api.post(path, {**body, "force": True}).status_code == 202
    api.request("DELETE", f"/v1/datamodels/{MODEL}")
    answer = api.post(path, body)
    assert answer.status_code == 202  # Device:2.1 allows 1 to 255
