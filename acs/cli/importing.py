"""The file of ``acs enrol --import``: read, checked where lines meet, sent some at a time.

What a single line may hold is the daemon's to say. Nothing of a line but its number and its names
is ever printed.
"""

import csv
import sys
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import IO

import click
import msgspec

from acs.cli.client import Client
from acs.cli.errors import ERROR, USAGE, CliError
from acs.cli.output import print_json

REQUIRED = ("oui", "serial")
COLUMNS = (
    *REQUIRED,
    *("product_class", "username", "password", "ha1", "certificate"),
    *("account", "phone", "login", "segment", "access", "utc_offset"),
)
_AT_ONCE = 500
_SHOWN = 100  # problems that are listed
_YES = {"yes": True, "1": True, "true": True, "": False, "no": False, "0": False, "false": False}


class _Report(msgspec.Struct):
    enrolled: int = 0
    known: int = 0
    problems: list[tuple[int, str]] = []


def import_file(client: Client, path: Path, *, replace: bool, dry_run: bool, as_json: bool) -> None:
    """Send a file's routers and report.

    Raises:
        CliError: the file cannot be used, or some of its lines could not; those are reported.
    """
    report = _Report()
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = _rows(file, report)
            while some := list(islice(rows, _AT_ONCE)):
                _send(client, some, report, replace=replace, dry_run=dry_run)
                if not as_json and sys.stderr.isatty():
                    click.echo(f"\r{some[-1][0]} lines", nl=False, err=True)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise CliError(f"{path}: {error}", USAGE) from error
    report.problems.sort()
    _show(path, report, dry_run=dry_run, as_json=as_json)
    if report.problems:
        raise CliError(f"{path}: {len(report.problems)} lines were not taken", ERROR)


def _rows(file: IO[str], report: _Report) -> Iterator[tuple[int, dict[str, object]]]:
    """Each line's number and values; those that cannot be sent go into the report."""
    first = file.readline()
    reader = csv.reader(file, delimiter=";" if ";" in first and "," not in first else ",")
    header = [name.strip().lower() for name in next(csv.reader([first], reader.dialect), [])]
    _check_header(header)
    routers: dict[tuple[str, ...], int] = {}
    number = 2
    for cells in reader:
        at, number = number, reader.line_num + 2
        if not cells:
            continue
        if len(cells) != len(header):
            report.problems.append((at, f"{len(cells)} columns, the header has {len(header)}"))
            continue
        row = {name: text.strip() for name, text in zip(header, cells, strict=True)}
        key = (row["oui"].upper(), row.get("product_class", ""), row["serial"])
        before = routers.setdefault(key, at)
        if before != at:
            report.problems.append((at, f"the router of line {before} again"))
            continue
        try:
            yield at, _typed(row)
        except ValueError as error:
            report.problems.append((at, str(error)))


def _check_header(header: list[str]) -> None:
    for name in REQUIRED:
        if name not in header:
            raise CliError(f"line 1: the header has no column {name!r}", USAGE)
    for name in header:
        if name not in COLUMNS:
            allowed = ", ".join(COLUMNS)
            raise CliError(f"line 1: found column {name!r}, allowed are {allowed}", USAGE)
        if header.count(name) > 1:
            raise CliError(f"line 1: column {name!r} stands there twice", USAGE)


def _typed(row: dict[str, str]) -> dict[str, object]:
    made: dict[str, object] = {name: text for name, text in row.items() if text}
    made.setdefault("oui", "")
    made.setdefault("serial", "")
    if "certificate" in row:
        said = _YES.get(row["certificate"].lower())
        if said is None:
            raise ValueError('certificate: allowed are "yes", "no" and nothing')
        made["certificate"] = said
    if "utc_offset" in made:
        try:
            made["utc_offset"] = int(row["utc_offset"])
        except ValueError:
            raise ValueError("utc_offset: allowed are seconds, such as 3600") from None
    return made


def _send(
    client: Client,
    some: list[tuple[int, dict[str, object]]],
    report: _Report,
    *,
    replace: bool,
    dry_run: bool,
) -> None:
    lines = [row for _, row in some]
    body: dict[str, object] = {"lines": lines, "replace": replace, "dry_run": dry_run}
    answer = client.post("/v1/enrolments", body)
    report.enrolled += answer["enrolled"]
    report.known += answer["known"]
    report.problems += [(some[one["line"]][0], one["says"]) for one in answer["problems"]]


def _show(path: Path, report: _Report, *, dry_run: bool, as_json: bool) -> None:
    if as_json:
        problems = [{"line": number, "says": says} for number, says in report.problems]
        print_json({"enrolled": report.enrolled, "known": report.known, "problems": problems})
        return
    for number, says in report.problems[:_SHOWN]:
        click.echo(f"{path}:{number}: {says}", err=True)
    _more(report.problems[_SHOWN:])
    verb = "would be enrolled" if dry_run else "are enrolled"
    click.echo(f"{report.enrolled} routers {verb}, {report.known} were known", err=True)


def _more(rest: Iterable[object]) -> None:
    count = len(list(rest))
    if count:
        click.echo(f"… and {count} more lines; --json lists all", err=True)
