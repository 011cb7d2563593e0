"""``acs enrol``: letting an unknown router in. The credentials are made and kept by the daemon."""

import sys
from typing import IO

import click

from acs.cli.client import router_path
from acs.cli.errors import USAGE, CliError
from acs.cli.output import print_json
from acs.cli.resolve import resolve
from acs.cli.session import Session, json_option, router_argument, with_api


def can_ask() -> bool:
    """Whether somebody sits at a terminal."""
    return sys.stdin.isatty()


@click.command()
@router_argument
@click.option("--username", help="Name the router logs in with; without it, its id.")
@click.option(
    "--password-file",
    type=click.File(),
    help="File whose first line is the router's password; - is standard input.",
)
@click.option("--generate", is_flag=True, help="Make a password up, and print it this once.")
@json_option
@with_api
def enrol(
    session: Session,
    *,
    router: str,
    username: str | None,
    password_file: IO[str] | None,
    generate: bool,
    as_json: bool,
) -> None:
    """Let ROUTER in, with the credentials it logs in with from now on.

    Without --password-file or --generate the password is asked for on the terminal. It is never
    taken from the command line, where others could read it.

    Examples:
      acs enrol SN123456 --generate
      acs enrol SN123456 --username cpe7 --password-file /root/cpe7.txt
    """
    if generate and password_file is not None:
        raise CliError("--generate and --password-file exclude each other", USAGE)
    password: str | None = None
    if password_file is not None:
        password = password_file.readline().rstrip("\r\n")
        if not password:
            raise CliError("the password file's first line is empty", USAGE)
    elif not generate:
        if not can_ask():
            raise CliError("no terminal to ask on: give --password-file or --generate", USAGE)
        password = click.prompt(
            "Password of the router", hide_input=True, confirmation_prompt=True, err=True
        )
    router_id = resolve(session.client, router)
    body: dict[str, object] = {"username": username, "password": password}
    found = session.client.post(router_path(router_id, "/enrol"), body)
    if as_json:
        print_json(found)
        return
    click.echo(f"{router_id} is enrolled as {found['username']}", err=True)
    if found.get("password"):
        click.echo(found["password"])
