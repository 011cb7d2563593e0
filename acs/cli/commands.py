"""``acs commands``: what was asked of routers and what became of it. It asks nothing of any."""

from typing import get_args

import click
import msgspec

from acs.cli.answers import Command
from acs.cli.output import STATE_STYLES, print_json, table, when
from acs.cli.resolve import resolve
from acs.cli.session import Session, json_option, with_api
from acs.cli.words import plain
from acs.commands import CommandState

_HEADINGS = ("COMMAND", "ROUTER", "KIND", "STATE", "OUTCOME", "ASKED", "BY", "WHY")


@click.command()
@click.option("--router", metavar="ROUTER", help="Of one router alone.")
@click.option(
    "--state",
    "states",
    multiple=True,
    type=click.Choice(get_args(CommandState)),
    help="In this state; may be repeated.",
)
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
def commands(
    session: Session, *, router: str | None, states: tuple[str, ...], limit: int, as_json: bool
) -> None:
    """List commands given to routers, newest first.

    Examples:
      acs commands --state queued --state sent
      acs commands --router SN123456 --json
    """
    router_id = resolve(session.client, router) if router else None
    found = list(
        session.client.pages("/v1/commands", limit, router_id=router_id, state=list(states))
    )
    if as_json:
        print_json(found)
        return
    rows = msgspec.convert(found, tuple[Command, ...])
    if not rows:
        click.echo("no commands", err=True)
        return
    now = session.now()
    table(_HEADINGS, (_cells(row, now) for row in rows), STATE_STYLES)


def _cells(row: Command, now: float) -> tuple[object, ...]:
    why = "; ".join(plain(no.reason) for no in row.refusals) or row.reason or None
    return (
        row.command_id,
        row.router_id,
        row.kind,
        row.state,
        row.outcome,
        when(row.asked_at, now),
        row.asked_by,
        why,
    )
