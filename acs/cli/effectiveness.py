"""``acs effectiveness``: what actions were worth, against routers that were left without them."""

import click
import msgspec

from acs.cli.output import print_json, table
from acs.cli.session import Session, json_option, with_api
from acs.cli.words import plain
from acs.commands import STAGES

_HEADINGS = ("ACTION", "CAUSE", "MODEL", "FIRMWARE", "AFTER", "WITH", "WITHOUT", "UPLIFT", "SAYS")


class Estimate(msgspec.Struct, frozen=True):
    """A figure with its 95 % interval."""

    value: float
    low: float
    high: float


class Worth(msgspec.Struct, frozen=True, kw_only=True):
    """What one action was worth for one group of routers."""

    action: str
    cause: str
    model: str
    firmware: str
    stage: str
    treated: int
    control: int
    success: Estimate | None = None
    without: Estimate | None = None
    uplift: Estimate | None = None
    says: str


@click.command()
@click.option("--after", type=click.Choice(STAGES), default=None, help="Only so long after it.")
@click.option("--since", default="", metavar="TIME", help="Trials from then on; 90 days.")
@click.option("--models", is_flag=True, help="Each model and firmware too.")
@json_option
@with_api
def effectiveness(
    session: Session, *, after: str | None, since: str, models: bool, as_json: bool
) -> None:
    """Say what reboots were worth: how many more routers are well than without one.

    Much heals by itself. So a success is only shown beside what happened to routers that, by lot,
    were left without the action ([actions.learning] in the configuration).

    Examples:
      acs effectiveness --after 24h
      acs effectiveness --models --json
    """
    found = session.client.get("/v1/effectiveness", stage=after, since=since or None)
    if as_json:
        print_json(found)
        return
    rows = [
        row for row in msgspec.convert(found["items"], tuple[Worth, ...]) if models or not row.model
    ]
    if rows:
        table(_HEADINGS, map(_cells, rows))
    click.echo(plain(found["says"]), err=True)


def _cells(row: Worth) -> tuple[object, ...]:
    return (
        row.action,
        row.cause or "all",
        row.model or None,
        row.firmware or None,
        row.stage,
        _side(row.success, row.treated),
        _side(row.without, row.control),
        None if row.uplift is None else _signed(row.uplift),
        row.says,
    )


def _side(found: Estimate | None, known: int) -> str:
    """A rate, which stands only where there is one to compare it with; else the number alone."""
    return f"{known} known" if found is None else f"{found.value:.0%} of {known}"


def _signed(found: Estimate) -> str:
    return f"{found.value:+.0%} ({found.low:+.0%} to {found.high:+.0%})"
