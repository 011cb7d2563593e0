"""``acs subscribers``: whose routers are whose and where they hang, one by one or from a file.

What a line may hold is the daemon's to say. How the routers are is ``acs show``'s matter.
"""

import contextlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO
from urllib.parse import quote

import click
import msgspec

from acs.cli.client import Client
from acs.cli.errors import ERROR, USAGE, CliError
from acs.cli.output import print_json, table
from acs.cli.resolve import resolve
from acs.cli.session import Session, complete_router, json_option, with_api
from acs.cli.words import plain

_PATH = "/v1/subscribers"
_FORMS = {".csv": "text/csv", ".ndjson": "application/x-ndjson", ".jsonl": "application/x-ndjson"}
_PIECE = 16_384
_SHOWN = 100  # problems that are listed
_ACCESS = ("FTTB", "GPON", "xDSL", "DOCSIS", "LTE")
_HEADINGS = ("ACCOUNT", "PHONE", "LOGIN", "CONTRACT", "ROUTER", "SEGMENT", "PORT", "PREFIX")


class _Placed(msgspec.Struct):
    router_id: str
    segment: str | None
    switch_port: str | None
    address_prefix: str | None
    access: str | None


class _Subscriber(msgspec.Struct):
    account: str
    phone: str
    login: str
    contract: str
    routers: tuple[_Placed, ...]


class _Problem(msgspec.Struct):
    line: int
    field: str
    says: str


class _Report(msgspec.Struct):
    taken: int
    unchanged: int
    unseen: int
    refused: int
    problems: tuple[_Problem, ...]


@click.group()
def subscribers() -> None:
    """Whose routers are whose, and where they hang.

    Examples:
      acs subscribers import crm.csv --dry-run
      acs subscribers show 100200300
      acs subscribers set 100200300 --router SN123456 --segment olt-3/1
    """


@subscribers.command("import")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--dry-run", is_flag=True, help="Store nothing, only say what would become of it.")
@json_option
@with_api
def import_(session: Session, *, file: Path, dry_run: bool, as_json: bool) -> None:
    """Take a FILE of subscribers and their routers, CSV or NDJSON (.csv, .ndjson, .jsonl).

    One line is one router of one subscriber. Names of CSV's columns and of NDJSON's members:
    router_id or serial, and of these as many as there are: account, phone, login, contract,
    segment, switch_port, address_prefix, access, utc_offset. What a line does not say stays as it
    is known.

    Lines that are wrong are listed by their numbers, the others are taken; the exit code is 1 then.
    A line that changes nothing is passed over: a file can be taken again, whole.

    Examples:
      acs subscribers import crm.csv --dry-run
      acs subscribers import topology.ndjson --json
    """
    form = _FORMS.get(file.suffix.lower())
    if form is None:
        raise CliError(f"{file}: found {file.suffix!r}, allowed are {', '.join(_FORMS)}", USAGE)
    size = file.stat().st_size
    with file.open("rb") as source, _progress(file.name, size) as advance:
        answer = session.client.send(
            _PATH, _pieces(source, advance), size, media_type=form, dry_run=dry_run or None
        )
    report = msgspec.convert(answer, _Report)
    if as_json:
        print_json(answer)
    else:
        _show(file, report, dry_run=dry_run)
    if report.refused:
        raise CliError(f"{file}: {report.refused} lines were not taken", ERROR)


@subscribers.command("list")
@click.option(
    "--limit", "-n", type=click.IntRange(min=1), default=50, show_default=True, help="At most."
)
@click.option("--all", "everything", is_flag=True, help="All of them, however many.")
@json_option
@with_api
def list_(session: Session, *, limit: int, everything: bool, as_json: bool) -> None:
    """List subscribers in order of their accounts, a line for each router.

    Examples:
      acs subscribers list
      acs subscribers list --all --output csv
    """
    found = list(session.client.pages(_PATH, None if everything else limit))
    if as_json:
        print_json(found)
        return
    if not found:
        click.echo("no subscribers", err=True)
        return
    rows = msgspec.convert(found, tuple[_Subscriber, ...])
    table(_HEADINGS, (cells for row in rows for cells in _cells(row)))
    if len(rows) == limit and not everything:
        click.echo(f"the first {limit}; --all shows the rest, if any", err=True)


