"""``acs add`` and ``delete``: instances of a router's tables."""

import click

from acs.cli.giving import Order, confirm, force_option, gives, settings_of, yes_option
from acs.cli.results import show_object, show_status
from acs.cli.session import router_argument


@click.command()
@router_argument
@click.argument("table", metavar="OBJECT")
@click.argument("settings", nargs=-1, metavar="[NAME=VALUE]...")
@force_option
@gives
def add(order: Order, *, table: str, settings: tuple[str, ...], force: bool) -> None:
    """Add an instance to the table OBJECT of ROUTER, and set its parameters.

    NAMEs are relative to the new instance, whose path is printed. If it cannot be filled, it is
    deleted again. Needs the scope admin when a token is used.

    Example:
      acs add SN123456 Device.NAT.PortMapping. ExternalPort=8080 InternalClient=192.168.1.7
    """
    arguments: dict[str, object] = {"object": _object(table)}
    if settings:
        arguments["values"] = settings_of(settings)
    order.give("add", arguments, show_object, force=force)


@click.command()
@router_argument
@click.argument("instance", metavar="OBJECT")
@force_option
@yes_option
@gives
def delete(order: Order, *, instance: str, force: bool, yes: bool) -> None:
    """Delete the instance OBJECT of a table of ROUTER, with all that is below it.

    Needs the scope admin when a token is used.

    Example:
      acs delete SN123456 Device.NAT.PortMapping.3. --yes
    """
    path = _object(instance)
    confirm(f"deleting {path} of {order.router}", yes=yes)
    order.give("delete", {"object": path}, show_status, force=force)


def _object(path: str) -> str:
    return path if path.endswith(".") else f"{path}."
