"""``acs audit``: who did what and what was refused, and whether the log is whole."""

from collections.abc import Iterator
from datetime import datetime

import click
import msgspec

from acs.audit import Chain, Entry, detail
from acs.cli.errors import CliError
from acs.cli.output import print_json, table, when
from acs.cli.session import Session, json_option, with_api

_HEADINGS = ("SEQ", "WHEN", "WHO", "BY", "WHAT", "ABOUT", "OUTCOME", "DETAIL")
_STYLES = {"refused": "yellow", "nothing": "dim"}


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """An entry as the API tells it."""

    seq: int
    at: datetime
    who: str
    channel: str
    what: str
    about: str
    outcome: str
    detail: dict[str, object]
    digest: str


@click.group()
def audit() -> None:
    """Who did what, and what was refused. Needs the scope admin when a token is used.

    Example:
      acs audit list --about SN123456
    """


@audit.command("list")
@click.option("--who", default="", help="Only of this token or user.")
@click.option("--about", default="", help="Only about this router id, account or name.")
@click.option("--since", default="", metavar="TIME", help="Only from then on, RFC 3339.")
@click.option(
    "--limit", "-n", type=click.IntRange(min=1), default=50, show_default=True, help="At most."
)
@json_option
@with_api
def list_entries(
    session: Session, *, who: str, about: str, since: str, limit: int, as_json: bool
) -> None:
    """List entries of the audit log, the newest first.

    Example:
      acs audit list --who crm --since 2026-03-01T00:00:00Z
    """
    query = {"who": who or None, "about": about or None, "since": since or None}
    found = list(session.client.pages("/v1/audit", limit, **query))
    if as_json:
        print_json(found)
        return
    lines = msgspec.convert(found, tuple[Line, ...])
    if not lines:
        click.echo("no entries", err=True)
        return
    now = session.now()
    rows = (
        (
            line.seq,
            when(line.at, now),
            line.who,
            line.channel,
            line.what,
            line.about or None,
            line.outcome,
            " ".join(f"{key}={_short(value)}" for key, value in line.detail.items()) or None,
        )
        for line in lines
    )
    table(_HEADINGS, rows, _STYLES)


def _short(value: object) -> str:
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


@audit.command()
@click.option("--head", default="", metavar="DIGEST", help="A digest that must be in the log.")
@with_api
def verify(session: Session, *, head: str) -> None:
    """Count the whole chain of the audit log again; the exit code is 1 where it is broken.

    An entry that was changed, taken out or put in is found. That the end was cut off cannot be
    seen from the log itself: note the digest that is printed, and give it with --head later.

    Example:
      acs audit verify --head 9f86d081884c7d65…
    """
    chain, known = Chain(), not head
    for entry in _entries(session):
        if not chain.take((entry,)):
            raise CliError(f"the audit log is broken: {chain.broken}")
        known = known or entry.digest.hex() == head.lower()
    if not known:
        raise CliError(f"the audit log does not hold the digest {head}: its end was cut off")
    if not chain.checked:
        click.echo("the audit log is empty", err=True)
        return
    begins = "" if chain.first == 1 else f"; what was before entry {chain.first} is not kept"
    click.echo(f"{chain.checked} entries are whole{begins}", err=True)
    click.echo(chain.head.hex())


def _entries(session: Session) -> Iterator[Entry]:
    for item in session.client.pages("/v1/audit", None, order="oldest"):
        line = msgspec.convert(item, Line)
        yield Entry(
            seq=line.seq,
            at=line.at.timestamp(),
            who=line.who,
            channel=line.channel,
            what=line.what,
            about=line.about,
            outcome=line.outcome,
            detail=detail(line.detail),
            digest=bytes.fromhex(line.digest),
        )
