"""``acs replay``: a recorded conversation or a single message, played through the pure core.

Needs no daemon. Playing is ``player``'s, this reads the files and prints the turns.
"""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from acs.cli.errors import ERROR, NOT_FOUND, CliError
from acs.cli.output import print_json
from acs.cli.session import json_option, surroundings

if TYPE_CHECKING:
    from acs.cli.player import Step


@click.command()
@click.argument("transcripts", nargs=-1, required=True, metavar="TRANSCRIPT...")
@click.option("--full", is_flag=True, help="Print every parameter, however many there are.")
@click.option("--xml", is_flag=True, help="Print the server's replies as XML too.")
@json_option
@click.pass_context
def replay(
    ctx: click.Context, *, transcripts: tuple[str, ...], full: bool, xml: bool, as_json: bool
) -> None:
    """Play each TRANSCRIPT through codec and session, and print every turn's facts and reply.

    A TRANSCRIPT is a recorded conversation (JSON lines) or the XML of one message; - is standard
    input. A message that only makes sense within a conversation is played against a session that
    awaits it; the turns made up for that are marked. Nothing is sent or stored.

    Examples:
      acs replay /var/lib/acsd/transcripts/00A1B2-Box-SN123456.jsonl
      acs replay inform.xml --full
      acs replay inform.xml --json | jq '.[0].turns[].reply.message'
    """
    now = surroundings(ctx).now()
    played: list[object] = []
    failed = False
    for name in transcripts:
        steps = list(_steps(name, now))
        failed = failed or any(step.malformed for step in steps)
        if as_json:
            from acs.cli.player_view import as_data  # noqa: PLC0415 - imports the core

            played.append({"file": name, "turns": [as_data(step, xml=xml) for step in steps]})
        else:
            _print(name, steps, full=full, xml=xml)
    if as_json:
        print_json(played)
    if failed:
        ctx.exit(ERROR)


def _steps(name: str, now: float) -> "Iterator[Step]":
    from acs.cli.player import Step, play_transcript, read  # noqa: PLC0415 - imports the core
    from acs.cli.player_lone import play_lone  # noqa: PLC0415 - the same
    from acs.cwmp.codec import MalformedMessage  # noqa: PLC0415 - the same
    from acs.cwmp.transcript import TranscriptError, read_transcript  # noqa: PLC0415 - the same

    data = _content(name)
    if data.lstrip().startswith(b"{"):
        try:
            entries = read_transcript(data.decode("utf-8", "replace"))
        except TranscriptError as error:
            raise CliError(f"{name}: {error}") from error
        yield from play_transcript(entries)
        return
    try:
        said = read(data)
    except MalformedMessage as error:
        yield Step(at=now, malformed=f"{error.code}: {error}")
        return
    yield from play_lone(said, now)


def _content(name: str) -> bytes:
    if name == "-":
        return sys.stdin.buffer.read()
    try:
        return Path(name).read_bytes()
    except FileNotFoundError as error:
        raise CliError(f"{name}: no such file", NOT_FOUND) from error
    except OSError as error:
        raise CliError(f"{name}: {error.strerror}") from error


def _print(name: str, steps: "list[Step]", *, full: bool, xml: bool) -> None:
    from acs.cli.output import console  # noqa: PLC0415 - imports rich
    from acs.cli.player_view import draw  # noqa: PLC0415 - imports the core

    out = console()
    out.print(name, style="bold")
    for number, step in enumerate(steps, 1):
        draw(out, number, step, full=full, xml=xml)
