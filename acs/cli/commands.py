"""``acs commands``: what was asked of routers and what became of it. It asks nothing of any."""

from itertools import islice
from typing import get_args

import click
import msgspec

from acs.cli.answers import Command
from acs.cli.errors import USAGE, CliError
from acs.cli.output import STATE_STYLES, print_json, table, when
from acs.cli.resolve import resolve
from acs.cli.session import Session, json_option, with_api
from acs.cli.words import about, plain
from acs.commands import CommandKind, CommandState

_HEADINGS = ("COMMAND", "ROUTER", "KIND", "STATE", "OUTCOME", "ABOUT", "ASKED", "BY", "WHY")


@click.command()
@click.argument("router", required=False)
@click.option("--router", "of_router", metavar="ROUTER", help="The same as the argument.")
@click.option(
    "--kind",
    "kinds",
    multiple=True,
    type=click.Choice(get_args(CommandKind)),
    metavar="KIND",
    help=f"Of this kind; may be repeated: {', '.join(get_args(CommandKind))}.",
)
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
    session: Session,
    *,
    router: str | None,
    of_router: str | None,
    kinds: tuple[str, ...],
    states: tuple[str, ...],
    limit: int,
    as_json: bool,
) -> None:
    """List commands given to ROUTER, or to all routers, newest first.

    Examples:
      acs commands SN123456 --kind diagnostic
      acs commands --state queued --state sent
      acs commands SN123456 --json -n 500
    """
    if router and of_router:
        raise CliError("ROUTER and --router say the same; give one", USAGE)
    name = router or of_router
    given = session.client.pages(
        "/v1/commands",
        None if kinds else limit,
        router_id=resolve(session.client, name) if name else None,
        state=list(states),
    )
    found = list(islice((row for row in given if not kinds or row["kind"] in kinds), limit))
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
        about(row.arguments) or None,
        when(row.asked_at, now),
        row.asked_by,
        why,
    )
