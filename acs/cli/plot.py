"""``acs plot``: the course of one vital of a router in the terminal, with its boots marked."""

from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING

import click
import msgspec
from click.shell_completion import CompletionItem

from acs.cli.answers import Reading, Samples
from acs.cli.errors import NOT_FOUND, CliError
from acs.cli.history import boots, samples
from acs.cli.output import console, print_json, table, utf8, when
from acs.cli.plotting import ASCII, UTF8, Point, draw
from acs.cli.resolve import resolve
from acs.cli.session import Session, json_option, router_argument, with_api
from acs.cli.types import Seconds
from acs.cli.words import number, plain, rfc3339
from acs.duration import Duration

if TYPE_CHECKING:
    from diagnostics.catalogue import Vital

_HEADINGS = ("METRIC", "UNIT", "READINGS", "NEWEST", "READ")
_NO_DATA = 4294967295  # TR-106, StatsCounter32: "no data"
_HOUR = 3600.0
_ROWS = 18  # of a plot at most
_FEWEST = 8


class Course(msgspec.Struct, frozen=True, kw_only=True):
    """A vital over time, as it is drawn.

    Attributes:
        unit: of the values; of a counter it is its growth per hour.
        usual: the median of the values.
        items: the values, oldest first.
        boots: when the router booted.
    """

    router_id: str
    metric: str
    unit: str
    usual: float
    low: float
    high: float
    boots: tuple[datetime, ...]
    items: tuple["Item", ...]


class Item(msgspec.Struct, frozen=True):
    """One value."""

    at: datetime
    value: float


def _complete_metric(
    _ctx: click.Context, _param: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    from diagnostics.catalogue import CATALOGUE  # noqa: PLC0415 - read from a file

    return [
        CompletionItem(name, help=CATALOGUE[name].unit)
        for name in sorted(CATALOGUE)
        if name.startswith(incomplete)
    ]


@click.command()
@router_argument
@click.argument("metric", required=False, shell_complete=_complete_metric)
@click.option(
    "--since", type=Seconds(at_least=60), default="14d", show_default=True, help="How far back."
)
@json_option
@with_api
def plot(
    session: Session, *, router: str, metric: str | None, since: Duration, as_json: bool
) -> None:
    """Plot METRIC of ROUTER over time; without METRIC, list those that have readings.

    Of a counter the growth per hour is drawn. Boots are vertical lines, the usual value (median) is
    a broken horizontal one. Times are UTC.

    Examples:
      acs plot SN123456
      acs plot SN123456 sys.mem_free
      acs plot SN123456 wifi.retry_ratio --since 48h --output csv
    """
    router_id = resolve(session.client, router)
    now = session.now()
    found = samples(session, router_id, now - since)
    if metric is None:
        _list(found, now, as_json=as_json)
        return
    course = _course(session, router_id, metric, found, now - since)
    if as_json:
        print_json(course)
        return
    _draw(course, (now - since, now))


def _list(found: Samples, now: float, *, as_json: bool) -> None:
    rows: dict[str, tuple[int, datetime, Reading]] = {}
    for sample in found.items:
        for name, value in sample.values.items():
            if _figure(value) is not None:
                rows[name] = (rows.get(name, (0,))[0] + 1, sample.at, value)
    if as_json:
        print_json(
            [
                {"metric": name, "unit": _unit(name), "readings": count, "newest": value, "at": at}
                for name, (count, at, value) in sorted(rows.items())
            ]
        )
        return
    if not rows:
        click.echo("no readings in this time; --since looks further back", err=True)
        return
    table(
        _HEADINGS,
        [
            (name, _unit(name), count, value, when(at, now))
            for name, (count, at, value) in sorted(rows.items())
        ],
    )


def _course(session: Session, router_id: str, metric: str, found: Samples, since: float) -> Course:
    read = [
        (sample.at.timestamp(), value)
        for sample in found.items
        if (value := _figure(sample.values.get(metric))) is not None
    ]
    unit, points = _unit(metric), read
    if _counts(metric):
        unit, points = f"{unit}/h", growth(read)
    if not points:
        known = {name for sample in found.items for name in sample.values}
        near = f"acs plot {plain(router_id)} lists those that have"
        why = "too few readings" if metric in known else "no readings"
        raise CliError(f"{plain(metric)} has {why} in this time; {near}", NOT_FOUND)
    values = [value for _, value in points]
    return Course(
        router_id=router_id,
        metric=metric,
        unit=unit,
        usual=median(values),
        low=min(values),
        high=max(values),
        boots=tuple(_moment(at) for at in boots(session, router_id, since)),
        items=tuple(Item(_moment(at), value) for at, value in points),
    )


def growth(read: Sequence[Point]) -> list[Point]:
    """A counter's growth per hour from reading to reading; nothing where it was reset."""
    return [
        (later, (newer - value) / (later - at) * _HOUR)
        for (at, value), (later, newer) in pairwise(read)
        if newer >= value and later > at
    ]


def _draw(course: Course, span: tuple[float, float]) -> None:
    out = console()
    width = min(out.width, 160)
    height = min(_ROWS, max(_FEWEST, out.height - 4)) if out.is_terminal else _ROWS
    click.echo(f"{plain(course.metric)} of {plain(course.router_id)}")
    usual = f"usually {number(course.usual)} {course.unit}"
    extremes = f"{number(course.low)} … {number(course.high)}"
    count = len(course.boots)
    booted = "no boot" if not count else "1 boot" if count == 1 else f"{count} boots"
    click.echo(f"{usual}, {extremes}; {len(course.items)} readings, {booted} (UTC)")
    points = [(each.at.timestamp(), each.value) for each in course.items]
    marked = [each.timestamp() for each in course.boots]
    for line in draw(points, marked, span, (width, height), UTF8 if utf8() else ASCII):
        click.echo(line)
    if course.boots:
        click.echo(f"last boot {rfc3339(round(marked[-1]))}")


def _vital(metric: str) -> "Vital | None":
    from diagnostics.catalogue import CATALOGUE  # noqa: PLC0415 - read from a file

    return CATALOGUE.get(metric)


def _unit(metric: str) -> str:
    vital = _vital(metric)
    return "" if vital is None else vital.unit


def _counts(metric: str) -> bool:
    vital = _vital(metric)
    return vital is not None and vital.kind == "counter"


def _figure(value: Reading | None) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or value == _NO_DATA:
        return None
    return value


def _moment(at: float) -> datetime:
    return datetime.fromtimestamp(at, UTC)
