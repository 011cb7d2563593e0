"""``acs contacts``: what subscribers were in contact about, and what was tried."""

from datetime import datetime
from urllib.parse import quote

import click
import msgspec

from acs.cli.client import router_path
from acs.cli.errors import NOT_FOUND, USAGE, CliError
from acs.cli.output import print_json, table, when
from acs.cli.resolve import resolve
from acs.cli.session import Session, json_option, with_api
from acs.cli.words import plain

_HEADINGS = ("WHEN", "ROUTER", "CHANNEL", "LINE", "TRIED", "HELPED", "ABOUT", "NOTE")
CHANNELS = ("phone", "chat", "messenger", "social", "office", "bot", "video", "remote_session")
_HELPED = {True: "yes", False: "no", None: None}


class Contact(msgspec.Struct, frozen=True, kw_only=True):
    """A contact with a subscriber."""

    router_id: str
    at: datetime
    channel: str
    line: str = ""
    action: str | None = None
    helped: bool | None = None
    note: str = ""
    link: str = ""
    finding: str | None = None
    escalated: bool = False


@click.command()
@click.argument("name", metavar="ROUTER|ACCOUNT")
@click.argument("what", metavar="[add]", required=False, type=click.Choice(["add"]))
@click.option(
    "--channel",
    type=click.Choice(CHANNELS),
    default="phone",
    show_default=True,
    help="add: by which way.",
)
@click.option("--line", default="", help="add: of support: first, second …")
@click.option("--tried", default=None, help="add: what was tried: reboot, consult_wifi …")
@click.option(
    "--helped", type=click.Choice(["yes", "no"]), default=None, help="add: whether it did."
)
@click.option("--note", default="", help="add: anything else worth keeping.")
@click.option("--link", default="", help="add: to a remote or video session, https.")
@json_option
@with_api
def contacts(
    session: Session,
    *,
    name: str,
    what: str | None,
    channel: str,
    line: str,
    tried: str | None,
    helped: str | None,
    note: str,
    link: str,
    as_json: bool,
) -> None:
    """List the contacts of the last 30 days about a router or with a subscriber, or add one.

    A second contact within 7 days about the same finding is escalated. What is told within an
    hour is one contact.

    Examples:
      acs contacts SN123456
      acs contacts SN123456 add --tried reboot --helped no
      acs contacts 100200300 add --channel chat --line second
      acs contacts 100200300 add --channel video --link https://video.example.net/4711
    """
    path = _path(session, name)
    if what is None:
        if tried or helped or note or line or link:
            raise CliError("these options are for: acs contacts NAME add", USAGE)
        _list(session, path, as_json=as_json)
        return
    body: dict[str, object] = {
        "channel": channel,
        "line": line,
        "action": tried,
        "helped": None if helped is None else helped == "yes",
        "note": note,
        "link": link,
    }
    _add(session, path, body, as_json=as_json)


def _list(session: Session, path: str, *, as_json: bool) -> None:
    found = session.client.get(path)
    if as_json:
        print_json(found["items"])
        return
    rows = msgspec.convert(found["items"], tuple[Contact, ...])
    if not rows:
        click.echo("no contacts", err=True)
        return
    now = session.now()
    table(_HEADINGS, (_cells(row, now) for row in rows))


def _add(session: Session, path: str, body: dict[str, object], *, as_json: bool) -> None:
    found = session.client.post(path, body)
    if as_json:
        print_json(found)
        return
    row = msgspec.convert(found, Contact)
    about = f" about {row.finding}" if row.finding else ""
    click.echo(f"recorded for {row.router_id}{about}")
    if row.escalated:
        click.echo("it is not the first contact about this in 7 days: pass it to the second line")


def _cells(row: Contact, now: float) -> tuple[object, ...]:
    about = row.finding
    if row.escalated:
        about = f"{row.finding}, again: second line"
    return (
        when(row.at, now),
        row.router_id,
        row.channel,
        row.line or None,
        row.action,
        _HELPED[row.helped],
        about,
        " ".join(filter(None, (plain(row.note), plain(row.link)))) or None,
    )


def _path(session: Session, name: str) -> str:
    """The contacts of the router, or else the subscriber, that is meant."""
    account = f"/v1/subscribers/{quote(name, safe='')}"
    try:
        session.client.get(f"{account}/contacts")
    except CliError as error:
        if error.exit_code != NOT_FOUND:
            raise
        return router_path(resolve(session.client, name), "/contacts")
    return f"{account}/contacts"
