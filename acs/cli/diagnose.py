"""``acs diagnose``: a router's diagnosis made now by the daemon, or a file of cases judged here."""

import gzip
from pathlib import Path
from typing import IO, cast

import click
import msgspec

from acs.cli.answers import Verdict
from acs.cli.client import router_path
from acs.cli.errors import USAGE, CliError
from acs.cli.output import console, print_json
from acs.cli.resolve import resolve
from acs.cli.service import read_config
from acs.cli.session import Session, json_option, with_api

_LEVEL = 6


@click.command()
@click.argument("subject", metavar="ROUTER|CASES")
@click.option(
    "--into",
    "-o",
    "output",
    type=click.File("wb"),
    default="-",
    help="Where the verdicts of CASES go, one JSON object a line; compressed if the name ends "
    "with .gz; - is standard output.",
)
@click.option(
    "--strict", is_flag=True, help="Stop at the first line of CASES that is none; else skip it."
)
@click.option(
    "--config",
    "-c",
    type=click.Path(path_type=Path),
    help="Configuration whose thresholds CASES are judged by; without it, the defaults.",
)
@json_option
@with_api
def diagnose(
    session: Session,
    *,
    subject: str,
    output: IO[bytes],
    strict: bool,
    config: Path | None,
    as_json: bool,
) -> None:
    """Diagnose ROUTER now, or judge the case file CASES (JSON lines, perhaps gzipped).

    Cases are judged on this machine and need no daemon. What is an existing file, or ends with
    .jsonl or .jsonl.gz, is taken for cases. A line that is no case is named with its number; the
    exit code then is 1, though all others are judged.

    Examples:
      acs diagnose SN123456
      acs diagnose cases.jsonl.gz --into verdicts.jsonl
    """
    if _is_file(subject):
        _judge(Path(subject), output, config, strict=strict)
        return
    router_id = resolve(session.client, subject)
    found = session.client.get(router_path(router_id, "/diagnosis"))
    if as_json:
        print_json(found)
        return
    from acs.cli.card import verdict_lines  # noqa: PLC0415 - imports rich

    console().print(verdict_lines(msgspec.convert(found, Verdict), session.now()))


def _judge(cases: Path, output: IO[bytes], config: Path | None, *, strict: bool) -> None:
    from acs.cli.judging import judge_file  # noqa: PLC0415 - imports numpy
    from diagnostics.thresholds import Thresholds  # noqa: PLC0415 - imports numpy

    name = getattr(output, "name", "-")
    if cases.exists() and Path(name).exists() and cases.samefile(name):
        raise CliError("the verdicts would overwrite the cases", USAGE)
    thresholds = Thresholds() if config is None else read_config(config).diagnosis
    if name.endswith(".gz"):
        with gzip.open(output, "wb", compresslevel=_LEVEL) as packed:
            count = judge_file(cases, cast("IO[bytes]", packed), thresholds, strict=strict)
    else:
        count = judge_file(cases, output, thresholds, strict=strict)
    click.echo(f"{count} cases judged", err=True)


def _is_file(subject: str) -> bool:
    return subject.endswith((".jsonl", ".jsonl.gz")) or Path(subject).is_file()
