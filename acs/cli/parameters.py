"""``acs get``, ``set`` and ``refresh``: a router's parameters, read and written in a session.

Values are printed as the router sent them; what they mean for its health is not judged here.
"""

import click
import msgspec

from acs.cli.answers import Command
from acs.cli.errors import USAGE, CliError
from acs.cli.output import print_json, table
from acs.cli.resolve import resolve
from acs.cli.session import Session, json_option, router_argument, with_api
from acs.cli.types import Seconds
from acs.cli.waiting import demand_success, fault_of, follow, progress, propose
from acs.duration import Duration

_LATER = 1  # status of SetParameterValuesResponse (TR-069 Amendment 6, A.3.2.1)

timeout_option = click.option(
    "--timeout",
    type=Seconds(),
    default="10m",
    show_default=True,
    help="How long to wait for the router's session at most.",
)
reason_option = click.option(
    "--reason", default="asked for on the command line", help="Why; it is recorded."
)


@click.command()
@router_argument
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@reason_option
@timeout_option
@json_option
@with_api
def get(
    session: Session,
    *,
    router: str,
    paths: tuple[str, ...],
    reason: str,
    timeout: Duration,
    as_json: bool,
) -> None:
    """Read parameters from ROUTER. A PATH that ends with a dot asks for all below it.

    Examples:
      acs get SN123456 Device.DeviceInfo.UpTime
      acs get SN123456 Device.WiFi.Radio. --json
    """
    arguments = {"paths": list(paths)}
    router_id = resolve(session.client, router)
    found = propose(session, router_id, "get", reason, arguments=arguments, as_json=as_json)
    found = follow(session, found, timeout, None if as_json else progress)
    _finish(found, as_json=as_json)


@click.command("set")
@router_argument
@click.argument("settings", nargs=-1, required=True, metavar="PATH=VALUE...")
@reason_option
@timeout_option
@json_option
@with_api
def set_values(
    session: Session,
    *,
    router: str,
    settings: tuple[str, ...],
    reason: str,
    timeout: Duration,
    as_json: bool,
) -> None:
    """Set parameters of ROUTER, all or none. Needs the scope admin when a token is used.

    Example:
      acs set SN123456 Device.ManagementServer.PeriodicInformInterval=600
    """
    values = dict(map(_setting, settings))
    if len(values) < len(settings):
        raise CliError("a path is given twice", USAGE)
    router_id = resolve(session.client, router)
    arguments = {"values": values}
    found = propose(session, router_id, "set", reason, arguments=arguments, as_json=as_json)
    found = follow(session, found, timeout, None if as_json else progress)
    _finish(found, as_json=as_json)


@click.command()
@router_argument
@click.option("--wait", is_flag=True, help="Wait until it is done.")
@reason_option
@timeout_option
@json_option
@with_api
def refresh(
    session: Session, *, router: str, wait: bool, reason: str, timeout: Duration, as_json: bool
) -> None:
    """Collect ROUTER's vitals now, in place of at the next interval.

    Example:
      acs refresh SN123456 --wait && acs show SN123456
    """
    router_id = resolve(session.client, router)
    found = propose(session, router_id, "refresh", reason, as_json=as_json)
    if wait:
        found = follow(session, found, timeout, None if as_json else progress)
    elif not as_json:
        progress(msgspec.convert(found, Command))
    _finish(found, as_json=as_json)


def _setting(text: str) -> tuple[str, str]:
    path, equals, value = text.partition("=")
    if not equals or not path or path.endswith("."):
        raise CliError(f"{text!r} is not PATH=VALUE with the path of one parameter", USAGE)
    return path, value


def _finish(found: object, *, as_json: bool) -> None:
    command = msgspec.convert(found, Command)
    if as_json:
        print_json(found)
    elif command.state == "done":
        _print_values(command.result)
    demand_success(command)


def _print_values(result: dict[str, object]) -> None:
    values, before = result.get("values"), result.get("before")
    if isinstance(before, dict) and isinstance(values, dict):
        rows = ((name, before.get(name), text) for name, text in sorted(values.items()))
        table(("PARAMETER", "BEFORE", "NOW"), rows)
    elif isinstance(values, dict):
        table(("PARAMETER", "VALUE"), sorted(values.items()))
    if result.get("status") == _LATER:
        click.echo("the router applies it later, perhaps after a reboot", err=True)
    unread = result.get("unread")
    if isinstance(unread, dict):
        click.echo(f"set, but it could not be read back: {fault_of(unread)}", err=True)
