"""The OpenAPI document is complete, and the answers are as it says."""

import re
from typing import Any, get_args

import msgspec
import pytest

from acs.api.checks import check_form
from acs.api.command_bodies import kind_of
from acs.api.command_examples import COMMAND_EXAMPLES
from acs.api.examples import EXAMPLES
from acs.api.openapi import MODULES
from acs.commands import CommandKind
from tests.api.harness import VERDICT, Api


@pytest.fixture(scope="module")
def document(shared: Api) -> dict[str, Any]:
    answer = shared.get("/schema", token="")
    assert answer.headers["content-type"] == "application/json"
    found: dict[str, Any] = answer.json()
    return found


def operations(document: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (method, path, operation)
        for path, entry in document["paths"].items()
        for method, operation in entry.items()
        if method in ("get", "post", "put", "delete")
    ]


def test_it_is_openapi_3_1_with_a_security_scheme(document: dict[str, Any]) -> None:
    assert document["openapi"].startswith("3.1")
    assert document["info"]["version"] == "1.2.3"
    assert document["components"]["securitySchemes"]["token"]["scheme"] == "bearer"


def test_every_operation_is_described(document: dict[str, Any]) -> None:
    found = operations(document)
    assert len(found) >= 20
    assert len({operation["operationId"] for _, _, operation in found}) == len(found)
    for method, path, operation in found:
        assert operation["summary"], (method, path)
        assert operation["description"], (method, path)
        assert operation["tags"], (method, path)
        for parameter in operation.get("parameters", []):
            assert parameter["description"], (method, path, parameter["name"])
            assert "null" not in str(parameter["schema"].get("type"))


def test_every_error_is_a_problem(document: dict[str, Any]) -> None:
    for method, path, operation in operations(document):
        for status, response in operation["responses"].items():
            if int(status) < 400:
                continue
            schema = response["content"]["application/problem+json"]["schema"]
            assert schema == {"$ref": "#/components/schemas/Problem"}, (method, path, status)


def test_every_reference_leads_somewhere_and_every_field_is_described(
    document: dict[str, Any],
) -> None:
    schemas = document["components"]["schemas"]
    named = set(re.findall(r"#/components/schemas/(\w+)", str(document)))
    assert named <= set(schemas)
    for name, schema in schemas.items():
        assert schema["description"], name
        for field, found in schema.get("properties", {}).items():
            if field not in ("router_id", "kind"):
                assert found.get("description"), (name, field)


def test_closed_routes_ask_for_the_token(document: dict[str, Any]) -> None:
    for method, path, operation in operations(document):
        is_open = path in ("/healthz", "/schema", "/metrics")
        assert ({"token": []} in operation["security"]) is (path not in ("/healthz", "/schema"))
        assert ("Scope: `" in operation["description"]) is not is_open, (method, path)


def type_named(schema: dict[str, Any]) -> Any:
    if "oneOf" in schema:
        kinds = [type_named(each) for each in schema["oneOf"] if "$ref" in each]
        union = kinds[0]
        for kind in kinds[1:]:
            union |= kind
        return union
    name = schema["$ref"].rsplit("/", 1)[1]
    return next(getattr(module, name) for module in MODULES if hasattr(module, name))


@pytest.mark.parametrize(("method", "path"), EXAMPLES)
def test_examples_are_of_their_types(document: dict[str, Any], method: str, path: str) -> None:
    operation = document["paths"][path][method]
    for key, example in EXAMPLES[method, path].items():
        if key == "bodies":
            continue
        place = operation["requestBody"] if key == "body" else operation["responses"][key]
        for media in place["content"].values():
            assert media["example"] == example
            kind = type_named(media["schema"])
            decoded = msgspec.convert(example, kind)
            if key != "body":
                assert msgspec.json.decode(msgspec.json.encode(decoded)) == example


def test_answers_have_the_documented_fields(api: Api, document: dict[str, Any]) -> None:
    router_id = api.router(vitals={"sys.uptime": 1}, verdict=VERDICT)
    for path, name in (
        (api.url(router_id), "RouterDocument"),
        (api.url(router_id, "/status"), "StatusDocument"),
        (api.url(router_id, "/diagnosis"), "VerdictDocument"),
        (api.url(router_id, "/samples"), "SampleList"),
        ("/v1/routers", "RouterPage"),
    ):
        assert set(api.get(path).json()) == set(
            document["components"]["schemas"][name]["properties"]
        )


def test_each_kind_of_command_has_an_example_that_is_one(document: dict[str, Any]) -> None:
    body = document["paths"]["/v1/routers/{router_id}/commands"]["post"]["requestBody"]
    (media,) = body["content"].values()
    union = type_named(media["schema"])
    seen = set()
    for name, example in COMMAND_EXAMPLES.items():
        assert media["examples"][name] == {"value": example}
        found = msgspec.convert(example, union)
        check_form(kind_of(found), msgspec.to_builtins(found.arguments))
        seen.add(kind_of(found))
    assert seen == set(get_args(CommandKind))
