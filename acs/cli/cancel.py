"""``acs cancel``: takes back a command that waits for its router's next session."""

from urllib.parse import quote

import click
import msgspec

from acs.cli.answers import Command
from acs.cli.output import print_json
from acs.cli.session import Session, json_option, with_api


@click.command()
@click.argument("command_id", metavar="COMMAND")
@click.option("--reason", default="", help="Why; it is recorded.")
@json_option
@with_api
def cancel(session: Session, *, command_id: str, reason: str, as_json: bool) -> None:
    """Take back COMMAND, unless a session has fetched it already. Its id is in "acs commands".

    Example:
      acs cancel 01a0c4506c00179efd8375ff0d --reason "wrong router"
    """
    path = f"/v1/commands/{quote(command_id, safe='')}"
    found = session.client.delete(path, reason=reason)
    if as_json:
        print_json(found)
        return
    command = msgspec.convert(found, Command)
    click.echo(f"{command.state}: {command.kind} for {command.router_id}")
