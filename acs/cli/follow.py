"""``acs watch``: one router's card, kept up to date; or its changes as lines in a pipe."""

import contextlib
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click
import msgspec

from acs.cli import live
from acs.cli.answers import Command, Router, Samples, Status
from acs.cli.client import UnreachableError, router_path
from acs.cli.history import samples
from acs.cli.output import console
from acs.cli.resolve import resolve
from acs.cli.session import Session, router_argument, with_api
from acs.cli.types import Seconds
from acs.cli.words import about, action, plain, rfc3339
from acs.duration import Duration

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

_TRENDS = 14 * 86_400.0  # seconds
_SURER = 0.05  # a change of confidence below is not worth a line


@click.command()
@router_argument
@click.option(
    "--interval",
    type=Seconds(at_least=1),
    default="5s",
    show_default=True,
    help="Time between two looks.",
)
@with_api
def watch(session: Session, *, router: str, interval: Duration) -> None:
    """Watch ROUTER: its card, kept up to date until Ctrl-C.

    Where output is no terminal, a line is printed for each change: verdict, boot, firmware,
    address, commands. The router itself is not asked: what the daemon learns is shown.

    Examples:
      acs watch SN123456
      acs watch SN123456 | tee changes.log
    """
    router_id = resolve(session.client, router)
    path = router_path(router_id, "/status")
    seen = live.answers(
        session, lambda: msgspec.convert(session.client.get(path), Status), interval
    )
    out = console()
    try:
        if out.is_terminal:
            live.show(out, seen, _Card(session, router_id, out).draw)
        else:
            for line in lines(seen):
                click.echo(line)
    except KeyboardInterrupt:
        return  # the way to end it


class _Card:
    """Draws the card; the trends are read anew when the router has been."""

    def __init__(self, session: Session, router_id: str, out: "Console") -> None:
        self._session, self._router_id, self._out = session, router_id, out
        self._samples, self._read_at = Samples(), ""

    def draw(self, status: Status, now: float) -> "RenderableType":
        from acs.cli.card import card  # noqa: PLC0415 - imports rich

        read_at = str(status.router.collected_at)
        if read_at != self._read_at:
            with contextlib.suppress(UnreachableError):  # the next look says so
                self._samples = samples(self._session, self._router_id, now - _TRENDS)
                self._read_at = read_at
        return card(status, self._samples, now, self._out.width)


def lines(seen: Iterator[live.Seen[Status]]) -> Iterator[str]:
    """What is known at first, then each change, with its time."""
    last: live.Seen[Status] | None = None
    for each in seen:
        at = rfc3339(round(each.at))
        if last is None:
            yield f"{at} {plain(each.answer.router_id)}: {_verdict(each.answer)}"
        elif each.trouble != last.trouble:
            yield f"{at} {each.trouble or 'the daemon answers again'}"
        if last is not None:
            yield from (f"{at} {change}" for change in changes(last.answer, each.answer))
        last = each


def changes(before: Status, after: Status) -> Iterator[str]:
    """What is different in the newer of two answers, in words; nothing for a mere new reading."""
    if _judgement(before) != _judgement(after):
        yield _verdict(after)
    yield from _facts(before.router, after.router)
    known = {each.command_id: each for each in before.commands}
    for each in reversed(after.commands):
        old = known.get(each.command_id)
        if old is None or (old.state, old.outcome) != (each.state, each.outcome):
            yield _command(each)


def _judgement(status: Status) -> tuple[str, int] | None:
    verdict = status.verdict
    return None if verdict is None else (verdict.action, round(verdict.confidence / _SURER))


def _verdict(status: Status) -> str:
    verdict = status.verdict
    if verdict is None:
        return "no verdict yet"
    first = f": {plain(verdict.evidence[0].says)}" if verdict.evidence else ""
    return f"verdict {verdict.action} ({action(verdict.action)}), {verdict.confidence:.0%}{first}"


def _facts(before: Router, after: Router) -> Iterator[str]:
    if after.booted_at != before.booted_at and after.booted_at is not None:
        yield f"booted at {rfc3339(round(after.booted_at.timestamp()))}"
    for name, label in (
        ("software_version", "firmware"),
        ("address", "address"),
        ("enrolment", "enrolment"),
        ("segment", "segment"),
    ):
        old, new = getattr(before, name), getattr(after, name)
        if old != new:
            yield f"{label} {plain(old or '-')} -> {plain(new or '-')}"
    if after.identity_in_doubt and not before.identity_in_doubt:
        yield "two devices share this id: no automatic action"


def _command(command: Command) -> str:
    what = about(command.arguments)
    ended = f": {command.outcome}" if command.outcome else ""
    why = "; ".join(plain(no.reason) for no in command.refusals)
    return (
        f"{command.kind} {what} ".rstrip()
        + f" {command.state}{ended}"
        + (f": {why}" if why and not ended else "")
    )
