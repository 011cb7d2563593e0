import json
from collections.abc import Callable

import httpx
import pytest
from click.testing import Result

from acs.cli.client import Client, router_path
from acs.cli.session import Access

Run = Callable[..., Result]


def answering(status: int, body: object) -> "httpx.MockTransport":
    return httpx.MockTransport(lambda _request: httpx.Response(status, json=body))


def test_no_socket_is_unreachable(run: Run) -> None:
    result = run("devices", "--socket", "/nonexistent/api.sock")
    assert result.exit_code == 5
    assert result.stderr == (
        "acs: cannot reach the daemon at /nonexistent/api.sock: is acsd running?\n"
    )


def test_no_listener_is_unreachable(run: Run) -> None:
    result = run("devices", "--url", "http://127.0.0.1:1")
    assert result.exit_code == 5


def test_a_nonsense_url_is_a_usage_error_without_traceback(run: Run) -> None:
    result = run("devices", "--url", "http://[::1")
    assert result.exit_code == 2
    assert result.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("status", "code"), [(400, 2), (401, 1), (403, 1), (404, 3), (422, 2), (500, 1), (503, 1)]
)
def test_problems_become_exit_codes(run: Run, status: int, code: int) -> None:
    def handler(_request: httpx.Request) -> httpx.Response:
        return httpx.Response(status, json={"title": "T", "status": status, "detail": "No such."})

    result = run("devices", handler=handler)
    assert (result.exit_code, result.stderr) == (code, "acs: No such.\n")


def test_something_that_is_not_the_daemon_is_named_so(run: Run) -> None:
    result = run("devices", handler=lambda _request: httpx.Response(200, text="<html>"))
    assert result.exit_code == 1
    assert "is it acsd?" in result.stderr


def test_the_token_is_sent_and_never_shown(run: Run) -> None:
    seen: list[str] = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append(request.headers["authorization"])
        return httpx.Response(401, json={"title": "Unauthorized", "detail": "Unknown token."})

    result = run("devices", "--url", "http://acs.example", "--token", "acs_secret", handler=handler)
    assert seen == ["Bearer acs_secret"]
    assert "acs_secret" not in result.output
    assert "secret" not in repr(Access(url="http://x", token="acs_secret"))
    assert "acs_secret" not in run("devices", "--help").output


def test_a_token_without_url_is_refused(run: Run) -> None:
    assert run("devices", "--token", "acs_secret").exit_code == 2


def test_pages_are_followed_until_the_limit() -> None:
    sizes: list[str] = []

    def handler(request: httpx.Request) -> httpx.Response:
        sizes.append(request.url.params["limit"])
        start = int(request.url.params.get("cursor", 0))
        items = list(range(start, start + int(request.url.params["limit"])))
        return httpx.Response(200, json={"items": items, "next": str(start + len(items))})

    with Client(Access(), httpx.MockTransport(handler)) as client:
        assert list(client.pages("/x", 450)) == list(range(450))
    assert sizes == ["200", "200", "50"]


def test_the_last_page_ends_the_list() -> None:
    with Client(Access(), answering(200, {"items": [1, 2], "next": None})) as client:
        assert list(client.pages("/x", None)) == [1, 2]


def test_ids_are_encoded_once_more_in_paths() -> None:
    assert router_path("00A1B2-My%2DBox-S%2F1", "/status") == (
        "/v1/routers/00A1B2-My%252DBox-S%252F1/status"
    )


def test_the_path_arrives_as_encoded() -> None:
    paths: list[bytes] = []

    def handler(request: httpx.Request) -> httpx.Response:
        paths.append(request.url.raw_path)
        return httpx.Response(200, json={})

    with Client(Access(), httpx.MockTransport(handler)) as client:
        client.get(router_path("A-S%2F1"))
    assert paths == [b"/v1/routers/A-S%252F1"]


def test_bodies_are_json() -> None:
    bodies: list[object] = []

    def handler(request: httpx.Request) -> httpx.Response:
        bodies.append((request.headers["content-type"], json.loads(request.content)))
        return httpx.Response(200, json={})

    with Client(Access(), httpx.MockTransport(handler)) as client:
        client.post("/x", {"a": 1})
    assert bodies == [("application/json", {"a": 1})]
