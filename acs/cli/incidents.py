"""``acs incidents``: places whose routers were lost, restarted or came into error together."""

from datetime import datetime

import click
import msgspec

from acs.cli.errors import USAGE, CliError
from acs.cli.output import print_json, table, when
from acs.cli.session import Session, json_option, with_api
from acs.cli.words import plain, span

_HEADINGS = ("INCIDENT", "KIND", "PLACE", "BASIS", "OPENED", "CLOSED", "AFFECTED", "ROUTERS")
_ROUTERS = ("ROUTER", "AFFECTED", "SINCE", "SEEN")


class Incident(msgspec.Struct, frozen=True, kw_only=True):
    """An incident."""

    incident_id: str
    kind: str
    basis: str
    place: str
    began_at: datetime
    opened_at: datetime
    closed_at: datetime | None = None
    routers: int
    affected: int
    says: str


class Member(msgspec.Struct, frozen=True, kw_only=True):
    """A router of an incident's place."""

    router_id: str
    affected: bool
    since: datetime
    last_inform_at: datetime | None = None


@click.command()
@click.argument("what", metavar="[show]", required=False, type=click.Choice(["show"]))
@click.argument("incident_id", metavar="[ID]", required=False)
@click.option("--all", "everything", is_flag=True, help="Those that are over, too.")
@click.option(
    "--limit",
    "-n",
    type=click.IntRange(min=1),
    default=50,
    show_default=True,
    help="How many at most; with show: routers.",
)
@json_option
@with_api
def incidents(
    session: Session,
    *,
    what: str | None,
    incident_id: str | None,
    everything: bool,
    limit: int,
    as_json: bool,
) -> None:
    """List open incidents, newest first, or show one with the routers of its place.

    While an incident is open, and for half an hour after, no router of its place is rebooted.

    Examples:
      acs incidents
      acs incidents --all --json
      acs incidents show 01a208398a3f1047754641bccd
    """
    if what is not None:
        if incident_id is None or everything:
            raise CliError("say which one: acs incidents show ID", USAGE)
        _show(session, incident_id, limit, as_json=as_json)
        return
    found = list(session.client.pages("/v1/incidents", limit, closed=everything or None))
    if as_json:
        print_json(found)
        return
    rows = msgspec.convert(found, tuple[Incident, ...])
    if not rows:
        click.echo("no incidents" if everything else "no open incidents", err=True)
        return
    now = session.now()
    table(_HEADINGS, (_cells(row, now) for row in rows))
    if len(rows) == limit:
        click.echo(f"the newest {limit}; --limit shows more, if there are", err=True)


def _show(session: Session, incident_id: str, limit: int, *, as_json: bool) -> None:
    from urllib.parse import quote  # noqa: PLC0415 - for this alone

    path = f"/v1/incidents/{quote(incident_id, safe='')}"
    given = session.client.get(path)["incident"]
    routers = list(session.client.pages(path, limit))
    if as_json:
        print_json({**given, "items": routers})
        return
    row, now = msgspec.convert(given, Incident), session.now()
    click.echo(plain(row.says))
    lasted = "it is open"
    if row.closed_at is not None:
        lasted = f"over after {span((row.closed_at - row.opened_at).total_seconds())}"
    click.echo(
        f"began about {when(row.began_at, now)}, noticed {when(row.opened_at, now)}, {lasted}"
    )
    members = msgspec.convert(routers, tuple[Member, ...])
    table(
        _ROUTERS,
        (
            (
                member.router_id,
                "yes" if member.affected else None,
                when(member.since, now),
                when(member.last_inform_at, now),
            )
            for member in members
        ),
    )


def _cells(row: Incident, now: float) -> tuple[object, ...]:
    return (
        row.incident_id,
        row.kind,
        row.place,
        row.basis,
        when(row.opened_at, now),
        None if row.closed_at is None else when(row.closed_at, now),
        row.affected,
        row.routers,
    )
