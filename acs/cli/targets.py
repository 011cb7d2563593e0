"""``acs targets``: which devices are polled, kept in the database itself; and trying one out.

How a device is asked belongs to ``agents``; what stands in a file of targets to ``target_files``.
"""

import asyncio
import random
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import msgspec

from acs.cli.errors import ERROR, NOT_FOUND, USAGE, CliError
from acs.cli.output import print_json, table, when
from acs.cli.service import config_option, read_config
from acs.cli.session import json_option, surroundings
from acs.cli.target_files import checked_row, read_targets
from acs.cli.words import rfc3339
from agents.targets import Target, TargetError

if TYPE_CHECKING:
    from acs.config import Config
    from agents.polled import Outcome

_HEADINGS = ("ROUTER", "NAME", "WAY", "ADDRESS", "PROFILE", "READ", "NEXT", "STATE")


@click.group()
def targets() -> None:
    """Devices that speak no TR-069 and are polled by SNMP or SSH.

    Examples:
      acs targets add 0A1002-E5-C0012 192.0.2.17 --credential modems
      acs targets test 0A1002-E5-C0012
      acs targets import fleet.csv --dry-run
    """


name_option = click.option(
    "--name",
    default="self",
    show_default=True,
    help='Which of the router\'s targets: "self", or such as "port" for its switch port.',
)


@targets.command()
@click.argument("router")
@click.argument("address")
@name_option
@click.option("--way", type=click.Choice(("snmp", "ssh")), default="snmp", show_default=True)
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="Without it, 161 or 22.")
@click.option("--credential", required=True, help="Name in the file of credentials.")
@click.option("--profile", default="", help="Without it, by sysObjectID (SNMP only).")
@click.option("--interface", default="", help="The WAN, or the subscriber's port of a switch.")
@click.option("--interval", type=float, default=0.0, help="Seconds; without it, as configured.")
@click.option(
    "--first-key",
    is_flag=True,
    help="Take the first key that an SSH server shows as known. Otherwise none is.",
)
@click.option("--old-ssh", is_flag=True, help="Also algorithms that are not safe any more.")
@config_option
@click.pass_context
def add(
    ctx: click.Context,
    /,
    *,
    router: str,
    address: str,
    first_key: bool,
    config: Path,
    **given: Any,
) -> None:
    """Poll the device at ADDRESS; its readings become those of ROUTER, which need not be known.

    A target that is there already is changed, and read as if it were new.
    """
    trust = "first_use" if first_key else "pinned"
    try:
        target = checked_row(
            Target(router_id=router, address=address, trust=trust, **given)  # type: ignore[arg-type]  # one of the two
        )
    except TargetError as error:
        raise CliError(str(error), USAGE) from error
    _store(read_config(config), [target], surroundings(ctx).now())
    click.echo(f"{router}: {target.name} is polled", err=True)


@targets.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Only say what is wrong.")
@config_option
@click.pass_context
def import_file(ctx: click.Context, *, file: Path, dry_run: bool, config: Path) -> None:
    """Poll the devices of a CSV FILE; bad lines are named, and then none is taken.

    The first line names the columns: router_id, address, credential, and if wished name, way,
    port, profile, interface, interval, trust, old_ssh.
    """
    found, faults = read_targets(file.read_text(encoding="utf-8-sig"))
    for fault in faults:
        click.echo(f"{file}:{fault}", err=True)
    click.echo(f"{len(found)} targets, {len(faults)} bad lines", err=True)
    if faults:
        raise CliError("nothing was taken", ERROR)
    if not dry_run:
        _store(read_config(config), found, surroundings(ctx).now())


@targets.command("list")
@click.option("--router", help="Of one router alone.")
@json_option
@config_option
@click.pass_context
def list_all(ctx: click.Context, *, router: str | None, as_json: bool, config: Path) -> None:
    """List what is polled, when it was read, and what went wrong."""
    from acs.cli.database import opened  # noqa: PLC0415 - imports Twisted and SQLAlchemy

    with opened(read_config(config).storage) as database:
        rows = list(database.targets(router))
    if as_json:
        hidden = {"known", "lease"}
        print_json(
            [
                {
                    key: (rfc3339(value) if value else None) if key.endswith("_at") else value
                    for key, value in msgspec.structs.asdict(row).items()
                    if key not in hidden
                }
                for row in rows
            ]
        )
        return
    if not rows:
        click.echo("no targets", err=True)
        return
    now = surroundings(ctx).now()
    cells = [
        (
            row.router_id,
            row.name,
            row.way,
            row.address,
            row.profile or None,
            _when(row.read_at, now),
            None if row.stopped else _when(row.due_at, now),
            f"stopped: {row.why}" if row.stopped else row.why or ("ok" if row.read_at else "new"),
        )
        for row in rows
    ]
    table(_HEADINGS, cells)


