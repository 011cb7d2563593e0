"""``acs factory-reset``, ``schedule-inform`` and ``software``: a router as a whole."""

import click

from acs.cli.errors import USAGE, CliError
from acs.cli.giving import Order, confirm, force_option, given, gives, yes_option
from acs.cli.results import show_status, show_units
from acs.cli.session import router_argument
from acs.cli.types import Seconds
from acs.duration import Duration

_ENV = "ACS_TRANSFER_PASSWORD"


@click.command("factory-reset")
@router_argument
@yes_option
@gives
def factory_reset(order: Order, *, yes: bool) -> None:
    """Take ROUTER back to what it was when it left the factory.

    All that the customer has set is lost: names and passwords of Wi-Fi, access data. Needs the
    scope admin when a token is used.

    Example:
      acs factory-reset SN123456 --yes --reason "ticket 4711"
    """
    confirm(f"a factory reset of {order.router}, by which all its settings are lost,", yes=yes)
    order.give("factory_reset", {}, show_status)


@click.command("schedule-inform")
@router_argument
@click.argument("delay", type=Seconds())
@gives
def schedule_inform(order: Order, *, delay: Duration) -> None:
    """Have ROUTER call after DELAY, such as 90s or 2h. It is done when the router has called.

    Example:
      acs schedule-inform SN123456 10m --timeout 15m
    """
    order.give("schedule_inform", {"delay": int(delay)}, show_status)


@click.group()
def software() -> None:
    """Install, update and uninstall software of a router (TR-157). Needs the scope admin.

    Example:
      acs software install SN123456 --file 7f3a --yes
    """


_file = click.option("--file", "file_id", metavar="ID", help="A file of this server.")
_url = click.option("--from", "location", metavar="URL", help="Where else the software is.")
_username = click.option("--username", default="", help="At the URL.")
_password = click.option(
    "--password",
    envvar=_ENV,
    default="",
    help=f"At the URL. Better in the variable {_ENV}: arguments are seen by others.",
)
_environment = click.option(
    "--environment",
    "execution_env_ref",
    default="",
    metavar="PATH",
    help="Execution environment, such as Device.SoftwareModules.ExecEnv.1.",
)


@software.command()
@router_argument
@_file
@_url
@click.option("--uuid", default="", help="Of the unit, if it is to have one that is known.")
@_username
@_password
@_environment
@force_option
@yes_option
@gives
def install(order: Order, /, *, force: bool, yes: bool, **more: object) -> None:
    """Install software on ROUTER.

    Example:
      acs software install SN123456 --from http://192.0.2.1/parental.ipk --yes
    """
    _change(order, "install", more, force=force, yes=yes)


@software.command()
@router_argument
@_file
@_url
@click.option("--uuid", default="", help="Which unit.")
@click.option("--version", default="", help="Of the unit, as it is installed.")
@_username
@_password
@force_option
@yes_option
@gives
def update(order: Order, /, *, force: bool, yes: bool, **more: object) -> None:
    """Update software of ROUTER.

    Example:
      acs software update SN123456 --uuid 9b2e3c1a-0000-4000-8000-000000000001 --file 7f3a --yes
    """
    _change(order, "update", more, force=force, yes=yes)


@software.command()
@router_argument
@click.option("--uuid", required=True, help="Which unit.")
@click.option("--version", default="", help="Of the unit; left out: all its versions.")
@_environment
@yes_option
@gives
def uninstall(order: Order, /, *, yes: bool, **more: object) -> None:
    """Uninstall software from ROUTER.

    Example:
      acs software uninstall SN123456 --uuid 9b2e3c1a-0000-4000-8000-000000000001 --yes
    """
    _change(order, "uninstall", more, force=False, yes=yes)


def _change(order: Order, kind: str, more: dict[str, object], *, force: bool, yes: bool) -> None:
    file_id, location = more.pop("file_id", None), more.pop("location", None)
    if file_id and location:
        raise CliError("--file and --from exclude each other", USAGE)
    if kind == "install" and not (file_id or location):
        raise CliError("one of --file and --from is needed", USAGE)
    operation = {"kind": kind, **given(file=file_id, url=location, **more)}
    confirm(f"to {kind} software of {order.router}", yes=yes)
    order.give("software", {"operations": [operation]}, show_units, force=force)
