"""The served OpenAPI against the application: it answers as its document says, always."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import checks
from schemathesis.core.failures import FailureGroup
from schemathesis.core.result import Ok
from schemathesis.generation import GenerationMode

from acs.api.tokens import Scope
from tests.api.harness import VERDICT, Api

EXAMPLES = 4  # of each operation
STREAMS = {"/v1/commands/{command_id}/events"}  # they end with the command
WAITS = {"wait", "fresh"}
NO_FILES = "/v1/files"  # without a file server 503 is the answer, as documented
CHECKS = [
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
]
OPERATOR: tuple[Scope, ...] = ("admin", "secrets")


@pytest.fixture(scope="module")
def known(shared: Api) -> Api:
    """A router with a verdict, its subscriber, a command and a contact."""
    router_id = shared.router(vitals={"sys.uptime": 9, "ppp.state": "Up"}, verdict=VERDICT)
    body = {"routers": [{"router_id": router_id, "segment": "sw-1"}]}
    shared.request("PUT", "/v1/subscribers/1", json=body)
    shared.post(shared.url(router_id, "/commands"), {"kind": "refresh", "reason": "x"})
    shared.post(shared.url(router_id, "/contacts"), {"channel": "phone"})
    return shared


def operations(api: Api) -> Iterator[Any]:
    schema = schemathesis.openapi.from_dict(api.get("/schema").json())
    for found in schema.get_all_operations():
        assert isinstance(found, Ok), found
        operation = found.ok()
        if operation.path not in STREAMS:
            yield operation


def asked(api: Api, case: Any, token: str) -> Any:
    """The answer to a case; None where it is nothing that HTTP can carry."""
    given_ = case.as_transport_kwargs(base_url="http://acsd")
    query = {k: v for k, v in (given_.get("params") or {}).items() if k not in WAITS}
    body: dict[str, Any] = {}
    if given_.get("json") is not None:
        body["json"] = given_["json"]
    elif given_.get("data") is not None:
        body["content"] = given_["data"]
    path = given_["url"].removeprefix("http://acsd")
    headers = {k: v for k, v in (given_.get("headers") or {}).items() if k != "Authorization"}
    try:
        return api.request(
            given_["method"], path, token=token, params=query, headers=headers, **body
        )
    except (UnicodeError, ValueError, TypeError):
        return None


def tried(api: Api, operation: Any, mode: GenerationMode, token: str) -> list[str]:
    """What is wrong with the answers of an operation."""
    wrong: list[str] = []

    def check(case: Any) -> None:
        answer = asked(api, case, token)
        if answer is None:
            return
        known_503 = answer.status_code == 503 and operation.path.startswith(NO_FILES)
        if answer.status_code >= 500 and not known_503:
            wrong.append(f"{case.method} {case.formatted_path}: {answer.status_code}")
        try:
            case.validate_response(answer, checks=CHECKS)
        except FailureGroup as failed:
            wrong.extend(f"{case.method} {operation.path}: {each}" for each in failed.exceptions)

    run: Callable[[], None] = settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )(given(case=operation.as_strategy(generation_mode=mode))(check))
    run()
    return wrong


def test_what_the_document_allows_is_answered_as_it_says(known: Api) -> None:
    token = known.token(*OPERATOR)
    wrong = [
        each
        for operation in operations(known)
        for each in tried(known, operation, GenerationMode.POSITIVE, token)
    ]
    assert wrong == []


def test_what_it_does_not_allow_is_refused_as_it_says(known: Api) -> None:
    token = known.token(*OPERATOR)
    wrong = [
        each
        for operation in operations(known)
        if operation.body or list(operation.query) or list(operation.path_parameters)
        for each in tried(known, operation, GenerationMode.NEGATIVE, token)
    ]
    assert wrong == []


def test_self_service_too(known: Api) -> None:
    token = known.token("self-service", account="1")
    own = [each for each in operations(known) if each.path.startswith("/v1/self")]
    assert len(own) == 3
    wrong = [
        each
        for operation in own
        for each in tried(known, operation, GenerationMode.POSITIVE, token)
    ]
    assert wrong == []
