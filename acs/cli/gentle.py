"""``acs gentle``: a DHCP renew, a PPP or a Wi-Fi reset of one router. The daemon alone decides."""

from typing import get_args

import click
import msgspec

from acs.cli.answers import Command
from acs.cli.output import print_json
from acs.cli.reboot import OUTCOMES
from acs.cli.resolve import resolve
from acs.cli.session import Session, json_option, router_argument, with_api
from acs.cli.types import Seconds
from acs.cli.waiting import demand_success, follow, progress, propose
from acs.commands import GentleAction
from acs.duration import Duration


@click.command()
@router_argument
@click.argument("action", type=click.Choice(get_args(GentleAction)))
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
def gentle(
    session: Session,
    *,
    router: str,
    action: str,
    consent: bool,
    reason: str,
    wait: bool,
    timeout: Duration,
    as_json: bool,
) -> None:
    """Renew ROUTER's DHCP lease, or reset its PPP session or Wi-Fi, unless a guard refuses.

    The guards are those of a reboot; one more refuses what the router's data model does not offer.

    Examples:
      acs gentle SN123456 reset_wifi --wait
      acs gentle SN123456 renew_dhcp --consent --reason "ticket 4711"
    """
    router_id = resolve(session.client, router)
    found = propose(
        session,
        router_id,
        "gentle",
        reason,
        consent=consent,
        arguments={"action": action},
        as_json=as_json,
    )
    if wait:
        found = follow(session, found, timeout, None if as_json else progress)
    command = msgspec.convert(found, Command)
    if as_json:
        print_json(found)
    elif command.outcome:
        words = OUTCOMES.get(command.outcome, command.outcome)
        click.echo(words.replace("the reboot", f"the {action}"))
    elif not wait:
        click.echo(f"{command.state}: command {command.command_id} for {command.router_id}")
    demand_success(command)
