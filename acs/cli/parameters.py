"""``acs get``, ``set``, ``names``, ``attributes`` and ``refresh``: a router's parameters.

Values are printed as the router sent them; what they mean for its health is not judged here.
"""

import click

from acs.cli.errors import USAGE, CliError
from acs.cli.giving import Order, force_option, given, gives, gives_at_once, settings_of
from acs.cli.results import (
    NOTIFICATIONS,
    show_attributes,
    show_names,
    show_values,
)
from acs.cli.session import router_argument

_TYPES = (
    "string",
    "int",
    "unsignedInt",
    "long",
    "unsignedLong",
    "boolean",
    "dateTime",
    "base64",
    "hexBinary",
    "decimal",
)
_LEVELS = {"none": 0, "passive": 1, "active": 2}


@click.command()
@router_argument
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@gives
def get(order: Order, *, paths: tuple[str, ...]) -> None:
    """Read parameters from ROUTER. A PATH that ends with a dot asks for all below it.

    Examples:
      acs get SN123456 Device.DeviceInfo.UpTime
      acs get SN123456 Device.WiFi.Radio. --json
    """
    order.give("get", {"paths": list(paths)}, show_values)


@click.command("set")
@router_argument
@click.argument("settings", nargs=-1, required=True, metavar="PATH=VALUE...")
@click.option(
    "--type",
    "kind",
    type=click.Choice(_TYPES),
    help="Type of the values, where the router does not tell.",
)
@click.option("--no-read-back", is_flag=True, help="Do not read the values again afterwards.")
@force_option
@gives
def set_values(
    order: Order,
    *,
    settings: tuple[str, ...],
    kind: str | None,
    no_read_back: bool,
    force: bool,
) -> None:
    """Set parameters of ROUTER, all or none. Needs the scope admin when a token is used.

    Values are checked first, against what the router has shown of itself and against the data
    models that are loaded (acs datamodel).

    Example:
      acs set SN123456 Device.ManagementServer.PeriodicInformInterval=600
    """
    values = settings_of(settings)
    arguments: dict[str, object] = {"values": values}
    if kind is not None:
        arguments["types"] = dict.fromkeys(values, kind)
    if no_read_back:
        arguments["read_back"] = False
    order.give("set", arguments, show_values, force=force)


@click.command()
@router_argument
@click.argument("path", default="")
@click.option("--all", "everything", is_flag=True, help="All below PATH, not the next level only.")
@gives
def names(order: Order, *, path: str, everything: bool) -> None:
    """List ROUTER's names at PATH, and which of them may be written.

    The whole tree with its values is read by: acs tree ROUTER --refresh.

    Examples:
      acs names SN123456 Device.
      acs names SN123456 Device.WiFi. --all
    """
    order.give("names", {"path": path, "next_level": not everything}, show_names)


@click.command()
@router_argument
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option(
    "--notify",
    type=click.Choice([*_LEVELS, *(str(level) for level in range(len(NOTIFICATIONS)))]),
    help="Change whether the router tells of changes; 3 to 6 are lightweight notifications.",
)
@click.option(
    "--writer",
    "writers",
    multiple=True,
    metavar="NAME",
    help="Change who beside the server may write, such as Subscriber; may be repeated.",
)
@click.option("--no-writers", is_flag=True, help="Let nobody but the server write.")
@force_option
@gives
def attributes(
    order: Order,
    *,
    paths: tuple[str, ...],
    notify: str | None,
    writers: tuple[str, ...],
    no_writers: bool,
    force: bool,
) -> None:
    """Show or change attributes of ROUTER's parameters. A PATH may be an object, with its dot.

    Changing them needs the scope admin when a token is used.

    Examples:
      acs attributes SN123456 Device.DeviceInfo.SoftwareVersion
      acs attributes SN123456 Device.WiFi.SSID.1.SSID --notify active
    """
    if writers and no_writers:
        raise CliError("--writer and --no-writers exclude each other", USAGE)
    change = given(access_list=list(writers))
    if notify is not None:
        change["notification"] = _LEVELS[notify] if notify in _LEVELS else int(notify)
    if no_writers:
        change["access_list"] = []
    if not change:
        order.give("attributes", {"paths": list(paths)}, show_attributes)
        return
    changes = [{"name": path, **change} for path in paths]
    order.give("attributes", {"changes": changes}, show_attributes, force=force)


@click.command()
@router_argument
@gives_at_once
def refresh(order: Order) -> None:
    """Collect ROUTER's vitals now, in place of at the next interval.

    Example:
      acs refresh SN123456 --wait && acs show SN123456
    """
    order.give("refresh", {})
