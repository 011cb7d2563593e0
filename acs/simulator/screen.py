"""What the demonstration shows: a table of the fleet, or plain lines of what changed.

Pure: API documents in, text out.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

import msgspec
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

_COLOURS = {
    "none": "green",
    "reboot": "yellow",
    "incident": "red",
    "technician": "magenta",
    "replace": "magenta",
    "consult_wifi": "cyan",
    "consult_lan": "cyan",
}
_STATES = {
    "queued": "waits for its next session",
    "sent": "sent",
    "accepted": "accepted",
    "confirmed": "done, settling",
    "unconfirmed": "unconfirmed",
    "expired": "expired",
    "withdrawn": "taken back",
    "failed": "failed",
    "done": "done",
}
_STORY = 7  # lines of what changed


class Router(msgspec.Struct, frozen=True):
    """What is looked at of a router in the API's list."""

    router_id: str
    product_class: str
    model: str
    action: str | None
    confidence: float | None
    uptime_seconds: float | None
    last_inform_at: datetime | None


class Refusal(msgspec.Struct, frozen=True):
    """A guard's no."""

    reason: str


class Command(msgspec.Struct, frozen=True):
    """What is looked at of a command in the API's list."""

    router_id: str
    kind: str
    state: str
    finished: bool
    refusals: tuple[Refusal, ...]
    outcome: str | None


class RouterPage(msgspec.Struct, frozen=True):
    """A page of routers; ``next`` is the cursor of the following one."""

    items: tuple[Router, ...]
    next: str | None = None


class CommandPage(msgspec.Struct, frozen=True):
    """A page of commands, newest first."""

    items: tuple[Command, ...]


class Row(NamedTuple):
    """One router as the table shows it."""

    router_id: str
    model: str
    uptime: float | None
    online: bool
    action: str | None
    confidence: float | None
    command: Command | None

    @property
    def verdict(self) -> str:
        """The action with its confidence."""
        if self.action is None:
            return "not yet"
        return f"{self.action} {100 * (self.confidence or 0):.0f} %"

    @property
    def outcome(self) -> str:
        """What became of the last command."""
        command = self.command
        if command is None:
            return ""
        if command.state == "refused":
            reasons = " ".join(refusal.reason for refusal in command.refusals)
            return f"no {command.kind}: {reasons}"
        if command.state == "verified":
            return f"{command.kind} verified: {command.outcome or 'effect unknown'}"
        if command.kind == "reboot" and command.state == "accepted":
            return "reboot accepted, goes down"
        if command.kind == "reboot" and command.state == "confirmed":
            return 'reboot back with "M Reboot", settling'
        return f"{command.kind} {_STATES.get(command.state, command.state)}"

    @property
    def is_well(self) -> bool:
        """Nothing to see here."""
        return self.online and self.action in (None, "none") and self.command is None


def rows_of(
    routers: Iterable[Router],
    commands: Iterable[Command],
    now: float,
    offline_after: float,
) -> list[Row]:
    """One row per router, ill ones first; ``commands`` newest first."""
    last: dict[str, Command] = {}
    for command in commands:
        kept = last.get(command.router_id)
        if kept is None or _weight(command) > _weight(kept):
            last[command.router_id] = command
    rows = [
        Row(
            router.router_id,
            router.model or router.product_class,
            router.uptime_seconds,
            router.last_inform_at is not None
            and now - router.last_inform_at.timestamp() < offline_after,
            router.action,
            router.confidence,
            last.get(router.router_id),
        )
        for router in routers
    ]
    return sorted(rows, key=_rank)


def _weight(command: Command) -> int:
    """How much a command tells: an action more than a look at what came of it.

    What was carried out tells more than that it may not be done again at once.
    """
    return 2 * (command.kind in ("reboot", "gentle")) + (command.state != "refused")


def _rank(row: Row) -> tuple[int, str]:
    state = row.command.state if row.command is not None else ""
    if state and state != "refused":
        return 0, row.router_id
    if state == "refused":
        return 1, row.router_id
    if row.action not in (None, "none"):
        return 2, row.router_id
    return (4 if row.online else 3), row.router_id


