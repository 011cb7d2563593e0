"""What the demonstration shows of given answers of the API."""

import io
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from rich.console import Console

from acs.simulator import screen

NOW = 1_790_000_000.0


def moment(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat()


def router(number: int, action: str | None = "none", **fields: Any) -> screen.Router:
    return msgspec.convert(
        {
            "router_id": f"0A1001-K2-A{number:04}",
            "manufacturer": "Kestrel",
            "oui": "0A1001",
            "product_class": "K2",
            "serial_number": f"A{number:04}",
            "model": "Kestrel K2",
            "software_version": "1",
            "address": "127.0.0.1",
            "enrolment": "enrolled",
            "account": "1",
            "segment": "north-01",
            "access": "FTTB",
            "action": action,
            "confidence": 0.934,
            "uptime_seconds": 1_018_000.0,
            "first_seen_at": moment(NOW - 9),
            "last_inform_at": moment(NOW - 5),
        }
        | fields,
        screen.Router,
    )


def command(number: int, state: str, **fields: Any) -> screen.Command:
    return msgspec.convert(
        {
            "command_id": f"c{number}",
            "router_id": f"0A1001-K2-A{number:04}",
            "kind": "reboot",
            "state": state,
            "finished": state in ("refused", "verified"),
            "asked_by": "policy",
            "reason": "",
            "consent": False,
            "cause": "F01",
            "arguments": {},
            "refusals": [],
            "outcome": None,
            "result": {},
            "asked_at": moment(NOW),
            "expires_at": moment(NOW + 9),
            "sent_at": None,
            "answered_at": None,
            "confirmed_at": None,
            "ended_at": None,
        }
        | fields,
        screen.Command,
    )


REFUSED = {"guard": "voice", "reason": "A voice call is active (InCall)."}


def fleet() -> list[screen.Row]:
    routers = [router(number) for number in range(1, 46)]
    routers += [
        router(46, "reboot"),
        router(47, "reboot"),
        router(48, "technician"),
        router(49, None, last_inform_at=moment(NOW - 900)),
    ]
    commands = [
        command(46, "refused", refusals=[{"guard": "after_boot", "reason": "x"}]),
        command(46, "verified", outcome="helped"),
        command(47, "refused", refusals=[REFUSED]),
    ]
    return screen.rows_of(routers, commands, NOW, 30)


def test_ill_routers_come_first_and_what_was_done_outranks_a_later_refusal() -> None:
    rows = fleet()
    assert [row.router_id[-2:] for row in rows[:4]] == ["46", "47", "48", "49"]
    assert rows[0].outcome == "reboot verified: helped"
    assert rows[1].outcome == "no reboot: A voice call is active (InCall)."
    assert not rows[3].online


def test_summary_counts() -> None:
    assert screen.summary(fleet()) == (
        "49 routers · 48 online · 45 healthy · 3 need something · "
        "reboots: 0 under way, 1 helped, 1 refused"
    )


@pytest.mark.parametrize("height", [24, 40, 80])
def test_screen_fits(height: int) -> None:
    out = io.StringIO()
    console = Console(file=out, width=120, height=height, force_terminal=True, color_system=None)
    console.print(screen.render(fleet(), [f"line {n}" for n in range(20)], "API here", height))
    lines = out.getvalue().splitlines()
    assert len(lines) <= height
    assert all(len(line) <= 120 for line in lines)
    text = out.getvalue()
    assert "reboot verified: helped" in text
    assert "11 d 18 h" in text
    assert "line 19" in text
    if height < 60:
        assert "more, " in text


def test_changes_are_sentences() -> None:
    before = fleet()
    after = screen.rows_of(
        [router(46, "none"), router(47, "reboot", last_inform_at=moment(NOW - 99))],
        [command(46, "verified", outcome="helped"), command(47, "confirmed")],
        NOW,
        30,
    )
    assert screen.changes(before, after) == [
        "0A1001-K2-A0046: verdict none 93 %",
        "0A1001-K2-A0047: offline",
        '0A1001-K2-A0047: reboot back with "M Reboot", settling',
    ]
    assert screen.changes(after, after) == []


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(None, ""), (42, "42 s"), (125, "2 min 5 s"), (18_600, "5 h 10 min"), (1e6, "11 d 13 h")],
)
def test_durations(seconds: float | None, text: str) -> None:
    assert screen.duration(seconds) == text
