"""Commands as the router hears them: each kind's calls, and what their answers mean.

One family of kinds in each module; ``arguments`` says what each kind takes. Whether a command may
be sent was decided before it came here. A kind that the router only accepts, and finishes later, is
finished by ``TransferCompleted``, ``UnitsChanged``, ``CommandFinished`` or an event of an Inform.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from acs.commands import Command, CommandKind
from acs.cwmp.orders import (
    arguments,
    attributes,
    credentials,
    diagnostics,
    gentle,
    lifecycle,
    objects,
    parameters,
    rpc,
    transfers,
    tree,
)
from acs.cwmp.orders.arguments import ArgumentError
from acs.cwmp.orders.diagnostics import resume
from acs.cwmp.orders.lifecycle import finished_by
from acs.cwmp.state import Handler, Heard, Phase, SessionState, change, idle
from acs.facts import CommandFailed

__all__ = ["MOVES", "ArgumentError", "begin", "check_arguments", "finished_by", "resume"]

_BEGINNINGS: Mapping[CommandKind, Callable[[SessionState, Command], Heard]] = MappingProxyType(
    {
        "reboot": lifecycle.begin_reboot,
        "gentle": gentle.begin_gentle,
        "refresh": parameters.begin_refresh,
        "get": parameters.begin_get,
        "set": parameters.begin_set,
        "names": parameters.begin_names,
        "tree": tree.begin_tree,
        "attributes": attributes.begin_attributes,
        "add": objects.begin_add,
        "delete": objects.begin_delete,
        "download": transfers.begin_download,
        "upload": transfers.begin_upload,
        "schedule_download": transfers.begin_schedule_download,
        "cancel_transfer": transfers.begin_cancel,
        "factory_reset": lifecycle.begin_reset,
        "schedule_inform": lifecycle.begin_schedule_inform,
        "software": lifecycle.begin_software,
        "diagnostic": diagnostics.begin_diagnostic,
        "rotate_credentials": credentials.begin_rotation,
        "rpc": rpc.begin_rpc,
    }
)
# What an answer to one of our calls means, by the call that is outstanding.
MOVES: Mapping[tuple[Phase, type[object]], Handler] = MappingProxyType(
    {
        **parameters.MOVES,
        **tree.MOVES,
        **attributes.MOVES,
        **objects.MOVES,
        **transfers.MOVES,
        **lifecycle.MOVES,
        **gentle.MOVES,
        **diagnostics.MOVES,
        **credentials.MOVES,
        **rpc.MOVES,
    }
)


def check_arguments(kind: CommandKind, given: Mapping[str, object]) -> None:
    """Check a command's arguments before it is proposed.

    Raises:
        ArgumentError: they are not those of the kind; it says where and what is allowed.
    """
    wanted = arguments.parse(given, arguments.ARGUMENTS[kind])
    if isinstance(wanted, arguments.Rpc):
        rpc.call_of(wanted)


def begin(state: SessionState, command: Command, now: float) -> Heard:
    """Begin a command. Without a reply it could not be begun: its failure is among the facts."""
    state = change(state, command=command)
    try:
        _check_address(state, command)
        return _BEGINNINGS[command.kind](state, command)
    except ArgumentError as error:
        failed = CommandFailed(
            router_id=command.router_id,
            at=now,
            command_id=command.command_id,
            result={"error": str(error)},
        )
        return Heard(idle(state), (failed,))


def _check_address(state: SessionState, command: Command) -> None:
    if command.router_id != state.router_id:
        raise ArgumentError("the command is another router's")
