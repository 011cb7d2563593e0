"""``acs events`` against a real API, and its stream when the connection breaks."""

import csv
import io
import json
from collections.abc import Callable, Iterator
from typing import Any

import click
import httpx
import msgspec
import pytest
from click.testing import Result

from acs.cli.client import Client
from acs.cli.errors import CliError
from acs.cli.event_lines import Event, Lines, says, style_of
from acs.cli.event_stream import Told, followed, parsed
from acs.cli.session import Access
from acs.facts import Rebooted
from tests.cli.conftest import NOW

Run = Callable[..., Result]


def boots(daemon: Any, router_id: str, count: int) -> None:
    daemon.commit(*(Rebooted(router_id=router_id, at=NOW + n, cause="power") for n in range(count)))


def test_the_newest_are_listed_the_last_at_the_end(
    acs: Run, daemon: Any, known_router: str
) -> None:
    boots(daemon, known_router, 3)
    acs(f"refresh {known_router} --reason ticket --no-wait")
    lines = acs(f"events --router {known_router}").stdout.splitlines()
    assert len(lines) == 4
    assert lines[0].split() == ["2026-09-21T14:13:20Z", "router.boot", known_router, "cause=power"]
    assert "refresh" in lines[-1]
    assert "command." in lines[-1]
    found = json.loads(acs(f"events -r {known_router} -n 2 -k router --json").stdout)
    assert [one["kind"] for one in found] == ["router.boot"] * 2
    assert found[0]["seq"] < found[1]["seq"]
    rows = list(csv.DictReader(io.StringIO(acs("events --limit 3 --output csv").stdout)))
    assert len(rows) == 3
    assert set(rows[0]) == {"seq", "at", "kind", "router_id", "detail"}
    after = acs(f"events -r {known_router} --after {found[0]['seq']} --json").stdout
    assert json.loads(after)[0]["seq"] == found[1]["seq"]


def test_nothing_and_a_kind_that_is_none(acs: Run, daemon: Any, known_router: str) -> None:
    assert "nothing has happened" in acs(f"events -r {known_router}").stderr
    failed = acs("events --kind router.bot")
    assert failed.exit_code == 2
    assert "router.boot" in failed.stderr


def test_following_prints_what_comes(
    acs: Run, daemon: Any, known_router: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    boots(daemon, known_router, 2)
    seen: list[str] = []
    real = click.echo

    def echo(message: Any = None, **more: Any) -> None:
        real(message, **more)
        seen.append(message if isinstance(message, str) else bytes(message or b"").decode())
        if len(seen) == 1:
            boots(daemon, known_router, 1)  # the stream is not open yet, or is: both must do
        if len(seen) == 3:
            raise KeyboardInterrupt

    monkeypatch.setattr("acs.cli.events.click.echo", echo)
    acs(f"events -f -r {known_router} --json -n 2")
    monkeypatch.undo()
    numbers = [json.loads(line)["seq"] for line in seen]
    assert numbers == sorted(set(numbers))
    assert len(numbers) == 3


def test_a_stream_is_parsed() -> None:
    lines = (
        "retry: 3000",
        "",
        "id: 5",
        "event: router.boot",
        'data: {"seq":5}',
        "",
        "id: 9",
        ": still here",
        "",
        ": x",
        "",
    )
    assert list(parsed(lines)) == [Told(5, "router.boot", {"seq": 5}), Told(9, "", None)]


class Breaking:
    """A daemon whose stream breaks off, is away, and is there again."""

    def __init__(self, *answers: str | int | None) -> None:
        self._answers = list(answers)
        self.asked: list[str] = []
        self.slept: list[float] = []
        self.lost: list[str] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request.headers["last-event-id"])
        assert request.headers["accept"] == "text/event-stream"
        answer = self._answers.pop(0)
        if answer is None:
            raise httpx.ConnectError("refused")
        if isinstance(answer, int):
            return httpx.Response(answer, json={"title": "x", "detail": "no"})
        return httpx.Response(200, text=answer)

    def follow(self) -> Iterator[Told]:
        access = Access(url="http://acsd.test")
        with Client(access, httpx.MockTransport(self)) as client:
            yield from followed(
                client, "/v1/events", {}, 3, sleep=self.slept.append, lost=self.lost.append
            )


def test_it_goes_on_where_it_broke_off() -> None:
    one = 'id: 4\nevent: a\ndata: {"n":4}\n\nid: 8\n: still here\n\n'
    two = 'id: 9\nevent: b\ndata: {"n":9}\n\n'
    daemon = Breaking(one, None, 503, None, "retry: 3000\n\n", two)
    stream = daemon.follow()
    assert [next(stream).number for _ in range(2)] == [4, 9]
    assert daemon.asked == ["3", "8", "8", "8", "8", "8"]
    assert daemon.slept == [1.0, 2.0, 5.0, 1.0]
    assert len(daemon.lost) == 1


@pytest.mark.parametrize("answers", [(None,), (403,), ("id: 4\n\n", 403)])
def test_what_does_not_get_better_ends_it(answers: tuple[str | int | None, ...]) -> None:
    with pytest.raises(CliError):
        list(Breaking(*answers).follow())


def event(kind: str, /, **detail: Any) -> Event:
    at = "2026-03-01T09:32:11Z"
    return msgspec.convert(
        {"seq": 1, "at": at, "kind": kind, "router_id": "a-b", "detail": detail}, Event
    )


@pytest.mark.parametrize(
    ("one", "words", "style"),
    [
        (
            event("command.queued", kind="reboot", asked_by="crm", reason="t 1"),
            "reboot by crm: t 1",
            "",
        ),
        (event("command.sent", kind="reboot", asked_by="crm", reason="t 1"), "reboot by crm", ""),
        (
            event("command.refused", kind="reboot", refusals=[{"reason": "A call."}]),
            "reboot: A call.",
            "yellow",
        ),
        (
            event("command.verified", kind="reboot", asked_by="policy", outcome="helped"),
            "reboot by policy: helped",
            "green",
        ),
        (
            event("verdict.changed", before=None, action="reboot", cause="F01", confidence=0.894),
            "none -> reboot, 89% sure (F01)",
            "bold yellow",
        ),
        (
            event("incident.opened", kind="offline", place="olt-3", routers=40, affected=12),
            "offline at olt-3: 12 of 40 routers",
            "bold magenta",
        ),
        (event("reboots.stopped", by="anna", reason="storm"), "by anna: storm", "bold red"),
        (event("router.firmware", **{"from": "1\x1b[2J", "to": "2"}), "from=1\\x1b[2J to=2", ""),
        (event("contact.made", channel="chat", helped=None, tried=""), "channel=chat", "cyan"),
    ],
)
def test_each_kind_has_its_words(one: Event, words: str, style: str) -> None:
    assert (says(one), style_of(one)) == (words, style)


def test_columns_stay_under_each_other_as_far_as_they_can() -> None:
    lines = Lines(is_terminal=False, now=lambda: NOW)
    first = lines.line(event("router.boot", cause="power")).plain
    assert first == f"2026-03-01T09:32:11Z  {'router.boot':24}  {'a-b':20}  cause=power"
    shown = Lines(is_terminal=True, now=lambda: NOW).line(event("router.boot")).plain
    assert shown.startswith(("Mar 01 ", "Feb 28 "))
