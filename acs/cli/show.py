"""``acs show``: one router on one screen. It gathers what the API says; drawing is ``card``'s."""

import click
import msgspec

from acs.cli.answers import Status
from acs.cli.card import draw
from acs.cli.client import router_path
from acs.cli.history import samples
from acs.cli.output import console, print_json
from acs.cli.resolve import resolve
from acs.cli.session import Session, json_option, router_argument, with_api
from acs.cli.types import Seconds
from acs.duration import Duration

FRESH, LONGEST_FRESH = 10.0, 30.0  # seconds


@click.command()
@router_argument
@click.option(
    "--since",
    type=Seconds(),
    default="14d",
    show_default=True,
    help="How far back the trends reach.",
)
@click.option(
    "--fresh",
    type=click.FloatRange(min=0, max=LONGEST_FRESH),
    is_flag=False,
    flag_value=FRESH,
    default=0,
    metavar="SECONDS",
    help=f"Ask the router for new readings first, and wait so long for it (else {FRESH:.0f}).",
)
@json_option
@with_api
def show(session: Session, *, router: str, since: Duration, fresh: float, as_json: bool) -> None:
    """Show ROUTER: verdict with its evidence, trends of its vitals, and the last commands.

    Examples:
      acs show SN123456
      acs show SN123456 --since 24h
      acs show SN123456 --fresh
      acs show SN123456 --json | jq .verdict.action
    """
    router_id = resolve(session.client, router)
    found = session.client.get(router_path(router_id, "/status"), fresh=fresh)
    if as_json:
        print_json(found)
        return
    now = session.now()
    draw(console(), msgspec.convert(found, Status), samples(session, router_id, now - since), now)
