import io
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import msgspec
import pytest
from click.testing import CliRunner, Result
from rich.console import Console
from rich.text import Text

from acs.cli import live
from acs.cli.answers import Status
from acs.cli.app import app
from acs.cli.client import UnreachableError
from acs.cli.errors import CliError
from acs.cli.follow import changes, lines
from acs.cli.session import Access, Session, Surroundings
from acs.facts import Judged
from tests.cli.conftest import NOW, informed

Run = Callable[..., Result]


def status(**more: Any) -> Status:
    router = {"router_id": "a-b", "software_version": "1", **more.pop("router", {})}
    return msgspec.convert(
        {"router_id": "a-b", "sentence": "", "verdict": None, "router": router, **more}, Status
    )


def command(state: str, **more: Any) -> dict[str, Any]:
    at = "2026-09-21T14:10:20Z"
    known = {"command_id": "c", "router_id": "a-b", "kind": "reboot", "finished": False}
    return {**known, "state": state, "asked_at": at, **more}


def judged(action: str, confidence: float) -> dict[str, Any]:
    return {"action": action, "confidence": confidence}


def test_a_mere_new_reading_is_no_change() -> None:
    before = status(verdict=judged("reboot", 0.81), router={"uptime_seconds": 5})
    after = status(verdict=judged("reboot", 0.82), router={"uptime_seconds": 65})
    assert list(changes(before, after)) == []


def test_each_change_is_a_line_that_cannot_command_a_terminal() -> None:
    before = status(commands=[command("queued")])
    after = status(
        verdict=judged("reboot", 0.9),
        router={"software_version": "2\x1b[2J", "booted_at": "2026-09-21T14:00:00Z"},
        commands=[command("verified", outcome="helped")],
    )
    found = list(changes(before, after))
    assert found[0].startswith("verdict reboot (a reboot would help), 90%")
    assert found[1:] == [
        "booted at 2026-09-21T14:00:00Z",
        "firmware 1 -> 2\\x1b[2J",
        "reboot verified: helped",
    ]


def test_a_refusal_says_why() -> None:
    refused = command("refused", refusals=[{"guard": "voice", "reason": "A call is active."}])
    assert list(changes(status(), status(commands=[refused]))) == [
        "reboot refused: A call is active."
    ]


def test_lines_have_times_and_tell_of_a_daemon_that_is_away() -> None:
    seen = [
        live.Seen(status(), NOW),
        live.Seen(status(), NOW, "cannot reach the daemon"),
        live.Seen(status(), NOW, "cannot reach the daemon"),
        live.Seen(status(router={"address": "192.0.2.9"}), NOW + 5),
    ]
    assert list(lines(iter(seen))) == [
        "2026-09-21T14:13:20Z a-b: no verdict yet",
        "2026-09-21T14:13:20Z cannot reach the daemon",
        "2026-09-21T14:13:25Z the daemon answers again",
        "2026-09-21T14:13:25Z address - -> 192.0.2.9",
    ]


def test_it_asks_waits_and_keeps_the_last_answer_while_the_daemon_is_away() -> None:
    slept: list[float] = []
    session = Session(Access(), Surroundings(now=lambda: NOW, sleep=slept.append))
    given: Iterator[Any] = iter([1, UnreachableError("away"), 2, CliError("gone")])

    def ask() -> int:
        found = next(given)
        if isinstance(found, CliError):
            raise found
        return int(found)

    seen = live.answers(session, ask, 5.0)
    assert [(each.answer, each.trouble) for each in (next(seen), next(seen), next(seen))] == [
        (1, ""),
        (1, "away"),
        (2, ""),
    ]
    with pytest.raises(CliError, match="gone"):
        next(seen)
    assert slept == [5.0, 5.0, 5.0]


def test_on_a_terminal_each_answer_replaces_the_one_before_and_the_screen_is_given_back() -> None:
    out = Console(file=io.StringIO(), width=80, height=10, force_terminal=True)

    def seen() -> Iterator[live.Seen[str]]:
        yield live.Seen("first", NOW)
        yield live.Seen("second", NOW, "away.")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        live.show(out, seen(), lambda answer, _: Text(answer))
    assert isinstance(out.file, io.StringIO)
    text = out.file.getvalue()
    assert text.index("first") < text.index("away.") < text.index("second")
    assert text.index("\x1b[?1049h") < text.index("first")
    assert text.rindex("\x1b[?1049l") > text.index("second")


def test_watch_prints_what_happens_to_a_router(
    daemon: Any, known_router: str, verdict: Any
) -> None:
    count = iter(range(3))

    def sleep(_seconds: float) -> None:
        match next(count):
            case 0:
                daemon.commit(Judged(router_id=known_router, at=NOW, verdict=verdict))
            case 1:
                serial = known_router.rpartition("-")[2]
                daemon.commit(informed(serial, at=NOW, software_version="2.0"))
            case _:
                raise KeyboardInterrupt

    around = Surroundings(now=lambda: NOW, sleep=sleep)
    line = ["watch", known_router, "--socket", daemon.socket]
    result = CliRunner().invoke(app, line, obj=around)
    assert result.exit_code == 0, result.output
    assert result.stderr == ""
    texts = [line.partition(" ")[2] for line in result.stdout.splitlines()]
    assert texts[0].endswith("no verdict yet")
    assert texts[1].startswith("verdict reboot")
    assert "firmware 1.2.3 -> 2.0" in texts


def test_an_unknown_router_and_a_hasty_interval_are_errors(acs: Run, run: Run) -> None:
    assert acs("watch", "nobody").exit_code == 3
    hasty = run("watch", "a-b", "--interval", "100ms", handler=lambda _: httpx.Response(500))
    assert hasty.exit_code == 2
    assert "at least 1s" in hasty.stderr
