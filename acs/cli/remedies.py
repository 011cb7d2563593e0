"""``acs remedies``: what was tried in contacts with subscribers, and how often it helped."""

import click
import msgspec

from acs.cli.output import print_json, table
from acs.cli.session import Session, json_option, with_api

_HEADINGS = ("TRIED", "CHANNEL", "CONTACTS", "HELPED", "IN VAIN", "SHARE", "SECOND LINE")


class Remedy(msgspec.Struct, frozen=True, kw_only=True):
    """What one remedy did in one channel."""

    tried: str | None
    channel: str
    contacts: int
    helped: int
    in_vain: int
    share: float | None = None
    interval: tuple[float, float] | None = None
    escalated: int


@click.command()
@click.option("--since", default="", metavar="TIME", help="Contacts from then on; 30 days.")
@json_option
@with_api
def remedies(session: Session, *, since: str, as_json: bool) -> None:
    """Say what was tried in contacts and how often it helped, as those told who spoke.

    What the daemon's own actions were worth is measured, not told: acs effectiveness.

    Examples:
      acs remedies
      acs remedies --since 2026-03-01T00:00:00Z --output csv
    """
    found = session.client.get("/v1/remedies", since=since or None)
    if as_json:
        print_json(found)
        return
    rows = msgspec.convert(found["items"], tuple[Remedy, ...])
    if not rows:
        click.echo("no contacts", err=True)
        return
    table(_HEADINGS, map(_cells, rows))


def _cells(row: Remedy) -> tuple[object, ...]:
    share = None
    if row.share is not None and row.interval is not None:
        low, high = row.interval
        share = f"{row.share:.0%} ({low:.0%} to {high:.0%})"
    return (
        row.tried or "nothing",
        row.channel,
        row.contacts,
        row.helped,
        row.in_vain,
        share,
        row.escalated or None,
    )
