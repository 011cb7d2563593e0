"""``acs webhooks``: servers that are told of events, and how that went.

A secret that was made up is printed once, on stdout alone.
"""

from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import click
import msgspec

from acs.cli.errors import ERROR, CliError
from acs.cli.events import complete_kind
from acs.cli.output import print_json, table, when
from acs.cli.session import Session, json_option, with_api
from acs.cli.types import Seconds
from acs.cli.words import plain
from acs.duration import Duration
from acs.news import TEST

_PATH = "/v1/webhooks"
_LOOK = 0.5  # seconds between looks at how a test went
_STYLES = {"gone": "bold red", "dead": "red", "waiting": "yellow", "delivered": "green"}


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """A webhook as the API tells it."""

    webhook_id: str
    url: str
    kinds: tuple[str, ...]
    state: str
    failures: int
    next_try_at: datetime | None = None
    waiting: int
    dead: int
    oldest_waiting_at: datetime | None = None


class Delivery(msgspec.Struct, frozen=True, kw_only=True):
    """An event on its way to a webhook, as the API tells it."""

    seq: int
    at: datetime
    kind: str
    state: str
    attempts: int
    tried_at: datetime | None = None
    status: int | None = None
    fault: str = ""


@click.group()
def webhooks() -> None:
    """Tell other systems' servers of events. Needs the scope admin when a token is used.

    Messages are those of Standard Webhooks: signed, in order, sent again until they are taken.

    Example:
      acs webhooks add https://crm.example.net/acsd --kind incident
    """


@webhooks.command()
@click.argument("receiver", metavar="RECEIVER")
@click.option(
    "--kind",
    "-k",
    "kinds",
    multiple=True,
    shell_complete=complete_kind,
    help="Only of this kind (command.sent) or family (command); repeatable. Else of all.",
)
@click.option(
    "--secret-file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Sign with the secret in this file (whsec_…); else one is made up.",
)
@with_api
def add(
    session: Session, *, receiver: str, kinds: tuple[str, ...], secret_file: Path | None
) -> None:
    """Have the URL RECEIVER told of what happens from now on; prints the secret, this once.

    Examples:
      acs webhooks add https://crm.example.net/acsd
      acs webhooks add https://crm.example.net/acsd --kind incident --kind command.verified
    """
    given = None if secret_file is None else secret_file.read_text("utf-8").strip()
    made = session.client.post(_PATH, {"url": receiver, "kinds": list(kinds), "secret": given})
    click.echo(
        f"webhook {made['webhook_id']}; try it: acs webhooks test {made['webhook_id']}", err=True
    )
    if given is None:
        click.echo(made["secret"])


@webhooks.command("list")
@json_option
@with_api
def list_webhooks(session: Session, *, as_json: bool) -> None:
    """List webhooks, with what waits for each and what was given up.

    Example:
      acs webhooks list
    """
    found = session.client.get(_PATH)["items"]
    if as_json:
        print_json(found)
        return
    if not found:
        click.echo("no webhooks", err=True)
        return
    now = session.now()
    table(
        ("WEBHOOK", "STATE", "WAITING", "OLDEST", "DEAD", "FAILURES", "NEXT TRY", "URL", "KINDS"),
        (
            (
                row.webhook_id,
                row.state,
                row.waiting,
                when(row.oldest_waiting_at, now) if row.oldest_waiting_at else None,
                row.dead,
                row.failures,
                when(row.next_try_at, now) if row.next_try_at else None,
                plain(row.url),
                ", ".join(row.kinds) or "all",
            )
            for row in msgspec.convert(found, tuple[Row, ...])
        ),
        _STYLES,
    )


@webhooks.command()
@click.argument("webhook")
@with_api
def remove(session: Session, *, webhook: str) -> None:
    """Tell WEBHOOK nothing from now on; what waits for it is forgotten.

    Example:
      acs webhooks remove 3f9c0a12be77
    """
    session.client.delete(_of(webhook))
    click.echo(f"webhook {webhook} is removed", err=True)


@webhooks.command()
@click.argument("webhook")
@click.option(
    "--timeout",
    type=Seconds(at_least=0),
    default="30s",
    show_default=True,
    help="How long to wait for its answer.",
)
@with_api
def test(session: Session, *, webhook: str, timeout: Duration) -> None:
    """Send WEBHOOK an event of the kind webhook.test, and say how it was taken.

    It comes in its turn, after what waits already. The exit code is 1 when it was not taken.

    Example:
      acs webhooks test 3f9c0a12be77
    """
    before = max((each.seq for each in _tests(session, webhook)), default=0)
    session.client.post(_of(webhook, "/test"))
    ends_at = session.now() + timeout
    while True:
        new = [each for each in _tests(session, webhook) if each.seq > before]
        if new and (new[0].attempts or new[0].state != "waiting"):
            break
        if session.now() >= ends_at:
            raise CliError("the test still waits: see 'acs webhooks deliveries'", ERROR)
        session.sleep(_LOOK)
    if new[0].state != "delivered":
        raise CliError(f"not taken: {plain(new[0].fault)}", ERROR)
    click.echo(f"taken: HTTP {new[0].status}", err=True)


def _tests(session: Session, webhook: str) -> list[Delivery]:
    page = session.client.get(_of(webhook, "/deliveries"), limit=100)
    found = msgspec.convert(page["items"], list[Delivery])
    return [each for each in found if each.kind == TEST]


@webhooks.command()
@click.argument("webhook")
@click.option(
    "--state",
    "states",
    type=click.Choice(("waiting", "delivered", "dead")),
    multiple=True,
    help="Only those in this state; repeatable.",
)
@click.option(
    "--limit", "-n", type=click.IntRange(min=1), default=50, show_default=True, help="At most."
)
@json_option
@with_api
def deliveries(
    session: Session, *, webhook: str, states: tuple[str, ...], limit: int, as_json: bool
) -> None:
    """List what WEBHOOK is to be told and was told, the newest event first.

    Example:
      acs webhooks deliveries 3f9c0a12be77 --state dead
    """
    query: dict[str, Any] = {"state": list(states) or None}
    found = list(session.client.pages(_of(webhook, "/deliveries"), limit, **query))
    if as_json:
        print_json(found)
        return
    if not found:
        click.echo("no deliveries", err=True)
        return
    now = session.now()
    table(
        ("EVENT", "WHEN", "KIND", "STATE", "TRIES", "TRIED", "STATUS", "FAULT"),
        (
            (
                each.seq,
                when(each.at, now),
                each.kind,
                each.state,
                each.attempts,
                when(each.tried_at, now) if each.tried_at else None,
                each.status,
                plain(each.fault) or None,
            )
            for each in msgspec.convert(found, tuple[Delivery, ...])
        ),
        _STYLES,
    )


@webhooks.command()
@click.argument("webhook")
@click.option(
    "--event",
    "seq",
    type=click.IntRange(min=1),
    metavar="SEQ",
    help="Only this one.  [default: all]",
)
@with_api
def retry(session: Session, *, webhook: str, seq: int | None) -> None:
    """Send WEBHOOK again, now, what was given up; one that is gone is active again.

    Examples:
      acs webhooks retry 3f9c0a12be77
      acs webhooks retry 3f9c0a12be77 --event 18251
    """
    count = session.client.post(_of(webhook, "/retry"), {"seq": seq})["retried"]
    click.echo(f"{count} {'event' if count == 1 else 'events'} will be sent again", err=True)


def _of(webhook: str, rest: str = "") -> str:
    return f"{_PATH}/{quote(webhook, safe='')}{rest}"
