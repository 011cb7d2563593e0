"""The fleet's screen, drawn for a terminal. It asks nobody."""

from collections.abc import Sequence

from rich.console import Group
from rich.table import Table
from rich.text import Text

from acs.cli.answers import Command
from acs.cli.incidents import Incident
from acs.cli.output import STATE_STYLES, VERDICT_STYLES, when
from acs.cli.reboots import stop_line
from acs.cli.top import Fleet, Ill
from acs.cli.words import ACTIONS, plain, span

Row = tuple[Text, ...]
_FIXED = 11  # lines that are always there: heads, gaps, the two lines on top
_WIDE = 100  # columns from which on all is shown
_LEAST = 3  # rows of each part, however small the terminal
_INCIDENTS, _ACTS = 4, 6  # rows at most


def draw(fleet: Fleet, now: float, width: int, height: int | None) -> Group:
    """The screen.

    Args:
        fleet: what it shows.
        now: Unix seconds.
        width: columns that there are; ids are never cut, so some columns go when it is narrow.
        height: lines that there are; None: as many as it takes.
    """
    incidents, acts = fleet.incidents[:_INCIDENTS], (*fleet.running, *_newest(fleet))[:_ACTS]
    room = len(fleet.ill)
    if height is not None:
        room = max(_LEAST, height - _FIXED - max(1, len(incidents)) - max(1, len(acts)))
    return Group(
        _head(fleet, now),
        _counts(fleet),
        Text(),
        _ill(fleet.ill, room, now, width),
        Text(),
        _incidents(incidents, len(fleet.incidents), now, width),
        Text(),
        _acts(acts, len(fleet.running), now, width),
    )


def _head(fleet: Fleet, now: float) -> Text:
    state = fleet.reboots
    line = Text(stop_line(state, now), style="bold red" if state.stopped else "green")
    line.append(f" · {fleet.sent_10min} sent in 10 min", "default")
    if state.policy is not None:
        line.append(f" · policy {plain(state.policy.state)}", "default")
        if state.policy.state == "canary":
            line.append(f" {state.policy.tried} of {state.policy.canary}", "default")
    if state.models:
        line.append(f" · {len(state.models)} models wait for a person", "bold yellow")
    return line


def _counts(fleet: Fleet) -> Text:
    if fleet.counts is None:
        return Text("routers by verdict: not told; a token needs the scope metrics", style="dim")
    line = Text(f"{sum(fleet.counts.values())} routers", style="bold")
    for name, count in fleet.counts.items():
        if count:
            line.append(" · ", "default")
            line.append(f"{count} {_WELL.get(name, name)}", VERDICT_STYLES.get(name, "dim"))
    return line


_WELL = {"none": "well", "unjudged": "not judged yet"}


def _newest(fleet: Fleet) -> Sequence[Command]:
    """What ended last, of each router."""
    found: dict[str, Command] = {}
    for each in fleet.ended:
        found.setdefault(each.router_id, each)
    return tuple(found.values())


def _ill(ill: Sequence[Ill], room: int, now: float, width: int) -> Group | Text:
    if not ill:
        return Text("no router needs anything", style="green")
    wide = width >= _WIDE
    more_headings = ("SEGMENT", "UPTIME") if wide else ()
    headings = ("ILL", "VERDICT", "SURE", "SEEN", *more_headings, "MODEL")
    table = _table(headings, [_ill_row(each, now, wide=wide) for each in ill[:room]], width)
    more = len(ill) - room
    if more <= 0:
        return Group(table)
    hint = f"… and {more} more: acs devices --verdict {'|'.join(_actions(ill[room:]))}"
    return Group(table, Text(hint, style="dim", no_wrap=True, overflow="ellipsis"))


def _ill_row(ill: Ill, now: float, *, wide: bool) -> Row:
    router = ill.router
    uptime = "" if router.uptime_seconds is None else span(router.uptime_seconds)
    return (
        Text(("* " if ill.is_new else "") + plain(router.router_id)),
        Text(router.action or "", style=VERDICT_STYLES.get(router.action or "", "")),
        Text("" if router.confidence is None else f"{router.confidence:.0%}"),
        Text(when(router.last_inform_at, now)),
        *((Text(plain(router.segment or "")), Text(uptime)) if wide else ()),
        Text(plain(router.model or router.product_class)),
    )


def _actions(ill: Sequence[Ill]) -> list[str]:
    there = {each.router.action for each in ill}
    return [name for name in ACTIONS if name in there]


def _incidents(incidents: Sequence[Incident], count: int, now: float, width: int) -> Group | Text:
    if not incidents:
        return Text("no open incidents", style="dim")
    rows = [
        (
            Text(plain(each.kind), style="bold magenta"),
            Text(f"{each.affected} of {each.routers}"),
            Text(when(each.opened_at, now)),
            Text(plain(each.place)),
        )
        for each in incidents
    ]
    table = _table(("INCIDENT", "AFFECTED", "OPENED", "PLACE"), rows, width)
    more = count - len(incidents)
    return Group(table, *([Text(f"… {more} more: acs incidents", "dim")] if more > 0 else ()))


def _acts(acts: Sequence[Command], running: int, now: float, width: int) -> Group | Text:
    if not acts:
        return Text("no reboots yet", style="dim")
    wide = width >= _WIDE
    headings = (*(("KIND",) if wide else ()), "ACTION ON", "STATE", "ASKED", "WHY")
    table = _table(headings, [_act_row(each, now, wide=wide) for each in acts], width)
    return Group(table, Text(f"{running} under way", style="dim"))


def _act_row(act: Command, now: float, *, wide: bool) -> Row:
    state = f"{act.state}: {act.outcome}" if act.outcome else act.state
    why = "; ".join(plain(no.reason) for no in act.refusals) or plain(act.reason)
    return (
        *((Text(act.kind),) if wide else ()),
        Text(plain(act.router_id)),
        Text(state, style=STATE_STYLES.get(act.state, "bold")),
        Text(when(act.asked_at, now)),
        Text(why),
    )


def _table(headings: Sequence[str], rows: Sequence[Row], width: int) -> Table:
    """A table whose last column alone gives way."""
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    left = width
    for place, heading in enumerate(headings[:-1]):
        wide = max(len(heading), *(row[place].cell_len for row in rows))
        table.add_column(heading, no_wrap=True, width=wide)
        left -= wide + 2
    table.add_column(headings[-1], no_wrap=True)
    for row in rows:
        row[-1].truncate(max(left, len(headings[-1])), overflow="ellipsis")
        table.add_row(*row)
    return table
