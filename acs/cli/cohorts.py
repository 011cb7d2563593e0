"""``acs cohorts``: firmwares that are worse than others of their model."""

from datetime import datetime

import click
import msgspec

from acs.cli.output import print_json, table, when
from acs.cli.session import Session, json_option, with_api

_HEADINGS = ("MODEL", "FIRMWARE", "WORSE THAN", "ROUTERS", "FOUND", "ENDED", "SAYS")


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """That a firmware is worse than another one."""

    model: str
    firmware: str
    better: str
    routers: int
    opened_at: datetime
    closed_at: datetime | None = None
    says: str


@click.command()
@click.option("--all", "everything", is_flag=True, help="Those that fell, too.")
@click.option(
    "--limit",
    "-n",
    type=click.IntRange(min=1),
    default=50,
    show_default=True,
    help="How many at most.",
)
@json_option
@with_api
def cohorts(session: Session, *, everything: bool, limit: int, as_json: bool) -> None:
    """List firmwares on which trouble, or relapses after reboots, are concentrated.

    Each firmware is compared with the others of its model, once an hour ([actions.cohorts] in the
    configuration). Its routers' verdicts are told: a reboot would not help them for long.

    Examples:
      acs cohorts
      acs cohorts --all --json
    """
    found = list(session.client.pages("/v1/cohorts", limit, closed=everything or None))
    if as_json:
        print_json(found)
        return
    rows = msgspec.convert(found, tuple[Finding, ...])
    if not rows:
        click.echo("no firmware is known to be worse than another of its model", err=True)
        return
    now = session.now()
    table(_HEADINGS, (_cells(row, now) for row in rows))
    if len(rows) == limit:
        click.echo(f"the newest {limit}; --limit shows more, if there are", err=True)


def _cells(row: Finding, now: float) -> tuple[object, ...]:
    return (
        row.model,
        row.firmware,
        row.better,
        row.routers,
        when(row.opened_at, now),
        None if row.closed_at is None else when(row.closed_at, now),
        row.says,
    )
