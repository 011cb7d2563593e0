"""``acs files``: the catalogue of files for routers, and what routers uploaded.

Bytes are streamed both ways: a file is never held in memory.
"""

import contextlib
import hashlib
import os
import sys
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import IO, Any
from urllib.parse import quote

import click
import msgspec
from click.shell_completion import CompletionItem

from acs.cli.client import router_path
from acs.cli.errors import CliError
from acs.cli.output import print_json, table, when
from acs.cli.resolve import resolve
from acs.cli.session import Session, json_option, router_argument, with_api
from acs.cli.words import plain

# Short names of TR-069's file types, as the API takes them.
KINDS = ("firmware", "web", "config", "tone", "ringer", "stored-firmware")
_HEADINGS = ("FILE", "NAME", "KIND", "FOR", "VERSION", "SIZE", "ADDED", "BY")
_PIECE = 262_144


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """A file of the catalogue, as the API answers it."""

    file_id: str
    name: str
    kind: str
    manufacturer: str = ""
    oui: str = ""
    product_class: str = ""
    model: str = ""
    version: str = ""
    sha256: str = ""
    size: int = 0
    added_at: datetime
    added_by: str = ""


class Upload(msgspec.Struct, frozen=True, kw_only=True):
    """What a router uploaded, as the API answers it."""

    command_id: str
    file_type: str = ""
    sha256: str = ""
    size: int = 0
    at: datetime


@click.group()
def files() -> None:
    """Give files to routers: a catalogue of firmware and configurations.

    Example:
      acs files add hub5-2.0.bin --model "Hub 5*" --version 2.0
    """


class _KindName(click.ParamType[str]):
    """A short name of a file type, or one as TR-069 writes it."""

    name = "type"

    def shell_complete(
        self,
        ctx: click.Context,  # noqa: ARG002 - click's signature
        param: click.Parameter,  # noqa: ARG002 - click's signature
        incomplete: str,
    ) -> list[CompletionItem]:
        """The short names."""
        return [CompletionItem(kind) for kind in KINDS if kind.startswith(incomplete)]


@files.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, readable=True, path_type=Path))
@click.option("--model", default="", help="Model name of the routers it is for; * and ? allowed.")
@click.option("--product-class", default="", help="Product class of the routers; * and ? allowed.")
@click.option("--oui", default="", help="OUIs of the routers, parted by commas.")
@click.option("--manufacturer", default="", help="Manufacturer of the routers.")
@click.option("--version", default="", help="Software version that a router has with it.")
@click.option(
    "--type",
    "kind",
    type=_KindName(),
    default="firmware",
    show_default=True,
    help=f"{', '.join(KINDS)}, or as TR-069 writes it.",
)
@click.option("--name", help="Name that routers see; without it, the file's own.")
@click.option("--note", default="", help="Whatever is worth saying.")
@json_option
@with_api
def add(
    session: Session, /, *, file: Path, kind: str, name: str | None, as_json: bool, **about: str
) -> None:
    """Add FILE to the catalogue; its id is printed.

    Firmware must say for which routers it is (--model, --product-class or --oui).

    Examples:
      acs files add hub5-2.0.bin --model "Hub 5*" --version 2.0
      acs files add voice.xml --type config --product-class Hub-5 --note "ticket 4711"
    """
    size = file.stat().st_size
    hashed = hashlib.sha256()
    with file.open("rb") as source, _progress(file.name, size) as advance:
        found = session.client.send(
            "/v1/files",
            _pieces(source, hashed.update, advance),
            size,
            name=name or file.name,
            kind=kind,
            **about,
        )
    if found["sha256"] != hashed.hexdigest():
        session.client.delete(f"/v1/files/{quote(found['file_id'], safe='')}")
        raise CliError(f"{file.name} changed on its way to the daemon; it was not added")
    if as_json:
        print_json(found)
        return
    row = msgspec.convert(found, Row)
    click.echo(f"{row.name} is in the catalogue: {row.kind}, {_size(row.size)}", err=True)
    click.echo(row.file_id)


