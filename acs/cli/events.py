"""``acs events``: what happened in the fleet, and what happens now, line by line."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import click
import msgspec

from acs.cli.event_lines import Event, Lines
from acs.cli.output import CSV, FORM, console, print_json
from acs.cli.resolve import resolve
from acs.cli.session import Session, complete_router, json_option, with_api
from acs.news import FAMILIES, KINDS

PATH = "/v1/events"


def complete_kind(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[str]:
    """Kinds of events and their families that begin so."""
    return [name for name in (*FAMILIES, *KINDS) if name.startswith(incomplete)]


@click.command()
@click.option("--follow", "-f", is_flag=True, help="Go on with what happens, until Ctrl-C.")
@click.option(
    "--kind",
    "-k",
    "kinds",
    multiple=True,
    shell_complete=complete_kind,
    help="Only of this kind (command.sent) or family (command); repeatable.",
)
@click.option(
    "--router", "-r", default="", shell_complete=complete_router, help="Only about this router."
)
@click.option("--subscriber", default="", help="Only about this account's routers.")
@click.option(
    "--limit", "-n", type=click.IntRange(min=0), help="How many of the newest.  [default: 50; 10]"
)
@click.option(
    "--after", type=click.IntRange(min=0), metavar="SEQ", help="All after this event, instead."
)
@json_option
@with_api
def events(
    session: Session,
    *,
    follow: bool,
    kinds: tuple[str, ...],
    router: str,
    subscriber: str,
    limit: int | None,
    after: int | None,
    as_json: bool,
) -> None:
    """Show what happened in the fleet, the newest at the end; with -f what happens now, too.

    Commands step by step, changed verdicts, boots, firmware, enrolment, contacts, incidents, the
    kill switch. With -f a connection that is lost is taken up again where it broke off, and --json
    prints each event as a line of its own.

    Examples:
      acs events -f
      acs events -f --kind incident --kind verdict
      acs events --router SN123456 --limit 200
      acs events -f --kind command.refused --json
    """
    query: dict[str, Any] = {
        "kind": list(kinds) or None,
        "router": resolve(session.client, router) if router else None,
        "subscriber": subscriber or None,
    }
    if limit is None:
        limit = 10 if follow else 50
    upto, found = _before(session, query, limit) if after is None else (after, ())
    if not follow:
        _print_all(session, found if after is None else _since(session, query, after), as_json)
        return
    show = _shower(session, as_json=as_json)
    for one in found:
        show(one)
    from acs.cli.event_stream import followed  # noqa: PLC0415 - imports httpx

    try:
        for told in followed(session.client, PATH, query, upto, sleep=session.sleep, lost=_lost):
            if told.name == "gap":
                click.echo("(events in between are not kept any more)", err=True)
            else:
                show(told.data)
    except KeyboardInterrupt:
        return  # the way to end it


def _before(
    session: Session, query: dict[str, Any], limit: int
) -> tuple[int, tuple[dict[str, Any], ...]]:
    """The number of the newest event, and so many of the newest wanted ones."""
    upto = session.client.get(PATH, limit=1)["upto"]
    found = list(session.client.pages(PATH, limit, **query)) if limit else []
    return max([upto, *(one["seq"] for one in found)]), tuple(reversed(found))


def _since(session: Session, query: dict[str, Any], after: int) -> Iterator[dict[str, Any]]:
    while True:
        page = session.client.get(PATH, **query, after=after, limit=500)
        if page["gap"]:
            click.echo("(events in between are not kept any more)", err=True)
        yield from page["items"]
        if page["upto"] <= after or len(page["items"]) < 500:  # noqa: PLR2004 - what was asked for
            return
        after = page["upto"]


def _print_all(session: Session, found: Iterable[dict[str, Any]], as_json: bool) -> None:  # noqa: FBT001 - the option's
    if as_json:
        print_json(list(found))
        return
    show, count = _shower(session, as_json=False), 0
    for count, one in enumerate(found, 1):  # noqa: B007 - counts
        show(one)
    if not count:
        click.echo("nothing has happened that is still known", err=True)


def _shower(session: Session, *, as_json: bool) -> Callable[[dict[str, Any]], None]:
    """What prints one event at once."""
    if not as_json:
        out = console()
        lines = Lines(is_terminal=out.is_terminal, now=session.now)
        return lambda one: out.print(lines.line(msgspec.convert(one, Event)), soft_wrap=True)
    if click.get_current_context().meta.get(FORM) != CSV:
        return lambda one: click.echo(msgspec.json.encode(one))
    from acs.cli.records import as_csv  # noqa: PLC0415 - few ask for it

    is_first = True

    def show(one: dict[str, Any]) -> None:
        nonlocal is_first
        text = as_csv([one])
        click.echo(text if is_first else text.partition("\r\n")[2], nl=False)
        is_first = False

    return show


def _lost(why: str) -> None:
    click.echo(f"(the connection was lost: {why}; trying again)", err=True)
