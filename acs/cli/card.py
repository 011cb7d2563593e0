"""The status card of one router, drawn for a terminal. It asks nobody and judges nothing."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rich.console import Group
from rich.table import Table
from rich.text import Text

from acs.cli.answers import Command, Reading, Router, Samples, Status, Verdict
from acs.cli.output import STATE_STYLES, VERDICT_STYLES, retry, utf8, when
from acs.cli.words import about, action, increases, number, plain, span, sparkline

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

_SPARK, _LEAST_SPARK = 48, 12  # columns of a sparkline
_BESIDE = 62  # columns that the rest of its row takes
_TRENDS = 16  # rows at most
_EVIDENCE = 6
_COMMANDS = 5
_LIKELY = 0.01  # causes below are not worth a word


def draw(out: "Console", status: Status, samples: Samples, now: float) -> None:
    """Print the card. ``samples`` are oldest first; ``now`` is Unix seconds."""
    out.print(card(status, samples, now, out.width))


def card(status: Status, samples: Samples, now: float, width: int) -> Group:
    """The card as something to print on ``width`` columns."""
    parts: list[RenderableType] = [_head(status.router), _identity(status, now), Text()]
    parts.append(verdict_lines(status.verdict, now))
    parts += _freshness(status)
    telling = {each.metric for each in status.verdict.evidence} if status.verdict else set()
    spark = max(_LEAST_SPARK, min(_SPARK, width - _BESIDE))
    trends = _trends(samples, telling, spark)
    if trends is not None:
        parts += [Text(), trends]
    parts += [Text(), _commands(status.commands, now)]
    return Group(*parts)


def _head(router: Router) -> Text:
    head = Text(plain(router.router_id), style="bold")
    if router.enrolment == "quarantined":
        head.append("  quarantined: acs enrol lets it in", style="yellow")
    if router.identity_in_doubt:
        head.append("  two devices share this id: no automatic action", style="bold red")
    return head


def _identity(status: Status, now: float) -> Table:
    router = status.router
    uptime = None if router.uptime_seconds is None else span(router.uptime_seconds)
    place = " ".join(filter(None, (router.access, router.segment)))
    if status.segment is not None and status.segment.routers:
        near = status.segment
        place += f" ({near.routers} routers, {near.offline} offline, {near.in_error} in error)"
    facts = {
        "model": _model(router),
        "serial": router.serial_number,
        "firmware": router.software_version,
        "address": router.address,
        "account": router.account,
        "place": place,
        "uptime": uptime,
        "last seen": when(router.last_inform_at, now),
        "last read": when(router.collected_at, now),
        "reached by": _reach(router, now),
    }
    grid = Table.grid(padding=(0, 2))
    for name, value in facts.items():
        if value:
            grid.add_row(Text(name, style="dim"), Text(plain(value)))
    return grid


def _reach(router: Router, now: float) -> str:
    reach = router.reach
    way = f"{reach.way}, {when(reach.last_ok_at, now)}" if reach.way else ""
    return ", ".join(filter(None, (way, "behind a NAT" if reach.nat_detected else "")))


def _model(router: Router) -> str:
    model = router.model or router.product_class
    named = model.casefold().startswith(router.manufacturer.casefold())
    return model if named else f"{router.manufacturer} {model}"


def verdict_lines(verdict: Verdict | None, now: float) -> Group:
    """A verdict with its causes, its evidence and what would change it."""
    if verdict is None:
        return Group(Text("no verdict yet: its vitals have not been read", style="dim"))
    style = VERDICT_STYLES.get(verdict.action, "")
    head = Text(f"{verdict.action}: {action(verdict.action)}", style=style)
    sure = verdict.confidence if verdict.suits is None else verdict.suits
    head.append(f"  {sure:.0%} sure, judged {when(verdict.judged_at, now)}", "dim")
    lines = [head]
    causes = [
        f"{plain(each.name or each.cause)} {each.probability:.0%}"
        for each in verdict.causes
        if each.probability >= _LIKELY
    ]
    if causes:
        lines.append(Text("  likely: " + ", ".join(causes[:3]), style="dim"))
    lines += [_finding(each.weight, each.says) for each in verdict.evidence[:_EVIDENCE]]
    lines += [Text(f"  ? {plain(each)}", style="dim") for each in verdict.would_change[:3]]
    return Group(*lines)


def _freshness(status: Status) -> Iterator[Text]:
    """What came of asking the router, or that asking it is worth while."""
    fresh, verdict = status.fresh, status.verdict
    if fresh is not None and fresh.outcome == "fresh":
        yield Text(f"  read from the router in {fresh.waited_seconds:.1f} s", style="dim")
    elif fresh is not None and fresh.why:
        yield Text(f"  no new readings: {plain(fresh.why)}", style="yellow")
    elif verdict is not None and verdict.wants_fresh:
        name = plain(status.router_id)
        yield Text(f"  new readings may change this: acs show {name} --fresh", style="yellow")


def _finding(weight: float, says: str) -> Text:
    for_it = weight >= 0
    return Text.assemble(("  + " if for_it else "  - ", "green" if for_it else "red"), plain(says))


def _trends(samples: Samples, telling: set[str], spark: int) -> Table | None:
    rows = list(_series(samples, telling, spark))
    if not rows:
        return None
    first, last = samples.items[0].at, samples.items[-1].at
    drawn = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("VITAL", "NOW", f"LAST {span((last - first).total_seconds())}", "RANGE"):
        drawn.add_column(heading, no_wrap=True)
    for row in rows[:_TRENDS]:
        drawn.add_row(*map(Text, row))
    return drawn


def _series(samples: Samples, telling: set[str], spark: int) -> Iterator[tuple[str, str, str, str]]:
    """One row for each vital: counters by their growth, gauges as they are.

    Those that the verdict rests on come first, then what moved, then flat lines.
    """
    from diagnostics.catalogue import CATALOGUE  # noqa: PLC0415 - read from a file

    names = {name for sample in samples.items for name in sample.values}
    rows = []
    for name in sorted(names):
        values = [_figure(sample.values.get(name)) for sample in samples.items]
        vital = CATALOGUE.get(name)
        counts = vital is not None and vital.kind == "counter"
        series = increases(values) if counts else values
        known = [value for value in series if value is not None]
        newest = next((value for value in reversed(values) if value is not None), None)
        if newest is None or not known:
            continue
        unit = vital.unit if vital is not None and vital.unit not in ("count", "enum") else ""
        low, high = number(min(known)), number(max(known))
        reach = (f"+{high} at most" if max(known) else "no growth") if counts else f"{low} … {high}"
        row = (name, f"{number(newest)} {unit}", sparkline(series, spark, utf8=utf8()), reach)
        still = max(known) == 0 if counts else max(known) == min(known)
        rows.append((name not in telling, still, row))
    yield from (row for _, _, row in sorted(rows, key=lambda each: each[:2]))


def _figure(value: Reading | None) -> float | None:
    no_data = 4294967295  # TR-106, StatsCounter32: "no data"
    if isinstance(value, bool) or not isinstance(value, (int, float)) or value == no_data:
        return None
    return value


def _commands(commands: tuple[Command, ...], now: float) -> Group:
    if not commands:
        return Group(Text("no commands yet", style="dim"))
    return Group(*(_command(each, now) for each in commands[:_COMMANDS]))


def _command(command: Command, now: float) -> Text:
    what = about(command.arguments)
    line = Text(f"{command.kind} {what} " if what else f"{command.kind} ")
    line.append(command.state, style=STATE_STYLES.get(command.state, "bold"))
    if command.outcome:
        line.append(f": {command.outcome}")
    who = f"  {when(command.asked_at, now)} by {plain(command.asked_by)}"
    line.append(who + (f": {plain(command.reason)}" if command.reason else ""), "dim")
    for no in command.refusals:
        line.append(f"\n    {plain(no.guard)}: {plain(no.reason)}", style="yellow")
        if no.retry_at:
            line.append(f" ({retry(no.retry_at, now)})")
    return line