@files.command(name="list")
@json_option
@with_api
def list_files(session: Session, *, as_json: bool) -> None:
    """List the catalogue, the newest first.

    Example:
      acs files list --json | jq -r '.[].file_id'
    """
    found = session.client.get("/v1/files")["items"]
    if as_json:
        print_json(found)
        return
    rows = msgspec.convert(found, tuple[Row, ...])
    if not rows:
        click.echo("no files", err=True)
        return
    now = session.now()
    table(_HEADINGS, (_cells(row, now) for row in rows))


@files.command()
@click.argument("file_id", metavar="FILE_ID")
@with_api
def remove(session: Session, *, file_id: str) -> None:
    """Take a file out of the catalogue, and delete it.

    Links to it are worth nothing then; a download under way goes on.

    Example:
      acs files remove 3f9c0a12be77
    """
    session.client.delete(f"/v1/files/{quote(file_id, safe='')}")
    click.echo(f"{plain(file_id)} is removed", err=True)


@files.command()
@router_argument
@json_option
@with_api
def uploads(session: Session, *, router: str, as_json: bool) -> None:
    """List what ROUTER uploaded, the newest first.

    Example:
      acs files uploads SN123456
    """
    router_id = resolve(session.client, router)
    found = session.client.get(router_path(router_id, "/uploads"))["items"]
    if as_json:
        print_json(found)
        return
    rows = msgspec.convert(found, tuple[Upload, ...])
    if not rows:
        click.echo("no uploads", err=True)
        return
    now = session.now()
    headings = ("COMMAND", "TYPE", "SIZE", "CAME", "SHA-256")
    table(
        headings,
        (
            (row.command_id, row.file_type or None, _size(row.size), when(row.at, now), row.sha256)
            for row in rows
        ),
    )


@files.command()
@router_argument
@click.argument("command", metavar="COMMAND")
@click.option(
    "--output",
    "-o",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Where to write it; without it, or with -, to stdout.",
)
@with_api
def fetch(session: Session, *, router: str, command: str, output: Path | None) -> None:
    """Fetch what ROUTER uploaded by COMMAND (see acs files uploads ROUTER).

    A configuration holds passwords: the file is made readable for you alone.

    Example:
      acs files fetch SN123456 019c3a5f8e2047d2c9a61b0e55 -o config.xml
    """
    router_id = resolve(session.client, router)
    path = router_path(router_id, f"/uploads/{quote(command, safe='')}")
    about = session.client.get(path)
    if output is None or str(output) == "-":
        session.client.fetch(f"{path}/content", sys.stdout.buffer.write)
        return
    hashed = hashlib.sha256()
    draft = output.with_name(f".{output.name}.{os.getpid()}")
    with contextlib.ExitStack() as stack:
        stack.callback(draft.unlink, missing_ok=True)
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        target = stack.enter_context(os.fdopen(handle, "wb"))
        advance = stack.enter_context(_progress(output.name, about["size"]))

        def write(data: bytes) -> None:
            target.write(data)
            hashed.update(data)
            advance(len(data))

        session.client.fetch(f"{path}/content", write)
        target.flush()
        if hashed.hexdigest() != about["sha256"]:
            raise CliError("the upload changed on its way from the daemon; nothing was written")
        draft.replace(output)
    click.echo(f"{output}: {_size(about['size'])}", err=True)


def _pieces(
    source: IO[bytes], hash_in: Callable[[bytes], object], advance: Callable[[int], None]
) -> Iterator[bytes]:
    while piece := source.read(_PIECE):
        hash_in(piece)
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
        DownloadColumn,
        Progress,
        TextColumn,
        TransferSpeedColumn,
    )

    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(plain(name), total=size)
        yield lambda count: progress.advance(task, count)


def _cells(row: Row, now: float) -> tuple[Any, ...]:
    wanted = (row.manufacturer, row.oui, row.product_class, row.model)
    return (
        row.file_id,
        row.name,
        row.kind,
        " ".join(each for each in wanted if each) or "any",
        row.version or None,
        _size(row.size),
        when(row.added_at, now),
        row.added_by,
    )


def _size(count: int) -> str:
    """Bytes in the largest unit that has a whole one."""
    for unit, name in ((1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")):
        if count >= unit:
            return f"{count / unit:.1f} {name}"
    return f"{count} B"
