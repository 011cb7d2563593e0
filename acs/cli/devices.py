"""``acs devices``: the fleet as a list, with filters. Nothing about a single router."""

from itertools import chain, islice

import click
import msgspec

from acs.cli.answers import Router
from acs.cli.errors import USAGE, CliError
from acs.cli.output import VERDICT_STYLES, print_json, table, when
from acs.cli.reboots import Reboots, stop_line
from acs.cli.session import Session, json_option, with_api
from acs.cli.words import ACTIONS, plain, span

_HEADINGS = ("ROUTER", "MODEL", "FIRMWARE", "SEGMENT", "VERDICT", "SURE", "UPTIME", "SEEN")


@click.command()
@click.option("--verdict", type=click.Choice(sorted(ACTIONS)), help="Action of the newest verdict.")
@click.option("--ill", is_flag=True, help="Those that need something: any verdict but none.")
@click.option("--model", help="Model name, exactly.")
@click.option("--segment", help="Switch, OLT port, DSLAM or node, exactly.")
@click.option("--quarantined", is_flag=True, help="Unknown routers that wait to be let in.")
@click.option(
    "--query", "-q", metavar="TEXT", help="Part of an id, serial number, model, account or address."
)
@click.option(
    "--filter",
    "where",
    metavar="TESTS",
    help="Tests joined by and, or, not: acs devices --fields lists what may be asked.",
)
@click.option("--fields", is_flag=True, help="List the fields of --filter, and no routers.")
@click.option(
    "--limit",
    "-n",
    type=click.IntRange(min=1),
    default=50,
    show_default=True,
    help="How many at most.",
)
@click.option("--all", "everything", is_flag=True, help="All of them, however many.")
@json_option
@with_api
def devices(
    session: Session,
    *,
    verdict: str | None,
    ill: bool,
    model: str | None,
    segment: str | None,
    quarantined: bool,
    query: str | None,
    where: str | None,
    fields: bool,
    limit: int,
    everything: bool,
    as_json: bool,
) -> None:
    """List routers in order of their ids; those that wait to be let in with --quarantined alone.

    Examples:
      acs devices --ill
      acs devices --verdict reboot --segment olt-3/1
      acs devices --quarantined
      acs devices --filter 'model ~ "Archer*" and uptime >= 14d and not online'
      acs devices --filter 'ill and confidence >= 90%'
      acs devices --all --json | jq -r '.[].router_id'
    """
    if fields:
        _fields()
        return
    if ill and (verdict or quarantined):
        raise CliError("--ill is of all verdicts, and of routers that were let in", USAGE)
    wanted = [name for name in ACTIONS if name != "none"] if ill else [verdict]
    pages = (
        session.client.pages(
            "/v1/routers",
            None if everything else limit,
            verdict=each,
            model=model,
            segment=segment,
            enrolment="quarantined" if quarantined else "enrolled",
            q=query,
            filter=where,
        )
        for each in wanted
    )
    found = list(islice(chain.from_iterable(pages), None if everything else limit))
    if as_json:
        print_json(found)
        return
    rows = msgspec.convert(found, tuple[Router, ...])
    if not rows:
        is_whole = not (quarantined or verdict or ill or model or segment or query or where)
        waiting = is_whole and session.client.get("/v1/quarantine", limit=1)["items"]
        hint = "; some wait to be let in: acs devices --quarantined" if waiting else ""
        click.echo(f"no routers{hint}", err=True)
        return
    now = session.now()
    table(_HEADINGS, (_cells(row, now) for row in rows), VERDICT_STYLES)
    state = msgspec.convert(session.client.get("/v1/reboots"), Reboots)
    if state.stopped:
        click.echo(stop_line(state, now), err=True)
    if state.models:
        names = ", ".join(plain(each.model) for each in state.models)
        click.echo(f"models that wait for a person (acs reboots status): {names}", err=True)
    if len(rows) == limit and not everything:
        click.echo(f"the first {limit}; --all shows the rest, if any", err=True)


def _fields() -> None:
    from acs.storage.filter_terms import FIELDS  # noqa: PLC0415 - reads the diagnosis' tables

    compared = {"text": "= != ~ !~ in", "choice": "= != in", "flag": ""}
    table(
        ("FIELD", "COMPARED BY", "WHAT IT IS"),
        (
            (
                name,
                compared.get(field.kind, "< <= > >="),
                f"{field.says}: {', '.join(field.choices)}" if field.choices else field.says,
            )
            for name, field in FIELDS.items()
        ),
    )


def _cells(row: Router, now: float) -> tuple[object, ...]:
    return (
        row.router_id,
        row.model or row.product_class or None,
        row.software_version or None,
        row.segment,
        row.action if row.enrolment != "quarantined" else "quarantined",
        None if row.confidence is None else f"{row.confidence:.0%}",
        None if row.uptime_seconds is None else span(row.uptime_seconds),
        when(row.last_inform_at, now),
    )