def _when(seconds: float | None, now: float) -> str:
    return when(None if seconds is None else datetime.fromtimestamp(seconds, UTC), now)


@targets.command()
@click.argument("router")
@name_option
@config_option
@click.pass_context
def remove(ctx: click.Context, *, router: str, name: str, config: Path) -> None:
    """Poll a device no more; what it said stays."""
    from acs.cli.database import opened  # noqa: PLC0415 - imports Twisted and SQLAlchemy
    from acs.facts import TargetGone  # noqa: PLC0415 - with it

    gone = TargetGone(router_id=router, at=surroundings(ctx).now(), name=name)
    with opened(read_config(config).storage) as database:
        (was_there,) = database.commit([gone])
    if not was_there:
        raise CliError(f"{router} has no target {name!r}", NOT_FOUND)


@targets.command()
@click.argument("router")
@name_option
@click.option("--quiet", is_flag=True, help="The vitals alone.")
@config_option
def test(*, router: str, name: str, quiet: bool, config: Path) -> None:
    """Read a device now, and print what it said, what it became, and what was missing.

    Nothing is stored.
    """
    from acs.cli.database import opened  # noqa: PLC0415 - imports Twisted and SQLAlchemy
    from acs.polling.service import target_of  # noqa: PLC0415 - with it

    settings = read_config(config)
    with opened(settings.storage) as database:
        row = next((one for one in database.targets(router) if one.name == name), None)
    if row is None:
        raise CliError(f"{router} has no target {name!r}", NOT_FOUND)
    outcome = asyncio.run(_read(settings, target_of(row), row.known))
    if outcome.reading is None:
        raise CliError(f"{outcome.fault}: {outcome.why}")
    reading = outcome.reading
    interface = f", interface {reading.interface}" if reading.interface else ""
    click.echo(f"profile {reading.profile}{interface}, {outcome.took:.2f} s", err=True)
    for note in reading.notes:
        click.echo(f"note: {note}", err=True)
    if not quiet:
        table(
            ("READ", "SAID", "BECAME"),
            [(o.source, o.said, o.became or None) for o in reading.lines],
        )
        click.echo()
        table(("MISSING", "WHY"), [(one.metric, one.why) for one in reading.missing])
        click.echo()
    table(
        ("VITAL", "VALUE"), sorted((vital, str(value)) for vital, value in reading.vitals.items())
    )


class _Silent:
    """Nothing is counted for a single reading."""

    def polled(self, way: str, outcome: str, seconds: float) -> None:
        pass

    def poll_late(self, seconds: float) -> None:
        pass

    def poll_deferred(self, count: int) -> None:
        pass

    def poll_failed(self, what: str) -> None:
        pass

    def datagram(self, kind: str) -> None:
        pass


async def _read(settings: "Config", target: Target, known: bytes) -> "Outcome":
    from agents.asking import open_asker  # noqa: PLC0415 - imports asyncssh
    from agents.credentials import CredentialError, load_credentials  # noqa: PLC0415 - the same
    from agents.polled import Due  # noqa: PLC0415 - the same
    from agents.poller import Poller  # noqa: PLC0415 - the same

    path = settings.polling.credentials_file
    try:
        credentials = load_credentials(Path(path)) if path else {}
    except CredentialError as error:
        raise CliError(str(error)) from error
    asker = await open_asker(
        settings.polling.asking(), credentials, steady=time.monotonic, telemetry=_Silent()
    )

    async def nothing(_: object) -> Any:
        return ()

    poller = Poller(
        asker,
        settings.polling.poller(),
        due=nothing,
        deliver=nothing,
        now=time.time,
        steady=time.monotonic,
        uniform=random.uniform,
        metrics=_Silent(),
    )
    try:
        return await poller.read(Due(target, known))
    finally:
        await asker.close()


def _store(settings: "Config", found: list[Target], now: float) -> None:
    from acs.cli.database import opened  # noqa: PLC0415 - imports Twisted and SQLAlchemy
    from acs.facts import TargetSet  # noqa: PLC0415 - with it

    spread = settings.polling.interval
    # Many at once are not to be read at once.
    facts = [
        TargetSet(
            router_id=one.router_id,
            at=now,
            target=one,
            due_at=now + (random.uniform(0, spread) if len(found) > 1 else 0),  # noqa: S311 - a spread
        )
        for one in found
    ]
    with opened(settings.storage) as database:
        for start in range(0, len(facts), 500):
            database.commit(facts[start : start + 500])
