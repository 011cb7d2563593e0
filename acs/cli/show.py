"""``acs show``: one router on one screen. It gathers what the API says; drawing is ``card``'s."""

import click
import msgspec

from acs.cli.answers import Samples, Status
from acs.cli.card import draw
from acs.cli.client import router_path
from acs.cli.output import console, print_json
from acs.cli.resolve import resolve
from acs.cli.session import Session, json_option, router_argument, with_api
from acs.cli.types import Seconds
from acs.cli.words import rfc3339
from acs.duration import Duration

_PAGE = 500
_PAGES = 8  # of samples at most: 14 days of one every 5 min fit in


@click.command()
@router_argument
@click.option(
    "--since",
    type=Seconds(),
    default="14d",
    show_default=True,
    help="How far back the trends reach.",
)
@json_option
@with_api
def show(session: Session, *, router: str, since: Duration, as_json: bool) -> None:
    """Show ROUTER: verdict with its evidence, trends of its vitals, and the last commands.

    Examples:
      acs show SN123456
      acs show SN123456 --since 24h
      acs show SN123456 --json | jq .verdict.action
    """
    router_id = resolve(session.client, router)
    found = session.client.get(router_path(router_id, "/status"))
    if as_json:
        print_json(found)
        return
    now = session.now()
    draw(console(), msgspec.convert(found, Status), _samples(session, router_id, now - since), now)


def _samples(session: Session, router_id: str, since: float) -> Samples:
    start = rfc3339(since)
    items: list[object] = []
    for _ in range(_PAGES):
        page = session.client.get(router_path(router_id, "/samples"), since=start, limit=_PAGE)
        items += page["items"]
        start = page.get("next_since")
        if start is None:
            break
    return msgspec.convert({"items": items}, Samples)
