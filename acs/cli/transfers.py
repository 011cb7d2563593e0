"""``acs download``, ``upload``, ``transfers`` and ``cancel-transfer``: files to and from routers.

The files themselves are the business of ``files``.
"""

import click
import msgspec

from acs.cli.answers import Command
from acs.cli.errors import USAGE, CliError
from acs.cli.giving import Order, confirm, force_option, given, gives, yes_option
from acs.cli.output import STATE_STYLES, print_json, table, when
from acs.cli.resolve import resolve
from acs.cli.results import show_status, show_transfer
from acs.cli.session import Session, json_option, router_argument, with_api
from acs.cli.types import Seconds
from acs.duration import Duration

_KINDS = ("download", "upload", "schedule_download")
_DOWNLOADED = {
    "firmware": "1 Firmware Upgrade Image",
    "web": "2 Web Content",
    "config": "3 Vendor Configuration File",
    "tone": "4 Tone File",
    "ringer": "5 Ringer File",
    "stored-firmware": "6 Stored Firmware Image",
}
_UPLOADED = {
    "config": "1 Vendor Configuration File",
    "log": "2 Vendor Log File",
    "config-instance": "3 Vendor Configuration File 1",
    "log-instance": "4 Vendor Log File 1",
}
_LOOKED_THROUGH = 500  # commands of a router
_HEADINGS = ("COMMAND", "KIND", "STATE", "FILE", "ASKED", "BY")

_username = click.option("--username", default="", help="At the URL.")
_password = click.option(
    "--password",
    envvar="ACS_TRANSFER_PASSWORD",
    default="",
    help="At the URL. Better in the variable ACS_TRANSFER_PASSWORD: arguments are seen by others.",
)
_delay = click.option(
    "--delay", type=Seconds(), default=None, help="How long the router is to wait before it begins."
)


@click.command()
@router_argument
@click.option("--file", "file_id", metavar="ID", help="A file of this server; see acs files.")
@click.option("--from", "location", metavar="URL", help="Where else the file is.")
@click.option(
    "--type",
    "file_type",
    metavar="TYPE",
    help=f"{', '.join(_DOWNLOADED)}, or a file type as TR-069 writes it; with --file it is known.",
)
@_username
@_password
@click.option("--size", "file_size", type=click.IntRange(min=0), help="Bytes of the file.")
@click.option("--name", "target_file_name", default="", help="What the router is to call it.")
@click.option("--expect-version", default="", help="Version that the router should then have.")
@_delay
@click.option(
    "--window",
    "windows",
    multiple=True,
    metavar="FROM-TO[,MODE]",
    help="Within this time from now, such as 1h-5h; once or twice. MODE: any, idle, confirm.",
)
@force_option
@yes_option
@gives
def download(
    order: Order,
    /,
    *,
    file_id: str | None,
    location: str | None,
    file_type: str | None,
    delay: Duration | None,
    windows: tuple[str, ...],
    force: bool,
    yes: bool,
    **more: object,
) -> None:
    """Have ROUTER fetch a file: firmware, a configuration.

    Firmware is done when the router has restarted with the version that was expected. Needs the
    scope admin when a token is used.

    Examples:
      acs download SN123456 --file 7f3a --yes
      acs download SN123456 --from http://192.0.2.1/fw.bin --type firmware --window 2h-6h,idle
    """
    if (file_id is None) == (location is None):
        raise CliError("one of --file and --from is needed", USAGE)
    if location is not None and file_type is None:
        raise CliError("--from needs --type", USAGE)
    if windows and delay is not None:
        raise CliError("--window and --delay exclude each other", USAGE)
    arguments = given(
        file=file_id,
        url=location,
        file_type=_DOWNLOADED.get(file_type or "", file_type),
        delay=None if delay is None else int(delay),
        **more,
    )
    if windows:
        arguments["windows"] = list(map(_window, windows))
    confirm(f"a download by {order.router}, which may restart it,", yes=yes)
    kind = "schedule_download" if windows else "download"
    order.give(kind, arguments, show_transfer, force=force)


_MODES = {
    "any": "1 At Any Time",
    "now": "2 Immediately",
    "idle": "3 When Idle",
    "confirm": "4 Confirmation Needed",
}


def _window(text: str) -> dict[str, object]:
    times, _, mode = text.partition(",")
    begin, dash, end = times.partition("-")
    if not dash or (mode and mode not in _MODES):
        raise CliError(f'{text!r} is no window; write "1h-5h" or "1h-5h,idle"', USAGE)
    try:
        start = int(Duration.parse(begin)) if begin not in ("0", "") else 0
        stop = int(Duration.parse(end))
    except ValueError as error:
        raise CliError(f"{text!r} is no window: {error}", USAGE) from error
    return {"start": start, "end": stop, "mode": _MODES[mode or "any"]}


@click.command()
@router_argument
@click.option(
    "--type",
    "file_type",
    default="config",
    show_default=True,
    metavar="TYPE",
    help=f"{', '.join(_UPLOADED)}, or a file type as TR-069 writes it.",
)
@click.option("--to", "location", metavar="URL", help="Where to, in place of this server.")
@_username
@_password
@_delay
@gives
def upload(
    order: Order,
    /,
    *,
    file_type: str,
    location: str | None,
    delay: Duration | None,
    **more: object,
) -> None:
    """Have ROUTER send a file: its configuration, its log.

    Needs the scope admin when a token is used.

    Example:
      acs upload SN123456 --type log
    """
    arguments = given(
        file_type=_UPLOADED.get(file_type, file_type),
        url=location,
        delay=None if delay is None else int(delay),
        **more,
    )
    order.give("upload", arguments, show_transfer)


@click.command("cancel-transfer")
@router_argument
@click.argument("command_id", metavar="COMMAND")
@gives
def cancel_transfer(order: Order, *, command_id: str) -> None:
    """Have ROUTER give up the transfer that COMMAND asked for; see acs transfers.

    Needs the scope admin when a token is used.

    Example:
      acs cancel-transfer SN123456 019c3a5f8e2047d2c9a61b0e55
    """
    order.give("cancel_transfer", {"command": command_id}, show_status)


@click.command()
@router_argument
@click.option("--all", "everything", is_flag=True, help="Those that ended, too.")
@json_option
@with_api
def transfers(session: Session, *, router: str, everything: bool, as_json: bool) -> None:
    """List downloads and uploads of ROUTER that are under way. The router is not asked.

    What the router itself says: acs rpc ROUTER GetAllQueuedTransfers.

    Example:
      acs transfers SN123456 --all
    """
    router_id = resolve(session.client, router)
    found = [
        each
        for each in session.client.pages("/v1/commands", _LOOKED_THROUGH, router_id=router_id)
        if each["kind"] in _KINDS and (everything or not each["finished"])
    ]
    if as_json:
        print_json(found)
        return
    if not found:
        click.echo("no transfers", err=True)
        return
    now = session.now()
    rows = (_transfer(msgspec.convert(each, Command), now) for each in found)
    table(_HEADINGS, rows, STATE_STYLES)


def _transfer(row: Command, now: float) -> tuple[object, ...]:
    name = row.arguments.get("target_file_name") or row.arguments.get("file_type")
    return row.command_id, row.kind, row.state, name, when(row.asked_at, now), row.asked_by
