"""``acs enrol``: letting an unknown router in. The credentials are made and kept by the daemon."""

import re
import secrets
import sys
from pathlib import Path
from typing import IO

import click

from acs.cli.client import Client, router_path
from acs.cli.errors import NOT_FOUND, USAGE, CliError
from acs.cli.output import print_json
from acs.cli.resolve import resolve
from acs.cli.session import Session, json_option, with_api
from acs.identity import DeviceId, parts_of

_OUI = re.compile(r"[0-9A-Fa-f]{6}")
_PARTS = (2, 3)  # of a router's id: some have no product class
_ENTROPY = 18  # bytes of a password


def can_ask() -> bool:
    """Whether somebody sits at a terminal."""
    return sys.stdin.isatty()


@click.command()
@click.argument("router", metavar="ROUTER", required=False)
@click.option("--username", help="Name the router logs in with; without it, its id.")
@click.option(
    "--password-file",
    type=click.File(),
    help="File whose first line is the router's password; - is standard input.",
)
@click.option("--generate", is_flag=True, help="Make a password up, and print it this once.")
@click.option(
    "--import",
    "file",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="CSV file of known routers with their credentials.",
)
@click.option("--dry-run", is_flag=True, help="With --import: only say what would be done.")
@click.option(
    "--replace",
    is_flag=True,
    help="With --import: change the credentials of routers that were let in before, too.",
)
@json_option
@with_api
def enrol(
    session: Session,
    *,
    router: str | None,
    username: str | None,
    password_file: IO[str] | None,
    generate: bool,
    file: Path | None,
    dry_run: bool,
    replace: bool,
    as_json: bool,
) -> None:
    """Let ROUTER in, with the credentials it logs in with from now on.

    Without --password-file or --generate the password is asked for on the terminal. It is never
    taken from the command line, where others could read it.

    A router that has not been seen yet is let in ahead by its full id, OUI-ProductClass-Serial.

    --import takes many at once. The first line of the file names its columns, which are parted by
    commas or semicolons: oui and serial, and of these as many as there are: product_class,
    username (else OUI-ProductClass-SerialNumber), password or ha1 = MD5(username:acsd:password) or
    certificate = yes, account, phone, login, segment, access, utc_offset. Lines that are wrong are
    listed by their numbers, the others are taken. Routers that were let in before keep the
    credentials they have; an import can be run again.

    Examples:
      acs enrol SN123456 --generate
      acs enrol 0A1001-K2-A0099 --generate
      acs enrol SN123456 --username cpe7 --password-file /root/cpe7.txt
      acs enrol --import routers.csv --dry-run
    """
    if file is not None:
        if router or username or password_file is not None or generate:
            raise CliError("--import takes no ROUTER and no other credentials", USAGE)
        from acs.cli.importing import import_file  # noqa: PLC0415 - only for this

        import_file(session.client, file, replace=replace, dry_run=dry_run, as_json=as_json)
        return
    if router is None or dry_run or replace:
        raise CliError("give a ROUTER, or a file with --import", USAGE)
    password = _password(password_file, generate=generate)
    try:
        router_id = resolve(session.client, router)
    except CliError as error:
        parts = parts_of(router) if error.exit_code == NOT_FOUND else ()
        if len(parts) not in _PARTS or not _OUI.fullmatch(parts[0]):
            raise
        device = DeviceId("", parts[0].upper(), "".join(parts[1:-1]), parts[-1])
        router_id = device.router_id
        found = _ahead(session.client, device, username, password)
    else:
        body: dict[str, object] = {"username": username, "password": password}
        found = session.client.post(router_path(router_id, "/enrol"), body)
    if as_json:
        print_json(found)
        return
    click.echo(f"{router_id} is enrolled as {found['username']}", err=True)
    if found.get("password"):
        click.echo(found["password"])


def _ahead(
    client: Client, device: DeviceId, username: str | None, password: str | None
) -> dict[str, str]:
    """Let a router in that has not been seen yet, as a line of an import would.

    Raises:
        CliError: its parts cannot be those of a router; the text says which.
    """
    made = secrets.token_urlsafe(_ENTROPY) if password is None else ""
    line = {
        "oui": device.oui,
        "product_class": device.product_class,
        "serial": device.serial_number,
        "username": username or "",
        "password": password or made,
    }
    report = client.post("/v1/enrolments", {"lines": [line], "replace": True, "dry_run": False})
    for problem in report["problems"]:
        raise CliError(problem["says"], USAGE)
    name = username or device.router_id
    return {"router_id": device.router_id, "username": name, "password": made}


def _password(password_file: IO[str] | None, *, generate: bool) -> str | None:
    """The router's password; None: the daemon is to make one up."""
    if generate and password_file is not None:
        raise CliError("--generate and --password-file exclude each other", USAGE)
    if password_file is not None:
        password = password_file.readline().rstrip("\r\n")
        if not password:
            raise CliError("the password file's first line is empty", USAGE)
        return password
    if generate:
        return None
    if not can_ask():
        raise CliError("no terminal to ask on: give --password-file or --generate", USAGE)
    typed: str = click.prompt(
        "Password of the router", hide_input=True, confirmation_prompt=True, err=True
    )
    return typed