@subscribers.command()
@click.argument("account")
@json_option
@with_api
def show(session: Session, *, account: str, as_json: bool) -> None:
    """Show one subscriber by his ACCOUNT. How his routers are: acs show ROUTER.

    Examples:
      acs subscribers show 100200300
    """
    found = session.client.get(_path(account))
    if as_json:
        print_json(found)
        return
    table(_HEADINGS, _cells(msgspec.convert(found, _Subscriber)))


@subscribers.command("set")
@click.argument("account")
@click.option(
    "--router",
    metavar="ROUTER",
    shell_complete=complete_router,
    help="Which router becomes his, or is; may be left out if he has one.",
)
@click.option("--phone", help='His number; "" takes it away. So with all that follow.')
@click.option("--login", help="His login.")
@click.option("--contract", help="His contract.")
@click.option("--segment", help="Switch, OLT port, DSLAM or node that the router hangs on.")
@click.option("--switch-port", help="Its port there.")
@click.option("--prefix", "address_prefix", help="That its address is of: 192.0.2.0/24.")
@click.option("--access", type=click.Choice(_ACCESS), help="Access technology.")
@click.option("--utc-offset", type=int, help="Seconds east of UTC.")
@with_api
def set_(session: Session, /, *, account: str, router: str | None, **said: object) -> None:
    """Say of a subscriber what has changed; what is not said stays.

    A router that has not been seen yet is named by its full id, OUI-ProductClass-Serial.

    Examples:
      acs subscribers set 100200300 --phone "+7 916 123-45-67"
      acs subscribers set 100200300 --router SN123456 --segment olt-3/1 --switch-port 12
    """
    if not account:
        raise CliError("an account must not be empty", USAGE)
    client = session.client
    line = {name: value for name, value in said.items() if value is not None}
    router_id = _one_router(client, account) if router is None else _named(client, router)
    body = msgspec.json.encode({"router_id": router_id, "account": account, **line})
    answer = client.send(_PATH, [body], len(body), media_type="application/x-ndjson")
    report = msgspec.convert(answer, _Report)
    for problem in report.problems:
        raise CliError(f"{problem.field or 'line'}: {problem.says}", USAGE)
    what = "nothing changed" if report.unchanged else "changed"
    unseen = ", which waits to be enrolled" if report.unseen else ""
    click.echo(f"{plain(account)}, {plain(router_id)}{unseen}: {what}", err=True)


def _named(client: Client, router: str) -> str:
    try:
        return resolve(client, router)
    except CliError:
        if "-" in router:  # an id: it may be of one that is to come, the daemon looks at it
            return router
        raise


def _one_router(client: Client, account: str) -> str:
    ids = [each["router_id"] for each in client.get(_path(account))["routers"]]
    if len(ids) == 1:
        return str(ids[0])
    says = ", ".join(map(plain, ids)) or "none"
    raise CliError(f"{account!r} has these routers: {says}; say which with --router", USAGE)


def _path(account: str) -> str:
    return f"{_PATH}/{quote(account, safe='')}"


def _cells(row: _Subscriber) -> Iterator[tuple[object, ...]]:
    who = (row.account, row.phone or None, row.login or None, row.contract or None)
    for each in row.routers:
        yield (*who, each.router_id, each.segment, each.switch_port, each.address_prefix)
    if not row.routers:
        yield (*who, None, None, None, None)


def _show(file: Path, report: _Report, *, dry_run: bool) -> None:
    for each in report.problems[:_SHOWN]:
        field = f"{each.field}: " if each.field else ""
        click.echo(f"{file}:{each.line}: {field}{plain(each.says)}", err=True)
    if report.refused > _SHOWN:
        click.echo(f"… and {report.refused - _SHOWN} more; --json lists 1000", err=True)
    verb = "would be taken" if dry_run else "taken"
    unseen = f", {report.unseen} of them of routers never seen" if report.unseen else ""
    click.echo(f"{report.taken} lines {verb}{unseen}; {report.unchanged} unchanged", err=True)


def _pieces(source: IO[bytes], advance: Callable[[int], None]) -> Iterator[bytes]:
    while piece := source.read(_PIECE):
        yield piece
        advance(len(piece))


@contextlib.contextmanager
def _progress(name: str, size: int) -> Iterator[Callable[[int], None]]:
    """A progress bar on stderr, if that is a terminal."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console  # noqa: PLC0415 - slow to import
    from rich.progress import (  # noqa: PLC0415 - slow to import
        BarColumn,
        Progress,
        TaskProgressColumn,
        TextColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TaskProgressColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(plain(name), total=size)
        yield lambda count: progress.advance(task, count)
