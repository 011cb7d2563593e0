"""Each exit code that the help text promises, from a command that ends with it."""

from collections.abc import Callable

import httpx
import pytest
from click.testing import Result

from acs.cli import errors

Run = Callable[..., Result]


def answer(status: int, body: object) -> Callable[[httpx.Request], httpx.Response]:
    return lambda _: httpx.Response(status, json=body)


def away(request: httpx.Request) -> httpx.Response:
    raise httpx.ConnectError("refused", request=request)


def interrupted(_: httpx.Request) -> httpx.Response:
    raise KeyboardInterrupt


WAITS = {
    "command_id": "c",
    "router_id": "a-b",
    "kind": "reboot",
    "state": "queued",
    "finished": False,
    "asked_at": "2026-09-21T14:13:20Z",
}
REFUSED = {"title": "Refused", "command_id": "c", "refusals": [{"guard": "voice", "reason": "No."}]}


def late(request: httpx.Request) -> httpx.Response:
    return httpx.Response(200, json={**WAITS, "router_id": request.url.path[:1]})


def refusing(request: httpx.Request) -> httpx.Response:
    if request.method == "POST":
        return httpx.Response(409, json=REFUSED)
    return httpx.Response(200, json={"router_id": "a-b"})


CASES = {
    errors.OK: (["devices", "--json"], answer(200, {"items": [], "next": None})),
    errors.ERROR: (["devices"], answer(500, {"title": "Broken"})),
    errors.USAGE: (["devices", "--limit", "0"], away),
    errors.NOT_FOUND: (["show", "nobody"], answer(200, {"items": [], "next": None})),
    errors.REFUSED: (["reboot", "a-b", "--consent"], refusing),
    errors.UNREACHABLE: (["devices"], away),
    errors.TIMED_OUT: (["reboot", "a-b", "--consent", "--wait", "--timeout", "0s"], late),
    errors.INTERRUPTED: (["devices"], interrupted),
}


@pytest.mark.parametrize("code", sorted(errors.EXITS))
def test_each_exit_code_is_one_that_a_command_ends_with(run: Run, code: int) -> None:
    line, handler = CASES[code]
    result = run(*line, "--url", "http://x", handler=handler)
    assert result.exit_code == code, result.output
    last = (result.stderr.splitlines() or [""])[-1]
    assert last.startswith("acs: ") == (code != errors.OK)


def test_the_help_text_lists_them_all(run: Run) -> None:
    text = run("--help").stdout
    for code, says in errors.EXITS.items():
        assert f"{code}  {says}" in text
