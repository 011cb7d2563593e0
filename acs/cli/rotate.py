"""``acs rotate``: a new password for a router. It is made by the daemon, and shown to nobody."""

import click

from acs.cli.giving import Order, gives
from acs.cli.results import show_status
from acs.cli.session import router_argument


@click.command()
@router_argument
@click.option("--username", default="", help="User name from now on; without it, as before.")
@gives
def rotate(order: Order, *, username: str) -> None:
    """Give ROUTER a new password to log in with (ManagementServer.Password).

    The old one stays good until the router has logged in with the new one; then the command is
    done. A router that answers with a fault keeps the old one. If the session breaks, both are
    good until it is known which the router has; giving the command again sends the same password.
    Needs the scope admin when a token is used.

    Examples:
      acs rotate SN123456 --reason "a technician saw the old one"
      acs rotate SN123456 --username cpe-4711
    """
    order.give("rotate_credentials", {"username": username} if username else {}, show_status)
