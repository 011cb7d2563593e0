"""``acs rpc``: any call of the standard, with arguments of one's own. It prints JSON always."""

import click
import msgspec

from acs.cli.errors import USAGE, CliError
from acs.cli.giving import Order, confirm, gives_json, yes_option
from acs.cli.session import router_argument

# Calls that change nothing; all others are asked about.
_HARMLESS = frozenset(
    {
        "GetRPCMethods",
        "GetParameterNames",
        "GetParameterValues",
        "GetParameterAttributes",
        "GetQueuedTransfers",
        "GetAllQueuedTransfers",
        "GetOptions",
    }
)


@click.command()
@router_argument
@click.argument("method")
@click.option(
    "--json",
    "--args",
    "text",
    metavar="ARGS",
    default="{}",
    help="The call's arguments as a JSON object, by the standard's names.",
)
@yes_option
@gives_json
def rpc(order: Order, *, method: str, text: str, yes: bool) -> None:
    """Make the call METHOD of TR-069 to ROUTER, at one's own risk.

    Calls that restart the router or move files have commands of their own and are refused here.
    Neither the stored tree nor a data model is looked at. The command is printed as JSON, with the
    router's answer in "result"; --json takes the arguments here. Needs the scope admin when a token
    is used.

    Examples:
      acs rpc SN123456 GetRPCMethods
      acs rpc SN123456 GetParameterNames --json '{"ParameterPath": "Device.", "NextLevel": true}'
    """
    try:
        arguments = msgspec.json.decode(text, type=dict[str, object])
    except (msgspec.DecodeError, UnicodeEncodeError) as error:
        raise CliError(f"--json: this is no JSON object: {error}", USAGE) from error
    if method not in _HARMLESS:
        confirm(f"calling {method} of {order.router}", yes=yes)
    order.give("rpc", {"method": method, "arguments": arguments})
