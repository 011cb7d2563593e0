"""Giving a router a command: the options that all such commands have, consent, and how they end.

Which arguments a command takes, and how its result is shown, is each command's own matter.
"""

import functools
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Concatenate, ParamSpec, TypeVar

import click
import msgspec

from acs.cli.answers import Command
from acs.cli.errors import ERROR, USAGE, CliError
from acs.cli.output import print_json
from acs.cli.resolve import resolve
from acs.cli.session import Session, json_option, with_api
from acs.cli.types import Seconds
from acs.cli.waiting import demand_success, follow, progress, propose
from acs.cli.words import plain
from acs.duration import Duration

P = ParamSpec("P")
R = TypeVar("R")
Show = Callable[[Command], None]

timeout_option = click.option(
    "--timeout",
    type=Seconds(),
    default="10m",
    show_default=True,
    help="How long to wait for the router at most.",
)
reason_option = click.option(
    "--reason", default="asked for on the command line", help="Why; it is recorded."
)
yes_option = click.option("--yes", "-y", is_flag=True, help="Do not ask whether it is meant.")
force_option = click.option(
    "--force", is_flag=True, help="Send it although the stored tree or a data model forbids it."
)


@dataclass(frozen=True)
class Order:
    """A wish for a command, with the options that all of them have.

    Attributes:
        session: way to the daemon.
        router: as the operator typed it.
        reason: recorded with the command.
        timeout: seconds to wait at most.
        wait: whether to.
        as_json: print the command's document in place of text.
    """

    session: Session
    router: str
    reason: str
    timeout: float
    wait: bool = True
    as_json: bool = False

    def give(
        self,
        kind: str,
        arguments: Mapping[str, object],
        show: Show | None = None,
        *,
        force: bool = False,
    ) -> Command:
        """Give the command, follow it to its end, and show its result.

        Raises:
            CliError: it was refused, failed, or did not end in time.
        """
        router_id = resolve(self.session.client, self.router)
        found = propose(
            self.session,
            router_id,
            kind,
            self.reason,
            arguments=arguments,
            as_json=self.as_json,
            force=force,
        )
        return self.finish(found, show)

    def finish(self, found: Any, show: Show | None) -> Command:
        """The same for a command that is already given."""
        tell = None if self.as_json else progress
        if self.wait:
            found = follow(self.session, found, self.timeout, tell)
        elif tell is not None:
            tell(msgspec.convert(found, Command))
        command = msgspec.convert(found, Command)
        if self.as_json:
            print_json(found)
        elif not self.wait:
            click.echo(f"its command is {command.command_id}", err=True)
        elif show is not None and command.state == "done":
            show(command)
        demand_success(command)
        return command


def gives(command: Callable[Concatenate[Order, P], R]) -> Callable[..., R]:
    """Add the common options to a command that takes ROUTER, and hand it an ``Order`` first."""
    return json_option(_gives(command))


def gives_at_once(command: Callable[Concatenate[Order, P], R]) -> Callable[..., R]:
    """The same for a command that does not wait unless it is told to."""
    return json_option(_gives(command, wait=False))


def gives_json(command: Callable[Concatenate[Order, P], R]) -> Callable[..., R]:
    """The same for a command that always prints JSON."""
    return _gives(command, json=True)


def _gives(
    command: Callable[Concatenate[Order, P], R], *, wait: bool = True, json: bool = False
) -> Callable[..., R]:
    def run(
        session: Session,
        *,
        router: str,
        reason: str,
        timeout: Duration,
        wait: bool,
        as_json: bool = json,
        **given: Any,
    ) -> R:
        return call(Order(session, router, reason, timeout, wait, as_json), **given)

    call: Callable[..., R] = command
    functools.update_wrapper(run, command)
    waiting = click.option(
        "--wait/--no-wait", default=wait, show_default=True, help="Wait until it is done."
    )
    made: Callable[..., R] = waiting(reason_option(timeout_option(run)))
    return with_api(made)


def confirm(what: str, *, yes: bool) -> None:
    """Have the operator say that a dangerous command is meant.

    Raises:
        CliError: he said no, or there is no terminal to ask at and no ``--yes``.
    """
    if yes:
        return
    if not _can_ask():
        raise CliError(f"{what} needs --yes where there is no terminal to ask at", USAGE)
    if not click.confirm(f"{plain(what)}: go on?", err=True):
        raise CliError("nothing was asked of the router", ERROR)


def _can_ask() -> bool:
    return sys.stdin.isatty()


def settings_of(texts: tuple[str, ...]) -> dict[str, str]:
    """PATH=VALUE, each path once.

    Raises:
        CliError: one is not, or a path is given twice.
    """
    values = dict(map(_setting, texts))
    if len(values) < len(texts):
        raise CliError("a path is given twice", USAGE)
    return values


def _setting(text: str) -> tuple[str, str]:
    path, equals, value = text.partition("=")
    if not equals or not path or path.endswith("."):
        raise CliError(f"{text!r} is not PATH=VALUE with the path of one parameter", USAGE)
    return path, value


def given(**arguments: object) -> dict[str, object]:
    """The arguments that were given: None, empty texts and False are left out."""
    return {
        name: value
        for name, value in arguments.items()
        if value is not None and value is not False and value not in ("", (), [])
    }
