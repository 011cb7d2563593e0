"""Asking again and again, and showing the newest answer in place or as it changes.

What is asked and how it looks is the caller's matter.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from acs.cli.client import UnreachableError

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

    from acs.cli.session import Session

T = TypeVar("T")


@dataclass(frozen=True)
class Seen(Generic[T]):
    """An answer, and what is in the way of a newer one: "" if nothing."""

    answer: T
    at: float
    trouble: str = ""


def answers(session: "Session", ask: Callable[[], T], interval: float) -> Iterator[Seen[T]]:
    """Ask, wait ``interval`` seconds, ask again. A daemon that is away is waited for.

    Yields:
        the newest answer, after each question.

    Raises:
        CliError: the first question failed, or a later one for more than an unreachable daemon.
    """
    found = Seen(ask(), session.now())
    while True:
        yield found
        session.sleep(interval)
        try:
            found = Seen(ask(), session.now())
        except UnreachableError as error:
            found = Seen(found.answer, found.at, error.format_message())


def show(
    out: "Console", seen: Iterator[Seen[T]], draw: Callable[[T, float], "RenderableType"]
) -> None:
    """Draw each answer in place of the one before, on a screen of its own, until Ctrl-C."""
    from rich.console import Group  # noqa: PLC0415 - slow to import
    from rich.live import Live  # noqa: PLC0415 - the same
    from rich.text import Text  # noqa: PLC0415 - the same

    with Live(console=out, screen=True, auto_refresh=False, vertical_overflow="crop") as screen:
        for each in seen:
            foot = Text("Ctrl-C ends", style="dim")
            if each.trouble:
                foot = Text(f"{each.trouble} What is shown is the last answer.", style="bold red")
            screen.update(Group(foot, draw(each.answer, each.at)), refresh=True)
