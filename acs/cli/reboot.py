"""``acs reboot``: one router's reboot.

No guard is here: the daemon alone decides.
"""

import click
import msgspec

from acs.cli.answers import Command
from acs.cli.output import print_json
from acs.cli.resolve import resolve
from acs.cli.session import Session, json_option, router_argument, with_api
from acs.cli.types import Seconds
from acs.cli.waiting import demand_success, follow, progress, propose
from acs.duration import Duration

OUTCOMES = {
    "helped": "the reboot helped",
    "unchanged": "the reboot changed nothing: do not repeat it",
    "worse": "after the reboot things are worse: do not repeat it",
}


@click.command()
@router_argument
@click.option("--consent", is_flag=True, help="The customer agreed, during a contact.")
@click.option("--reason", default="asked for on the command line", help="Why; it is recorded.")
@click.option("--wait", is_flag=True, help="Follow it until it is known whether it helped.")
@click.option(
    "--timeout",
    type=Seconds(),
    default="60m",
    show_default=True,
    help="How long to wait at most.",
)
@json_option
@with_api
def reboot(
    session: Session,
    *,
    router: str,
    consent: bool,
    reason: str,
    wait: bool,
    timeout: Duration,
    as_json: bool,
) -> None:
    """Reboot ROUTER, unless a guard refuses.

    The guards look at calls under way, firmware transfers, boot loops, the neighbours, and how
    many reboots there were. Each that refuses gives its reason, and the exit code is 4.
    Interrupting --wait does not take the reboot back.

    Examples:
      acs reboot SN123456 --reason "ticket 4711" --wait
      acs reboot SN123456 --consent --reason "customer on the phone agreed"
    """
    router_id = resolve(session.client, router)
    found = propose(session, router_id, "reboot", reason, consent=consent, as_json=as_json)
    if wait:
        found = follow(session, found, timeout, None if as_json else progress)
    command = msgspec.convert(found, Command)
    if as_json:
        print_json(found)
    elif command.outcome:
        click.echo(OUTCOMES.get(command.outcome, command.outcome))
    elif not wait:
        click.echo(f"{command.state}: command {command.command_id} for {command.router_id}")
    demand_success(command)
