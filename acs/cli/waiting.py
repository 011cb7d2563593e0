"""Giving a router a command and following it to its end. Which command is the caller's matter."""

from collections.abc import Callable, Mapping
from typing import Any

import click
import msgspec

from acs.cli.answers import Command, Refusal
from acs.cli.client import RefusedError, router_path
from acs.cli.errors import ERROR, REFUSED, TIMED_OUT, CliError, say_error
from acs.cli.output import print_json, retry
from acs.cli.session import Session
from acs.cli.words import about, fault, plain

POLL = 20.0  # seconds of one long poll

_FAILURES = ("failed", "refused", "unconfirmed", "expired", "withdrawn")
_PROGRESS = {
    "queued": "it waits for the router's next session",
    "sent": "the router has not answered yet",
    "accepted": "the router took it",
    "confirmed": "the router has rebooted; whether it helped is being measured",
    "verified": "measured before and after",
    "unconfirmed": "it was sent, and the router never confirmed it",
    "expired": "the router fetched it in no session",
    "withdrawn": "it was taken back before the router fetched it",
}


def propose(
    session: Session,
    router_id: str,
    kind: str,
    reason: str,
    *,
    consent: bool = False,
    arguments: Mapping[str, object] | None = None,
    as_json: bool = False,
    force: bool = False,
) -> Any:
    """Give a command. A refused one is printed with each guard's reason.

    Returns:
        The stored command as the API answers it.

    Raises:
        CliError: with the exit code for refused, among others.
    """
    body: dict[str, object] = {"kind": kind, "reason": reason}
    if consent:
        body["consent"] = True
    if force:
        body["force"] = True
    if arguments:
        body["arguments"] = dict(arguments)
    try:
        return session.client.post(router_path(router_id, "/commands"), body)
    except RefusedError as error:
        if as_json:
            print_json(session.client.get(f"/v1/commands/{error.command_id}"))
        else:
            _print_refusals(error.refusals, session.now())
        more = f"; acs explain {error.refusals[0].guard} says more" if error.refusals else ""
        raise CliError(f"refused; recorded as command {error.command_id}{more}", REFUSED) from error


def _print_refusals(refusals: tuple[Refusal, ...], now: float) -> None:
    for no in refusals:
        again = f" ({retry(no.retry_at, now)})" if no.retry_at else ""
        click.echo(f"{plain(no.guard)}: {plain(no.reason)}{again}", err=True)


def follow(
    session: Session, found: Any, timeout: float, tell: Callable[[Command], None] | None = None
) -> Any:
    """Wait until a command is finished; ``tell`` hears of each new state.

    Args:
        session: way to the daemon.
        found: the command as the API answered it.
        timeout: seconds.
        tell: called with the command at the start and at each change.

    Returns:
        The command as the API answered it last.

    Raises:
        CliError: with the exit code for a time-out; the command goes on.
    """
    command = msgspec.convert(found, Command)
    deadline = session.now() + timeout
    if tell:
        tell(command)
    while not command.finished:
        left = deadline - session.now()
        if left <= 0:
            raise CliError(
                f"still {command.state} after {timeout:.0f} s; it goes on: "
                f"acs commands --router {command.router_id}",
                TIMED_OUT,
            )
        try:
            found = session.client.get(
                f"/v1/commands/{command.command_id}", wait=max(0.01, min(POLL, left))
            )
        except KeyboardInterrupt:
            say_error(f"no longer waiting; command {command.command_id} goes on")
            raise
        newer = msgspec.convert(found, Command)
        if tell and newer.state != command.state:
            tell(newer)
        command = newer
    return found


def progress(command: Command) -> None:
    """Say on stderr where a command stands; of a failure ``demand_success`` says it all."""
    if command.state in _FAILURES:
        return
    words = _PROGRESS.get(command.state)
    what = about(command.arguments)
    name = f"{command.kind} {what}" if what else command.kind
    click.echo(f"{name} {command.state}" + (f": {words}" if words else ""), err=True)


def demand_success(command: Command) -> None:
    """Raise the error that a command's final state stands for, if it does.

    Raises:
        CliError: it failed, was refused, expired or was never confirmed.
    """
    if command.state == "failed":
        raise CliError(f"the {command.kind} failed: {fault_of(command.result)}", ERROR)
    if command.state == "refused":
        reasons = "; ".join(plain(no.reason) for no in command.refusals)
        raise CliError(f"refused when it was to be sent: {reasons}", REFUSED)
    if command.state in ("expired", "unconfirmed"):
        raise CliError(f"{command.kind} {command.state}: {_PROGRESS[command.state]}", TIMED_OUT)


def fault_of(result: Mapping[str, object]) -> str:
    """A stored fault in words, with that of each parameter, or of each unit of software."""
    code, text, parameters = (result.get(key) for key in ("code", "string", "parameters"))
    words = [_fault(code, text)] if code is not None else []
    if "error" in result:
        words.append(plain(result["error"]))
    if isinstance(parameters, list):
        words += [
            f"{plain(each.get('name'))}: {_fault(each.get('code'), each.get('string'))}"
            for each in parameters
            if isinstance(each, Mapping)
        ]
    operations = result.get("operations")
    for each in operations if isinstance(operations, list) else ():
        wrong = unit_fault(each) if isinstance(each, Mapping) else ""
        if wrong:
            words.append(f"{plain(each.get('uuid'))}: {wrong}")
    return "; ".join(words) or "no reason was given"


def unit_fault(unit: Mapping[str, object]) -> str:
    """The fault of a unit of software in words; "" if there was none."""
    match unit.get("fault"):
        case [int(code), text] if code:
            return _fault(code, text)
    return ""


def _fault(code: object, text: object) -> str:
    return fault(code if isinstance(code, int) else 0, str(text or ""))
