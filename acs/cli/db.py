"""``acs db``: the database's schema, and its move to another place. Nothing here knows a table."""

import contextlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from acs.cli.output import print_json, table
from acs.cli.service import config_option, read_config
from acs.cli.session import json_option

if TYPE_CHECKING:
    from acs.storage.moving import Progress


@click.group()
def db() -> None:
    """Look after the database.

    Example:
      acs db upgrade --config /etc/acsd/acsd.toml
    """


@db.command()
@config_option
def upgrade(config: Path) -> None:
    """Bring the database's schema up to date, as the daemon does at its start.

    A database in a SQLite file is copied to FILE.before-REVISION first.

    Example:
      acs db upgrade --config /etc/acsd/acsd.toml
    """
    settings = read_config(config)
    from acs.cli.database import upgrade as bring_up  # noqa: PLC0415 - imports Twisted and SQLAlchemy

    revision = bring_up(settings.storage.url)
    click.echo(f"the database has schema {revision}", err=True)


def _url(_ctx: click.Context, _parameter: click.Parameter, value: str) -> str:
    from acs.storage.settings import StorageSettings  # noqa: PLC0415 - imports msgspec

    try:
        return StorageSettings(url=value).url
    except ValueError as error:
        raise click.BadParameter(str(error).removeprefix("url: ")) from error


@db.command()
@click.argument("source", callback=_url)
@click.argument("destination", callback=_url)
@json_option
def move(source: str, destination: str, *, as_json: bool) -> None:
    """Carry an installation over from the database SOURCE to the empty database DESTINATION.

    Both are URLs, sqlite:////path/file or postgresql://user@host/database. Stop the daemon
    first; SOURCE is locked against writing and stays as it is. Every row is read again in
    DESTINATION, and counts and digests are compared, before anything there is final: a move
    that fails or is stopped leaves DESTINATION empty.

    A password is better in ~/.pgpass or PGPASSWORD than in the URL: arguments are seen by others.

    Example:
      acs db move sqlite:////var/lib/acsd/acsd.db postgresql://acsd@db.example/acsd
    """
    from acs.cli.database import move as carry  # noqa: PLC0415 - imports Twisted and SQLAlchemy

    with _progress() as progress:
        moved = carry(source, destination, progress)
    if as_json:
        print_json(moved)
        return
    table(("TABLE", "ROWS", "DIGEST"), [(each.table, each.rows, each.digest) for each in moved])
    rows = sum(each.rows for each in moved)
    click.echo(
        f"All rows, {rows:,} in {len(moved)} tables, are the same in both databases.\n"
        "Now set [storage] url to the new one. The key of stored secrets stays where it is:"
        " name it as [storage] key_file.",
        err=True,
    )


@contextlib.contextmanager
def _progress() -> Iterator["Progress"]:
    """A bar on stderr, if that is a terminal; it is of one table at a time."""
    if not sys.stderr.isatty():
        yield lambda *_: None
        return
    from rich.console import Console  # noqa: PLC0415 - slow to import
    from rich.progress import (  # noqa: PLC0415 - slow to import
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("{task.description:<28}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        task = bars.add_task("", total=None)

        def show(phase: str, name: str, done: int, total: int) -> None:
            bars.update(
                task,
                description=f"{phase} {name}",
                completed=done,
                total=total,
            )

        yield show