def duration(seconds: float | None) -> str:
    """``12 d 3 h``, ``5 h 10 min``, ``42 s``."""
    if seconds is None:
        return ""
    minutes, hours, days = int(seconds // 60), int(seconds // 3600), int(seconds // 86_400)
    if days:
        return f"{days} d {hours % 24} h"
    if hours:
        return f"{hours} h {minutes % 60} min"
    return f"{minutes} min {int(seconds) % 60} s" if minutes else f"{int(seconds)} s"


def summary(rows: Sequence[Row]) -> str:
    """The fleet in one line."""
    online = sum(row.online for row in rows)
    well = sum(row.online and row.action == "none" for row in rows)
    ill = sum(row.action not in (None, "none") for row in rows)
    states = [row.command for row in rows if row.command is not None]
    helped = sum(command.outcome == "helped" for command in states)
    refused = sum(command.state == "refused" for command in states)
    running = sum(not command.finished for command in states)
    return (
        f"{len(rows)} routers · {online} online · {well} healthy · {ill} need something · "
        f"reboots: {running} under way, {helped} helped, {refused} refused"
    )


def changes(before: Iterable[Row], after: Iterable[Row]) -> list[str]:
    """Sentences on what differs between two looks at the fleet."""
    known = {row.router_id: row for row in before}
    said = []
    for row in after:
        old = known.get(row.router_id)
        if old is None:
            if row.action not in (None, "none") or row.command is not None:
                said.append(f"{row.router_id}: {_all(row)}")
            continue
        if old.online != row.online:
            said.append(f"{row.router_id}: {'online again' if row.online else 'offline'}")
        # that a router is well at the first look is no news
        if old.action != row.action and (old.action, row.action) != (None, "none"):
            said.append(f"{row.router_id}: verdict {row.verdict}")
        if row.outcome != old.outcome and row.outcome:
            said.append(f"{row.router_id}: {row.outcome}")
    return said


def _all(row: Row) -> str:
    parts = [f"verdict {row.verdict}", row.outcome, "" if row.online else "offline"]
    return ", ".join(part for part in parts if part)


def stamped(lines: Iterable[str], now: float) -> list[str]:
    """Each line with the local time of day before it."""
    clock = datetime.fromtimestamp(now).astimezone().strftime("%H:%M:%S")
    return [f"{clock} {line}" for line in lines]


def render(rows: Sequence[Row], story: Sequence[str], heading: str, height: int) -> RenderableType:
    """The whole screen in at most ``height`` lines."""
    table = Table(box=None, expand=True, padding=(0, 1), header_style="bold", pad_edge=False)
    for name, width in (("router", 18), ("model", 16), ("uptime", 11)):
        table.add_column(name, width=width, no_wrap=True, overflow="ellipsis")
    table.add_column("verdict", width=17, no_wrap=True)
    table.add_column("last command", ratio=1, no_wrap=True, overflow="ellipsis")
    last = list(story[-_STORY:])
    space = max(3, height - len(last) - 7)
    shown = rows[:space]
    for row in shown:
        colour = _COLOURS.get(row.action or "", "white")
        table.add_row(
            row.router_id,
            row.model,
            duration(row.uptime) if row.online else Text("offline", style="red"),
            Text(row.verdict, style=colour),
            Text(row.outcome, style=_outcome_style(row)),
        )
    rest = rows[space:]
    well = sum(row.is_well for row in rest)
    more = f"and {len(rest)} more, {well} of them healthy" if rest else ""
    return Group(
        Text(heading, style="dim", no_wrap=True, overflow="ellipsis"),
        Text(summary(rows), style="bold", no_wrap=True, overflow="ellipsis"),
        Text(""),
        table,
        Text(more, style="dim"),
        Text(""),
        *(Text(line, style="dim", no_wrap=True, overflow="ellipsis") for line in last),
    )


def _outcome_style(row: Row) -> str:
    if row.command is None:
        return ""
    if row.command.outcome == "helped":
        return "bold green"
    return "yellow" if row.command.state == "refused" else "bold"
