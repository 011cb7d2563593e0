"""``acs timeline``: all that happened to a router or a subscriber's routers, as one line."""

from datetime import datetime
from urllib.parse import quote

import click
import msgspec

from acs.cli.client import router_path
from acs.cli.errors import NOT_FOUND, CliError
from acs.cli.output import STATE_STYLES, VERDICT_STYLES, print_json, table, when
from acs.cli.resolve import resolve
from acs.cli.session import Session, json_option, with_api

_HEADINGS = ("WHEN", "WHAT", "ABOUT", "DETAIL")
_OUTCOMES = {"refused": "yellow", "back": "green", "opened": "bold magenta"}
_QUIET: tuple[object, ...] = ("", None, False, [], {})  # what a line is better without


class Moment(msgspec.Struct, frozen=True, kw_only=True):
    """Something that happened, as the API tells it."""

    router_id: str
    at: datetime
    kind: str
    what: str
    about: str
    detail: dict[str, object]


@click.command()
@click.argument("name", metavar="ROUTER|ACCOUNT")
@click.option(
    "--limit", "-n", type=click.IntRange(min=1), default=50, show_default=True, help="At most."
)
@json_option
@with_api
def timeline(session: Session, *, name: str, limit: int, as_json: bool) -> None:
    """Show all that happened, the newest first.

    Contacts with the subscriber, commands step by step, changes of the verdict, boots and other
    events, incidents of the place.

    Examples:
      acs timeline SN123456
      acs timeline 100200300 -n 200 --json
    """
    found = list(session.client.pages(_path(session, name), limit))
    if as_json:
        print_json(found)
        return
    moments = msgspec.convert(found, tuple[Moment, ...])
    if not moments:
        click.echo("nothing has happened that is still known", err=True)
        return
    now = session.now()
    several = len({each.router_id for each in moments}) > 1
    headings = (*_HEADINGS[:1], "ROUTER", *_HEADINGS[1:]) if several else _HEADINGS
    rows = (
        (
            when(each.at, now),
            *((each.router_id,) if several else ()),
            f"{_of(each)} {each.what}".strip(),
            each.about or None,
            _detail(each.detail) or None,
        )
        for each in moments
    )
    table(headings, rows, {**VERDICT_STYLES, **STATE_STYLES, **_OUTCOMES})


def _path(session: Session, name: str) -> str:
    """The timeline of the subscriber, or else the router, that is meant."""
    account = f"/v1/subscribers/{quote(name, safe='')}/timeline"
    try:
        session.client.get(account, limit=1)
    except CliError as error:
        if error.exit_code != NOT_FOUND:
            raise
        return router_path(resolve(session.client, name), "/timeline")
    return account


def _of(moment: Moment) -> str:
    """Whose word it is: a command's step with its kind, an event as it is."""
    if moment.kind == "command":
        return str(moment.detail.get("kind", "command"))
    return "" if moment.kind == "event" else moment.kind


def _detail(detail: dict[str, object]) -> str:
    told = ((key, value) for key, value in detail.items() if value not in _QUIET and key != "kind")
    return " ".join(f"{key}={_short(value)}" for key, value in told)


def _short(value: object) -> str:
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()
